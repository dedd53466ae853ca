using System.Text;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Finds and leads the addresses in a PyScript config, TOML or JSON: whole strings, whether keys or values.</summary>
public static class ConfigAddresses
{
    /// <summary>The longest config that is looked at, in bytes.</summary>
    public const int LargestConfig = 64 * 1024;

    /// <summary>Whether a file of this name may be a config; only one that names <c>js_modules</c> is.</summary>
    public static bool Handles(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The addresses of libraries in a config, in order.</summary>
    public static IEnumerable<string> In(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > LargestConfig || !text.Contains("js_modules", StringComparison.Ordinal) ? []
            : Strings(text).Select(literal => literal.Value).Where(value => LibraryAddress.Parse(value) is not null);
    }

    /// <summary>The config as it is served; the very text that came in where nothing is to be changed.</summary>
    public static string Lead(string text, LibraryMap libraries, string runtimeUrl)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(libraries);
        if (libraries.IsEmpty || text.Length > LargestConfig || !text.Contains("js_modules", StringComparison.Ordinal)) return text;
        var edits = new SourceEdits(text);
        foreach (var literal in Strings(text))
        {
            if (libraries.Find(literal.Value) is { } path) edits.Replace(literal.Start, literal.End, runtimeUrl + path);
        }
        return edits.Any ? edits.Apply() : text;
    }

    /// <summary>The bytes of a config's file as they are served; the very bytes that came in where nothing is to be changed.</summary>
    public static byte[] Lead(byte[] bytes, LibraryMap libraries, string runtimeUrl)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(libraries);
        if (libraries.IsEmpty || bytes.Length > LargestConfig) return bytes;
        // What counts here is ASCII, and Latin-1 gives every byte back.
        var text = Encoding.Latin1.GetString(bytes);
        var led = Lead(text, libraries, runtimeUrl);
        return ReferenceEquals(led, text) ? bytes : Encoding.Latin1.GetBytes(led);
    }

    // TOML's strings and comments; JSON has the one kind of string, and no hash outside of one.
    private static IEnumerable<SourceLiteral> Strings(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '#')
            {
                var line = text.IndexOf('\n', i);
                i = line < 0 ? text.Length : line;
            }
            else if (c is '"' or '\'')
            {
                var start = i + 1;
                i = start;
                while (i < text.Length && text[i] != c && text[i] is not ('\r' or '\n')) i += c == '"' && text[i] == '\\' ? 2 : 1;
                if (i < text.Length && text[i] == c && i > start)
                    yield return new(start, i, text[start..i].Replace("\\/", "/", StringComparison.Ordinal));
            }
        }
    }
}
