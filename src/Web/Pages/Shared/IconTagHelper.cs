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
        ["download"] = "M12 4v11m-5-4.5 5 5 5-5M4.5 20h15",
        ["eye"] = "M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z",
        ["file"] = "M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5",
        ["full"] = "M14 4h6v6m0-6-8.5 8.5M10 5H4v15h15v-6",
        ["key"] = "M8 11.5a4 4 0 1 0 0 8 4 4 0 0 0 0-8zm2.9 1.2L19.5 4m-4 4 3 3",
        ["link"] = "M10 14a4.2 4.2 0 0 0 6 0l3.4-3.4a4.2 4.2 0 0 0-6-6L12 6m2 4a4.2 4.2 0 0 0-6 0l-3.4 3.4a4.2 4.2 0 0 0 6 6L12 18",
        ["pencil"] = "M4 20l.8-4.2L16 4.6l3.4 3.4L8.2 19.2zM13.5 7l3.5 3.5",
        ["plus"] = "M12 5v14M5 12h14",
        ["publish"] = "M12 15.5V4.5m-5 4.5 5-5 5 5M4.5 14.5v5.5h15v-5.5",
        ["remix"] = "M6 6.5v11m0-3c0-4 12-1.5 12-7M6 3.5a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm0 14a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3zm12-13a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3z",
        ["search"] = "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm4.8 11.3L20.5 20.5",
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
