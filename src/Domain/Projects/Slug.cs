using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Projects;

/// <summary>A project's word in addresses: lower-case ASCII letters, digits and single hyphens.</summary>
public static partial class Slug
{
    /// <summary>The longest slug that may be asked for, in characters; an unlisted project's suffix comes on top.</summary>
    public const int MaximumLength = 60;

    /// <summary>The random characters that end an unlisted project's slug.</summary>
    public const int SuffixLength = 8;

    // What `/@user/…` needs itself, now or later.
    private static readonly string[] s_reserved = ["edit", "new", "settings", "projects", "feed", "badge"];

    /// <summary>A slug out of any name; <c>project</c> where no ASCII letter or digit is left.</summary>
    public static string From(string name)
    {
        var slug = Ascii(name, MaximumLength);
        return slug.Length == 0 || s_reserved.Contains(slug) ? "project" : slug;
    }

    /// <summary>Says what is wrong with a slug that was asked for, or null.</summary>
    public static Sentence? Refuse(string slug)
    {
        if (slug.Length is 0 or > MaximumLength) return $"A slug has 1 to {MaximumLength} characters.";
        if (!Allowed().IsMatch(slug)) return "A slug has lower-case letters a to z, digits and single hyphens between them.";
        return s_reserved.Contains(slug) ? "This slug is reserved. Choose another." : null;
    }

    /// <summary>The longest slug that a project can have, in characters.</summary>
    public const int LongestLength = MaximumLength + 1 + SuffixLength;

    /// <summary>
    /// A slug that cannot be guessed: <paramref name="slug"/>, a hyphen and 8 random characters. What looks like such an ending
    /// gives way to the new one, so that a slug does not grow with each change.
    /// </summary>
    public static string Unguessable(string slug)
    {
        var word = Suffix().Replace(slug, "");
        if (word.Length > MaximumLength) word = word[..MaximumLength].TrimEnd('-');
        return $"{word}-{RandomText.Base32(SuffixLength)}";
    }

    /// <summary>The host label of a project: the slug cut to 36 characters, a hyphen and 16 random ones (80 bits).</summary>
    public static string ContentLabel(string slug)
    {
        var head = Ascii(slug, 36);
        return $"{(head.Length == 0 ? "p" : head)}-{RandomText.Base32(16)}";
    }

    private static string Ascii(string text, int length)
    {
        var slug = new StringBuilder(length);
        foreach (var rune in text.Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            if (slug.Length == length) break;
            if (rune.IsAscii && Rune.IsLetterOrDigit(rune)) slug.Append((char)Rune.ToLowerInvariant(rune).Value);
            else if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark && slug is [.., not '-']) slug.Append('-');
        }
        return slug.ToString().Trim('-');
    }

    [GeneratedRegex(@"(?<=[a-z0-9])-[a-z2-7]{8}\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Suffix();

    [GeneratedRegex(@"^[a-z0-9]+(-[a-z0-9]+)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();
}
