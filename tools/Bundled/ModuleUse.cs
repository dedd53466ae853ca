using System.Text.RegularExpressions;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Bundled;

/// <summary>A few lines of Python that use a module.</summary>
/// <param name="Side">What is tried, where it is not what the module is for; null for the main use.</param>
/// <param name="Interpreter">The only one that it is for, or null.</param>
internal sealed partial record ModuleUse(string Module, string? Side, Interpreter? Interpreter, string Source)
{
    private static readonly Lazy<ILookup<string, ModuleUse>> s_all = new(() => Read(Pages.Text("uses.py")).ToLookup(use => use.Module, StringComparer.Ordinal));

    /// <summary>The uses of a module in an interpreter, the main one first.</summary>
    public static IReadOnlyList<ModuleUse> Of(string module, Interpreter interpreter) =>
    [
        .. s_all.Value[module]
            .Where(use => use.Interpreter is null || use.Interpreter == interpreter)
            .GroupBy(use => use.Side, (_, uses) => uses.MaxBy(use => use.Interpreter is not null)!, StringComparer.Ordinal)
            .OrderBy(use => use.Side is not null),
    ];

    private static IEnumerable<ModuleUse> Read(string text)
    {
        var headings = Heading().Matches(text);
        for (var i = 0; i < headings.Count; i++)
        {
            var (heading, end) = (headings[i], i + 1 < headings.Count ? headings[i + 1].Index : text.Length);
            yield return new ModuleUse(
                heading.Groups["module"].Value,
                heading.Groups["side"] is { Success: true, Value: var side } ? side : null,
                heading.Groups["interpreter"] is { Success: true, Value: var interpreter } ? Enum.Parse<Interpreter>(interpreter, ignoreCase: true) : null,
                text[(heading.Index + heading.Length)..end]);
        }
    }

    [GeneratedRegex(@"^#: (?<module>[\w.]+)(?: \((?<side>.+)\))?(?: in (?<interpreter>Pyodide|MicroPython))?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Heading();
}
