using System.Text.Json;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>What a package says of itself in its <c>package.json</c>, as far as the hub asks.</summary>
/// <param name="Needs">The packages that it imports: name → range; those of its peers that it cannot do without are among them.</param>
public sealed record NpmDescription(string Name, string Version, IReadOnlyDictionary<string, string> Needs)
{
    private readonly Dictionary<string, string> _entries = new(StringComparer.Ordinal);

    /// <summary>Reads the file; null where it is none.</summary>
    public static NpmDescription? Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            var root = document.RootElement;
            if (Text(root, "name") is not { } name || Text(root, "version") is not { } version) return null;
            var needs = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (peer, range) in Ranges(root, "peerDependencies").Where(peer => !IsOptional(root, peer.Name))) needs[peer] = range;
            foreach (var (dependency, range) in Ranges(root, "dependencies")) needs[dependency] = range;
            var description = new NpmDescription(name, version, needs);
            foreach (var field in new[] { "jsdelivr", "unpkg", "browser", "main", "module", "style" })
            {
                if (Text(root, field) is { Length: > 0 } entry) description._entries[field] = entry;
            }
            return description;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The files that may be what the package mainly is, best first, by the fields that a CDN asks in this order.</summary>
    public IEnumerable<string> Entries(params IEnumerable<string> fields) =>
        fields.Where(_entries.ContainsKey).Select(field => _entries[field]).Append("index.js")
            .Select(entry => entry.StartsWith("./", StringComparison.Ordinal) ? entry[2..] : entry.TrimStart('/'))
            .SelectMany(entry => new[] { entry, entry.TrimEnd('/') + ".js", entry.TrimEnd('/') + "/index.js" });

    private static string? Text(JsonElement root, string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<(string Name, string Range)> Ranges(JsonElement root, string field) =>
        root.TryGetProperty(field, out var all) && all.ValueKind is JsonValueKind.Object
            ? all.EnumerateObject().Where(one => one.Value.ValueKind is JsonValueKind.String && !one.Name.StartsWith("@types/", StringComparison.Ordinal))
                .Select(one => (one.Name, one.Value.GetString()!))
            : [];

    private static bool IsOptional(JsonElement root, string peer) =>
        root.TryGetProperty("peerDependenciesMeta", out var all) && all.ValueKind is JsonValueKind.Object
        && all.TryGetProperty(peer, out var meta) && meta.ValueKind is JsonValueKind.Object
        && meta.TryGetProperty("optional", out var optional) && optional.ValueKind is JsonValueKind.True;
}
