using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A record in the format of packages.pyscript.net: one package, judged by people or by their script.</summary>
/// <param name="Outcome"><c>green</c> works, <c>amber</c> works partly, <c>red</c> fails.</param>
/// <param name="At">Its <c>updated_at</c>; where it has none that can be read, when it was imported.</param>
/// <param name="Json">All of it, without the white space around its values.</param>
public sealed record CommunityRecord(PackageName Name, PackageStatus Outcome, string? Summary, string? Notes, DateTimeOffset At, string Json)
{
    /// <summary>The largest record, in bytes; the largest that are known have 40,000.</summary>
    public const int MaximumBytes = 1_000_000;

    /// <summary>What each record is said to be from; a later one of the same package supersedes an earlier.</summary>
    public const string Source = "the community's list";

    /// <summary>What is kept of it. It names no release: its list of Pyodide's versions repeats their locks, which are facts here by themselves.</summary>
    public PackageFacts Facts => new(
        Name.Display,
        [EvidenceEntry.Of(
            Name.Key, new PackageEvidence(EvidenceKind.Community, Source, Interpreter.Pyodide, null, null, Outcome, At, Notes),
            once: Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json))), payload: Json)])
    {
        Summary = Summary is "" or "No summary available." ? null : Summary,
    };

    /// <summary>Reads a record. The second value says why it is none; exactly one of both is null.</summary>
    /// <param name="name">What its file or its key is called.</param>
    /// <param name="importedAt">Stands in for a date that is missing.</param>
    public static (CommunityRecord? Record, string? Why) Read(string name, JsonElement record, DateTimeOffset importedAt)
    {
        var parsed = PackageName.Parse(name);
        if (!parsed.IsOk) return (null, parsed.Error.Message);
        if (record.ValueKind is not JsonValueKind.Object) return (null, $"It is no object but {record.ValueKind}.");
        if (!record.TryGetProperty("status", out var status)) return (null, "It has no \"status\".");
        if (!IsStorable(record)) return (null, "It holds a character that no text may have: U+0000, or half of a pair.");
        var outcome = status.ValueKind is JsonValueKind.String ? OutcomeOf(status.GetString()) : PackageStatus.Unknown;
        if (outcome is PackageStatus.Unknown) return (null, $"Its status is {Show(status)}, and not green, amber or red.");
        var json = JsonSerializer.Serialize(record);
        if (Encoding.UTF8.GetByteCount(json) > MaximumBytes) return (null, $"It is larger than {MaximumBytes} bytes.");
        var isDated = DateTimeOffset.TryParse(TextOf(record, "updated_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at);
        return (new CommunityRecord(parsed.Value, outcome, TextOf(record, "summary"), TextOf(record, "notes"), isDated && at < importedAt ? at : importedAt, json), null);
    }

    private static PackageStatus OutcomeOf(string? status) => status switch
    {
        "green" => PackageStatus.Works,
        "amber" => PackageStatus.Partly,
        "red" => PackageStatus.Fails,
        _ => PackageStatus.Unknown,
    };

    private static string? TextOf(JsonElement record, string name) =>
        record.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string Show(JsonElement value) => Domain.Projects.FilePath.Show(value.GetRawText());

    // PostgreSQL's jsonb takes neither.
    private static bool IsStorable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => IsStorable(value.GetString),
        JsonValueKind.Array => value.EnumerateArray().All(IsStorable),
        JsonValueKind.Object => value.EnumerateObject().All(property => IsStorable(() => property.Name) && IsStorable(property.Value)),
        _ => true,
    };

    private static bool IsStorable(Func<string?> read)
    {
        try
        {
            return read()?.Contains('\0', StringComparison.Ordinal) == false;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
