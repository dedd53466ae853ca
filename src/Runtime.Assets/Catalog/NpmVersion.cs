using System.Globalization;

namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>A version as npm writes it (semver.org 2.0): three numbers and an optional pre-release; build metadata is dropped.</summary>
public sealed record NpmVersion(int Major, int Minor, int Patch, string? Prerelease = null) : IComparable<NpmVersion>
{
    /// <summary>The version, or null where the text is not a full one (<c>0.7</c> is a range).</summary>
    public static NpmVersion? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var core = text.StartsWith('v') || text.StartsWith('=') ? text[1..] : text;
        var build = core.IndexOf('+', StringComparison.Ordinal);
        if (build >= 0) core = core[..build];
        string? prerelease = null;
        var dash = core.IndexOf('-', StringComparison.Ordinal);
        if (dash >= 0)
        {
            prerelease = core[(dash + 1)..];
            core = core[..dash];
            if (prerelease.Length == 0) return null;
        }

        var parts = core.Split('.');
        return parts.Length == 3 && Number(parts[0]) is { } major && Number(parts[1]) is { } minor && Number(parts[2]) is { } patch
            ? new(major, minor, patch, prerelease)
            : null;
    }

    /// <summary>A part of a version: digits alone, within an int.</summary>
    internal static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <inheritdoc />
    public int CompareTo(NpmVersion? other)
    {
        if (other is null) return 1;
        var core = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (core != 0) return core;
        return (Prerelease, other.Prerelease) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            var (a, b) => ComparePrereleases(a, b),
        };
    }

    /// <inheritdoc />
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}{(Prerelease is null ? "" : "-" + Prerelease)}");

    public static bool operator <(NpmVersion left, NpmVersion right) => Compare(left, right) < 0;

    public static bool operator <=(NpmVersion left, NpmVersion right) => Compare(left, right) <= 0;

    public static bool operator >(NpmVersion left, NpmVersion right) => Compare(left, right) > 0;

    public static bool operator >=(NpmVersion left, NpmVersion right) => Compare(left, right) >= 0;

    private static int Compare(NpmVersion? left, NpmVersion? right) => Comparer<NpmVersion>.Default.Compare(left, right);

    // semver.org, item 11: identifiers one by one, numbers below words, the longer list wins.
    private static int ComparePrereleases(string left, string right)
    {
        var (a, b) = (left.Split('.'), right.Split('.'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = (Number(a[i]), Number(b[i])) switch
            {
                ({ } x, { } y) => x.CompareTo(y),
                ({ }, null) => -1,
                (null, { }) => 1,
                _ => string.CompareOrdinal(a[i], b[i]),
            };
            if (order != 0) return order;
        }

        return a.Length.CompareTo(b.Length);
    }
}
