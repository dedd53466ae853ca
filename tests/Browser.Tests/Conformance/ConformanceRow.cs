using System.Text.Json;
using System.Text.Json.Serialization;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>What one check in a page found.</summary>
/// <param name="Member">Id of the member of <see cref="PlatformTable"/> that was driven.</param>
/// <param name="Check">What of the member was driven; distinct within page, interpreter and thread.</param>
/// <param name="Interpreter"><c>pyodide</c>, <c>micropython</c> or, on bare Coincident, <c>javascript</c>.</param>
/// <param name="Thread"><c>main</c> or <c>worker</c>.</param>
/// <param name="Outcome"><c>passes</c>, <c>unsupported</c> (the lack itself was asserted) or <c>fails</c>.</param>
/// <param name="Note">Why something is unsupported and what happens instead; what failed.</param>
public sealed record ConformanceRow(string Member, string Check, string Interpreter, string Thread, string Outcome, string Note)
{
    /// <summary>The page that reported the row.</summary>
    public string Page { get; init; } = "";

    /// <summary>Where the page was opened.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Placing>))]
    public Placing Placing { get; init; }

    /// <summary>Reads the rows that a page left in <c>window.conformance.rows</c>.</summary>
    internal static IReadOnlyList<ConformanceRow> Read(string json, string page, Placing placing) =>
        JsonSerializer.Deserialize<List<ConformanceRow>>(json, JsonSerializerOptions.Web)!
            .ConvertAll(row => row with { Page = page, Placing = placing });

    /// <inheritdoc />
    public override string ToString() => $"{Outcome}: {Member} [{Check}] {Interpreter}/{Thread} on {Page} ({Placing}): {Note}";
}
