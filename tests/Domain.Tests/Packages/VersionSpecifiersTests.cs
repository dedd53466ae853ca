using System.Diagnostics;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class VersionSpecifiersTests
{
    [Theory]
    // The opening example, which no version can satisfy, and the same without its first clause
    [InlineData("~= 0.9, >= 1.0, != 1.3.4.*, < 2.0", "", "0.9 0.9.5 1.0 1.3.3 1.3.4 1.3.5 2.0")]
    [InlineData(">= 1.0, != 1.3.4.*, < 2.0", "1.0 1.3.3 1.3.5", "0.9 0.9.5 1.3.4 1.3.4.1 1.3.4.post1 2.0 2.0a1")]
    // Compatible release: each pair is one specifier in two spellings
    [InlineData("~= 2.2", "2.2 2.2.1 2.3 2.99 2.2.post1", "2.1 3.0 3.0a1 2.2a1 1!2.2")]
    [InlineData(">= 2.2, == 2.*", "2.2 2.2.1 2.3 2.99 2.2.post1", "2.1 3.0 3.0a1 2.2a1 1!2.2")]
    [InlineData("~= 1.4.5", "1.4.5 1.4.6 1.4.5.1", "1.4.4 1.5 1.4.5a4 2.0")]
    [InlineData(">= 1.4.5, == 1.4.*", "1.4.5 1.4.6 1.4.5.1", "1.4.4 1.5 1.4.5a4 2.0")]
    [InlineData("~= 2.2.post3", "2.2.post3 2.2.post4 2.3", "2.2 2.2.post2 3.0")]
    [InlineData(">= 2.2.post3, == 2.*", "2.2.post3 2.2.post4 2.3", "2.2 2.2.post2 3.0")]
    [InlineData("~= 1.4.5a4", "1.4.5a4 1.4.5b1 1.4.5 1.4.9", "1.4.5a3 1.5")]
    [InlineData(">= 1.4.5a4, == 1.4.*", "1.4.5a4 1.4.5b1 1.4.5 1.4.9", "1.4.5a3 1.5")]
    [InlineData("~= 2.2.0", "2.2 2.2.0 2.2.1", "2.3 2.1 3.0")]
    [InlineData(">= 2.2.0, == 2.2.*", "2.2 2.2.0 2.2.1", "2.3 2.1 3.0")]
    [InlineData("~= 1.4.5.0", "1.4.5 1.4.5.9", "1.4.6 1.4.4")]
    [InlineData(">= 1.4.5.0, == 1.4.5.*", "1.4.5 1.4.5.9", "1.4.6 1.4.4")]
    // Version matching
    [InlineData("== 1.1", "1.1 1.1.0 1.1+local", "1.1.post1 1.1a1 1.1.dev1 1.1.1")]
    [InlineData("== 1.1.post1", "1.1.post1 1.1-1", "1.1 1.1.post2")]
    [InlineData("== 1.1.*", "1.1 1.1.post1 1.1a1 1.1.dev1 1.1.0 1.1.9 1.1+a", "1.2 1.10 1 1!1.1")]
    [InlineData("== 1.1a1", "1.1a1 1.1.alpha-1", "1.1 1.1a2")]
    [InlineData("== 1.1.0", "1.1", "1.1.1")]
    [InlineData("== 1.1.dev1", "1.1.dev1", "1.1")]
    [InlineData("== 1.0.*", "1 1.0 1.0.0.5", "1.1")]
    [InlineData("== 2!1.*", "2!1.5", "1.5 3!1.5")]
    [InlineData("== 1.0+downstream1", "1.0+downstream1 1.0.0+DOWNSTREAM1", "1.0 1.0+downstream2 1.0+downstream1.1")]
    // Prefixes that are public versions with a suffix
    [InlineData("== 1.1a1.*", "1.1a1 1.1a1.post1 1.1a1.dev2", "1.1 1.1a2 1.1.1a1")]
    [InlineData("== 1.1.post1.*", "1.1.post1 1.1.post1.dev2", "1.1 1.1.post2 1.1.1")]
    // Version exclusion
    [InlineData("!= 1.1", "1.1.post1 1.2", "1.1 1.1.0 1.1+local")]
    [InlineData("!= 1.1.post1", "1.1 1.1.post2", "1.1.post1")]
    [InlineData("!= 1.1.*", "1.2 1", "1.1.post1 1.1 1.1a1")]
    // Inclusive ordered comparison
    [InlineData(">= 1.7", "1.7 1.7.0 1.7.post1 1.7+local 2", "1.6 1.7a1 1.7.dev1")]
    [InlineData("<= 1.7", "1.7 1.7+local 1.7a1 1.6", "1.7.post1 1.7.1")]
    // Exclusive ordered comparison
    [InlineData("> 1.7", "1.7.1 2 1.7.1.post1 1.8a1", "1.7 1.7.0.post1 1.7+local 1.7.post1+local 1.7a1")]
    [InlineData("> 1.7.post2", "1.7.1 1.7.0.post3 1.8", "1.7.0 1.7.post2 1.7.post1 1.7.post2+local")]
    [InlineData("> 1.7a1", "1.7a2 1.7 1.7.post1 1.7a2.post1", "1.7a1 1.7a1.post1 1.7a1+local 1.7.dev1")]
    [InlineData("> 1.7.dev1", "1.7.dev2 1.7a1 1.7 1.7.post1", "1.7.dev0 1.7.dev1 1.7.dev1+local")]
    [InlineData("< 1.7", "1.6 1.6.post1 1.6a1", "1.7 1.7.0 1.7a1 1.7.dev1 1.7rc1.post1 1.7.post1")]
    [InlineData("< 1.7.rc1", "1.7a1 1.7b2 1.7.dev1 1.6", "1.7rc1 1.7")]
    [InlineData("< 1.7.post1", "1.7 1.7a1 1.7.post0 1.7.post0.dev1", "1.7.post1 1.7.post1.dev0 1.8")]
    // Epochs
    [InlineData(">= 2.0", "2!1.0 2.0", "1.0")]
    [InlineData("< 2!0.1", "1.0 9.0", "2!0.1")]
    // Arbitrary equality
    [InlineData("=== 1.0", "1.0", "1.0+downstream1 1.0.0 1 1.0a1")]
    [InlineData("===1.0A1", "1.0a1 1.0A1", "1.0.a1 1.0")]
    // The last examples
    [InlineData("~=3.1", "3.1 3.1.5 3.9", "3.0 4.0")]
    [InlineData("~=3.1.2", "3.1.2 3.1.9", "3.1.1 3.2.0")]
    [InlineData("~=3.1a1", "3.1a1 3.1 3.9", "3.0 4.0")]
    [InlineData("== 3.1", "3.1 3.1.0", "3.1a1 3.1.post1 3.1.dev1 3.1.1")]
    [InlineData("== 3.1.*", "3.1 3.1.0 3.1.7", "3.2 3.0")]
    [InlineData("~=3.1.0", "3.1 3.1.0 3.1.7", "3.2 3.0")]
    [InlineData("~=3.1.0, != 3.1.3", "3.1.0 3.1.4", "3.1.3 3.2.0")]
    // What stands around clauses
    [InlineData("", "0 1.0 1!2", "")]
    [InlineData(">=1,<2", "1.5", "2 0.9")]
    [InlineData(" >=\t1 , <2 ", "1.5", "2 0.9")]
    [InlineData(">=1,", "1.5", "0.9")]
    [InlineData("==v1.0", "1.0", "1.1")]
    public void A_specifier_matches_what_the_specification_says(string text, string matching, string others)
    {
        var specifiers = Specifiers(text);
        foreach (var version in Versions(matching)) specifiers.Admits(version, allowPreReleases: true).ShouldBeTrue(version.Text);
        foreach (var version in Versions(others)) specifiers.Admits(version, allowPreReleases: true).ShouldBeFalse(version.Text);
        var normal = Specifiers(specifiers.ToString());
        foreach (var version in Versions($"{matching} {others}")) normal.Admits(version, true).ShouldBe(specifiers.Admits(version, true), version.Text);
    }

    [Theory]
    [InlineData("===foobar", "foobar", true)]
    [InlineData("===foobar", "FooBar", true)]
    [InlineData("===foobar", "foo", false)]
    [InlineData("===foobar,>=1", "foobar", false)]
    [InlineData(">=0", "foobar", false)]
    [InlineData("!=1.0", "foobar", false)]
    [InlineData("", "foobar", false)]
    public void A_version_that_is_none_is_taken_by_its_text_alone(string text, string version, bool admits) =>
        Specifiers(text).AdmitsText(version).ShouldBe(admits);

    [Theory]
    [InlineData("== 1.1.*", "1.1a1", false)]
    [InlineData(">=1.0", "2.0.dev1", false)]
    [InlineData(">=1.0", "2.0.post1", true)]
    [InlineData(">=1.0a1", "2.0b1", true)]
    [InlineData("==1.0.dev1", "1.0.dev1", true)]
    [InlineData("~=1.0rc1", "1.1a1", true)]
    [InlineData("<2.0b1", "2.0a1", true)]
    [InlineData(">1.0.dev1", "1.1a1", true)]
    [InlineData("===1.0a1", "1.0a1", true)]
    [InlineData("!=1.0a1", "1.0a2", false)]
    [InlineData(">=1,!=1.5a1", "1.6a1", false)]
    [InlineData("", "1.0a1", false)]
    public void A_pre_release_is_admitted_where_a_clause_names_one(string text, string version, bool admits)
    {
        Specifiers(text).Admits(Version(version), allowPreReleases: false).ShouldBe(admits);
        Specifiers(text).Admits(Version(version), allowPreReleases: true).ShouldBeTrue();
    }

    [Theory]
    [InlineData(">=1.2.3", "1.2 1.3 1.5a1", "1.3")]
    [InlineData(">=1.2.3", "1.2 1.5a1", "1.5a1")]
    [InlineData(">=1.2.3a1", "1.2 1.3 1.5a1", "1.3 1.5a1")]
    [InlineData("", "2.0a1 1.0 1.0.dev1", "1.0")]
    [InlineData("", "2.0a1 1.0.dev1", "2.0a1 1.0.dev1")]
    [InlineData(">=3", "1 2", "")]
    [InlineData("<2", "2.0a1 2.0.dev1", "")]
    public void Pre_releases_are_taken_where_nothing_else_satisfies(string text, string versions, string taken) =>
        string.Join(' ', Specifiers(text).Filter(Versions(versions))).ShouldBe(taken);

    [Theory]
    [InlineData("2.0", 0)]
    [InlineData("=>2.0", 0)]
    [InlineData("=2.0", 0)]
    [InlineData("==", 2)]
    [InlineData("== ", 3)]
    [InlineData(",>=1", 0)]
    [InlineData(">=1,,<2", 4)]
    [InlineData(">=1 <2", 4)]
    [InlineData(">=1; python_version", 3)]
    [InlineData(">=1)", 3)]
    [InlineData("~=1", 2)]
    [InlineData("~= 1a1", 3)]
    [InlineData("~=1.0+5", 2)]
    [InlineData(">=1.0+deadbeef", 2)]
    [InlineData("<=1.0+abc", 2)]
    [InlineData(">1.0+abc", 1)]
    [InlineData("<1.0+1.0", 1)]
    [InlineData("~=1.0.*", 2)]
    [InlineData(">=1.0.*", 2)]
    [InlineData("<1.0.*", 1)]
    [InlineData("==1.0.dev1.*", 2)]
    [InlineData("!=1.0+foo1.*", 2)]
    [InlineData("==1.0.*.5", 5)]
    [InlineData("==1.0.*+5", 5)]
    [InlineData("==*", 2)]
    [InlineData(">=french", 2)]
    [InlineData(">=1, >= 2.x", 9)]
    [InlineData("==1.\u0661", 3)]
    [InlineData("\u2265 1", 0)]
    [InlineData(">=1\n", 3)]
    public void What_is_no_specifier_is_refused_at_the_character_that_is_wrong(string text, int position)
    {
        var error = VersionSpecifiers.Parse(text).Error.ShouldBeOfType<Error.Invalid>();
        (error.Code, error.Position).ShouldBe(("bad_specifier", position));
        error.Message.ShouldContain($"character {position + 1}:");
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void The_clauses_of_two_requirements_hold_together()
    {
        var both = Specifiers(">= 1.0").And(Specifiers("< 2, != 1.5.*"));
        both.ToString().ShouldBe(">=1.0,<2,!=1.5.*");
        both.Filter(Versions("0.9 1.0 1.5.1 1.6 2.0")).Select(version => version.Text).ShouldBe(["1.0", "1.6"]);
        VersionSpecifiers.Any.And(VersionSpecifiers.Any).ToString().ShouldBe("");
    }

    [Theory]
    [InlineData(">=1,")]
    [InlineData(",")]
    [InlineData("=")]
    [InlineData(" ")]
    [InlineData("9")]
    public void A_specifier_of_a_million_characters_is_refused_in_no_time(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
        var watch = Stopwatch.StartNew();
        VersionSpecifiers.Parse(text).Error!.Message.Length.ShouldBeLessThan(250);
        VersionSpecifiers.Parse(">=" + text[..7_000]).Error?.Message.Length.ShouldBeLessThan(250);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static VersionSpecifiers Specifiers(string text) => VersionSpecifiers.Parse(text).Value.ShouldNotBeNull(text);

    private static PackageVersion Version(string text) => PackageVersion.Parse(text).Value.ShouldNotBeNull(text);

    private static IEnumerable<PackageVersion> Versions(string texts) => texts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Version);
}
