using System.Text.RegularExpressions;
using System.Xml.Linq;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests;

/// <summary>What people read is there in every language, and nothing is translated that nobody reads.</summary>
public sealed partial class TextsTests
{
    private static readonly string s_web = Path.Combine(Repository.Root, "src", "Web");

    [Fact]
    public void Every_text_that_pages_and_scripts_show_has_a_German_entry()
    {
        var used = Sources().SelectMany(TextsOf).ToHashSet(StringComparer.Ordinal);
        used.Count.ShouldBeGreaterThan(100);
        used.Except(German().Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void No_entry_is_translated_that_nothing_says()
    {
        // Rules and templates say texts that no page names: they count wherever they stand in the sources.
        var sources = Sources().Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Domain"), "*.cs", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Path.Combine(s_web, "Templates"), "template.json", SearchOption.AllDirectories));
        var all = string.Concat(sources.Select(File.ReadAllText)).Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);
        German().Keys.Where(key => !all.Contains(key, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void A_translation_has_the_places_for_values_that_the_text_has()
    {
        foreach (var (key, value) in German())
        {
            value.ShouldNotBeNullOrWhiteSpace(key);
            Place().Matches(value).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal)
                .ShouldBe(Place().Matches(key).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal), key);
        }
    }

    private static Dictionary<string, string> German() =>
        XDocument.Load(Path.Combine(s_web, "Resources", "Texts.de.resx")).Root!.Elements("data")
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    private static IEnumerable<string> Sources() =>
        new[] { ("Pages", "*.cshtml"), ("", "*.cs"), ("ClientApp/src", "*.ts"), ("ClientApp/src", "*.tsx") }
            .SelectMany(place => Directory.EnumerateFiles(Path.Combine(s_web, place.Item1), place.Item2, SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static IEnumerable<string> TextsOf(string path)
    {
        var isScript = Path.GetExtension(path) is ".ts" or ".tsx";
        return (isScript ? InScript() : InPage()).Matches(File.ReadAllText(path))
            .Select(match => match.Groups["text"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal));
    }

    [GeneratedRegex("""\b(T|texts)\["(?<text>(\\.|[^"\\])*)["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InPage();

    [GeneratedRegex("""\bt\(\s*('(?<text>(\\.|[^'\\])*)'|"(?<text>(\\.|[^"\\])*)["])""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InScript();

    [GeneratedRegex(@"\{\d+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}
