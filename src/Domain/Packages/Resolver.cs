using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>
/// Finds versions that go together for one interpreter. The newest of the earliest origin is taken where nothing speaks against it;
/// pre-releases and withdrawn versions only where somebody asks for them.
/// </summary>
public sealed class Resolver(IPackageCandidates source, MarkerEnvironment environment, ResolutionBounds? bounds = null)
{
    private readonly ResolutionBounds _bounds = bounds ?? new();
    private readonly MarkerEnvironment _environment = environment with { Extra = "" };
    private readonly Dictionary<string, KnownPackage> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<Candidate, Result<CandidateNeeds>> _needs = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Candidate> _askedFor = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Chooses a version of each package that is needed. Errors: <c>package_missing</c> (nobody has it), <c>package_unfit</c> (no version
    /// that is asked for is one for this interpreter), <c>package_conflict</c>, <c>direct_reference</c> (an address that the source does
    /// not know), <c>bad_marker</c>, <c>too_hard</c>.
    /// </summary>
    /// <param name="requirements">What is asked for; of those whose marker does not hold nothing is taken.</param>
    public async Task<Result<Resolution>> ResolveAsync(IReadOnlyList<Requirement> requirements, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(requirements);
        var wanted = new List<Requirement>();
        foreach (var requirement in requirements)
        {
            var counts = requirement.Marker?.Evaluate(_environment) ?? true;
            if (!counts.IsOk) return counts.Error;
            if (counts.Value) wanted.Add(requirement);
        }
        return await RunAsync(wanted, isJudgement: false, ct);
    }

    /// <summary>Resolves one package, with an error that says what stands in its way and not that it was asked for.</summary>
    internal Task<Result<Resolution>> JudgeAsync(Requirement requirement, CancellationToken ct) => RunAsync([requirement], isJudgement: true, ct);

    internal ResolutionBounds Bounds => _bounds;

    internal MarkerEnvironment Environment => _environment;

    /// <summary>How many held back candidates somebody asked for until now.</summary>
    internal int AskedFor => _askedFor.Count;

    /// <summary>Finds what is not yet known of these names. False: they are too many.</summary>
    internal async Task<bool> FindAsync(IEnumerable<PackageName> names, CancellationToken ct)
    {
        var unknown = names.Where(name => !_known.ContainsKey(name.Key)).Distinct().ToList();
        if (_known.Count + unknown.Count > _bounds.Packages) return false;
        if (unknown.Count == 0) return true;
        foreach (var (name, listing) in unknown.Zip(await source.FindAsync(unknown, ct))) _known[name.Key] = new(listing, _environment);
        return true;
    }

    internal KnownPackage Known(PackageName name) => _known[name.Key];

    internal async Task ReadNeedsAsync(IEnumerable<Candidate> candidates, CancellationToken ct)
    {
        var unread = candidates.Where(candidate => !_needs.ContainsKey(candidate)).Distinct<Candidate>(ReferenceEqualityComparer.Instance).ToList();
        if (unread.Count == 0) return;
        foreach (var (candidate, needs) in unread.Zip(await source.ReadNeedsAsync(unread, ct)))
            _needs[candidate] = needs.IsOk ? CandidateNeeds.Of(needs.Value, _environment) : needs.Error;
    }

    internal Result<CandidateNeeds> Needs(Candidate candidate) => _needs[candidate];

    /// <summary>The candidates that a requirement may be met with.</summary>
    internal IEnumerable<int> Admit(KnownPackage package, Requirement requirement)
    {
        foreach (var number in package.AskedBy(requirement)) _askedFor.Add(package.Candidates[number]);
        return package.Matching(requirement).Where(number => !package.IsHeldBack(number) || _askedFor.Contains(package.Candidates[number]));
    }

    /// <summary>
    /// Takes pre-releases in where no other version meets all that is asked of a package, although each requirement by itself is met by
    /// one. False: there are none.
    /// </summary>
    internal bool TakePreReleases(KnownPackage package, IReadOnlyList<Requirement> requirements)
    {
        var meeting = package.Candidates.FindAll(candidate => candidate.Yanked is null && requirements.All(requirement => KnownPackage.Fits(requirement, candidate)));
        if (!meeting.TrueForAll(candidate => candidate.IsPreRelease)) return false;
        var before = _askedFor.Count;
        _askedFor.UnionWith(meeting);
        return _askedFor.Count > before;
    }

    private async Task<Result<Resolution>> RunAsync(List<Requirement> wanted, bool isJudgement, CancellationToken ct)
    {
        while (true)
        {
            // What a requirement asks for that was held back changes what all others may take: everything is done again then.
            if (await new ResolverRun(this, wanted, isJudgement).ResolveAsync(ct) is { } result) return result;
        }
    }
}
