using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>
/// A package as packages.pyscript.net answers it: what its record of the community says, where there is one, and a status that
/// is the hub's own. It is in English, as that list is.
/// </summary>
static class PyScriptRecord
{
    /// <summary>What their list says where nobody wrote a summary.</summary>
    public const string NoSummary = "No summary available.";

    /// <summary>Their JSON: four spaces, and letters as they are.</summary>
    public static readonly JsonSerializerOptions Json = new() { WriteIndented = true, IndentSize = 4, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Their words; what nobody knows may work.</summary>
    public static string WordOf(PackageStatus status) => status switch
    {
        PackageStatus.Works => "green",
        PackageStatus.Fails => "red",
        _ => "amber",
    };

    /// <summary>A moment as they write it.</summary>
    public static string Write(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture);

    /// <param name="facts">All accepted ones that are of Pyodide, with their payloads.</param>
    /// <param name="release">The default release, whose status is answered.</param>
    public static JsonObject Of(Package package, IReadOnlyList<EvidenceEntry> facts, string release)
    {
        var standing = PackageStanding.Of(facts.Select(entry => entry.Fact), Interpreter.Pyodide, release);
        var community = facts.Where(entry => entry is { Kind: EvidenceKind.Community, Payload: not null }).MaxBy(entry => entry.At);
        var theirs = community is null ? [] : JsonNode.Parse(community.Payload!)!.AsObject();
        var record = new JsonObject
        {
            ["status"] = WordOf(standing.Status),
            ["notes"] = Text("notes") ?? Notes(package, standing, release),
            ["pyodide_versions"] = theirs["pyodide_versions"] is JsonObject versions ? versions.DeepClone() : Versions(facts),
            ["updated_by"] = Text("updated_by") ?? "PyScript Hub",
            ["updated_at"] = Text("updated_at") ?? Write(facts.Count > 0 ? facts.Max(entry => entry.At) : package.UpdatedAt),
            ["summary"] = Text("summary") ?? package.Summary ?? NoSummary,
        };
        if (community is null) record["examples"] = new JsonArray();
        // What their records have besides is kept: examples, and what comes to be.
        foreach (var (name, value) in theirs)
        {
            if (!record.ContainsKey(name)) record[name] = value?.DeepClone();
        }
        return record;

        string? Text(string name) => theirs[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
    }

    /// <summary>Whether it is something to install: no module of an interpreter alone, no shared library, no test suite.</summary>
    public static bool IsListed(IReadOnlyList<EvidenceEntry> facts) => facts.Any(entry => entry.Kind switch
    {
        EvidenceKind.Bundled => false,
        EvidenceKind.Lock => entry.Payload is null || LockPayload.Read(entry.Payload).IsPackage,
        _ => true,
    });

    private static JsonObject Versions(IReadOnlyList<EvidenceEntry> facts)
    {
        var versions = new JsonObject();
        foreach (var locked in facts.Where(entry => entry is { Kind: EvidenceKind.Lock, Payload: not null }).OrderByDescending(entry => entry.Release, s_releases))
            versions.TryAdd(LockPayload.Read(locked.Payload!).Pyodide, new JsonObject { ["package_version"] = locked.Version, ["pyscript_version"] = locked.Release });
        return versions;
    }

    private static readonly Comparer<string?> s_releases = Comparer<string?>.Create((one, other) =>
        Comparer<PackageVersion?>.Default.Compare(one is null ? null : PackageVersion.TryParse(one), other is null ? null : PackageVersion.TryParse(other)));

    private static string Notes(Package package, PackageStanding standing, string release)
    {
        if (standing.Deciding is not { } deciding) return $"Nobody has tried `{package.DisplayName}` in PyScript {release} with Pyodide as far as this hub knows.";
        var verdict = standing.Status switch
        {
            PackageStatus.Works => "works",
            PackageStatus.Partly => "works partly",
            _ => "does not work",
        };
        var notes = $"`{package.DisplayName}` {verdict} in PyScript {release} with Pyodide: {Say(deciding)}.";
        if (standing.Against is { } against) notes += $"\n\nThere is a contradiction: {Say(against)}.";
        if (standing.Status is not PackageStatus.Fails && deciding.Kind is not EvidenceKind.Bundled) notes += $"\n\nAdd it to the `packages` of your configuration:\n\n```\npackages = [\"{package.Name}\"]\n```";
        return notes;
    }

    private static string Say(PackageEvidence fact)
    {
        var date = fact.At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var version = fact.Version is null ? "" : $", version {fact.Version}";
        var said = fact.Outcome switch { PackageStatus.Works => "works", PackageStatus.Partly => "works partly", _ => "fails" };
        var detail = fact.Detail is null ? "" : $" ({fact.Detail})";
        return $"{said} by {fact.Source}{version}, {date}{detail}";
    }
}
