using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>Whether a package will work in an interpreter, by its wheels' names and metadata alone and by those of all that it needs.</summary>
/// <param name="Outcome">Works: its newest version goes with all it needs. Partly: an older version does. Fails: none does.</param>
/// <param name="Version">The version that an installer takes; null where there is none.</param>
/// <param name="Why">What blocks the package, or its newest version; null where nothing does.</param>
/// <param name="Brings">All that is installed with it, dependencies first; empty where it fails.</param>
public sealed record WheelJudgement(PackageStatus Outcome, string? Version, Sentence? Why, IReadOnlyList<Candidate> Brings)
{
    /// <summary>Judges a package: unknown where nobody has it, or where it took too long to find out.</summary>
    /// <param name="candidates">
    /// The index's wheels and the release's lock. A version of which no wheel fits is among them, with <see cref="Candidate.Unfit"/>
    /// (<see cref="WheelTags.Choose"/>).
    /// </param>
    public static async Task<WheelJudgement> OfAsync(PackageName name, IPackageCandidates candidates, MarkerEnvironment environment, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(environment);
        var resolver = new Resolver(candidates, environment);
        var any = new Requirement(name, [], VersionSpecifiers.Any, null, null);
        var resolution = await resolver.JudgeAsync(any, ct);
        var known = resolver.Known(name);
        if (!resolution.IsOk)
        {
            var isKnown = known.Listing.Candidates.Count > 0 && resolution.Error.Code != "too_hard";
            return new(isKnown ? PackageStatus.Fails : PackageStatus.Unknown, null, resolution.Error.Sentence, []);
        }
        var taken = resolution.Value.Packages[^1].Candidate;
        var brings = resolution.Value.Packages.Select(package => package.Candidate).ToList();
        var works = new WheelJudgement(PackageStatus.Works, taken.VersionText, null, brings);
        if (known.Newest is not { Version: { } newest } || taken.Version is null || taken.Version.CompareTo(newest) >= 0) return works;
        var blocked = await resolver.JudgeAsync(any with { Versions = VersionSpecifiers.Exactly(newest) }, ct);
        return blocked.IsOk ? works : works with { Outcome = PackageStatus.Partly, Why = blocked.Error.Sentence };
    }
}
