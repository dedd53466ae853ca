using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PyScriptHub.Web.Http;

/// <summary>Markdown as HTML that does nothing: no HTML of the writer's own, no pictures, links to http, https and mailto alone.</summary>
static class SafeMarkdown
{
    private static readonly MarkdownPipeline s_pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().Build();

    public static string ToHtml(string text)
    {
        var document = Markdown.Parse(text, s_pipeline);
        // The page has its heading already.
        foreach (var heading in document.Descendants<HeadingBlock>()) heading.Level = Math.Min(heading.Level + 1, 6);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            if (!link.IsImage && IsHarmless(link.Url))
            {
                link.GetAttributes().AddPropertyIfNotExist("rel", "nofollow noreferrer");
                continue;
            }
            // The words stay, without what they led to.
            var words = new ContainerInline();
            link.TransferChildrenTo(words);
            link.ReplaceBy(words, copyChildren: false);
        }
        foreach (var link in document.Descendants<AutolinkInline>().Where(link => !link.IsEmail && !IsHarmless(link.Url)).ToList())
            link.ReplaceBy(new LiteralInline(link.Url));
        return document.ToHtml(s_pipeline);
    }

    private static bool IsHarmless(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https" or "mailto");
}
