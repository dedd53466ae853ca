using Microsoft.AspNetCore.Razor.TagHelpers;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// <c>&lt;icon name="copy" /&gt;</c>: a drawing of the hub's own family, 24 units wide, in lines of 2 with round ends. It says
/// nothing to screen readers: the words beside it do.
/// </summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.WithoutEndTag)]
public sealed class IconTagHelper : TagHelper
{
    private static readonly Dictionary<string, string> s_paths = new(StringComparer.Ordinal)
    {
        ["alert"] = "M12 4 2.8 20h18.4zM12 10v4.5M12 17.4v.1",
        ["check"] = "m4.5 12.5 5 5 10-11",
        ["copy"] = "M9 9h11v11H9zM5.5 15H4V4h11v1.5",
        ["code"] = "m8.5 7-5 5 5 5m7-10 5 5-5 5",
        ["download"] = "M12 4v11m-5-4.5 5 5 5-5M4.5 20h15",
        ["down"] = "m6.5 9.5 5.5 5.5 5.5-5.5",
        ["eye"] = "M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
        ["file"] = "M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5",
        ["full"] = "M14 4h6v6m0-6-8.5 8.5M10 5H4v15h15v-6",
        ["globe"] = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c-5 5-5 12 0 17 5-5 5-12 0-17z",
        ["grid"] = "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
        ["leave"] = "M10 4H4v16h6M9.5 12H20m-4.5-4.5L20 12l-4.5 4.5",
        ["key"] = "M8 11.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm2.9 1.2L19.5 4m-4 4 3 3",
        ["link"] = "M10 14a4.2 4.2 0 0 0 6 0l3.4-3.4a4.2 4.2 0 0 0-6-6L12 6m2 4a4.2 4.2 0 0 0-6 0l-3.4 3.4a4.2 4.2 0 0 0 6 6L12 18",
        ["pencil"] = "M4 20l.8-4.2L16 4.6l3.4 3.4L8.2 19.2zM13.5 7l3.5 3.5",
        ["person"] = "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.6-8 14.4-8 15 0",
        ["play"] = "M7 4.5v15l12.5-7.5z",
        ["plus"] = "M12 5v14M5 12h14",
        ["publish"] = "M12 15.5V4.5m-5 4.5 5-5 5 5M4.5 14.5v5.5h15v-5.5",
        ["qr"] = "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v2.5M14 20h2.5M20 20v.1",
        ["remix"] = "M6 6.5v11m0-3c0-4 12-1.5 12-7M6 3.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm0 14a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm12-13a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
        ["search"] = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm4.8 11.3L20.5 20.5",
        ["settings"] = "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM8.5 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
        ["trash"] = "M4 6.5h16M9 6.5V4h6v2.5M6 6.5 7 20.5h10l1-14M10 10.5v6m4-6v6",
        ["upload"] = "M12 15V4m-5 4.5 5-5 5 5M4.5 20h15",
    };

    /// <summary>Which drawing.</summary>
    public string Name { get; set; } = "";

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = "svg";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", "icon");
        output.Attributes.SetAttribute("viewBox", "0 0 24 24");
        output.Attributes.SetAttribute("aria-hidden", "true");
        output.Content.SetHtmlContent($"<path d=\"{s_paths[Name]}\"/>");
    }
}
