using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

/// <summary>Where smoke runs show on the hub's pages, as they come from the hub: without any script.</summary>
public sealed class SmokePageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_names;

    private static readonly SmokeResult s_failed = new(
        SmokeOutcome.Failed, StillRunning: false, Awaited: null, 1200, 3400, 212_000_000,
        new SmokeError(
            "NameError", "name '<b>x</b>' is not defined",
            "Traceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n  File \"/home/pyodide/lib/part one.py\", line 2, in begin\n  File \"/lib/python3.13/json.py\", line 9\nNameError: name '<b>x</b>' is not defined",
            "lib/part one.py", 2),
        new SmokeEvidence(
            [new ConsoleLine("log", "hello <script>"), new ConsoleLine("error", "broken")], [new ProblemRequest("https://outside.example/a.js", "outside"), new ProblemRequest("http://hub/x.csv", "404")],
            ["json"], ["numpy"]));

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task Cards_carry_a_mark_for_each_interpreter_in_words_too()
    {
        var (owner, project) = await PublishedAsync();
        await Hub.EndAllAsync(project.ProjectId(), run => SmokeResult.Of(run.Interpreter is Interpreter.Pyodide ? SmokeOutcome.Passed : SmokeOutcome.Failed));
        foreach (var (client, path) in new[] { (Hub.Client, $"/@{project.Text("owner")}"), (owner, "/") })
        {
            var card = Parse(await client.PageAsync(path)).QuerySelector($".project:has(a[href='{project.PagePath()}'])")!;
            card.QuerySelectorAll(".smoke .visually-hidden").Select(mark => mark.TextContent).ShouldBe(["Pyodide: passed", "MicroPython: failed"]);
            card.QuerySelectorAll(".smoke svg").Length.ShouldBe(2);
        }
        var draft = await owner.CreateAsync(new { name = "Draft", template = "hello" });
        Parse(await owner.PageAsync("/")).QuerySelector($".project:has(a[href='{draft.PagePath()}']) .smoke").ShouldBeNull();
    }

    [Fact]
    public async Task A_projects_page_says_waiting_running_and_the_verdict_with_a_link_to_the_run()
    {
        var (owner, project) = await PublishedAsync();
        var (id, path) = (project.ProjectId(), project.PagePath());
        (await MarksAsync(path)).ShouldBe(["Pyodide: waiting", "MicroPython: waiting"]);
        var run = await RunAsync(owner, project, "pyodide");
        var lease = await Hub.BeginAsync(Guid.ParseExact(run, "N"));
        (await MarksAsync(path)).ShouldBe(["Pyodide: running now", "MicroPython: waiting"]);
        await using (var db = Hub.OpenDatabase())
            await new Infrastructure.SmokeRuns.SmokeQueue(db).FinishAsync(Guid.ParseExact(run, "N"), lease, SmokeResult.Of(SmokeOutcome.Passed), null, CancellationToken.None);
        (await MarksAsync(path)).ShouldBe(["Pyodide: passed", "MicroPython: waiting"]);
        var page = Parse(await Hub.Client.PageAsync(path));
        page.QuerySelector($".smoke-line a[href='{path}/runs/{run}']").ShouldNotBeNull();
        page.QuerySelector("[data-live] .pending").ShouldNotBeNull();

        await Hub.EndAllAsync(id, _ => SmokeResult.Of(SmokeOutcome.NotApplicable));
        (await MarksAsync(path)).ShouldBe(["Pyodide: passed", "MicroPython: nothing to run"]);
        page = Parse(await Hub.Client.PageAsync(path));
        page.QuerySelector("[data-live] .pending").ShouldBeNull();
        page.QuerySelector(".smoke-line")!.TextContent.ShouldContain($"PyScript {Hub.Release()}");

        async Task<List<string>> MarksAsync(string path) => [.. Parse(await Hub.Client.PageAsync(path)).QuerySelectorAll(".smoke-line .smoke").Select(mark => mark.TextContent)];
    }

    [Fact]
    public async Task A_project_that_waits_while_no_worker_takes_runs_says_why()
    {
        await using var hub = await HubServer.StartAsync();
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"));
        await hub.HearWorkerAsync("There is no browser. Install <chromium>.");
        foreach (var path in new[] { project.PagePath(), project.PagePath() + "/runs" })
            Parse(await hub.Client.PageAsync(path)).QuerySelector("main")!.TextContent.ShouldContain("Smoke tests are off: There is no browser. Install <chromium>.");
        // What is known is not in doubt because nothing is run now.
        await hub.EndAllAsync(project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        (await hub.Client.PageAsync(project.PagePath())).ShouldNotContain("Smoke tests are off");
        await hub.HearWorkerAsync();
        (await hub.Client.PageAsync(project.PagePath() + "/runs")).ShouldNotContain("Smoke tests are off");
    }

    [Fact]
    public async Task A_runs_page_tells_everything_and_leads_to_the_line_in_the_editor()
    {
        var (_, project) = await PublishedAsync(("index.html", "start"), ("main.py", "1"), ("lib/part one.py", "2"));
        var run = await Hub.HaveRunAsync(project.ProjectId(), 1, s_failed, screenshot: [1]);
        var page = Parse(await Hub.Client.PageAsync($"{project.PagePath()}/runs/{run}")).QuerySelector("main")!;
        var text = page.TextContent;
        foreach (var told in new[] { "It stopped with an error.", "name '<b>x</b>' is not defined", "hello <script>", "https://outside.example/a.js", "another site", "404", "json", "numpy", "1.2 s", "3.4 s", "212 MB", Hub.Release() })
            text.ShouldContain(told);
        page.QuerySelectorAll("b, script").ShouldBeEmpty();
        page.QuerySelectorAll("a[href*='/edit?']").Select(link => (link.GetAttribute("href"), link.TextContent)).ShouldBe(
        [
            ($"{project.PagePath()}/edit?file=lib%2Fpart%20one.py&line=2&interpreter=pyodide", "lib/part one.py, line 2"),
            ($"{project.PagePath()}/edit?file=main.py&line=3&interpreter=pyodide", "File \"main.py\", line 3"),
            ($"{project.PagePath()}/edit?file=lib%2Fpart%20one.py&line=2&interpreter=pyodide", "File \"/home/pyodide/lib/part one.py\", line 2"),
        ]);
        page.QuerySelector($"img[src='/api/v1/smoke-runs/{run}/screenshot']")!.GetAttribute("alt")!.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(SmokeOutcome.Passed, "It starts, and every script ran to its end.")]
    [InlineData(SmokeOutcome.Failed, "It stopped with an error.")]
    [InlineData(SmokeOutcome.TimedOut, "Something did not come in time.")]
    [InlineData(SmokeOutcome.Refused, "It needs another site")]
    [InlineData(SmokeOutcome.Crashed, "that says nothing about the page")]
    [InlineData(SmokeOutcome.NotApplicable, "nothing in this page that Pyodide could run")]
    public async Task An_outcome_is_put_into_words(SmokeOutcome outcome, string words)
    {
        var (_, project) = await PublishedAsync();
        var run = await Hub.HaveRunAsync(project.ProjectId(), 1, SmokeResult.Of(outcome) with { Awaited = "the end of main.py" });
        var text = Parse(await Hub.Client.PageAsync($"{project.PagePath()}/runs/{run}")).QuerySelector("main .notice")!.TextContent;
        text.ShouldContain(words);
        text.ShouldContain("the end of main.py");
    }

    [Theory]
    [InlineData("asks for packages that could not be loaded: numpy", "not a mistake in your code", "verlangt Pakete, die nicht geladen werden konnten: numpy")]
    [InlineData("imports numpy, which its config asks for and which could not be loaded", "not a mistake in your code", "importiert numpy; die Konfiguration verlangt es")]
    [InlineData("imports statistics, which MicroPython does not have", "what this interpreter does not have", "importiert statistics, was es in MicroPython nicht gibt")]
    [InlineData("No module named 'x'", "Read the last line of the traceback", "No module named 'x'")]
    public async Task What_is_missing_is_no_mistake_in_the_code_and_is_said_in_both_languages(string message, string advice, string german)
    {
        var (_, project) = await PublishedAsync();
        var run = await Hub.HaveRunAsync(project.ProjectId(), 1, SmokeResult.Of(SmokeOutcome.Failed, new SmokeError("ModuleNotFoundError", message, null, null, null)));
        var path = $"{project.PagePath()}/runs/{run}";
        Parse(await Hub.Client.PageAsync(path)).QuerySelector("main .notice")!.TextContent.ShouldContain(advice);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptLanguage.ParseAdd("de");
        Parse(await (await Hub.Client.SendAsync(request)).Content.ReadAsStringAsync()).QuerySelector("main")!.TextContent.ShouldContain(german);
    }

    [Fact]
    public async Task Runs_of_a_draft_have_no_page_for_others_and_a_run_has_one_under_its_own_project_alone()
    {
        var (owner, project) = await PublishedAsync();
        (await owner.PutFileAsync(project.Text("id"), "index.html", "draft", 1)).EnsureSuccessStatusCode();
        var draft = await Hub.HaveRunAsync(project.ProjectId(), 2, s_failed);
        var shown = await Hub.HaveRunAsync(project.ProjectId(), 1, s_failed);
        var path = $"{project.PagePath()}/runs";
        (await Hub.Client.PageAsync($"{path}/{shown}")).ShouldNotContain("The draft has changed since");
        (await owner.PageAsync($"{path}/{shown}")).ShouldContain("The draft has changed since");
        await owner.PageAsync($"{path}/{draft}");
        await Hub.Client.PageAsync($"{path}/{draft}", HttpStatusCode.NotFound);
        (await owner.PageAsync(path)).ShouldContain(draft);
        (await Hub.Client.PageAsync(path)).ShouldNotContain(draft);

        var (other, theirs) = await PublishedAsync();
        foreach (var wrong in new[] { $"{theirs.PagePath()}/runs/{shown}", $"{path}/nonsense", $"{path}/{Guid.NewGuid():N}" }) await other.PageAsync(wrong, HttpStatusCode.NotFound);
        (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { visibility = "private" })).EnsureSuccessStatusCode();
        foreach (var gone in new[] { path, $"{path}/{shown}" }) await Hub.Client.PageAsync(gone, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Who_edits_has_it_run_again_by_a_form_and_nobody_else_has_that_form()
    {
        var visitor = await Visitor.SignedInAsync(Hub, Name());
        var (author, project) = await PublishedAsync();
        (await Hub.Client.PageAsync($"{project.PagePath()}/runs")).ShouldNotContain("handler=Run");
        var path = $"{project.PagePath()}/runs";
        await Hub.EndAllAsync(project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        // To the run where it is one.
        (await author.SendFormAsync(path, "Run", ("interpreter", "Micropython"), ("release", ""))).Leads().ShouldStartWith($"{path}/");
        (await WaitingAsync()).ShouldBe(["micropython 1"]);
        (await author.PutFileAsync(project.Text("id"), "index.html", "draft", 1)).EnsureSuccessStatusCode();
        (await author.SendFormAsync(path, "Run", ("revision", "2"), ("interpreter", ""), ("release", Hub.Release()))).Leads().ShouldBe(path);
        (await WaitingAsync()).ShouldBe(["micropython 1", "micropython 2", "pyodide 2"]);

        var refused = await author.SendFormAsync(path, "Run", ("release", "1999.1.1"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("does not hold");
        var (_, form) = await visitor.FillAsync("/account", ("name", "x"));
        (await visitor.PostAsync(path + "?handler=Run", form)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await WaitingAsync()).Count.ShouldBe(3);

        async Task<List<string>> WaitingAsync() => [.. (await (await author.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke-runs")).JsonAsync()).GetProperty("items").EnumerateArray()
            .Where(run => run.Text("state") == "queued").Select(run => $"{run.Text("interpreter")} {run.GetProperty("revision")}").Order(StringComparer.Ordinal)];
    }

    [Fact]
    public async Task A_link_shows_the_published_start_page_as_it_was_last_seen_to_start()
    {
        var (owner, project) = await PublishedAsync(("index.html", "start"), ("other.html", "other"));
        var id = project.ProjectId();
        (await PictureAsync()).ShouldBe($"{Hub.Url}/pictures/project.png");
        await Hub.HaveRunAsync(id, 1, SmokeResult.Of(SmokeOutcome.Passed), "other.html", screenshot: [1]);
        await Hub.HaveRunAsync(id, 1, s_failed, screenshot: [2]);
        (await PictureAsync()).ShouldBe($"{Hub.Url}/pictures/project.png");
        var run = await Hub.HaveRunAsync(id, 1, SmokeResult.Of(SmokeOutcome.Passed), screenshot: [3]);
        await Hub.HaveRunAsync(id, 1, s_failed, interpreter: Interpreter.Micropython, screenshot: [4]);
        (await PictureAsync()).ShouldBe($"{Hub.Url}/api/v1/smoke-runs/{run}/screenshot");
        (await Hub.Client.GetByteArrayAsync($"/api/v1/smoke-runs/{run}/screenshot")).ShouldBe([3]);
        // The next publication looks different.
        (await owner.PutFileAsync(project.Text("id"), "index.html", "changed", 1)).EnsureSuccessStatusCode();
        await owner.PublishAsync(project.Text("id"));
        (await PictureAsync()).ShouldBe($"{Hub.Url}/pictures/project.png");

        async Task<string> PictureAsync() => Parse(await Hub.Client.PageAsync(project.PagePath())).QuerySelector("meta[property='og:image']")!.GetAttribute("content")!;
    }

    [Fact]
    public async Task A_shared_project_offers_its_badge_to_copy()
    {
        var (_, project) = await PublishedAsync();
        var badge = $"{Hub.Url}/api/v1/projects/{project.Text("id")}/badge.svg";
        var page = Parse(await Hub.Client.PageAsync(project.PagePath()));
        page.QuerySelector("#badge-markdown")!.TextContent.ShouldBe($"[![Does it start?]({badge})]({project.Text("url")})");
        page.QuerySelector("#badge-html")!.TextContent.ShouldBe($"<a href=\"{project.Text("url")}\"><img src=\"{badge}\" alt=\"Does it start?\"></a>");
    }

    [Fact]
    public async Task Administrators_see_queue_runs_failures_and_workers()
    {
        await using var hub = await HubServer.StartAsync();
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        (await TextAsync()).ShouldContain("No process takes smoke runs. Start one with Hub:Roles=worker.");
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"), ("other.html", "other"));
        for (var i = 0; i < 3; i++) await hub.HaveRunAsync(project.ProjectId(), 1, s_failed);
        await hub.BeginAsync(Guid.ParseExact(await RunAsync(owner, project, "micropython"), "N"));
        await hub.HearWorkerAsync(machine: "bench-1");
        await hub.HearWorkerAsync("There is no browser. Install chromium.", "bench-2");
        await hub.HearWorkerAsync(machine: "bench-3", secondsAgo: 300);
        var text = await TextAsync();
        foreach (var told in new[] { "Published 2", "In progress 1", "Last 10 minutes 0.3 a minute", "failed 3", "NameError", "bench-1 takes runs", "bench-2 off", "Install chromium", "bench-3 gone", "Chromium 156.0", "@ada/" })
            text.ShouldContain(told);
        text.ShouldNotContain("Smoke tests are off");

        async Task<string> TextAsync()
        {
            using var answer = await chief.GetAsync("/admin/smoke-tests");
            return string.Join(' ', Parse(await answer.Content.ReadAsStringAsync()).QuerySelector("main")!.Descendants<IText>().Select(part => part.Data.Trim()).Where(part => part.Length > 0));
        }
    }

    private async Task<(HttpClient Owner, JsonElement Project)> PublishedAsync(params (string Path, string Text)[] files)
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(files.Length > 0 ? files : [("index.html", "start")]);
        return (owner, await (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { visibility = "public" })).JsonAsync());
    }

    // The run of a project that waits in this interpreter.
    private static async Task<string> RunAsync(HttpClient client, JsonElement project, string interpreter) =>
        (await (await client.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke-runs")).JsonAsync()).GetProperty("items").EnumerateArray()
            .First(run => run.Text("interpreter") == interpreter && run.Text("state") == "queued").Text("id");

    private static string Name() => $"shown-{Interlocked.Increment(ref s_names)}";

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);
}
