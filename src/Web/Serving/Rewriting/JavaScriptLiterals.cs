using System.Runtime.InteropServices;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>A whole literal: <see cref="Start"/> at the first character within the quotes, <see cref="End"/> behind the last.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct SourceLiteral(int Start, int End, string Value);

/// <summary>
/// Finds whole string literals in JavaScript (and in JSON): strings in quotes, and templates that substitute nothing.
/// Comments and regular expressions are stepped over. Where the scanner is wrong about a slash, a literal is missed or the
/// text between two is looked at, which then is no address: so a mistake leaves a script as it was.
/// </summary>
static class JavaScriptLiterals
{
    private static readonly HashSet<string> BeforeExpression = new(StringComparer.Ordinal)
    {
        "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof", "await", "yield", "default",
    };

    private static readonly HashSet<string> BeforeCondition = new(StringComparer.Ordinal) { "if", "while", "for", "with" };

    /// <summary>The literals in order.</summary>
    /// <param name="text">The script.</param>
    /// <param name="isModule">Whether it is a module; other scripts know <c>&lt;!--</c> as a comment (ECMAScript, annex B.1.1).</param>
    public static IEnumerable<SourceLiteral> In(string text, bool isModule)
    {
        var parens = new Stack<bool>();
        var braces = new Stack<Brace>();
        var regexMayFollow = true;
        var word = "";
        var i = text.StartsWith("#!", StringComparison.Ordinal) ? LineEnd(text, 0) : 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || c == '\uFEFF')
            {
                i++;
                continue;
            }

            if (c == '/' && Next(text, i) == '/')
            {
                i = LineEnd(text, i);
                continue;
            }

            if (c == '/' && Next(text, i) == '*')
            {
                var end = text.IndexOf("*/", i + 2, StringComparison.Ordinal);
                i = end < 0 ? text.Length : end + 2;
                continue;
            }

            if (!isModule && string.CompareOrdinal(text, i, "<!--", 0, 4) == 0)
            {
                i = LineEnd(text, i);
                continue;
            }

            if (c is '"' or '\'')
            {
                var end = QuotedEnd(text, i);
                if (end < text.Length && text[end] == c && Value(text, i + 1, end) is { } value) yield return new(i + 1, end, value);
                i = end < text.Length && text[end] == c ? end + 1 : end;
                regexMayFollow = false;
                word = "";
                continue;
            }

            if (c == '`' || (c == '}' && braces.TryPeek(out var top) && top is Brace.Substitution))
            {
                if (c == '}') braces.Pop();
                var (end, substitutes) = TemplateEnd(text, i + 1);
                // `tag`…`` is a call that sees the raw text; it is left alone like a template that substitutes.
                if (c == '`' && !substitutes && end < text.Length && regexMayFollow && Value(text, i + 1, end) is { } value)
                {
                    yield return new(i + 1, end, value);
                }

                if (substitutes) braces.Push(Brace.Substitution);
                i = Math.Min(text.Length, end + (substitutes ? 2 : 1));
                regexMayFollow = substitutes;
                word = "";
                continue;
            }

            if (c == '/' && regexMayFollow)
            {
                i = RegexEnd(text, i);
                regexMayFollow = false;
                word = "";
                continue;
            }

            if (IsWordCharacter(c))
            {
                var start = i;
                while (i < text.Length && IsWordCharacter(text[i])) i++;
                // A word behind a dot is a member's name (`a.return / 2`), never a keyword.
                word = start > 0 && text[start - 1] == '.' ? "" : text[start..i];
                regexMayFollow = BeforeExpression.Contains(word);
                continue;
            }

            switch (c)
            {
                case '(':
                    parens.Push(BeforeCondition.Contains(word));
                    regexMayFollow = true;
                    break;
                case ')':
                    regexMayFollow = parens.TryPop(out var condition) && condition;
                    break;
                case '{':
                    braces.Push(regexMayFollow && word.Length == 0 && LastSign(text, i) is '(' or ',' or '=' or ':' or '[' or '?' or '&' or '|'
                        ? Brace.Object
                        : Brace.Block);
                    regexMayFollow = true;
                    break;
                case '}':
                    regexMayFollow = !braces.TryPop(out var brace) || brace is Brace.Block;
                    break;
                case ']':
                    regexMayFollow = false;
                    break;
                case '+' or '-' when Next(text, i) == c:
                    // `a++ / b` divides, `++/re/.lastIndex` is not written: what stood before decides.
                    i++;
                    break;
                default:
                    regexMayFollow = true;
                    break;
            }

            word = "";
            i++;
        }
    }

    private enum Brace
    {
        Block,
        Object,
        Substitution,
    }

    private static char LastSign(string text, int at)
    {
        while (--at >= 0)
        {
            if (!char.IsWhiteSpace(text[at])) return text[at];
        }

        return '\0';
    }

    private static bool IsWordCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '#' or '\\' || c > '\u007F';

    private static char Next(string text, int i) => i + 1 < text.Length ? text[i + 1] : '\0';

    private static int LineEnd(string text, int from)
    {
        var end = text.AsSpan(from).IndexOfAny("\r\n\u2028\u2029");
        return end < 0 ? text.Length : from + end;
    }

    // At the closing quote, or where the line ends without one.
    private static int QuotedEnd(string text, int open)
    {
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == text[open] || text[i] is '\r' or '\n') return i;
        }

        return text.Length;
    }

    private static (int End, bool Substitutes) TemplateEnd(string text, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '`') return (i, false);
            else if (text[i] == '$' && Next(text, i) == '{') return (i, true);
        }

        return (text.Length, false);
    }

    private static int RegexEnd(string text, int open)
    {
        var inClass = false;
        for (var i = open + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\r' or '\n':
                    return i;
                case '\\':
                    i++;
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '/' when !inClass:
                    return i + 1;
            }
        }

        return text.Length;
    }

    // JSON writers escape the slash; any other escape means that it is no plain address.
    private static string? Value(string text, int start, int end)
    {
        var value = text[start..end];
        if (value.AsSpan().Trim().Length < value.Length) return null;
        if (!value.Contains('\\', StringComparison.Ordinal)) return value;
        value = value.Replace("\\/", "/", StringComparison.Ordinal);
        return value.Contains('\\', StringComparison.Ordinal) ? null : value;
    }
}
