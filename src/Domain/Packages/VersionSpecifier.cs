using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>How a clause compares ("Version specifiers").</summary>
public enum VersionOperator
{
    /// <summary><c>~=</c></summary>
    Compatible,

    /// <summary><c>==</c></summary>
    Matching,

    /// <summary><c>!=</c></summary>
    Exclusion,

    /// <summary><c>&lt;=</c></summary>
    AtMost,

    /// <summary><c>&gt;=</c></summary>
    AtLeast,

    /// <summary><c>&lt;</c></summary>
    Before,

    /// <summary><c>&gt;</c></summary>
    After,

    /// <summary><c>===</c></summary>
    Arbitrary,
}

/// <summary>One clause of a version specifier, such as <c>== 2.8.*</c> (packaging.python.org, "Version specifiers").</summary>
public sealed class VersionSpecifier
{
    // The longer symbol first where one begins with the other.
    private static readonly (string Symbol, VersionOperator Operator)[] s_operators =
    [
        ("===", VersionOperator.Arbitrary), ("==", VersionOperator.Matching), ("~=", VersionOperator.Compatible), ("!=", VersionOperator.Exclusion),
        ("<=", VersionOperator.AtMost), (">=", VersionOperator.AtLeast), ("<", VersionOperator.Before), (">", VersionOperator.After),
    ];

    private readonly string _text;

    private VersionSpecifier(VersionOperator @operator, string text, PackageVersion? version, bool isPrefix) =>
        (Operator, _text, Version, IsPrefix) = (@operator, text, version, isPrefix);

    public VersionOperator Operator { get; }

    /// <summary>The version that is compared with; null for <c>===</c>, which compares texts.</summary>
    public PackageVersion? Version { get; }

    /// <summary>Whether the version ends in <c>.*</c>.</summary>
    public bool IsPrefix { get; }

    /// <summary>
    /// Whether the clause asks for a pre-release by naming one. The specification leaves open what naming is; all tools count each
    /// operator but <c>!=</c>.
    /// </summary>
    public bool NamesPreRelease => Operator is not VersionOperator.Exclusion && (Version ?? PackageVersion.TryParse(_text)) is { IsPreRelease: true };

    /// <summary>Whether a version matches, with the handling of pre-releases left out.</summary>
    public bool Matches(PackageVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (Version is null) return MatchesText(version.Text);
        return Operator switch
        {
            VersionOperator.Matching => IsSame(version),
            VersionOperator.Exclusion => !IsSame(version),
            VersionOperator.Compatible => version.ComparePublicTo(Version) >= 0 && HasPrefix(version, Version.Release.Length - 1),
            VersionOperator.AtMost => version.ComparePublicTo(Version) <= 0,
            VersionOperator.AtLeast => version.ComparePublicTo(Version) >= 0,
            VersionOperator.Before => version.ComparePublicTo(Version) < 0 && !IsPreReleaseOfThis(version),
            _ => version.ComparePublicTo(Version) > 0 && !IsPostReleaseOfThis(version),
        };
    }

    /// <summary>Whether a version that need not follow PEP 440 matches: only <c>===</c> can.</summary>
    public bool MatchesText(string version) =>
        Operator is VersionOperator.Arbitrary && string.Equals(version, _text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The clause in its normal form, without blanks.</summary>
    public override string ToString()
    {
        var symbol = SymbolOf(Operator);
        return Version is null ? symbol + _text : $"{symbol}{Version}{(IsPrefix ? ".*" : "")}";
    }

    internal static string SymbolOf(VersionOperator @operator) => Array.Find(s_operators, candidate => candidate.Operator == @operator).Symbol;

    /// <summary>Takes a comparison's symbol; null where none is ahead.</summary>
    internal static VersionOperator? ReadOperator(GrammarReader reader)
    {
        foreach (var (symbol, found) in s_operators)
        {
            if (reader.Take(symbol)) return found;
        }
        return null;
    }

    /// <summary>Reads a clause; null where the reader has noted what is wrong.</summary>
    internal static VersionSpecifier? Read(GrammarReader reader)
    {
        if (ReadOperator(reader) is not { } found)
        {
            reader.Fail("a comparison is missing, one of ~= == != <= >= < > ===");
            return null;
        }
        reader.SkipSpace();
        var start = reader.Position;
        var text = reader.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '*' or '+' or '!');
        if (text.Length == 0) reader.Fail("a version is missing");
        else if (Of(found, text, out var why, out var position) is { } clause) return clause;
        else reader.Fail(why!, start + position);
        return null;
    }

    /// <summary>The clause of an operator and a version; null where they make none.</summary>
    internal static VersionSpecifier? Of(VersionOperator @operator, string text) => Of(@operator, text, out _, out _);

    private static VersionSpecifier? Of(VersionOperator @operator, string text, out Sentence? why, out int position)
    {
        (why, position) = (null, 0);
        if (@operator is VersionOperator.Arbitrary) return new(@operator, text, null, isPrefix: false);
        var isPrefix = text.EndsWith(".*", StringComparison.Ordinal);
        var version = PackageVersion.Parse(isPrefix ? text[..^2] : text);
        if (!version.IsOk)
        {
            (why, position) = ("this is not a version by PEP 440", (version.Error as Error.Invalid)?.Position ?? 0);
            return null;
        }
        why = Refuse(@operator, version.Value, isPrefix);
        return why is null ? new(@operator, text, version.Value, isPrefix) : null;
    }

    private static Sentence? Refuse(VersionOperator @operator, PackageVersion version, bool isPrefix)
    {
        var isMatch = @operator is VersionOperator.Matching or VersionOperator.Exclusion;
        if (isPrefix && !isMatch) return "only == and != take a version that ends in .*";
        if (isPrefix && (version.Dev is not null || !version.Local.IsEmpty)) return "no .* may follow a developmental release or a local version";
        if (!version.Local.IsEmpty && !isMatch) return "only == and != take a local version, which begins with +";
        return @operator is VersionOperator.Compatible && version.Release.Length < 2 ? "~= takes a version of two numbers or more, such as 2.2" : null;
    }

    // A local label counts only where the clause has one ("Version matching").
    private bool IsSame(PackageVersion version)
    {
        if (!IsPrefix) return Version!.Local.IsEmpty ? version.ComparePublicTo(Version) == 0 : version == Version;
        if (!HasPrefix(version, Version!.Release.Length)) return false;
        if (Version.Pre is null && Version.Post is null) return true;
        // With a suffix in it, the prefix holds the whole release.
        return version.HasSameRelease(Version) && version.Pre == Version.Pre && (Version.Post is null || version.Post == Version.Post);
    }

    private bool HasPrefix(PackageVersion version, int length)
    {
        if (version.Epoch != Version!.Epoch) return false;
        for (var i = 0; i < length; i++)
        {
            if (version.ReleaseAt(i) != Version.ReleaseAt(i)) return false;
        }
        return true;
    }

    // "Exclusive ordered comparison": of this very version. 1.0a1 is no pre-release of 1.0.post1, while 1.0.post1.dev0 is one.
    private bool IsPreReleaseOfThis(PackageVersion version) =>
        !Version!.IsPreRelease && version.IsPreRelease && version.HasSameRelease(Version)
        && (Version.Post is null || version.Post == Version.Post && version.Pre is null);

    // Nor is 1.0.post1 a post-release of 1.0a1; a developmental release has none.
    private bool IsPostReleaseOfThis(PackageVersion version) =>
        Version is { Post: null, Dev: null } && version.Post is not null && version.HasSameRelease(Version) && version.Pre == Version.Pre;
}
