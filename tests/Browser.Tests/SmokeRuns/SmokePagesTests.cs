using Microsoft.Playwright;
using PyScriptHub.Browser.Tests.Editor;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>From the editor's button to the verdict and back to the line; the tests do what workers do.</summary>
[Collection(nameof(SharedWorkshop))]
public sealed class SmokePagesTests(Workshop workshop)
{
    private const float Patience = 20_000;

    private static readonly SmokeResult s_failed = new(
        SmokeOutcome.Failed, StillRunning: false, Awaited: null, 900, 1800, 200_000_000,
        new SmokeError("NameError", "name 'gret' is not defined", "Traceback (most recent call last):\n  File \"main.py\", line 40, in <module>\nNameError: name 'gret' is not defined", "main.py", 40),
        SmokeEvidence.None);

    [Fact]
    public async Task Who_publishes_sees_the_verdict_come_and_goes_from_the_traceback_to_the_line()
    {
        await workshop.Hub.HearWorkerAsync();
        var code = string.Join('\n', Enumerable.Range(1, 60).Select(line => line == 40 ? "gret()" : $"line_{line} = {line}"));
        await using var editor = await workshop.OpenAsync(("index.html", "<script type=\"py\" src=\"main.py\"></script>"), ("main.py", code));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();
        var marks = editor.Dialog.Locator(".smoke-tests .smoke");
        await Expect(marks).ToHaveTextAsync(["Pyodide: waiting", "MicroPython: waiting"]);

        var run = await RunAsync(editor, "pyodide");
        var lease = await workshop.Hub.BeginAsync(run);
        await Expect(marks.First).ToHaveTextAsync("Pyodide: running now", new() { Timeout = Patience });
        await FinishAsync(run, lease, s_failed);
        await Expect(marks.First).ToHaveTextAsync("Pyodide: failed", new() { Timeout = Patience });
        await workshop.Hub.EndAllAsync(editor.Project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        await Expect(marks.Last).ToHaveTextAsync("MicroPython: passed", new() { Timeout = Patience });

        var opened = await editor.Page.Context.RunAndWaitForPageAsync(() => editor.Dialog.Locator(".smoke-tests a").First.ClickAsync());
        await Expect(opened.Locator("h1")).ToContainTextAsync("index.html");
        await opened.Locator(".printout a").ClickAsync();
        await Expect(opened.Locator(".cm-activeLine")).ToHaveTextAsync("gret()", new() { Timeout = Patience });
        await Expect(opened.GetByRole(AriaRole.Tab, new() { Name = "main.py" })).ToHaveAttributeAsync("aria-selected", "true");
        // Who loads the page again is not sent back there.
        opened.Url.ShouldNotContain("?");
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task A_projects_page_and_the_pages_of_its_runs_follow_what_happens()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<h1>Lesson</h1>"));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();
        await Expect(editor.Dialog.Locator(".smoke-tests .smoke")).ToHaveCountAsync(2, new() { Timeout = Patience });
        var run = await RunAsync(editor, "pyodide");
        var page = editor.Page;
        var runPage = await page.Context.NewPageAsync();
        var runsPage = await page.Context.NewPageAsync();
        var address = editor.Project.Text("url");
        await page.GotoAsync(address);
        await runPage.GotoAsync($"{address}/runs/{run:N}");
        await runsPage.GotoAsync($"{address}/runs");
        await Expect(page.Locator(".smoke-line .smoke").First).ToHaveTextAsync("Pyodide: waiting");
        await Expect(runPage.Locator("main .notice").First).ToContainTextAsync("waits for its turn");
        await workshop.Hub.EndAsync(run, s_failed);
        await Expect(page.Locator(".smoke-line .smoke").First).ToHaveTextAsync("Pyodide: failed", new() { Timeout = Patience });
        await Expect(runPage.Locator("main .notice").First).ToContainTextAsync("stopped with an error", new() { Timeout = Patience });
        await Expect(runsPage.Locator($"li:has(a[href$='{run:N}']) .smoke")).ToHaveTextAsync("Pyodide: failed", new() { Timeout = Patience });
        await workshop.Hub.EndAllAsync(editor.Project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        await Expect(page.Locator(".smoke-line .smoke").Last).ToHaveTextAsync("MicroPython: passed", new() { Timeout = Patience });
        await Expect(page.Locator(".pending")).ToHaveCountAsync(0);
        editor.ShouldHaveNoComplaint();
    }

    [Fact]
    public async Task Where_no_stream_comes_through_the_state_is_asked_for()
    {
        await using var editor = await workshop.OpenAsync(("index.html", "<h1>Lesson</h1>"));
        await editor.Page.RouteAsync("**/smoke-runs/events", route => route.FulfillAsync(new() { Status = 502, Body = "no" }));
        await editor.Page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
        await editor.Dialog.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();
        var marks = editor.Dialog.Locator(".smoke-tests .smoke");
        await Expect(marks.First).ToHaveTextAsync("Pyodide: waiting", new() { Timeout = Patience });
        await workshop.Hub.EndAllAsync(editor.Project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        await Expect(marks).ToHaveTextAsync(["Pyodide: passed", "MicroPython: passed"], new() { Timeout = Patience });
    }

    private async Task FinishAsync(Guid run, Guid lease, SmokeResult result)
    {
        await using var db = workshop.Hub.OpenDatabase();
        (await new SmokeQueue(db).FinishAsync(run, lease, result, null, CancellationToken.None)).ShouldBeTrue();
    }

    private async Task<Guid> RunAsync(OpenEditor editor, string interpreter)
    {
        var answer = await editor.Page.Context.APIRequest.GetAsync($"{workshop.Hub.Url}/api/v1/projects/{editor.Project.Text("id")}/smoke");
        var standing = System.Text.Json.JsonDocument.Parse(await answer.TextAsync()).RootElement;
        return Guid.ParseExact(standing.GetProperty(interpreter).Text("run"), "N");
    }
}
