namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>A config that a page names for Pyodide.</summary>
/// <param name="Text">Its text; null where it is a file.</param>
/// <param name="File">Its address as the page writes it; null where it is no file.</param>
/// <param name="IsJson">Whether it is said to be JSON; null where nothing says.</param>
public sealed record PageConfig(string? Text, string? File, bool? IsJson);

/// <summary>Where the configs of a page stand that Pyodide reads, on the main thread, in workers, editors and games.</summary>
static class PageConfigs
{
    /// <summary>A config and its place: an attribute, or the text of an element.</summary>
    /// <param name="Attribute">The attribute that holds it; null for the text of an element.</param>
    /// <param name="BodyStart">Where the element's text begins, where it is that.</param>
    /// <param name="BodyEnd">Where it ends.</param>
    public sealed record Place(PageConfig Config, TagAttribute? Attribute, int BodyStart, int BodyEnd);

    /// <summary>The configs that Pyodide reads, in the order of the text.</summary>
    public static IEnumerable<Place> Of(HtmlSource source, InterpreterSwitch change) => Of(source, change, isPyodide: true);

    /// <summary>The files that MicroPython reads as configs, as the page names them.</summary>
    public static IEnumerable<Place> FilesOfMicropython(HtmlSource source, InterpreterSwitch change) =>
        Of(source, change, isPyodide: false).Where(place => place.Config.File is not null);

    private static IEnumerable<Place> Of(HtmlSource source, InterpreterSwitch change, bool isPyodide)
    {
        foreach (var tag in source.Tags.Where(tag => tag is { Element: not null, IsInert: false, IsHtml: true }))
        {
            var name = change.OfTag(tag.Name);
            var isJson = ParserOf(tag);
            if (name is "py-config" or "mpy-config")
            {
                if (name is "py-config" != isPyodide) continue;
                if (tag["src"] is { HasValue: true } src) yield return Named(src, isJson);
                else if (BodyOf(source, tag) is var (start, end)) yield return new(new(tag.Element!.TextContent, null, isJson), null, start, end);
                continue;
            }
            var type = name is "py-script" or "mpy-script" ? name[..^7] : name is "script" ? change.OfType(tag["type"]?.Value.ToLowerInvariant() ?? "") : null;
            var isOfPyodide = type switch
            {
                "py" or "py-editor" or "py-game" or "pyodide" => true,
                "mpy" or "mpy-editor" or "micropython" => false,
                _ => (bool?)null,
            };
            if (isOfPyodide == isPyodide && tag["config"] is { HasValue: true } config) yield return Named(config, isJson);
        }
    }

    private static Place Named(TagAttribute attribute, bool? isJson)
    {
        var value = attribute.Value.Trim();
        var isFile = PreloadLinks.IsFile(value);
        var path = value.Split('?', '#')[0];
        var byEnding = path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? true : path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) ? false : isJson;
        return new(isFile ? new(null, value, byEnding) : new(attribute.Value, null, isJson), attribute, -1, -1);
    }

    private static bool? ParserOf(StartTag tag) =>
        (tag["config-parser"]?.Value ?? (tag.Name.EndsWith("-config", StringComparison.Ordinal) ? tag["type"]?.Value : null))?.ToLowerInvariant() switch
        {
            "json" => true,
            "toml" => false,
            _ => null,
        };

    private static (int Start, int End)? BodyOf(HtmlSource source, StartTag tag)
    {
        foreach (var (name, start) in source.EndTags)
        {
            if (start >= tag.End && name == tag.Name) return (tag.End, start);
        }
        return null;
    }
}
