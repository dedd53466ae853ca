using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Localization;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// <c>&lt;package-status status="…" interpreter="…" /&gt;</c>: whether a package works, as a drawing and a word; colour alone says nothing.
/// </summary>
[HtmlTargetElement("package-status", TagStructure = TagStructure.WithoutEndTag)]
public sealed class PackageStatusTagHelper(IStringLocalizer<Texts> texts) : TagHelper
{
    public PackageStatus Status { get; set; }

    /// <summary>In which interpreter; null where that is said beside it.</summary>
    public Interpreter? Interpreter { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var (icon, tone, word) = Status switch
        {
            PackageStatus.Works => ("check", "good", texts["works"].Value),
            PackageStatus.Partly => ("alert", "warn", texts["works partly"].Value),
            PackageStatus.Fails => ("close", "bad", texts["does not work"].Value),
            _ => ("minus", "soft", texts["not known"].Value),
        };
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"smoke {tone}");
        output.Content.AppendHtml(IconTagHelper.Draw(icon));
        output.Content.Append(Interpreter is { } interpreter ? texts["{0}: {1}", Interpreters.NameOf(interpreter), word].Value : word);
    }
}
