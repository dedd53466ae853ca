using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// Says why a page got its release in the language of the request. What was resolved is stored in English, so its form is found
/// again: the forms are those of <see cref="Runtime.Assets.Catalog.ReleaseResolution"/>, the most particular first.
/// </summary>
static partial class ReleaseReasons
{
    private static readonly (string Format, Regex Form)[] s_forms = [.. new[]
    {
        "The page names core {0}, which this hub does not have; {1} has the nearest later core, {2}.",
        "The page names core {0}, which is later than all that this hub has; {1} is the latest here.",
        "The page names core {0}; {1} has the highest match that this hub has.",
        "The page names core {0}, which is {1}.",
        "The page names {0}, which this hub does not have; {1} is the nearest later one of that year.",
        "The project is pinned to {0}, which this hub does not have; {1} is the nearest later one of that year.",
        "The page names {0}, which this hub does not have; {1} is the nearest by date.",
        "The project is pinned to {0}, which this hub does not have; {1} is the nearest by date.",
        "The page names {0}, which has the same core as {1}.",
        "The project is pinned to {0}, which has the same core as {1}.",
        "The page names '{0}', which is no release of PyScript; {1} is this hub's default.",
        "The project is pinned to '{0}', which is no release of PyScript; {1} is this hub's default.",
        "The page asks for '{0}'; {1} is this hub's default.",
        "The page names no release; {0} is this hub's default.",
        "The project is pinned to {0}.",
        "The page names {0}.",
    }.Select(format => (format, FormOf(format)))];

    /// <summary>The reason, translated where its form is known.</summary>
    public static string Reason(this IStringLocalizer<Texts> texts, string reason)
    {
        foreach (var (format, form) in s_forms)
        {
            if (form.Match(reason) is { Success: true } match) return texts[format, [.. match.Groups.Values.Skip(1).Select(value => value.Value)]].Value;
        }
        return reason;
    }

    /// <summary>Matches what a form has become with values in its places.</summary>
    internal static Regex FormOf(string format) =>
        new("^" + Place().Replace(Regex.Escape(format), "(.+?)") + "$", RegexOptions.Singleline | RegexOptions.NonBacktracking);

    [GeneratedRegex(@"\\\{\d}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}
