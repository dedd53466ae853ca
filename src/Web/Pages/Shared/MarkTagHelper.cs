using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// <c>&lt;mark-of seed="…" /&gt;</c>: a pattern that tells one project from the next until there is a picture of it. The same
/// seed always draws the same. Colours stand in attributes, since the hub's policy lets no inline style through.
/// </summary>
[HtmlTargetElement("mark-of", TagStructure = TagStructure.WithoutEndTag)]
public sealed class MarkTagHelper : TagHelper
{
    private const int Columns = 6;
    private const int Rows = 3;
    private const int Tile = 20;

    /// <summary>What the pattern is made from.</summary>
    public string Seed { get; set; } = "";

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(Seed));
        var hue = bytes[^1] * 360 / 256;
        string[] colours = [Colour(hue, 62, 58), Colour(hue + 40, 70, 68), Colour(hue + 200, 45, 45)];
        var shapes = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"<rect width=\"120\" height=\"60\" fill=\"{Colour(hue, 48, 32)}\"/>");
        for (var i = 0; i < Columns * Rows; i++)
        {
            var (x, y, b) = (i % Columns * Tile, i / Columns * Tile, bytes[i]);
            if (Shape(b, x, y) is { } path) shapes.Append(CultureInfo.InvariantCulture, $"<path fill=\"{colours[(b >> 4) % 3]}\" d=\"{path}\"/>");
        }
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "mark");
        output.Attributes.SetAttribute("viewBox", "0 0 120 60");
        output.Attributes.SetAttribute("preserveAspectRatio", "xMidYMid slice");
        output.Attributes.SetAttribute("aria-hidden", "true");
        output.Content.SetHtmlContent(shapes.ToString());
    }

    // A quarter of a disc in one of four corners, a disc, a triangle, or nothing.
    private static string? Shape(byte b, int x, int y) => (b % 8) switch
    {
        0 => Invariant($"M{x} {y}h20a20 20 0 0 1-20 20z"),
        1 => Invariant($"M{x} {y}v20h20a20 20 0 0 0-20-20z"),
        2 => Invariant($"M{x + Tile} {y}v20h-20a20 20 0 0 1 20-20z"),
        3 => Invariant($"M{x} {y}h20v20a20 20 0 0 1-20-20z"),
        4 => Invariant($"M{x + 10} {y + 3}a7 7 0 1 0 .01 0z"),
        5 => Invariant($"M{x} {y + Tile}l20-20v20z"),
        _ => null,
    };

    private static string Colour(int hue, int saturation, int lightness) => Invariant($"hsl({hue % 360} {saturation}% {lightness}%)");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
