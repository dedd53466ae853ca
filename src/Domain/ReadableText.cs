using System.Globalization;
using System.Text;

namespace PyScriptHub.Domain;

/// <summary>What a name may hold so that people read what it says.</summary>
public static class ReadableText
{
    /// <summary>Whether a text holds control characters, ends of lines, or characters that turn the order in which it is read (U+202A to U+202E, U+2066 to U+2069).</summary>
    public static bool Misleads(string text) => text.EnumerateRunes().Any(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069);
}
