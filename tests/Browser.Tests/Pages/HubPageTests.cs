using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace PyScriptHub.Browser.Tests.Pages;

/// <summary>The hub's pages in a real browser.</summary>
public sealed class HubPageTests(PageStage stage) : IClassFixture<PageStage>
{
    [Theory]
    [MemberData(nameof(ShownPages.Names), MemberType = typeof(ShownPages))]
    public async Task A_page_is_open_to_everybody_in_both_themes_and_says_nothing_in_the_console(string name)
    {
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var visit = await stage.OpenAsync(ShownPages.Of(name), theme: theme);
            // The project in the frame is its author's, and is looked at on its own.
            var found = await visit.Page.RunAxe(new AxeRunOptions { Iframes = false, RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
            found.Violations.Where(violation => violation.Impact is "serious" or "critical")
                .Select(violation => $"{theme}: {violation.Id}: {string.Join("; ", violation.Nodes.Select(node => node.Html))}").ShouldBeEmpty();
            visit.Outside.ShouldBeEmpty();
            if (ShownPages.Of(name).Status == 200) visit.Errors.ShouldBeEmpty();
        }
    }

    [Theory]
    [MemberData(nameof(ShownPages.Names), MemberType = typeof(ShownPages))]
    public async Task A_page_fits_a_phone_and_nothing_in_it_jumps(string name)
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of(name), width: 320);
        (await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(320);
        await visit.Page.AddInitScriptAsync(
            "globalThis.shift = 0; new PerformanceObserver(list => { for (const e of list.getEntries()) globalThis.shift += e.value }).observe({ type: 'layout-shift', buffered: true })");
        await visit.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.Load });
        await visit.Page.WaitForTimeoutAsync(500);
        (await visit.Page.EvaluateAsync<double>("globalThis.shift")).ShouldBeLessThan(0.05);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("search")]
    [InlineData("project")]
    [InlineData("person")]
    [InlineData("board")]
    [InlineData("runs")]
    [InlineData("run")]
    [InlineData("error-404")]
    public async Task A_page_to_read_works_where_JavaScript_is_off(string name)
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of(name), scripted: false);
        (await visit.Page.Locator("h1, h2").First.InnerTextAsync()).ShouldNotBeEmpty();
        await visit.Page.Locator("button[name=language][value=de]").ClickAsync();
        (await visit.Page.Locator("html").GetAttributeAsync("lang")).ShouldBe("de");
        (await visit.Page.Locator("main").InnerTextAsync()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_pages_own_scripts_are_small()
    {
        await using var visit = await stage.VisitAsync();
        var scripts = new List<Task<int>>();
        visit.Page.Response += (_, response) =>
        {
            if (response.Url.StartsWith(stage.Hub.Url, StringComparison.Ordinal) && response.Request.ResourceType == "script")
                scripts.Add(Task.Run(async () => (await response.Request.SizesAsync()).ResponseBodySize));
        };
        await visit.Page.GotoAsync(stage.Hub.Url, new() { WaitUntil = WaitUntilState.NetworkIdle });
        scripts.ShouldNotBeEmpty();
        (await Task.WhenAll(scripts)).Sum().ShouldBeLessThan(30_000);
    }

    [Fact]
    public async Task A_template_runs_before_it_is_chosen_and_ends_when_it_is_closed()
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of("new"));
        await visit.Page.Locator("a[data-look]").First.ClickAsync();
        await visit.Page.FrameLocator("dialog iframe").Locator("#greet:enabled").WaitForAsync(new() { Timeout = 60_000 });
        (await visit.Page.FrameLocator("dialog iframe").Locator("body").EvaluateAsync<bool>("() => crossOriginIsolated")).ShouldBeTrue();
        await visit.Page.Keyboard.PressAsync("Escape");
        (await visit.Page.Locator("dialog iframe").CountAsync()).ShouldBe(0);
        visit.Outside.ShouldBeEmpty();
        visit.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Chosen_files_become_a_project_named_after_the_first()
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of("new"));
        await visit.Page.SetInputFilesAsync("#file", new FilePayload[]
        {
            new() { Name = "brought_along.html", MimeType = "text/html", Buffer = "<h1>Brought</h1>"u8.ToArray() },
            new() { Name = "main.py", MimeType = "text/plain", Buffer = "print(1)"u8.ToArray() },
        });
        await visit.Page.Locator("#upload button").ClickAsync();
        await visit.Page.Locator("h1", new() { HasText = "brought along" }).WaitForAsync();
        visit.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_cannot_be_uploaded_is_told_beside_the_field()
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of("new"));
        await visit.Page.SetInputFilesAsync("#file", new FilePayload { Name = "broken.zip", MimeType = "application/zip", Buffer = "no zip"u8.ToArray() });
        await visit.Page.Locator("#upload button").ClickAsync();
        await visit.Page.Locator("#file-error", new() { HasText = "not a zip archive" }).WaitForAsync();
    }

    [Fact]
    public async Task Scripts_speak_the_language_of_the_page()
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of("new"), language: "de");
        await visit.Page.Locator("#file").EvaluateAsync("input => input.required = false");
        await visit.Page.Locator("#upload button").ClickAsync();
        await visit.Page.Locator("#file-error", new() { HasText = "keine Datei" }).WaitForAsync();
    }

    [Fact]
    public async Task A_moment_is_shown_in_the_visitors_own_zone()
    {
        await using var visit = await stage.OpenAsync(ShownPages.Of("project"));
        var time = visit.Page.Locator("time[data-local]").First;
        (await time.GetAttributeAsync("title"))!.ShouldEndWith("UTC");
        (await time.InnerTextAsync()).ShouldNotContain("UTC");
    }
}
