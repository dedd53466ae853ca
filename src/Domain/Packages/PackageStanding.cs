using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Packages;

/// <summary>Whether a package works in an interpreter of a runtime release, derived from evidence and from nothing else (ADR 16).</summary>
/// <param name="Deciding">The fact that the status rests on; null where there is none.</param>
/// <param name="Against">The strongest fact that says otherwise, where there is one: both sides are shown.</param>
public sealed record PackageStanding(PackageStatus Status, PackageEvidence? Deciding, PackageEvidence? Against)
{
    /// <summary>A package of which nothing is known.</summary>
    public static PackageStanding Unknown { get; } = new(PackageStatus.Unknown, null, null);

    /// <summary>
    /// The standing in a release. What was tried in a browser beats what follows by rule, that beats what somebody says, what was found in
    /// this very release beats what names none, and newer beats older.
    /// </summary>
    /// <param name="evidence">All that is known of the package, in any order; what is of another interpreter or release counts for nothing.</param>
    public static PackageStanding Of(IEnumerable<PackageEvidence> evidence, Interpreter interpreter, string release)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var ranked = evidence
            .Where(fact => fact.Interpreter == interpreter && (fact.Release is null || fact.Release == release) && fact.Outcome is not PackageStatus.Unknown)
            .OrderBy(fact => RankOf(fact.Kind)).ThenBy(fact => fact.Release is null).ThenByDescending(fact => fact.At).ThenBy(fact => fact.Kind).ThenBy(fact => fact.Source, StringComparer.Ordinal)
            .ToList();
        if (ranked is not [var deciding, ..]) return Unknown;
        // What the same source said before it changed its mind contradicts nobody.
        var against = ranked.Find(fact => Contradict(fact.Outcome, deciding.Outcome) && !IsSuperseded(fact, ranked));
        return new PackageStanding(deciding.Outcome, deciding, against);
    }

    // "Partly" agrees with either: it says that some of it works and some does not.
    private static bool Contradict(PackageStatus one, PackageStatus other) =>
        (one, other) is (PackageStatus.Works, PackageStatus.Fails) or (PackageStatus.Fails, PackageStatus.Works);

    private static bool IsSuperseded(PackageEvidence fact, List<PackageEvidence> all) =>
        all.Exists(later => later.Kind == fact.Kind && later.Source == fact.Source && later.Release == fact.Release && later.At > fact.At);

    private static int RankOf(EvidenceKind kind) => kind switch
    {
        EvidenceKind.Bundled or EvidenceKind.Tested or EvidenceKind.Seen => 0,
        EvidenceKind.Lock or EvidenceKind.Wheel => 1,
        _ => 2,
    };
}
