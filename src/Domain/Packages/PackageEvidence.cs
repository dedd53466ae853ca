using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Packages;

/// <summary>How a fact on a package came to be known, from what proves most to what proves least.</summary>
public enum EvidenceKind
{
    /// <summary>It comes with the interpreter, and was imported there in a browser and used a little.</summary>
    Bundled,

    /// <summary>It was installed and imported in a browser by the hub.</summary>
    Tested,

    /// <summary>A page of a project imported it, and its smoke run passed.</summary>
    Seen,

    /// <summary>It stands in the lock file of the release.</summary>
    Lock,

    /// <summary>A wheel of it, judged by its tags and what it depends on.</summary>
    Wheel,

    /// <summary>A record of the community's own list.</summary>
    Community,

    /// <summary>A user says so.</summary>
    Report,
}

/// <summary>What a fact says of a package, and what all facts together come to.</summary>
public enum PackageStatus
{
    /// <summary>Nobody knows.</summary>
    Unknown,

    Works,

    /// <summary>Some of it: not every module, or not every use.</summary>
    Partly,

    Fails,
}

/// <summary>A dated fact on whether a package works in an interpreter. It is never changed; another is added.</summary>
/// <param name="Source">Where it is from, for people: <c>pyodide-lock.json of 314.0.5</c>, a run, a user.</param>
/// <param name="Release">The runtime release that it was found in; null where its source names none, for the whole interpreter.</param>
/// <param name="Version">The package's version, as its source wrote it; null where it names none.</param>
/// <param name="Outcome">Never <see cref="PackageStatus.Unknown"/>: what is not known is no evidence.</param>
/// <param name="Detail">What else there is to say, for people: an error's text, what a wheel lacks.</param>
public sealed record PackageEvidence(
    EvidenceKind Kind, string Source, Interpreter Interpreter, string? Release, string? Version, PackageStatus Outcome, DateTimeOffset At, string? Detail);
