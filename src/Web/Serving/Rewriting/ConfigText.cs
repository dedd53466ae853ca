using System.Text;
using System.Text.Json;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>A config of PyScript as far as packages go: what it lists, and where that stands in its text.</summary>
public sealed class ConfigText
{
    private const int Longest = 256 * 1024;

    private readonly string _text;
    private readonly bool _isJson;
    private readonly int _keyStart;
    private readonly (int Start, int End)? _cache;
    private readonly IReadOnlyList<ConfigString> _packages;

    private ConfigText(string text, bool isJson, int keyStart, (int Start, int End)? cache, IReadOnlyList<ConfigString> packages) =>
        (_text, _isJson, _keyStart, _cache, _packages) = (text, isJson, keyStart, cache, packages);

    /// <summary>The entries of <c>packages</c>, in order.</summary>
    public IEnumerable<string> Packages => _packages.Select(entry => entry.Value);

    /// <summary>Reads a config; null where it lists no packages, or is not what it should be: PyScript says so itself.</summary>
    /// <param name="isJson">Whether it is said to be JSON; null where its first character tells.</param>
    public static ConfigText? Read(string text, bool? isJson)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > Longest) return null;
        return isJson ?? text.AsSpan().TrimStart() is ['{', ..] ? ReadJson(text) : ReadToml(text);
    }

    /// <summary>
    /// The text with its packages led to a lock: each entry by the name that <paramref name="nameOf"/> gives for it, the other locked ones behind
    /// them, and <c>packages_cache = "passthrough"</c>, by which PyScript leaves them to Pyodide.
    /// </summary>
    /// <param name="nameOf">The locked name of an entry; null where it stays what it is.</param>
    /// <param name="locked">All names that belong to the entries.</param>
    public string WithLock(Func<string, string?> nameOf, IEnumerable<string> locked)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        var edits = new SourceEdits(_text);
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in _packages)
        {
            if (nameOf(entry.Value) is not { } name) continue;
            listed.Add(name);
            if (name != entry.Value) edits.Replace(entry.Start, entry.End, Quote(name));
        }
        var others = locked.Where(name => !listed.Contains(name)).Select(Quote).ToList();
        // Behind the last entry: a comma that is there already may stay, which TOML allows and JSON does not have.
        if (others.Count > 0 && _packages is [.., var last]) edits.Insert(last.End, ", " + string.Join(", ", others));
        if (_cache is var (start, end)) edits.Replace(start, end, "\"passthrough\"");
        else edits.Insert(_keyStart, _isJson ? "\"packages_cache\": \"passthrough\", " : "packages_cache = \"passthrough\"\n");
        return edits.Apply();
    }

    private string Quote(string name) => _isJson ? JsonSerializer.Serialize(name) : TomlTop.Quote(name);

    private static ConfigText? ReadToml(string text)
    {
        if (TomlTop.Read(text) is not { } values) return null;
        var packages = values.LastOrDefault(value => value.Key is ["packages"]);
        if (packages?.Strings is not { Count: > 0 } strings) return null;
        var cache = values.LastOrDefault(value => value.Key is ["packages_cache"]);
        return new(text, isJson: false, packages.KeyStart, cache is null ? null : (cache.Start, cache.End), strings);
    }

    private static ConfigText? ReadJson(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes);
        var keyStart = -1;
        (int Start, int End)? cache = null;
        var packages = new List<ConfigString>();
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var at = CharAt(reader.TokenStartIndex);
                var name = reader.GetString();
                reader.Read();
                if (name == "packages_cache")
                {
                    var start = CharAt(reader.TokenStartIndex);
                    reader.Skip();
                    cache = (start, CharAt(reader.BytesConsumed));
                }
                else if (name == "packages" && reader.TokenType is JsonTokenType.StartArray)
                {
                    keyStart = at;
                    packages.Clear();
                    while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    {
                        if (reader.TokenType is not JsonTokenType.String) return null;
                        packages.Add(new(reader.GetString()!, CharAt(reader.TokenStartIndex), CharAt(reader.BytesConsumed)));
                    }
                }
                else reader.Skip();
            }
            // To the end, so that nothing is put into a text that is no JSON.
            while (reader.Read()) { }
        }
        catch (JsonException)
        {
            return null;
        }
        return packages.Count == 0 ? null : new(text, isJson: true, keyStart, cache, packages);

        int CharAt(long index) => Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)index));
    }
}
