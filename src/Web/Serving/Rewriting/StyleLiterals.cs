namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Finds the addresses in a style sheet: <c>url()</c>, quoted or not, and the string of an <c>@import</c>.</summary>
static class StyleLiterals
{
    /// <summary>The addresses in order; comments and other strings are stepped over.</summary>
    public static IEnumerable<SourceLiteral> In(string text)
    {
        var importing = false;
        var i = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (c == '/' && i + 1 < text.Length && text[i + 1] == '*')
            {
                var end = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? text.Length : end + 2;
            }
            else if (c is '"' or '\'')
            {
                var end = QuotedEnd(text, i);
                if (importing && Closed(text, i, end)) yield return new(i + 1, end, text[(i + 1)..end]);
                importing = false;
                i = Math.Min(text.Length, end + 1);
            }
            else if (StartsWord(text, i, "@import"))
            {
                importing = true;
                i += 7;
            }
            else if (StartsWord(text, i, "url("))
            {
                importing = false;
                i += 4;
                while (i < text.Length && char.IsWhiteSpace(text[i])) i++;
                if (i < text.Length && text[i] is '"' or '\'')
                {
                    var end = QuotedEnd(text, i);
                    if (Closed(text, i, end)) yield return new(i + 1, end, text[(i + 1)..end]);
                    i = Math.Min(text.Length, end + 1);
                }
                else
                {
                    var end = text.IndexOf(')', i);
                    if (end < 0) yield break;
                    var value = text[i..end].TrimEnd();
                    yield return new(i, i + value.Length, value);
                    i = end;
                }
            }
            else
            {
                if (c is ';' or '{' or '}') importing = false;
                i++;
            }
        }
    }

    private static bool StartsWord(string text, int at, string word) =>
        string.Compare(text, at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0
        && (at == 0 || !(char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '-' or '_' or '\\'));

    private static bool Closed(string text, int open, int end) => end < text.Length && text[end] == text[open];

    private static int QuotedEnd(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == text[open] || text[i] is '\r' or '\n') return i;
        }

        return text.Length;
    }
}
