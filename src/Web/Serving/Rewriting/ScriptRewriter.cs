using System.Text;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>
/// Leads the addresses in a project's <c>.js</c>, <c>.mjs</c> and <c>.css</c> to the hub: whole string literals and
/// <c>url()</c> that are an address of PyScript, PolyScript, Coincident or a library; nothing else.
/// </summary>
public static class ScriptRewriter
{
    /// <summary>Whether files of this name are looked at.</summary>
    public static bool Handles(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return IsStyle(path) || path.EndsWith(".js", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".mjs", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The file as it is served; the very bytes that came in where nothing is to be changed.</summary>
    public static byte[] Rewrite(string path, byte[] bytes, AddressMap map)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(map);
        var text = Decode(bytes);
        var edits = new SourceEdits(text);
        foreach (var literal in Literals(path, text))
        {
            if (map.Map(literal.Value) is { } address) edits.Replace(literal.Start, literal.End, address);
        }

        return edits.Any ? Encoding.Latin1.GetBytes(edits.Apply()) : bytes;
    }

    /// <summary>The addresses of PyScript, PolyScript and Coincident in a file, in order.</summary>
    public static IReadOnlyList<RuntimeAddress> Addresses(string path, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return [.. Literals(path, Decode(bytes)).Select(literal => RuntimeAddress.Parse(literal.Value)).OfType<RuntimeAddress>()];
    }

    /// <summary>The addresses of npm packages in a file, in order, as they are written.</summary>
    public static IReadOnlyList<string> Libraries(string path, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return [.. Literals(path, Decode(bytes)).Select(literal => literal.Value).Where(value => LibraryAddress.Parse(value) is not null)];
    }

    private static IEnumerable<SourceLiteral> Literals(string path, string text) =>
        IsStyle(path) ? StyleLiterals.In(text) : JavaScriptLiterals.In(text, isModule: path.EndsWith(".mjs", StringComparison.OrdinalIgnoreCase));

    // What counts here is ASCII, and Latin-1 gives every byte back: a script in whatever charset goes through unharmed.
    private static string Decode(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    private static bool IsStyle(string path) => path.EndsWith(".css", StringComparison.OrdinalIgnoreCase);
}
