using System.Text.Json;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// <c>&lt;icon name="copy" /&gt;</c>: a drawing of the hub's own family, 24 units wide, in lines of 2 with round ends
/// (ClientApp/src/icons.json, which the editor draws from too). It says nothing to screen readers: the words beside it do.
/// </summary>
[HtmlTargetElement("icon", TagStructure = TagStructure.WithoutEndTag)]
public sealed class IconTagHelper : TagHelper
{
    private static readonly Dictionary<string, string> s_paths = Read();

    /// <summary>Which drawing.</summary>
    public string Name { get; set; } = "";

    /// <summary>A drawing as markup, for what is made of more than one.</summary>
    internal static string Draw(string name) => $"<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{s_paths[name]}\"/></svg>";

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

    private static Dictionary<string, string> Read()
    {
        using var file = typeof(IconTagHelper).Assembly.GetManifestResourceStream("icons.json") ?? throw new InvalidOperationException("The program holds no icons.json.");
        return JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
    }
}
