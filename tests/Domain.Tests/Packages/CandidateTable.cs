using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

/// <summary>Candidates written down line by line, <c>a 1.0: b&gt;=2, c; extra == 'x'</c>, and a count of how often they were asked for.</summary>
sealed class CandidateTable : IPackageCandidates
{
    public static readonly PackageOrigin Project = new("the project's files", 0) { OverridesLock = true };
    public static readonly PackageOrigin Uploaded = new("the hub's index", 1) { OverridesLock = true };
    public static readonly PackageOrigin Lock = new("the lock of Pyodide 314.0.5", 2) { IsLock = true };
    public static readonly PackageOrigin Upstream = new("pypi.example", 3);

    private readonly List<Candidate> _candidates = [];
    private readonly Dictionary<Candidate, Result<PackageNeeds>> _needs = new(ReferenceEqualityComparer.Instance);

    /// <summary>The pyodide of the scenarios.</summary>
    public static MarkerEnvironment Environment { get; } =
        MarkerEnvironment.Pyodide(PackageVersion.Parse("3.14.2").Value!, PackageVersion.Parse("5.0.3").Value!);

    public List<int> Finds { get; } = [];

    public List<int> Reads { get; } = [];

    /// <summary>Adds candidates, one a line: a name, a version, and after a colon its requirements between <c>|</c>.</summary>
    public CandidateTable Add(string lines, PackageOrigin? origin = null, Func<Candidate, Candidate>? with = null, string[]? extras = null)
    {
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
            var requires = parts.Length == 1 ? [] : Requirements(parts[1]);
            Add(parts[0], new PackageNeeds(requires, extras), origin, with);
        }
        return this;
    }

    public CandidateTable Add(string nameAndVersion, Result<PackageNeeds> needs, PackageOrigin? origin = null, Func<Candidate, Candidate>? with = null)
    {
        var words = nameAndVersion.Split(' ');
        var candidate = new Candidate(
            PackageName.Parse(words[0]).Value, words[1], origin ?? Upstream, new CandidateFile($"{words[0]}-{words[1]}-py3-none-any.whl", null));
        candidate = with?.Invoke(candidate) ?? candidate;
        _candidates.Add(candidate);
        _needs[candidate] = needs;
        return this;
    }

    public static List<Requirement> Requirements(string text) =>
        [.. text.Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(one => Requirement.Parse(one).Value.ShouldNotBeNull(one))];

    public Task<Result<Resolution>> ResolveAsync(string requirements, ResolutionBounds? bounds = null) =>
        new Resolver(this, Environment, bounds).ResolveAsync(Requirements(requirements), TestContext.Current.CancellationToken);

    /// <summary>What was chosen, in its order: <c>b 2 a 1.0</c>.</summary>
    public async Task<string> ChooseAsync(string requirements)
    {
        var result = await ResolveAsync(requirements);
        return result.IsOk ? string.Join(' ', result.Value.Packages.Select(package => package.Candidate.ToString())) : throw new ShouldAssertException(result.Error.ToString());
    }

    public async Task<Error> FailAsync(string requirements, ResolutionBounds? bounds = null) => (await ResolveAsync(requirements, bounds)).Error.ShouldNotBeNull();

    public Task<IReadOnlyList<PackageListing>> FindAsync(IReadOnlyList<PackageName> names, CancellationToken ct)
    {
        Finds.Add(names.Count);
        return Task.FromResult<IReadOnlyList<PackageListing>>(
            [.. names.Select(name => new PackageListing(name, _candidates.FindAll(candidate => candidate.Name == name), [Project.Name, Upstream.Name]))]);
    }

    public Task<IReadOnlyList<Result<PackageNeeds>>> ReadNeedsAsync(IReadOnlyList<Candidate> candidates, CancellationToken ct)
    {
        Reads.Add(candidates.Count);
        return Task.FromResult<IReadOnlyList<Result<PackageNeeds>>>([.. candidates.Select(candidate => _needs[candidate])]);
    }
}
