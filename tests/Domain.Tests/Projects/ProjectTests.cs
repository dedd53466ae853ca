using System.Text.RegularExpressions;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Tests.Projects;

public sealed class ProjectTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Hello World", "hello-world")]
    [InlineData("  Äpfel & Öl!  ", "apfel-ol")]
    [InlineData("日本語", "project")]
    [InlineData("edit", "project")]
    [InlineData("<script>alert(1)</script>", "script-alert-1-script")]
    public void A_slug_is_made_of_what_ASCII_a_name_has(string name, string slug) => Slug.From(name).ShouldBe(slug);

    [Fact]
    public void A_slug_of_a_very_long_name_is_cut() => Slug.From(new string('x', 10_000)).Length.ShouldBe(Slug.MaximumLength);

    [Fact]
    public void An_unlisted_project_has_an_address_that_cannot_be_guessed()
    {
        var project = Project.Create(Guid.NewGuid(), "Hello", null, Visibility.Unlisted, s_now);
        Regex.IsMatch(project.Slug, "^hello-[a-z2-7]{8}$", RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBeTrue(project.Slug);
    }

    [Fact]
    public void A_content_label_fits_a_host_name_and_stays_when_the_project_is_renamed()
    {
        var project = Project.Create(Guid.NewGuid(), new string('ü', 90), null, Visibility.Public, s_now);
        var label = project.Label;
        label.Length.ShouldBe(36 + 1 + 16);
        project.Rename("Other", s_now).ShouldBeNull();
        project.ChangeSlug("other", s_now).ShouldBeNull();
        project.Label.ShouldBe(label);
    }

    [Fact]
    public void What_becomes_unlisted_gets_an_address_that_cannot_be_guessed()
    {
        var project = Project.Create(Guid.NewGuid(), "Hello", "hello", Visibility.Public, s_now);
        project.ChangeVisibility(Visibility.Unlisted, s_now);
        project.Slug.Length.ShouldBe("hello-".Length + Slug.SuffixLength);
    }

    [Fact]
    public void A_deleted_project_can_be_restored_for_30_days()
    {
        var project = Project.Create(Guid.NewGuid(), "Hello", null, Visibility.Public, s_now);
        project.Delete(s_now);
        project.Undelete(s_now + TimeSpan.FromDays(30)).ShouldBeNull();
        project.Delete(s_now);
        project.Undelete(s_now + TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\u0007b")]
    public void A_name_that_nobody_can_read_is_refused(string name) => Project.RefuseName(name).ShouldNotBeNull();

    [Fact]
    public void A_name_of_10_000_characters_is_refused() => Project.RefuseName(new string('x', 10_000)).ShouldNotBeNull();

    [Fact]
    public void A_viewers_grant_lives_12_hours_from_its_last_use()
    {
        var grant = ContentGrant.ForViewer(ProjectId.New(s_now), Guid.NewGuid(), s_now);
        grant.Label.Length.ShouldBe(26);
        grant.ExpiresAt.ShouldBe(s_now + TimeSpan.FromHours(12));
        grant.Renew(s_now + TimeSpan.FromHours(11));
        grant.ExpiresAt.ShouldBe(s_now + TimeSpan.FromHours(23));
    }
}
