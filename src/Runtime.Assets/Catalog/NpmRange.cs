namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>A range as npm writes it: <c>^</c>, <c>~</c>, x-ranges, comparators, hyphens, <c>||</c> (docs.npmjs.com, semver).</summary>
public sealed class NpmRange
{
    private readonly IReadOnlyList<IReadOnlyList<Bound>> _alternatives;

    private NpmRange(IReadOnlyList<IReadOnlyList<Bound>> alternatives) => _alternatives = alternatives;

    private sealed record Bound(string Operator, NpmVersion Version)
    {
        public bool Holds(NpmVersion version) => Operator switch
        {
            ">=" => version >= Version,
            ">" => version > Version,
            "<" => version < Version,
            "<=" => version <= Version,
            _ => version.CompareTo(Version) == 0,
        };
    }

    /// <summary>The lowest version that the range names; null where it is open below.</summary>
    public NpmVersion? Lowest => _alternatives
        .Select(all => all.Where(bound => bound.Operator is ">=" or ">" or "=").Select(bound => bound.Version).Max())
        .Min();

    /// <summary>The range, or null where the text is none (a tag such as <c>latest</c>).</summary>
    public static NpmRange? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var alternatives = new List<IReadOnlyList<Bound>>();
        foreach (var alternative in text.Split("||"))
        {
            if (ParseAll(alternative) is not { } bounds) return null;
            alternatives.Add(bounds);
        }

        return new(alternatives);
    }

    /// <summary>Whether a version lies in the range; a pre-release only where the range names one of the same three numbers.</summary>
    public bool Contains(NpmVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return _alternatives.Any(bounds => bounds.All(bound => bound.Holds(version))
            && (version.Prerelease is null || bounds.Any(bound => bound.Version.Prerelease is not null
                && (bound.Version.Major, bound.Version.Minor, bound.Version.Patch) == (version.Major, version.Minor, version.Patch))));
    }

    private static List<Bound>? ParseAll(string text)
    {
        var words = Glue(text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (words.Count == 3 && words[1] is "-")
        {
            return ParseOne(">=" + words[0]) is { } from && ParseOne("<=" + words[2]) is { } to ? [.. from, .. to] : null;
        }

        var bounds = new List<Bound>();
        foreach (var word in words)
        {
            if (ParseOne(word) is not { } more) return null;
            bounds.AddRange(more);
        }

        return words.Count > 0 ? bounds : null;
    }

    // npm takes a space between an operator and its version.
    private static List<string> Glue(string[] words)
    {
        var glued = new List<string>();
        var prefix = "";
        foreach (var word in words)
        {
            if (word is "^" or "~" or ">" or "<" or ">=" or "<=" or "=") prefix = word;
            else
            {
                glued.Add(prefix + word);
                prefix = "";
            }
        }

        return glued;
    }

    private static Bound[]? ParseOne(string word)
    {
        var operators = new[] { ">=", "<=", "^", "~>", "~", ">", "<", "=" };
        var sign = operators.FirstOrDefault(candidate => word.StartsWith(candidate, StringComparison.Ordinal)) ?? "";
        var text = word[sign.Length..].TrimStart('v');
        if (NpmVersion.Parse(text) is { } full)
        {
            return sign switch
            {
                "^" => Between(full, full.Major > 0 ? After(full, 1) : full.Minor > 0 ? After(full, 2) : After(full, 3)),
                "~" or "~>" => Between(full, After(full, 2)),
                "" or "=" => [new("=", full)],
                _ => [new(sign, full)],
            };
        }

        var parts = text.Split('.').TakeWhile(part => part is not ("x" or "X" or "*" or "")).ToList();
        var numbers = parts.Select(NpmVersion.Number).ToList();
        if (numbers.Contains(null) || numbers.Count > 2 || text.Length == 0) return null;
        // Rejects what only begins like an x-range (`1.*.beta`).
        if (text.Split('.').Skip(parts.Count).Any(part => part is not ("x" or "X" or "*"))) return null;
        var low = new NpmVersion(numbers.ElementAtOrDefault(0) ?? 0, numbers.ElementAtOrDefault(1) ?? 0, 0);
        if (numbers.Count == 0) return [new(">=", low)];
        var next = After(low, numbers.Count);
        return sign switch
        {
            "^" when low.Major > 0 || numbers.Count == 1 => Between(low, After(low, 1)),
            ">" => [new(">=", next)],
            ">=" => [new(">=", low)],
            "<" => [new("<", low)],
            "<=" => [new("<", next)],
            _ => Between(low, next),
        };
    }

    private static Bound[] Between(NpmVersion low, NpmVersion high) => [new(">=", low), new("<", high)];

    // The first version behind all that share so many leading numbers.
    private static NpmVersion After(NpmVersion version, int numbers) => numbers switch
    {
        1 => new(version.Major + 1, 0, 0),
        2 => new(version.Major, version.Minor + 1, 0),
        _ => new(version.Major, version.Minor, version.Patch + 1),
    };
}
