using System.Text.RegularExpressions;
using System.Xml.Linq;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Pages.Shared;
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
    public void Every_sentence_that_says_what_is_wrong_has_a_German_entry()
    {
        var said = DomainSources().SelectMany(path => SentencesOf(Read(path))).ToHashSet(StringComparer.Ordinal);
        said.Count.ShouldBeGreaterThan(90);
        said.Except(German().Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBeEmpty();
    }

    [Fact]
    public void Every_sentence_of_a_verdict_is_known_to_the_pages_and_has_a_German_entry()
    {
        SmokeWords.Sentences.Except(German().Keys, StringComparer.Ordinal).ShouldBeEmpty();
        // Whatever the domain and the browser's watch make into a sentence of several words.
        var made = new[] { "src/Domain/SmokeRuns/Verdict.cs", "src/Domain/SmokeRuns/SeenErrors.cs" }
            .SelectMany(path => Literal().Matches(Read(Path.Combine(Repository.Root, path)))).Where(match => match.Value.StartsWith('$')).Select(FormatOf)
            .Where(text => text.Contains(' ', StringComparison.Ordinal) && !text.Contains("{0}: {1}", StringComparison.Ordinal) && !text.StartsWith("def ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        made.Count.ShouldBeGreaterThan(8);
        // Some are put together out of two.
        made.Where(text => !SmokeWords.Sentences.Any(sentence => Place().Split(text).All(part => sentence.Contains(part, StringComparison.Ordinal)))).ShouldBeEmpty();
    }

    [Fact]
    public void No_entry_is_translated_that_nothing_says()
    {
        // Rules and templates say texts that no page names: they count wherever they stand in the sources.
        var sources = Sources().Concat(DomainSources())
            .Concat(Directory.EnumerateFiles(Path.Combine(s_web, "Templates"), "template.json", SearchOption.AllDirectories)).Distinct(StringComparer.Ordinal).Select(Read).ToList();
        var all = Plain(string.Concat(sources));
        var literals = sources.SelectMany(source => Literal().Matches(source)).Select(FormatOf).Concat(sources.SelectMany(SentencesOf)).ToHashSet(StringComparer.Ordinal);
        German().Keys.Where(key => !literals.Contains(key) && !all.Contains(key, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void A_sentence_with_values_in_it_is_said_in_the_language_of_the_request()
    {
        var german = German();
        var too = new Error.TooLarge($"The file '{"a.py"}'", 10, 20);
        too.Message.ShouldBe("The file 'a.py' has 20, the limit is 10.");
        too.Sentence.In(english => german[english]).ShouldBe("Die Datei „a.py“: 20, erlaubt sind 10.");
        // What somebody typed is no format.
        Sentence typed = "{0} {x}";
        typed.In(english => english).ShouldBe("{0} {x}");
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

    private static IEnumerable<string> DomainSources() =>
        new[] { Path.Combine(Repository.Root, "src", "Domain"), Path.Combine(Repository.Root, "src", "Infrastructure", "Storage"),
                Path.Combine(Repository.Root, "src", "Infrastructure", "Fetching"), Path.Combine(Repository.Root, "src", "Infrastructure", "PackageIndex"), Path.Combine(s_web, "Features"), Path.Combine(s_web, "Http"), Path.Combine(s_web, "Pages") }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)).Where(path => !path.Contains("/obj/", StringComparison.Ordinal));

    // What stands where a sentence is expected: in an error, and in what a rule answers.
    private static IEnumerable<string> SentencesOf(string source)
    {
        foreach (Match noun in Noun().Matches(source))
        {
            var what = noun.Groups["what"].Value;
            yield return noun.Groups["kind"].Value == "Gone" ? $"This {what} was taken away." : $"There is no such {what}, or it is not shared with you.";
        }
        var places = ErrorCall().Matches(source).Select(match => match.Value).Concat(Rule().Matches(source).Select(match => match.Value));
        foreach (var text in places.SelectMany(place => Literal().Matches(place)).Select(FormatOf).Where(text => text.Contains(' ', StringComparison.Ordinal))) yield return text;
    }

    // A quotation mark by itself begins no text.
    private static string Read(string path) => File.ReadAllText(path).Replace("'\"'", "", StringComparison.Ordinal);

    private static string Plain(string source) =>
        source.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\'", "'", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);

    // A literal as a format: what is interpolated becomes {0}, {1} …
    private static string FormatOf(Match literal)
    {
        var text = Plain(literal.Groups["text"].Value);
        if (!literal.Value.StartsWith('$')) return text;
        var places = 0;
        return Hole().Replace(text, _ => $"{{{places++}}}");
    }

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

    [GeneratedRegex("""\$?"(?<text>(\{[^{}]*\}|\\.|[^"\\{])*)["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^{}]*\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Hole();

    [GeneratedRegex("""Error\.(?<kind>NotFound|Gone)\("(?<what>[^"]+)["]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Noun();

    [GeneratedRegex("""Error\.(Field|Invalid|Conflict|Forbidden|TooLarge|UnsupportedMediaType)\([^;]*;""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorCall();

    [GeneratedRegex("""Sentence\? Refuse\w*\([^)]*\)\s*\{.*?\n    \}""", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\{\d+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Place();
}
