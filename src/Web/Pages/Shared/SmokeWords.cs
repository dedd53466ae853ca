using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// What a smoke run says in the language of who reads it. Runs keep their sentences in English, as the API answers them; those that the hub
/// made itself (<see cref="Domain.SmokeRuns.Verdict"/>) are known here, and what Python or a page said stays as it is.
/// </summary>
public sealed class SmokeWords(IStringLocalizer<Texts> texts)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>The sentences of the hub's own, with their values as places.</summary>
    public static readonly IReadOnlyList<string> Sentences =
    [
        "asks for packages that could not be loaded: {0}",
        "needs packages, and micropip, which installs them, could not be loaded",
        "imports {0}, a file of the project that no config fetches",
        "imports {0}, which its config asks for and which could not be loaded",
        "imports {0}, a package of Pyodide that its config does not ask for",
        "imports {0}, which {1} does not have",
        "The page's process broke down, most often because it used up its memory.",
        "The page closed itself.",
        "The page went away, to {0}.",
        "The page printed, asked for or made more than a run looks at, and was ended.",
        "The page asked {0} for {1}, and no other host can be reached from here. Then: {2}",
        "it waited for {0}",
        "the page to answer: {0} keeps it busy",
        "the page to answer",
        "the page to be loaded",
        "the page's scripts to tell that they start",
        "the page to stay: it was loaded {0} times",
        "{0} to be loaded",
        "{0} to be run",
        "{0} to start",
        "{0} to end",
        "the script in {0}, line {1},",
        "the editor in {0}, line {1},",
        "the script in {0}",
        "the editor in {0}",
        "the script",
        "the editor",
        "a page",
        "a style",
        "a picture",
        "a sound or a film",
        "a font",
        "a script",
        "data",
        "a connection",
        "something",
        "an address that does not answer",
    ];

    private static readonly IReadOnlyList<(string Format, Regex Pattern)> s_patterns =
        [.. Sentences.Select(format => (format, new Regex(
            $"^{Regex.Replace(Regex.Escape(format), @"\\\{(?<place>\d)}", "(?<v${place}>.+?)", RegexOptions.ExplicitCapture, s_patience)}$", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, s_patience)))];

    /// <summary>A text that a run kept, as far as it is the hub's own.</summary>
    public string Say(string kept)
    {
        if (kept.Length > 5_000) return kept;
        foreach (var (format, pattern) in s_patterns)
        {
            if (pattern.Match(kept) is { Success: true } match)
                return texts[format, [.. match.Groups.Values.Skip(1).Select(object (group) => Say(group.Value))]];
        }
        return kept;
    }
}
