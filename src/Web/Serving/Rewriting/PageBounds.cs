using System.Collections.Frozen;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>
/// Whether a page can be parsed at a bounded cost. Tree construction is quadratic in what is nested, in what formatting elements
/// stay open over new blocks (each block gets all of them again) and in the attributes of one tag: 21 KB of such a page took
/// 1 GB and 5 s. One pass over the text sees it before; what is beyond the bounds is served as it is.
/// </summary>
static class PageBounds
{
    private const int MostCharacters = 4_000_000;
    private const int MostAttributes = 1_000;
    private const int MostNested = 2_000;
    private const int MostRebuilt = 200_000;

    private static readonly FrozenSet<string> s_formatting = Names("a b big code em font i nobr s small strike strong tt u");

    // Void elements, and those that the next of their kind closes.
    private static readonly FrozenSet<string> s_shallow = Names(
        "area base br col embed hr img input link meta source track wbr p li dt dd tr td th thead tbody tfoot option optgroup colgroup");

    private static readonly FrozenSet<string> s_text = Names("script style textarea title xmp iframe noembed noframes noscript");

    public static bool Exceeds(string text)
    {
        if (text.Length > MostCharacters) return true;
        int nested = 0, formatting = 0, rebuilt = 0;
        for (var at = text.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < text.Length; at = text.IndexOf('<', at))
        {
            at++;
            if (text.AsSpan(at).StartsWith("!--"))
            {
                at = After(text, "-->", at + 3);
                if (at < 0) return false;
                continue;
            }
            var isEnd = text[at] == '/';
            var start = isEnd ? at + 1 : at;
            var end = start;
            while (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) end++;
            if (end == start) continue;
            var name = end - start > 10 ? "" : text[start..end].ToLowerInvariant();
            var attributes = SkipTag(text, end, out at);
            if (attributes > MostAttributes) return true;
            if (s_formatting.Contains(name)) formatting = Math.Max(0, formatting + (isEnd ? -1 : 1));
            if (!s_shallow.Contains(name)) nested = Math.Max(0, nested + (isEnd ? -1 : 1));
            if (!isEnd) rebuilt += formatting;
            if (nested > MostNested || rebuilt > MostRebuilt) return true;
            if (!isEnd && s_text.Contains(name))
            {
                at = text.IndexOf("</" + name, at, StringComparison.OrdinalIgnoreCase);
                if (at < 0) return false;
            }
        }
        return false;
    }

    // Counts what begins after white space outside of quotes, and gives the place behind the tag.
    private static int SkipTag(string text, int from, out int after)
    {
        var (attributes, quote, wasSpace) = (0, '\0', false);
        for (after = from; after < text.Length; after++)
        {
            var c = text[after];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                continue;
            }
            if (c == '>') break;
            if (c is '"' or '\'') quote = c;
            var isSpace = char.IsWhiteSpace(c) || c == '/';
            if (wasSpace && !isSpace) attributes++;
            wasSpace = isSpace;
        }
        return attributes;
    }

    private static int After(string text, string mark, int from)
    {
        var at = from < text.Length ? text.IndexOf(mark, from, StringComparison.Ordinal) : -1;
        return at < 0 ? -1 : at + mark.Length;
    }

    private static FrozenSet<string> Names(string names) => names.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
