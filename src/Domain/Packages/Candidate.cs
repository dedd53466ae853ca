using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>Where candidates come from: the project's own files, the hub's index, a release's lock, an upstream.</summary>
/// <param name="Name">What people call it, as it follows "looked in": <c>the lock of Pyodide 314.0.5</c>.</param>
/// <param name="Rank">What is taken first, 0 before all others, whatever the versions. Origins of one rank compete by version.</param>
public sealed record PackageOrigin(Sentence Name, int Rank)
{
    /// <summary>Whether it is the lock of the release. What a lock has, comes from it and from no other origin, but for those that override it.</summary>
    public bool IsLock { get; init; }

    /// <summary>Whether it may stand in for what the release's lock has: the project's own wheels and an administrator's uploads may.</summary>
    public bool OverridesLock { get; init; }
}

/// <summary>The file that a candidate is installed from. Whoever makes candidates may derive a record that knows more of it.</summary>
/// <param name="Sha256">In lower-case hexadecimal digits; null where nobody said.</param>
public record CandidateFile(string Name, string? Sha256);

/// <summary>One version of a distribution that may be had.</summary>
/// <param name="VersionText">As it is written: a lock has versions such as <c>1.1.1w</c> that do not follow PEP 440.</param>
public sealed record Candidate(PackageName Name, string VersionText, PackageOrigin Origin, CandidateFile File)
{
    /// <summary>The version; null where the text is none by PEP 440, which satisfies <c>===</c> and no version at all being asked for.</summary>
    public PackageVersion? Version { get; } = PackageVersion.TryParse(VersionText);

    /// <summary>The versions of Python that it takes; null where it names none.</summary>
    public VersionSpecifiers? RequiresPython { get; init; }

    /// <summary>Why its authors withdrew it (PEP 592), empty where they gave no reason; null where they did not.</summary>
    public string? Yanked { get; init; }

    /// <summary>The address at which a direct reference finds it; null where none does.</summary>
    public string? Url { get; init; }

    /// <summary>Why its file does not fit the interpreter, in words that follow its name (<see cref="WheelTags.Refuse"/>); null where it fits.</summary>
    public Sentence? Unfit { get; init; }

    internal bool IsPreRelease => Version is { IsPreRelease: true };

    /// <summary>Name and version.</summary>
    public override string ToString() => $"{Name} {VersionText}";
}

/// <summary>All that may be had of one name.</summary>
/// <param name="Candidates">In any order; none where nobody has it.</param>
/// <param name="LookedIn">Where it was looked for, in the words of <see cref="PackageOrigin.Name"/>, and what went wrong there.</param>
public sealed record PackageListing(PackageName Name, IReadOnlyList<Candidate> Candidates, IReadOnlyList<Sentence> LookedIn);

/// <summary>What a candidate's metadata asks for.</summary>
/// <param name="Requires">Its requirements, with their markers.</param>
/// <param name="Extras">The extras that it has, in their normal form; null where the metadata does not say, as in a release's lock.</param>
public sealed record PackageNeeds(IReadOnlyList<Requirement> Requires, IReadOnlyCollection<string>? Extras)
{
    /// <summary>The needs of a candidate that depends on nothing.</summary>
    public static PackageNeeds Nothing { get; } = new([], null);

    /// <summary>What an entry of a release's lock depends on: names, each of any version.</summary>
    public static PackageNeeds OfLock(IEnumerable<PackageName> depends) =>
        new([.. depends.Select(name => new Requirement(name, [], VersionSpecifiers.Any, null, null))], null);
}

/// <summary>What there is to choose from. It is asked for many at once, so that whoever looks far away can do so side by side, and never twice for the same.</summary>
public interface IPackageCandidates
{
    /// <summary>The listings of these names, one each, in their order.</summary>
    Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, CancellationToken ct);

    /// <summary>What these candidates need, one answer each, in their order. An error leaves the version out, with a note.</summary>
    Task<IReadOnlyList<Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<Candidate> candidates, CancellationToken ct);
}
