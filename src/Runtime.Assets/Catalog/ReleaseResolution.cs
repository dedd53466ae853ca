namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>What an address names: a calendar tag, an npm version or range, or nothing exact.</summary>
public abstract record NamedVersion
{
    private NamedVersion()
    {
    }

    /// <summary>A calendar tag of pyscript.net, for example <c>2024.1.1</c>.</summary>
    public sealed record Tag(string Text) : NamedVersion;

    /// <summary>What stands behind the <c>@</c> of an npm address: a version, a range or a dist-tag.</summary>
    public sealed record Npm(string Text) : NamedVersion;

    /// <summary>No version, <c>latest</c>, <c>unstable</c> or <c>snapshots/…</c>; the word as the address has it.</summary>
    public sealed record Unspecified(string Word) : NamedVersion;
}

/// <summary>Why a page got its release.</summary>
public enum ResolutionReason
{
    /// <summary>The project is pinned to it.</summary>
    Pinned,

    /// <summary>The page names it.</summary>
    Named,

    /// <summary>The page names a tag that has the same core as a held one.</summary>
    SameCore,

    /// <summary>The hub lacks what the page names; this is the nearest later one of that year.</summary>
    NearestLater,

    /// <summary>The hub lacks what the page names and all later ones of that year; this is the nearest by date.</summary>
    NearestByDate,

    /// <summary>The page names nothing exact; this is the hub's default.</summary>
    Default,

    /// <summary>The page names an npm version that no held release has; this has the nearest later core.</summary>
    NearestLaterCore,

    /// <summary>The page names an npm version above all held ones; this is the latest.</summary>
    LatestHeld,

    /// <summary>The page names an npm range; this is the highest held match.</summary>
    HighestMatch,
}

/// <summary>The release that a page gets, and why, in a word for programs and a sentence for people.</summary>
public sealed record ResolvedRelease(RuntimeRelease Release, ResolutionReason Reason, string Sentence);

/// <summary>Decides which of the held releases a page gets (design.md, "Serving a project's HTML", 1).</summary>
public sealed class ReleaseResolution
{
    private readonly IReadOnlyList<(RuntimeRelease Release, CalendarTag Date, NpmVersion Core)> _held;
    private readonly IReadOnlyDictionary<string, string> _knownCores;
    private readonly RuntimeRelease _default;

    /// <summary>A rule over the held releases.</summary>
    /// <param name="held">At least one; names are calendar tags.</param>
    /// <param name="knownCores">Each tag that PyScript ever had, and the npm version of its core; may be empty.</param>
    public ReleaseResolution(IReadOnlyCollection<RuntimeRelease> held, IReadOnlyDictionary<string, string> knownCores)
    {
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(knownCores);
        if (held.Count == 0) throw new ArgumentException("A hub holds at least one release.", nameof(held));
        _held = [.. held
            .Select(release => (
                release,
                CalendarTag.Parse(release.Name) ?? throw new ArgumentException($"'{release.Name}' is not a calendar tag.", nameof(held)),
                NpmVersion.Parse(release.Core) ?? throw new ArgumentException($"'{release.Core}' is not an npm version.", nameof(held))))
            .OrderBy(entry => entry.Item2)];
        _knownCores = knownCores;
        _default = held.FirstOrDefault(release => release.IsDefault) ?? _held[^1].Release;
    }

    /// <summary>The release of a page.</summary>
    /// <param name="pin">The tag that the project is pinned to, if any.</param>
    /// <param name="named">What the page's first address of PyScript names; null where it has none.</param>
    public ResolvedRelease Resolve(string? pin, NamedVersion? named) => pin is not null ? ByPin(pin) : named switch
    {
        NamedVersion.Tag tag => ByTag(tag.Text, "The page names"),
        NamedVersion.Npm npm => ByNpm(npm.Text),
        NamedVersion.Unspecified { Word: { Length: > 0 } word } => ByDefault($"The page asks for '{word}'"),
        _ => ByDefault("The page names no release"),
    };

    /// <summary>The version of a package held by itself (polyscript, coincident) that an npm address gets; null where none is held.</summary>
    /// <param name="held">Held npm versions.</param>
    /// <param name="named">What the address names.</param>
    public static string? ResolvePackage(IEnumerable<string> held, NamedVersion named)
    {
        ArgumentNullException.ThrowIfNull(held);
        var versions = held.Select(NpmVersion.Parse).OfType<NpmVersion>().Order().ToList();
        if (versions.Count == 0) return null;
        var text = (named as NamedVersion.Npm)?.Text ?? "";
        if (NpmVersion.Parse(text) is { } exact) return (versions.FirstOrDefault(version => version >= exact) ?? versions[^1]).ToString();
        if (NpmRange.Parse(text) is not { } range) return versions[^1].ToString();
        return (versions.LastOrDefault(range.Contains)
            ?? versions.FirstOrDefault(version => range.Lowest is { } low && version >= low)
            ?? versions[^1]).ToString();
    }

    private ResolvedRelease ByPin(string pin)
    {
        var release = _held.FirstOrDefault(entry => string.Equals(entry.Release.Name, pin, StringComparison.Ordinal)).Release;
        return release is not null
            ? new(release, ResolutionReason.Pinned, $"The project is pinned to {pin}.")
            : ByTag(pin, "The project is pinned to");
    }

    private ResolvedRelease ByDefault(string why) =>
        new(_default, ResolutionReason.Default, $"{why}; {_default.Name} is this hub's default.");

    private ResolvedRelease ByTag(string tag, string who)
    {
        if (_held.FirstOrDefault(entry => string.Equals(entry.Release.Name, tag, StringComparison.Ordinal)).Release is { } same)
        {
            return new(same, ResolutionReason.Named, $"{who} {tag}.");
        }

        // Some tags are one core under two names (2025.11.1 and 2025.11.2): such a one is not lacking, its very files are here.
        if (_knownCores.TryGetValue(tag, out var core) && _held.LastOrDefault(entry => string.Equals(entry.Release.Core, core, StringComparison.Ordinal)).Release is { } twin)
        {
            return new(twin, ResolutionReason.SameCore, $"{who} {tag}, which has the same core as {twin.Name}.");
        }

        if (CalendarTag.Parse(tag) is not { } date) return ByDefault($"{who} '{tag}', which is no release of PyScript");
        if (_held.FirstOrDefault(entry => entry.Date.Year == date.Year && entry.Date >= date).Release is { } later)
        {
            return new(later, ResolutionReason.NearestLater,
                $"{who} {tag}, which this hub does not have; {later.Name} is the nearest later one of that year.");
        }

        // Of two that are as near, the later one: PyScript repairs more than it breaks.
        var nearest = _held.OrderBy(entry => entry.Date.DistanceTo(date)).ThenByDescending(entry => entry.Date).First().Release;
        return new(nearest, ResolutionReason.NearestByDate,
            $"{who} {tag}, which this hub does not have; {nearest.Name} is the nearest by date.");
    }

    private ResolvedRelease ByNpm(string text)
    {
        if (NpmVersion.Parse(text) is { } exact)
        {
            // Two releases may have one core: the later tag.
            return _held.LastOrDefault(entry => entry.Core.CompareTo(exact) == 0).Release is { } same
                ? new(same, ResolutionReason.Named, $"The page names core {text}, which is {same.Name}.")
                : NearestLaterCore(text, exact);
        }

        if (NpmRange.Parse(text) is not { } range) return ByDefault($"The page asks for '{text}'");
        if (_held.Where(entry => range.Contains(entry.Core)).OrderBy(entry => entry.Core).LastOrDefault().Release is { } match)
        {
            return new(match, ResolutionReason.HighestMatch, $"The page names core {text}; {match.Name} has the highest match that this hub has.");
        }

        // The rule for ranges ends at "highest held match": where none is held, the rule for the range's lowest version goes on.
        return NearestLaterCore(text, range.Lowest ?? new NpmVersion(0, 0, 0));
    }

    private ResolvedRelease NearestLaterCore(string text, NpmVersion wanted)
    {
        var nearest = _held.Where(entry => entry.Core > wanted).OrderBy(entry => entry.Core).ThenByDescending(entry => entry.Date).FirstOrDefault().Release;
        if (nearest is not null)
        {
            return new(nearest, ResolutionReason.NearestLaterCore,
                $"The page names core {text}, which this hub does not have; {nearest.Name} has the nearest later core, {nearest.Core}.");
        }

        var latest = _held[^1].Release;
        return new(latest, ResolutionReason.LatestHeld,
            $"The page names core {text}, which is later than all that this hub has; {latest.Name} is the latest here.");
    }
}
