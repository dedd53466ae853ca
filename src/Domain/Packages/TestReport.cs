using System.Text.Json;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Domain.Packages;

/// <summary>What the page of a package's test said on the console, and what that comes to.</summary>
/// <param name="HasBegun">Whether its Python was reached: the interpreter started, and the package was installed.</param>
/// <param name="Modules">The modules that it told of; what was raised, or null for those that could be imported.</param>
public sealed record TestReport(bool HasBegun, IReadOnlyDictionary<string, string?> Modules)
{
    private const int LongestError = 1_000;

    /// <summary>
    /// Reads what was printed. Only lines count that begin with <paramref name="marker"/>, which is another for each attempt; of two that tell
    /// of one module, the first.
    /// </summary>
    public static TestReport Read(string marker, IEnumerable<ConsoleLine> console)
    {
        ArgumentNullException.ThrowIfNull(console);
        var hasBegun = false;
        var modules = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var said in console.Where(line => line.Text.StartsWith(marker, StringComparison.Ordinal)).Select(line => line.Text[marker.Length..]))
        {
            hasBegun = true;
            if (Parse(said) is var (module, error)) modules.TryAdd(module, error);
        }
        return new TestReport(hasBegun, modules);
    }

    /// <summary>The outcome, and what is said to people of each module that could not be imported. A module that nothing was told of was not imported.</summary>
    /// <param name="wanted">The modules that were to be imported.</param>
    /// <param name="result">What the opening of the page showed.</param>
    public (PackageStatus Outcome, string Detail) Judge(IReadOnlyCollection<string> wanted, SmokeResult result)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(result);
        if (!HasBegun) return (PackageStatus.Fails, $"It could not be installed: {Ending(result)}");
        var failed = wanted.Where(module => !Modules.TryGetValue(module, out var error) || error is not null)
            .Select(module => $"{module}: {(Modules.TryGetValue(module, out var error) ? error : Ending(result))}").ToList();
        if (failed.Count == 0) return (PackageStatus.Works, $"imported {string.Join(", ", wanted)}");
        return (failed.Count < wanted.Count ? PackageStatus.Partly : PackageStatus.Fails, string.Join("\n", failed));
    }

    private static string Ending(SmokeResult result) =>
        result.Error is { } error ? Excerpt.Of(error.Type.Length > 0 ? $"{error.Type}: {error.Message}" : error.Message, LongestError)
        : result.Outcome is SmokeOutcome.TimedOut ? $"it did not end in time{(result.Awaited is { } awaited ? $" ({awaited})" : "")}"
        : "the page ended before it";

    private static (string Module, string? Error)? Parse(string said)
    {
        try
        {
            using var document = JsonDocument.Parse(said);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("module", out var module) || module.ValueKind is not JsonValueKind.String) return null;
            return (module.GetString()!, root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.String ? Excerpt.Of(error.GetString()!, LongestError) : null);
        }
        catch (JsonException)
        {
            // The package printed it, or the console was cut: nothing is told by it.
            return null;
        }
        catch (InvalidOperationException)
        {
            // Half a character.
            return null;
        }
    }

}
