using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace PyScriptHub.Web.Http;

/// <summary>How good what a badge says is.</summary>
enum BadgeTone
{
    Soft,
    Good,
    Warn,
    Bad,
}

/// <summary>A name on dark and a word beside it on the colour of its tone.</summary>
sealed record BadgePart(string Name, string Word, BadgeTone Tone);

/// <summary>
/// Verdicts as a small picture for other sites: the interpreter's name on dark, the verdict beside it on a colour. It is in English
/// whoever looks at it, since it is kept by those sites.
/// </summary>
/// <param name="IsShared">Whether people without an account may see it.</param>
sealed record Badge(IReadOnlyList<BadgePart> Parts, bool IsShared)
{
    public const string ContentType = "image/svg+xml";

    private const int Height = 20;
    private const int Padding = 7;

    /// <summary>The answer; asked about again each time, since a verdict changes.</summary>
    public IResult Answer(HttpResponse response)
    {
        var bytes = Encoding.UTF8.GetBytes(Draw());
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers.CacheControl = IsShared ? "public, no-cache" : "private, no-cache";
        if (IsShared) response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Results.Bytes(bytes, ContentType, entityTag: new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]}\""));
    }

    /// <summary>The picture as SVG.</summary>
    public string Draw()
    {
        var parts = Parts.SelectMany(part => new[] { (Text: part.Name, Colour: "#3d4251"), (Text: part.Word, Colour: ColourOf(part.Tone)) }).ToList();
        var title = WebUtility.HtmlEncode(string.Join(", ", Parts.Select(part => $"{part.Name}: {part.Word}")));
        var (grounds, words, x) = (new StringBuilder(), new StringBuilder(), 0);
        foreach (var (text, colour) in parts)
        {
            var width = WidthOf(text);
            grounds.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" width=\"{width + (2 * Padding)}\" height=\"{Height}\" fill=\"{colour}\"/>");
            // Whatever font the reader has, the words fill the place that was measured for them.
            words.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + Padding}\" y=\"14\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\">{WebUtility.HtmlEncode(text)}</text>");
            x += width + (2 * Padding);
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{x}" height="{Height}" viewBox="0 0 {x} {Height}" role="img" aria-label="{title}"><title>{title}</title><clipPath id="r"><rect width="{x}" height="{Height}" rx="4"/></clipPath><g clip-path="url(#r)">{grounds}</g><g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">{words}</g></svg>
            """);
    }

    // Verdana at 11 units: what is narrow, what is wide, and the rest.
    private static int WidthOf(string text) => (int)Math.Ceiling(text.Sum(letter => letter switch
    {
        'i' or 'l' or 'j' or '.' or ' ' => 3.6,
        'f' or 't' or 'r' => 4.6,
        'm' or 'w' or 'M' or 'W' => 10.2,
        'P' => 6.7,
        _ => 6.8,
    }));

    // White on each of them has a contrast of 4.5:1 or more.
    private static string ColourOf(BadgeTone tone) => tone switch
    {
        BadgeTone.Good => "#17693a",
        BadgeTone.Bad => "#a8231c",
        BadgeTone.Warn => "#7a4d00",
        _ => "#565b6b",
    };
}
