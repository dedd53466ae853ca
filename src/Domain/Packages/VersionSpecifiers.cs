using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>The versions that may be taken: clauses that all must match (PEP 440; packaging.python.org, "Version specifiers").</summary>
public sealed class VersionSpecifiers
{
    private VersionSpecifiers(IReadOnlyList<VersionSpecifier> clauses) => Clauses = clauses;

    /// <summary>Specifiers without a clause, which every version satisfies.</summary>
    public static VersionSpecifiers Any { get; } = new([]);

    public IReadOnlyList<VersionSpecifier> Clauses { get; }

    /// <summary>Whether a clause asks for a pre-release by naming one.</summary>
    public bool NamesPreRelease => Clauses.Any(clause => clause.NamesPreRelease);

    /// <summary>
    /// Reads clauses between commas; no text is <see cref="Any"/>. Error: <c>bad_specifier</c>, with the position of what is wrong.
    /// </summary>
    public static Result<VersionSpecifiers> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (GrammarReader.RefuseLength(text, "bad_specifier", "specifier") is { } tooLong) return tooLong;
        var reader = new GrammarReader(text);
        reader.SkipSpace();
        if (reader.IsAtEnd) return Any;
        if (Read(reader) is { } specifiers)
        {
            if (reader.IsAtEnd) return specifiers;
            reader.Fail("this is neither part of the version nor a comma");
        }
        return reader.Error("bad_specifier", "specifier");
    }

    /// <summary>The specifiers of one version and no other, local labels aside.</summary>
    public static VersionSpecifiers Exactly(PackageVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return new([VersionSpecifier.Of(VersionOperator.Matching, version.ToString())!]);
    }

    /// <summary>Whether a version satisfies all clauses, a pre-release only where it is allowed or a clause names one.</summary>
    public bool Admits(PackageVersion version, bool allowPreReleases)
    {
        ArgumentNullException.ThrowIfNull(version);
        return (allowPreReleases || !version.IsPreRelease || NamesPreRelease) && IsSatisfiedBy(version);
    }

    /// <summary>Whether a version that does not follow PEP 440 is asked for by its text ("Arbitrary equality").</summary>
    public bool AdmitsText(string version) => Clauses.Count > 0 && Clauses.All(clause => clause.MatchesText(version));

    /// <summary>
    /// The versions that may be taken, in the order given: pre-releases are among them where a clause names one, or where nothing
    /// else satisfies ("Handling of pre-releases").
    /// </summary>
    public IReadOnlyList<PackageVersion> Filter(IEnumerable<PackageVersion> versions)
    {
        var satisfying = versions.Where(IsSatisfiedBy).ToList();
        if (NamesPreRelease || satisfying.TrueForAll(version => version.IsPreRelease)) return satisfying;
        return satisfying.FindAll(version => !version.IsPreRelease);
    }

    /// <summary>The clauses of both.</summary>
    public VersionSpecifiers And(VersionSpecifiers other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new([.. Clauses, .. other.Clauses]);
    }

    /// <summary>The clauses in their normal form, with commas and without blanks.</summary>
    public override string ToString() => string.Join(',', Clauses);

    /// <summary>Reads one clause or more, and the comma that may end them; null where the reader has noted what is wrong.</summary>
    internal static VersionSpecifiers? Read(GrammarReader reader)
    {
        var clauses = new List<VersionSpecifier>();
        do
        {
            reader.SkipSpace();
            if (clauses.Count > 0 && (reader.IsAtEnd || reader.Ahead is ')' or ';')) break;
            if (VersionSpecifier.Read(reader) is not { } clause) return null;
            clauses.Add(clause);
            reader.SkipSpace();
        }
        while (reader.Take(","));
        return new VersionSpecifiers(clauses);
    }

    private bool IsSatisfiedBy(PackageVersion version) => Clauses.All(clause => clause.Matches(version));
}
