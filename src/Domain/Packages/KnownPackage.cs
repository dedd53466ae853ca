namespace PyScriptHub.Domain.Packages;

/// <summary>A listing, with its candidates in the order in which they are taken and those set aside that never can be.</summary>
sealed class KnownPackage
{
    public KnownPackage(PackageListing listing, MarkerEnvironment environment)
    {
        Listing = listing;
        var inLock = listing.Candidates.Where(candidate => candidate.Origin.IsLock).ToList();
        Locked = inLock.FirstOrDefault();
        var python = PackageVersion.TryParse(environment.PythonFullVersion);
        foreach (var candidate in listing.Candidates)
        {
            if (Locked is not null && candidate.Origin is { IsLock: false, OverridesLock: false }) Overruled.Add(candidate);
            else if (candidate.Unfit is not null) Unfit.Add(candidate);
            else if (python is not null && candidate.RequiresPython?.Admits(python, allowPreReleases: true) == false) ForOtherPython.Add(candidate);
            else Candidates.Add(candidate);
        }
        Candidates.Sort(Compare);
    }

    public PackageListing Listing { get; }

    /// <summary>What fits this interpreter: an earlier origin first, in each the newest first.</summary>
    public List<Candidate> Candidates { get; } = [];

    /// <summary>What has no file for this platform.</summary>
    public List<Candidate> Unfit { get; } = [];

    public List<Candidate> ForOtherPython { get; } = [];

    /// <summary>What the release's lock has from its own source.</summary>
    public List<Candidate> Overruled { get; } = [];

    /// <summary>What the lock has; null where it has nothing of this name.</summary>
    public Candidate? Locked { get; }

    /// <summary>The newest version that there is, whether or not it fits; null where none follows PEP 440.</summary>
    public Candidate? Newest => Candidates.Concat(Unfit).Concat(ForOtherPython)
        .Where(candidate => candidate is { Version: not null, IsPreRelease: false, Yanked: null }).MaxBy(candidate => candidate.Version);

    /// <summary>The candidates, by number, that a requirement's versions and address fit; withdrawn ones and pre-releases among them.</summary>
    public IEnumerable<int> Matching(Requirement requirement) =>
        Enumerable.Range(0, Candidates.Count).Where(number => Fits(requirement, Candidates[number]));

    public static bool Fits(Requirement requirement, Candidate candidate)
    {
        if (requirement.Url is not null) return candidate.Url == requirement.Url;
        if (candidate.Version is { } version) return requirement.Versions.Clauses.All(clause => clause.Matches(version));
        return requirement.Versions.Clauses.Count == 0 || requirement.Versions.AdmitsText(candidate.VersionText);
    }

    /// <summary>
    /// Whether it is left out unless somebody asks for it: a pre-release (PEP 440, "Handling of pre-releases") or a version that its
    /// authors withdrew (PEP 592).
    /// </summary>
    public bool IsHeldBack(int number) => Candidates[number] is { IsPreRelease: true } or { Yanked: not null };

    /// <summary>
    /// The held back candidates that a requirement asks for: a pre-release by naming one or where nothing else matches, a withdrawn
    /// version by naming exactly it.
    /// </summary>
    public IEnumerable<int> AskedBy(Requirement requirement)
    {
        var matching = Matching(requirement).Where(number => Candidates[number].Yanked is null || Names(requirement)).ToList();
        var takesPreReleases = requirement.Url is not null || requirement.Versions.NamesPreRelease || matching.TrueForAll(number => Candidates[number].IsPreRelease);
        return matching.Where(number => IsHeldBack(number) && (takesPreReleases || !Candidates[number].IsPreRelease));
    }

    private static bool Names(Requirement requirement) => requirement.Url is not null || requirement.Versions.Clauses.Any(
        clause => clause.Operator is VersionOperator.Arbitrary || clause is { Operator: VersionOperator.Matching, IsPrefix: false });

    private static int Compare(Candidate one, Candidate other)
    {
        var order = one.Origin.Rank.CompareTo(other.Origin.Rank);
        if (order == 0) order = Comparer<PackageVersion?>.Default.Compare(other.Version, one.Version);
        if (order == 0) order = string.CompareOrdinal(other.VersionText, one.VersionText);
        return order != 0 ? order : string.CompareOrdinal(one.File.Name, other.File.Name);
    }
}
