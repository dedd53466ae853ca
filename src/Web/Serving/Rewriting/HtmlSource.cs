using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>An attribute in the source: its decoded value, and where name and raw value stand (the value without its quotes).</summary>
sealed record TagAttribute(string Name, string Value, int NameStart, int NameEnd, int ValueStart, int ValueEnd, char Quote)
{
    public bool HasValue => ValueStart >= 0;
}

/// <summary>A start tag in the source: from <c>&lt;</c> to just behind <c>&gt;</c>.</summary>
/// <param name="Name">In lower case.</param>
/// <param name="Start">At <c>&lt;</c>.</param>
/// <param name="End">Behind <c>&gt;</c>.</param>
/// <param name="Attributes">The first of each name, in order.</param>
/// <param name="Element">What the parser made of it; null where it made nothing of its own of it.</param>
/// <param name="IsInert">Whether it stands in a template, where nothing runs.</param>
/// <param name="Body">The raw text up to the end tag, for <c>script</c> and <c>style</c> of HTML that have one.</param>
sealed record StartTag(
    string Name, int Start, int End, IReadOnlyList<TagAttribute> Attributes, IElement? Element, bool IsInert, Range? Body)
{
    public TagAttribute? this[string name] => Attributes.FirstOrDefault(attribute => attribute.Name == name);

    public bool IsHtml => Element?.NamespaceUri is null or "http://www.w3.org/1999/xhtml";
}

/// <summary>
/// A page's text with the places of its tags. Places come from the tokenizer, questions are put to the DOM: elements'
/// own references are missing for implied tags, and tokens do not know where the parser put them.
/// </summary>
sealed class HtmlSource
{
    private HtmlSource(string text, IHtmlDocument document, IReadOnlyList<StartTag> tags, IReadOnlyList<(string Name, int Start)> endTags) =>
        (Text, Document, Tags, EndTags) = (text, document, tags, endTags);

    public string Text { get; }

    public IHtmlDocument Document { get; }

    /// <summary>The start tags, in the order of the text.</summary>
    public IReadOnlyList<StartTag> Tags { get; }

    /// <summary>The end tags: name in lower case, index of <c>&lt;</c>.</summary>
    public IReadOnlyList<(string Name, int Start)> EndTags { get; }

    public static HtmlSource Parse(string text)
    {
        var starts = new List<(string Name, int Start, int End, List<(string Name, string Value, int Index)> Attributes)>();
        var ends = new List<(string Name, int Start)>();
        var parser = new HtmlParser(new HtmlParserOptions
        {
            IsKeepingSourceReferences = true,
            IsScripting = true,
            OnToken = (token, range) =>
            {
                if (token is not HtmlTagToken tag) return;
                var at = tag.Position.Index;
                // A place that does not show the tag is none to edit at.
                if (tag.Type is HtmlTokenType.StartTag && Shows(text, at + 1, tag.Name) && range.End.Index <= text.Length)
                {
                    starts.Add((tag.Name, at, range.End.Index,
                        [.. tag.Attributes.Select(attribute => (attribute.Name, attribute.Value, attribute.Position.Index))]));
                }
                else if (tag.Type is HtmlTokenType.EndTag && Shows(text, at + 2, tag.Name)) ends.Add((tag.Name, at));
            },
        });
        var document = parser.ParseDocument(text);
        var elements = new Dictionary<int, (IElement Element, bool IsInert)>();
        Collect(document, isInert: false, elements);

        var tags = new List<StartTag>(starts.Count);
        var nextEnd = 0;
        foreach (var (name, start, end, attributes) in starts)
        {
            var known = elements.TryGetValue(start, out var found) && string.Equals(found.Element.LocalName, name, StringComparison.OrdinalIgnoreCase);
            Range? body = null;
            while (nextEnd < ends.Count && ends[nextEnd].Start < end) nextEnd++;
            if (known && name is "script" or "style" && nextEnd < ends.Count && ends[nextEnd].Name == name
                && found.Element is IHtmlScriptElement or IHtmlStyleElement)
            {
                body = end..ends[nextEnd].Start;
            }

            tags.Add(new(name, start, end, Locate(text, end, attributes), known ? found.Element : null, known && found.IsInert, body));
        }

        return new(text, document, tags, ends);
    }

    private static bool Shows(string text, int at, string name) =>
        at > 0 && string.Compare(text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0;

    private static void Collect(INode root, bool isInert, Dictionary<int, (IElement Element, bool IsInert)> elements)
    {
        foreach (var element in root.Descendants<IElement>())
        {
            if (element.SourceReference is { } reference) elements.TryAdd(reference.Position.Index, (element, isInert));
            if (element is IHtmlTemplateElement template) Collect(template.Content, isInert: true, elements);
        }
    }

    private static List<TagAttribute> Locate(string text, int tagEnd, List<(string Name, string Value, int Index)> attributes)
    {
        var located = new List<TagAttribute>(attributes.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value, start) in attributes)
        {
            if (start < 0 || start >= tagEnd || !names.Add(name)) continue;
            var i = start + 1;
            while (i < tagEnd && !IsSpace(text[i]) && text[i] is not ('/' or '>' or '=')) i++;
            var nameEnd = i;
            while (i < tagEnd && IsSpace(text[i])) i++;
            if (i >= tagEnd || text[i] != '=')
            {
                located.Add(new(name, value, start, nameEnd, -1, -1, '\0'));
                continue;
            }

            i++;
            while (i < tagEnd && IsSpace(text[i])) i++;
            var quote = i < tagEnd && text[i] is '"' or '\'' ? text[i] : '\0';
            var from = quote == '\0' ? i : i + 1;
            i = from;
            while (i < tagEnd && (quote == '\0' ? !IsSpace(text[i]) && text[i] != '>' : text[i] != quote)) i++;
            located.Add(new(name, value, start, nameEnd, from, i, quote));
        }

        return located;
    }

    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';
}
