using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>One interpreter of one release, with every module that was tried in it.</summary>
/// <param name="Version">The interpreter's own version.</param>
/// <param name="Python">The version of the language.</param>
/// <param name="Modules">Each module's <see cref="BundledFinding"/>, ordered by name.</param>
public sealed record BundledRun(string Release, Interpreter Interpreter, string Version, string Python, IReadOnlyDictionary<string, string> Modules);

/// <summary><c>bundled.json</c>, which <c>tools/bundled-modules</c> writes and the hub carries.</summary>
/// <param name="Date">When the modules were tried.</param>
/// <param name="Browser">Its name and main version.</param>
/// <param name="Runs">
/// By release and not by the interpreter's version, although that decides nearly all: core brings Python files and settings of its own.
/// </param>
public sealed record BundledFile(DateOnly Date, string Browser, IReadOnlyList<BundledRun> Runs)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        // One module a line, so that a change is read in a diff; nothing of it is written into a page as it is.
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The one that this program carries.</summary>
    public static BundledFile Shipped()
    {
        using var stream = typeof(BundledFile).Assembly.GetManifestResourceStream("bundled.json")!;
        return JsonSerializer.Deserialize<BundledFile>(stream, s_json)!;
    }

    /// <summary>The file's text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json) + "\n";

    /// <summary>What another says otherwise, a line each; date and browser are no difference.</summary>
    public IEnumerable<string> DifferencesTo(BundledFile other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (here, there) = (Lines(), other.Lines());
        return from key in here.Keys.Union(there.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
               let before = here.GetValueOrDefault(key, "(nothing)")
               let after = there.GetValueOrDefault(key, "(nothing)")
               where before != after
               select $"{key}: {before} → {after}";
    }

    private Dictionary<string, string> Lines() => new(
        Runs.SelectMany(run => run.Modules.Prepend(new("", $"{run.Version}, Python {run.Python}")), (run, module) =>
            KeyValuePair.Create($"{run.Release} {Interpreters.WordOf(run.Interpreter)} {module.Key}".TrimEnd(), module.Value)),
        StringComparer.Ordinal);
}
