using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>What a candidate needs in one environment.</summary>
sealed class CandidateNeeds
{
    private readonly List<Requirement> _conditional = [];
    private readonly MarkerEnvironment _environment;
    private readonly HashSet<string>? _extras;

    private CandidateNeeds(PackageNeeds needs, MarkerEnvironment environment)
    {
        _environment = environment;
        _extras = needs.Extras?.Select(PackageName.NormalForm).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What it needs without any extra.</summary>
    public List<Requirement> Always { get; } = [];

    /// <summary>Reads the markers. Error: that of a marker which has no meaning.</summary>
    public static Result<CandidateNeeds> Of(PackageNeeds needs, MarkerEnvironment environment)
    {
        var read = new CandidateNeeds(needs, environment);
        foreach (var requirement in needs.Requires)
        {
            var counts = requirement.Marker?.Evaluate(environment) ?? true;
            if (!counts.IsOk) return counts.Error;
            (counts.Value ? read.Always : read._conditional).Add(requirement);
        }
        return read;
    }

    /// <summary>What it needs with an extra besides.</summary>
    public IEnumerable<Requirement> With(string extra) =>
        _conditional.Where(requirement => requirement.Marker!.Evaluate(_environment with { Extra = extra }) is { IsOk: true, Value: true });

    /// <summary>Whether the metadata says that there is no such extra.</summary>
    public bool Lacks(string extra) => _extras?.Contains(extra) == false;
}
