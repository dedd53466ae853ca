using Microsoft.AspNetCore.Razor.TagHelpers;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary><c>&lt;coded text="…" /&gt;</c>: a sentence whose words between backticks are code.</summary>
[HtmlTargetElement("coded", TagStructure = TagStructure.WithoutEndTag)]
public sealed class CodedTagHelper : TagHelper
{
    /// <summary>The sentence.</summary>
    public string Text { get; set; } = "";

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        output.TagName = null;
        foreach (var (part, i) in Text.Split('`').Select((part, i) => (part, i)))
        {
            if (i % 2 == 0) output.Content.Append(part);
            else output.Content.AppendHtml("<code>").Append(part).AppendHtml("</code>");
        }
    }
}
