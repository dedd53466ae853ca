using System.Globalization;
using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Localization;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// <c>&lt;when time="…" /&gt;</c>: a moment as the visitor's language writes it, in UTC, which it says. A script puts it into
/// the visitor's own zone, which the server does not know.
/// </summary>
[HtmlTargetElement("when", TagStructure = TagStructure.WithoutEndTag)]
public sealed class WhenTagHelper(IStringLocalizer<Texts> texts) : TagHelper
{
    /// <summary>The moment.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>Whether the day alone is of interest.</summary>
    public bool DayOnly { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var utc = Time.ToUniversalTime();
        output.TagName = "time";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("datetime", utc.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        output.Attributes.SetAttribute("data-local", DayOnly ? "day" : "minute");
        var day = utc.ToString("D", CultureInfo.CurrentCulture);
        output.Content.SetContent(DayOnly ? day : texts["{0}, {1} UTC", day, utc.ToString("t", CultureInfo.CurrentCulture)].Value);
    }
}
