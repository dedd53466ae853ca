using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>
/// Says why an address is not served by the hub in the language of the request. What was found is stored in English, so its form is
/// found again, the most particular first.
/// </summary>
static class LibraryReasons
{
    private static readonly (string Format, Regex Form)[] s_forms = [.. new[]
    {
        "It joins several files into one. Name each file by an address of its own.",
        "It is no npm package: the hub serves those alone.",
        "It asks unpkg for a list of files.",
        "It names a build of skypack's own. Write it without /pin/ or /-/.",
        "The star in front leaves the package's dependencies out, which the hub does not.",
        "A module is made for each file of this folder when it is asked for, which the hub does not. The same folder on cdn.jsdelivr.net/npm/ is served as it is.",
        "The hub does not make modules by the option '{0}'.",
        "This hub does not hold it. An administrator adds it: npm add {0}",
        "{0} has no package {1}.",
        "{0} has no version of {1} that is {2}.",
        "{0} says of no file that it is what the package mainly is.",
        "No module could be made of it. {0}",
        "The package takes in a file from outside of it. Nothing was made of it.",
        "It was not found within {0} s. Publish again to try again.",
        "The project names more than {0} addresses of libraries.",
        "The registry gives no sha512 for {0}@{1}, so that it cannot be checked. Nothing was kept.",
        "The bytes of {0}@{1} do not have the hash that the registry gives for them. Nothing was kept.",
        "{0} did not describe {1} as an npm registry does.",
        "{0} has no {1}.",
    }.Select(format => (format, ReleaseReasons.FormOf(format)))];

    /// <summary>The reason, translated where its form is known.</summary>
    public static string LibraryReason(this IStringLocalizer<Texts> texts, string reason)
    {
        foreach (var (format, form) in s_forms)
        {
            if (form.Match(reason) is { Success: true } match) return texts[format, [.. match.Groups.Values.Skip(1).Select(value => value.Value)]].Value;
        }
        return reason;
    }
}
