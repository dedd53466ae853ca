using Microsoft.Playwright;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Pages;

/// <summary>
/// Makes the pictures that are committed, not asked for by a usual run:
/// <c>dotnet run --project tests/Browser.Tests -- -explicit only -class '*Pages.Pictures'</c>. Names of pages in the environment
/// variable <c>PICTURES</c>, with commas between, limit it to these.
/// </summary>
public sealed class Pictures(PageStage stage) : IClassFixture<PageStage>
{
    private static readonly int[] s_widths = [390, 820, 1280];

    [Fact(Explicit = true)]
    public async Task Screenshots_of_every_page_in_both_themes_at_three_widths()
    {
        var chosen = Environment.GetEnvironmentVariable("PICTURES")?.Split(',') ?? [.. ShownPages.All.Select(page => page.Name)];
        foreach (var page in chosen.Select(ShownPages.Of))
        {
            foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                foreach (var width in s_widths)
                {
                    await using var visit = await stage.OpenAsync(page, width, theme);
                    await visit.Page.WaitForTimeoutAsync(300);
                    var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{page.Name}-{width}-{theme.ToString().ToLowerInvariant()}.png");
                    await SaveAsync(visit.Page, Path.Combine(Repository.Root, "docs", "screenshots", name));
                }
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task Pictures_of_the_templates_for_links_and_for_the_page_where_one_is_chosen()
    {
        foreach (var template in ProjectTemplates.All)
        {
            await using var visit = await stage.VisitAsync(width: 1200, height: 630);
            var origins = new Origins(stage.Hub.Options);
            await visit.Page.AddInitScriptAsync("addEventListener('py:done', () => { globalThis.ended = true })");
            await visit.Page.GotoAsync(origins.Content(TemplateSites.LabelOf(template.Id)).Of(""));
            await visit.Page.WaitForFunctionAsync("globalThis.ended", null, new() { Timeout = 60_000 });
            if (template.Id == "hello")
            {
                await visit.Page.FillAsync("#name", "Ada");
                await visit.Page.ClickAsync("#greet");
            }
            // The worker's drawing is a whole picture when its bar is full.
            if (template.Id == "worker")
                await visit.Page.WaitForFunctionAsync("document.querySelector('#progress').value >= 180", null, new() { Timeout = 60_000 });
            await visit.Page.WaitForTimeoutAsync(1500);
            await SaveAsync(visit.Page, PictureOf(template.Id));
        }
        await using var neutral = await stage.VisitAsync(width: 1200, height: 630);
        await neutral.Page.SetContentAsync(
            """
            <!doctype html>
            <style>
              body { margin: 0; height: 630px; display: grid; place-content: center; justify-items: center; gap: 40px; font: 700 72px system-ui, sans-serif; letter-spacing: -0.03em; color: #1b1d26; background: #e7ecfb }
              p { margin: 0; font-size: 36px; font-weight: 500; letter-spacing: 0; color: #565b6b }
            </style>
            <svg viewBox="0 0 28 28" width="200" height="200"><rect width="28" height="28" rx="8" fill="#2a4fc4"/><path d="m8 9 5 5-5 5" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/><circle cx="18.5" cy="18.5" r="2.6" fill="#ffc93c"/></svg>
            PyScript Hub
            """);
        await SaveAsync(neutral.Page, PictureOf("project"));
    }

    private static string PictureOf(string name) => Path.Combine(Repository.Root, "src", "Web", "wwwroot", "pictures", $"{name}.png");

    private static async Task SaveAsync(IPage page, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await page.ScreenshotAsync(new() { Path = path, Animations = ScreenshotAnimations.Disabled });
    }
}
