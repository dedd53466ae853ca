using System.Globalization;
using System.Text;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>A value at the top of a TOML text.</summary>
/// <param name="Key">The parts of its dotted key.</param>
/// <param name="KeyStart">Where the key begins.</param>
/// <param name="Start">Where the value begins.</param>
/// <param name="End">Just behind the value.</param>
/// <param name="Strings">The strings of an array, in order; null for what is no array of strings.</param>
sealed record TomlValue(IReadOnlyList<string> Key, int KeyStart, int Start, int End, IReadOnlyList<ConfigString>? Strings);

/// <summary>A string in a config, with its place: from the first quotation mark to just behind the last.</summary>
readonly record struct ConfigString(string Value, int Start, int End);

/// <summary>
/// Finds the values of a TOML text that stand in front of its first table, with their places (toml.io, 1.0). It reads no more of TOML than
/// that takes: what it does not understand makes the answer null, and PyScript says in the page what is wrong.
/// </summary>
static class TomlTop
{
    private const int Deepest = 32;

    public static IReadOnlyList<TomlValue>? Read(string text)
    {
        var values = new List<TomlValue>();
        var at = 0;
        while (true)
        {
            at = SkipBlank(text, at);
            if (at == text.Length || text[at] == '[') return values;
            var start = at;
            if (ReadKey(text, ref at) is not { } key) return null;
            at = SkipSpace(text, at);
            if (at == text.Length || text[at] != '=') return null;
            at = SkipSpace(text, at + 1);
            var from = at;
            var strings = at < text.Length && text[at] == '[' ? new List<ConfigString>() : null;
            if (!SkipValue(text, ref at, strings, depth: 0)) return null;
            values.Add(new(key, start, from, at, strings));
            at = SkipSpace(text, at);
            if (at < text.Length && text[at] is not ('\n' or '\r' or '#')) return null;
        }
    }

    /// <summary>A text as TOML writes it.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\').Append(c);
            else if (char.IsControl(c)) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else quoted.Append(c);
        }
        return quoted.Append('"').ToString();
    }

    private static List<string>? ReadKey(string text, ref int at)
    {
        var parts = new List<string>();
        while (true)
        {
            at = SkipSpace(text, at);
            var start = at;
            if (at < text.Length && text[at] is '"' or '\'')
            {
                if (ReadString(text, ref at) is not { } quoted) return null;
                parts.Add(quoted);
            }
            else
            {
                while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-')) at++;
                if (at == start) return null;
                parts.Add(text[start..at]);
            }
            var next = SkipSpace(text, at);
            if (next == text.Length || text[next] != '.') return parts;
            at = next + 1;
        }
    }

    // Takes the strings of the outermost array where a list is given; it is emptied by anything else in it.
    private static bool SkipValue(string text, ref int at, List<ConfigString>? strings, int depth)
    {
        if (at == text.Length || depth > Deepest) return false;
        switch (text[at])
        {
            case '"' or '\'':
                return ReadString(text, ref at) is not null;
            case '[':
                at++;
                while (true)
                {
                    at = SkipBlank(text, at);
                    if (at == text.Length) return false;
                    if (text[at] == ']')
                    {
                        at++;
                        return true;
                    }
                    var start = at;
                    if (depth == 0 && strings is not null && text[at] is '"' or '\'')
                    {
                        if (ReadString(text, ref at) is not { } value) return false;
                        strings.Add(new(value, start, at));
                    }
                    else if (!SkipValue(text, ref at, strings: null, depth + 1)) return false;
                    at = SkipBlank(text, at);
                    if (at < text.Length && text[at] == ',') at++;
                    else if (at == text.Length || text[at] != ']') return false;
                }
            case '{':
                at++;
                while (true)
                {
                    at = SkipBlank(text, at);
                    if (at == text.Length) return false;
                    if (text[at] is '}')
                    {
                        at++;
                        return true;
                    }
                    if (text[at] is ',')
                    {
                        at++;
                        continue;
                    }
                    if (ReadKey(text, ref at) is null) return false;
                    at = SkipSpace(text, at);
                    if (at == text.Length || text[at] != '=') return false;
                    at = SkipSpace(text, at + 1);
                    if (!SkipValue(text, ref at, strings: null, depth + 1)) return false;
                }
            default:
                var begin = at;
                while (at < text.Length && text[at] is not ('\n' or '\r' or '#' or ',' or ']' or '}')) at++;
                while (at > begin && text[at - 1] is ' ' or '\t') at--;
                return at > begin;
        }
    }

    private static string? ReadString(string text, ref int at)
    {
        var quote = text[at];
        var isLong = string.CompareOrdinal(text, at, new string(quote, 3), 0, 3) == 0;
        at += isLong ? 3 : 1;
        var value = new StringBuilder();
        while (at < text.Length)
        {
            var c = text[at];
            if (isLong ? string.CompareOrdinal(text, at, new string(quote, 3), 0, 3) == 0 : c == quote)
            {
                at += isLong ? 3 : 1;
                return value.ToString();
            }
            if (!isLong && c is '\n' or '\r') return null;
            if (c != '\\' || quote == '\'')
            {
                value.Append(c);
                at++;
                continue;
            }
            if (!ReadEscape(text, ref at, value)) return null;
        }
        return null;
    }

    private static bool ReadEscape(string text, ref int at, StringBuilder value)
    {
        if (++at == text.Length) return false;
        var c = text[at++];
        switch (c)
        {
            case 'b': value.Append('\b'); return true;
            case 't': value.Append('\t'); return true;
            case 'n': value.Append('\n'); return true;
            case 'f': value.Append('\f'); return true;
            case 'r': value.Append('\r'); return true;
            case '"' or '\\': value.Append(c); return true;
            case 'u' or 'U':
                var length = c == 'u' ? 4 : 8;
                if (at + length > text.Length || !int.TryParse(text.AsSpan(at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                    || !Rune.IsValid(code)) return false;
                value.Append(new Rune(code).ToString());
                at += length;
                return true;
            case '\n' or '\r' or ' ' or '\t':
                // The end of a line in a long string takes the space in front of the next with it.
                while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
                return true;
            default:
                return false;
        }
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t') at++;
        return at;
    }

    // White space, line ends and comments.
    private static int SkipBlank(string text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '\n' or '\r' or '\uFEFF') at++;
            else if (text[at] == '#')
            {
                while (at < text.Length && text[at] != '\n') at++;
            }
            else break;
        }
        return at;
    }
}
