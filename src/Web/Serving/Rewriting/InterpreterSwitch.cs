using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>
/// Turns <c>py</c> into <c>mpy</c> and back, in script types, tags, editors and event attributes. <c>py-game</c> is Pyodide's
/// alone and stays; so do PolyScript's own types (<c>pyodide</c>, <c>micropython</c>).
/// </summary>
sealed class InterpreterSwitch(Interpreter? target, bool hasTargetConfig)
{
    private static readonly HashSet<string> Types = new(StringComparer.OrdinalIgnoreCase) { "py", "mpy", "py-editor", "mpy-editor" };

    private static readonly HashSet<string> Tags = new(StringComparer.Ordinal) { "py-script", "mpy-script", "py-config", "mpy-config" };

    /// <summary>The type, tag or attribute name as it is served.</summary>
    public string Of(string name) => target switch
    {
        Interpreter.Micropython when name.StartsWith('p') || name.StartsWith('P') => (char.IsUpper(name[0]) ? "M" : "m") + name,
        Interpreter.Pyodide when name.StartsWith('m') || name.StartsWith('M') => name[1..],
        _ => name,
    };

    public string OfType(string type) => Types.Contains(type) ? Of(type) : type;

    public string OfTag(string tag) => Switches(tag) ? Of(tag) : tag;

    /// <summary>Event attributes: <c>py-click</c>, <c>mpy-keydown</c>.</summary>
    public static bool IsEvent(string attribute) =>
        (attribute.StartsWith("py-", StringComparison.Ordinal) && attribute.Length > 3)
        || (attribute.StartsWith("mpy-", StringComparison.Ordinal) && attribute.Length > 4);

    /// <summary>
    /// Core refuses a page with two configs for one interpreter: where the page brings one for each, the other interpreter's
    /// stays what it is, and is ignored.
    /// </summary>
    public bool Switches(string tag) =>
        Tags.Contains(tag) && !(hasTargetConfig && tag.EndsWith("-config", StringComparison.Ordinal));

    public void Apply(HtmlSource source, SourceEdits edits)
    {
        if (target is null) return;
        foreach (var tag in source.Tags)
        {
            if (Switches(tag.Name)) Edit(source.Text, tag.Start + 1, tag.Name.Length, edits);
            if (tag.Name == "script" && tag["type"] is { HasValue: true } type && Types.Contains(type.Value)
                && type.ValueEnd - type.ValueStart == type.Value.Length)
            {
                Edit(source.Text, type.ValueStart, type.Value.Length, edits);
            }

            foreach (var attribute in tag.Attributes.Where(attribute => IsEvent(attribute.Name)))
            {
                // Both written out already: each keeps its own.
                if (tag[Of(attribute.Name)] is not null) continue;
                Edit(source.Text, attribute.NameStart, attribute.Name.Length, edits);
            }
        }

        foreach (var (name, start) in source.EndTags)
        {
            if (Switches(name)) Edit(source.Text, start + 2, name.Length, edits);
        }
    }

    private void Edit(string text, int start, int length, SourceEdits edits)
    {
        var written = text.Substring(start, length);
        var switched = Of(written);
        if (switched != written) edits.Replace(start, start + length, switched);
    }
}
