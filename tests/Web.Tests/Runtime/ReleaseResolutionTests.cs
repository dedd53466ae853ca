using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Tests.Runtime;

public sealed class ReleaseResolutionTests
{
    private static readonly RuntimeRelease[] Held =
    [
        new("2026.7.3", "0.7.31", "0.20.18", "314.0.2", "1.28.0-6", IsDefault: true),
        new("2024.1.1", "0.3.14", "0.6.11", "0.24.1", "1.21.0-278", IsDefault: false),
        new("2026.3.1", "0.7.18", "0.20.11", "0.29.3", "1.28.0-preview-233", IsDefault: false),
        new("2025.11.1", "0.7.11", "0.19.10", "0.29.0", "1.27.0-preview-283", IsDefault: false),
    ];

    private static readonly ReleaseResolution Rule = new(Held, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["2025.11.2"] = "0.7.11",
        ["2026.3.9"] = "0.7.18",
        ["2026.7.2"] = "0.7.30",
    });

    [Theory]
    [InlineData("2026.7.3", "2026.7.3", ResolutionReason.Named)]
    [InlineData("2024.1.1", "2024.1.1", ResolutionReason.Named)]
    [InlineData("2026.7.2", "2026.7.3", ResolutionReason.NearestLater)]
    [InlineData("2026.1.1", "2026.3.1", ResolutionReason.NearestLater)]
    [InlineData("2026.3.2", "2026.7.3", ResolutionReason.NearestLater)]
    [InlineData("2025.2.1", "2025.11.1", ResolutionReason.NearestLater)]
    [InlineData("2026.7.3.RC1", "2026.7.3", ResolutionReason.NearestLater)]
    [InlineData("2024.9.1", "2024.1.1", ResolutionReason.NearestByDate)]
    [InlineData("2024.6.1", "2024.1.1", ResolutionReason.NearestByDate)]
    [InlineData("2024.12.9", "2025.11.1", ResolutionReason.NearestByDate)] // 11 months to each side: the later one
    [InlineData("2023.11.1", "2024.1.1", ResolutionReason.NearestByDate)]
    [InlineData("2022.09.1", "2024.1.1", ResolutionReason.NearestByDate)]
    [InlineData("2026.12.1", "2026.7.3", ResolutionReason.NearestByDate)]
    [InlineData("2031.1.1", "2026.7.3", ResolutionReason.NearestByDate)]
    [InlineData("2025.11.2", "2025.11.1", ResolutionReason.SameCore)]
    [InlineData("2026.3.9", "2026.3.1", ResolutionReason.SameCore)]
    [InlineData("banana", "2026.7.3", ResolutionReason.Default)]
    [InlineData("2026.13.1", "2026.7.3", ResolutionReason.Default)]
    public void A_tag_gets_itself_or_the_nearest(string tag, string release, ResolutionReason reason)
    {
        var resolved = Rule.Resolve(pin: null, new NamedVersion.Tag(tag));

        (resolved.Release.Name, resolved.Reason).ShouldBe((release, reason));
        resolved.Sentence.ShouldContain(tag);
        resolved.Sentence.ShouldContain(resolved.Release.Name);
    }

    [Theory]
    [InlineData("0.7.31", "2026.7.3", ResolutionReason.Named)]
    [InlineData("0.3.14", "2024.1.1", ResolutionReason.Named)]
    [InlineData("v0.7.11", "2025.11.1", ResolutionReason.Named)]
    [InlineData("0.7.12", "2026.3.1", ResolutionReason.NearestLaterCore)]
    [InlineData("0.3.4", "2024.1.1", ResolutionReason.NearestLaterCore)]
    [InlineData("0.6.20", "2025.11.1", ResolutionReason.NearestLaterCore)]
    [InlineData("0.7.32", "2026.7.3", ResolutionReason.LatestHeld)]
    [InlineData("1.0.0-rc.1", "2026.7.3", ResolutionReason.LatestHeld)]
    [InlineData("0.7", "2026.7.3", ResolutionReason.HighestMatch)]
    [InlineData("0", "2026.7.3", ResolutionReason.HighestMatch)]
    [InlineData("0.3", "2024.1.1", ResolutionReason.HighestMatch)]
    [InlineData("0.3.x", "2024.1.1", ResolutionReason.HighestMatch)]
    [InlineData("^0.3.1", "2024.1.1", ResolutionReason.HighestMatch)]
    [InlineData("^0.7.11", "2026.7.3", ResolutionReason.HighestMatch)]
    [InlineData("~0.3.2", "2024.1.1", ResolutionReason.HighestMatch)]
    [InlineData(">=0.3.0 <0.7.18", "2025.11.1", ResolutionReason.HighestMatch)]
    [InlineData(">=0.3.0", "2026.7.3", ResolutionReason.HighestMatch)]
    [InlineData("0.3.1 - 0.7.20", "2026.3.1", ResolutionReason.HighestMatch)]
    [InlineData("0.3.14 || 0.7.11", "2025.11.1", ResolutionReason.HighestMatch)]
    [InlineData("*", "2026.7.3", ResolutionReason.HighestMatch)]
    [InlineData("^0.5.0", "2025.11.1", ResolutionReason.NearestLaterCore)]
    [InlineData("^2", "2026.7.3", ResolutionReason.LatestHeld)]
    [InlineData("latest", "2026.7.3", ResolutionReason.Default)]
    [InlineData("next", "2026.7.3", ResolutionReason.Default)]
    [InlineData("0.7.*.beta", "2026.7.3", ResolutionReason.Default)]
    public void An_npm_version_or_range_gets_the_release_with_that_core(string text, string release, ResolutionReason reason)
    {
        var resolved = Rule.Resolve(pin: null, new NamedVersion.Npm(text));

        (resolved.Release.Name, resolved.Reason).ShouldBe((release, reason));
        resolved.Sentence.ShouldContain(text);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("unstable")]
    [InlineData("snapshots/2025.2.1.RC1")]
    [InlineData("")]
    public void A_page_that_names_nothing_exact_gets_the_default(string word)
    {
        var resolved = Rule.Resolve(pin: null, new NamedVersion.Unspecified(word));

        (resolved.Release.Name, resolved.Reason).ShouldBe(("2026.7.3", ResolutionReason.Default));
    }

    [Fact]
    public void A_pin_wins_over_what_the_page_names() =>
        Rule.Resolve("2024.1.1", new NamedVersion.Tag("2026.7.3")).ShouldBe(
            new ResolvedRelease(Held[1], ResolutionReason.Pinned, "The project is pinned to 2024.1.1."));

    [Fact]
    public void A_pin_that_the_hub_no_longer_has_is_resolved_like_a_tag()
    {
        var resolved = Rule.Resolve("2026.1.1", named: null);

        (resolved.Release.Name, resolved.Reason).ShouldBe(("2026.3.1", ResolutionReason.NearestLater));
        resolved.Sentence.ShouldBe(
            "The project is pinned to 2026.1.1, which this hub does not have; 2026.3.1 is the nearest later one of that year.");
    }

    [Fact]
    public void The_latest_stands_in_for_a_default_where_none_is_marked() =>
        new ReleaseResolution([Held[1], Held[3]], new Dictionary<string, string>(StringComparer.Ordinal))
            .Resolve(null, null).Release.Name.ShouldBe("2025.11.1");

    [Theory]
    [InlineData("0.20.20", "0.20.20")]
    [InlineData("0.20.11", "0.20.20")]
    [InlineData("0.4.0", "0.19.0")]
    [InlineData("1.0.0", "0.20.20")]
    [InlineData("0.19", "0.19.0")]
    [InlineData("^0.19.0", "0.19.0")]
    [InlineData("latest", "0.20.20")]
    public void A_package_by_itself_follows_the_same_npm_rules(string named, string version) =>
        ReleaseResolution.ResolvePackage(["0.20.20", "0.19.0"], new NamedVersion.Npm(named)).ShouldBe(version);

    [Fact]
    public void A_package_that_is_not_held_resolves_to_nothing() =>
        ReleaseResolution.ResolvePackage([], new NamedVersion.Unspecified("")).ShouldBeNull();
}
