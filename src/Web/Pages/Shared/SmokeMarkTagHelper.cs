using Microsoft.AspNetCore.Razor.TagHelpers;
using Microsoft.Extensions.Localization;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Web.Pages.Shared;

/// <summary>
/// <c>&lt;smoke-mark interpreter="…" outcome="…" state="…" /&gt;</c>: whether something starts in an interpreter, as a drawing and a word;
/// colour alone says nothing. The editor's marks are drawn by ClientApp/src/smoke/mark.ts in the same way.
/// </summary>
[HtmlTargetElement("smoke-mark", TagStructure = TagStructure.WithoutEndTag)]
public sealed class SmokeMarkTagHelper(IStringLocalizer<Texts> texts) : TagHelper
{
    /// <summary>In which interpreter.</summary>
    public Interpreter Interpreter { get; set; }

    /// <summary>The verdict; null where there is none.</summary>
    public SmokeOutcome? Outcome { get; set; }

    /// <summary>Where the run stands; null counts as done.</summary>
    public SmokeRunState? State { get; set; }

    /// <summary>Whether the word is for screen readers and pointers alone, as on cards.</summary>
    public bool IsSmall { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        var (icon, tone, word) = Of(State, Outcome);
        var said = texts["{0}: {1}", Interpreters.NameOf(Interpreter), word].Value;
        output.TagName = "span";
        output.TagMode = TagMode.StartTagAndEndTag;
        output.Attributes.SetAttribute("class", $"smoke {tone}");
        output.Content.AppendHtml(IconTagHelper.Draw(icon));
        if (!IsSmall)
        {
            output.Content.Append(said);
            return;
        }
        output.Attributes.SetAttribute("title", said);
        output.Content.AppendHtml("<span aria-hidden=\"true\">").Append(Interpreters.NameOf(Interpreter)).AppendHtml("</span><span class=\"visually-hidden\">").Append(said).AppendHtml("</span>");
    }

    private (string Icon, string Tone, string Word) Of(SmokeRunState? state, SmokeOutcome? outcome) => (state, outcome) switch
    {
        (SmokeRunState.Queued, _) => ("hourglass", "soft", texts["waiting"]),
        (SmokeRunState.Running, _) => ("running", "running", texts["running now"]),
        (_, SmokeOutcome.Passed) => ("check", "good", texts["passed"]),
        (_, SmokeOutcome.Failed) => ("close", "bad", texts["failed"]),
        (_, SmokeOutcome.TimedOut) => ("clock", "bad", texts["timed out"]),
        (_, SmokeOutcome.Refused) => ("ban", "warn", texts["needs another site"]),
        (_, SmokeOutcome.Crashed) => ("alert", "warn", texts["could not be tested"]),
        (_, SmokeOutcome.NotApplicable) => ("minus", "soft", texts["nothing to run"]),
        _ => ("minus", "soft", texts["not run yet"]),
    };
}
