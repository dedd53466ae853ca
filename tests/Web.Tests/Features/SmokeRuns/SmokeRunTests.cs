using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.SmokeRuns;

/// <summary>Smoke runs as the API has them; the tests do what workers do.</summary>
public sealed class SmokeRunTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task Publishing_has_the_start_page_and_up_to_twenty_others_run_in_both_interpreters()
    {
        var owner = await UserAsync();
        var files = Enumerable.Range(0, 25).Select(i => ($"page-{i:00}.html", "a page")).Append(("index.html", "start")).Append(("main.py", "print(1)"));
        var project = await owner.PublishedAsync([.. files]);
        var runs = await RunsAsync(owner, project);
        runs.Count.ShouldBe(2 * 21);
        runs.ShouldAllBe(run => run.Text("state") == "queued" && run.Text("runtimeRelease") == Hub.Release());
        foreach (var interpreter in new[] { "pyodide", "micropython" })
        {
            var pages = runs.Where(run => run.Text("interpreter") == interpreter).Select(run => run.Text("page")).ToList();
            pages.ShouldBeUnique();
            pages.ShouldContain("index.html");
            pages.ShouldContain("page-19.html");
            pages.ShouldNotContain("page-20.html");
        }
    }

    [Fact]
    public async Task Publishing_again_while_its_runs_wait_makes_them_once()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        await owner.PublishAsync(project.Text("id"));
        (await RunsAsync(owner, project)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Another_pin_has_what_is_published_run_in_the_release_that_it_is_served_with_then()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        await Hub.EndAllAsync(project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        var other = Releases().First(name => name != Hub.Release());
        var changed = await (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { runtimeRelease = other })).JsonAsync();
        changed.GetProperty("smoke").GetProperty("pyodide").ValueKind.ShouldBe(JsonValueKind.Null);
        (await RunsAsync(owner, project)).Where(run => run.Text("state") == "queued").Select(run => run.Text("runtimeRelease")).ShouldBe([other, other]);

        // The same pin again, and any other change, has nothing run.
        await (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { runtimeRelease = other, name = "Renamed" })).JsonAsync();
        (await RunsAsync(owner, project)).Count.ShouldBe(4);
        await (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { runtimeRelease = (string?)null })).JsonAsync();
        (await RunsAsync(owner, project)).Count.ShouldBe(6);
    }

    [Fact]
    public async Task A_pin_of_what_nobody_published_has_nothing_run()
    {
        var owner = await UserAsync();
        var project = await owner.CreateAsync(new { name = "Draft", files = new Dictionary<string, string> { ["index.html"] = "start" } });
        await (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { runtimeRelease = Hub.Release() })).JsonAsync();
        (await RunsAsync(owner, project)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_edits_a_project_has_its_draft_run_in_what_they_choose()
    {
        var owner = await UserAsync();
        var project = await owner.CreateAsync(new { name = "Draft", files = new Dictionary<string, string> { ["index.html"] = "start", ["other.html"] = "other" } });
        var path = $"/api/v1/projects/{project.Text("id")}/smoke-runs";
        var usual = await (await owner.PostAsync(path, null)).JsonAsync(HttpStatusCode.Accepted);
        usual.GetProperty("items").GetArrayLength().ShouldBe(4);
        var chosen = await (await owner.PostAsJsonAsync(path, new { interpreters = new[] { "micropython" }, runtimeReleases = Releases() })).JsonAsync(HttpStatusCode.Accepted);
        chosen.GetProperty("items").EnumerateArray().Select(run => run.Text("interpreter")).Distinct(StringComparer.Ordinal).ShouldBe(["micropython"]);
        chosen.GetProperty("items").GetArrayLength().ShouldBe(2 * Releases().Count);
        // Those that wait already are among them, and are there once.
        (await RunsAsync(owner, project)).Count.ShouldBe(4 + (2 * (Releases().Count - 1)));
    }

    [Fact]
    public async Task What_cannot_be_run_is_told_by_its_field()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        var path = $"/api/v1/projects/{project.Text("id")}/smoke-runs";
        (await (await owner.PostAsJsonAsync(path, new { runtimeReleases = new[] { "1999.1.1" } })).ProblemAsync(400, "malformed")).GetProperty("errors").TryGetProperty("runtimeReleases", out _).ShouldBeTrue();
        (await (await owner.PostAsJsonAsync(path, new { revision = 99 })).ProblemAsync(400, "malformed")).GetProperty("errors").TryGetProperty("revision", out _).ShouldBeTrue();
        (await (await owner.PostAsJsonAsync(path, new { runtimeReleases = new string?[] { null } })).ProblemAsync(400, "malformed")).GetProperty("errors").TryGetProperty("runtimeReleases", out _).ShouldBeTrue();
        await (await owner.PostAsJsonAsync(path, new { interpreters = new[] { "ruby" } })).ProblemAsync(400, "malformed");
        await (await owner.PostAsJsonAsync(path, new { unknown = true })).ProblemAsync(400, "malformed");
        var pageless = await owner.CreateAsync(new { name = "No page", files = new Dictionary<string, string> { ["main.py"] = "print(1)" } });
        await (await owner.PostAsync($"/api/v1/projects/{pageless.Text("id")}/smoke-runs", null)).ProblemAsync(422, "no_start_page");
        await using var db = Hub.OpenDatabase();
        var id = project.ProjectId();
        await db.Projects.Where(p => p.Id == id).ExecuteUpdateAsync(set => set.SetProperty(p => p.TakenDownAt, DateTimeOffset.UtcNow));
        await (await owner.PostAsync(path, null)).ProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Runs_that_are_asked_for_are_bounded_by_the_hour()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { SmokeRunsPerHour = 4 } });
        var owner = await hub.UserAsync("asks-much");
        var project = await owner.PublishedAsync(("index.html", "start"));
        var path = $"/api/v1/projects/{project.Text("id")}/smoke-runs";
        for (var i = 0; i < 2; i++) (await owner.PostAsync(path, null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var refused = await owner.PostAsync(path, null);
        await refused.ProblemAsync(429, "too_many_requests");
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeGreaterThan(0);
        // Who publishes asked for something else.
        await owner.PublishAsync(project.Text("id"));
    }

    [Fact]
    public async Task A_run_says_all_that_was_kept_and_a_list_of_runs_is_cut()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        var result = new SmokeResult(
            SmokeOutcome.Failed, StillRunning: false, "py:done", 1200, 3400, 200_000_000, new SmokeError("NameError", "name 'x' is not defined", "Traceback…", "main.py", 3),
            new SmokeEvidence([.. Enumerable.Range(0, 150).Select(i => new ConsoleLine("log", $"line {i}"))], [new ProblemRequest("https://outside.example/", "outside")], ["json"], ["numpy"]));
        var run = await Hub.HaveRunAsync(project.ProjectId(), 1, result, screenshot: [1, 2, 3]);
        var whole = await (await owner.GetAsync($"/api/v1/smoke-runs/{run}")).JsonAsync();
        whole.Text("outcome").ShouldBe("failed");
        whole.GetProperty("error").Text("file").ShouldBe("main.py");
        whole.GetProperty("console").GetArrayLength().ShouldBe(150);
        whole.GetProperty("requests")[0].Text("reason").ShouldBe("outside");
        whole.GetProperty("peakMemory").GetInt64().ShouldBe(200_000_000);
        var listed = (await RunsAsync(owner, project)).Single(one => one.Text("id") == run);
        listed.GetProperty("console").GetArrayLength().ShouldBe(100);
        listed.GetProperty("console")[99].Text("text").ShouldBe("line 149");
        foreach (var wrong in new[] { "nonsense", Guid.NewGuid().ToString("N") })
            await (await owner.GetAsync($"/api/v1/smoke-runs/{wrong}")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_page_by_page_and_of_one_revision()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        (await owner.PutFileAsync(project.Text("id"), "index.html", "changed", 1)).EnsureSuccessStatusCode();
        foreach (var revision in new[] { 1, 2, 1 }) await Hub.HaveRunAsync(project.ProjectId(), revision, SmokeResult.Of(SmokeOutcome.Passed));
        var path = $"/api/v1/projects/{project.Text("id")}/smoke-runs";
        var first = await (await owner.GetAsync(path + "?limit=2")).JsonAsync();
        var rest = await (await owner.GetAsync($"{path}?limit=100&cursor={first.Text("nextCursor")}")).JsonAsync();
        var all = first.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).ToList();
        all.Select(run => run.Text("id")).ShouldBeUnique();
        all.Count.ShouldBe(4, "one that waited was taken up by the next wish for it");
        (await (await owner.GetAsync(path + "?revision=2")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(1);
        await (await owner.GetAsync(path + "?limit=0")).ProblemAsync(400, "malformed");
        await (await owner.GetAsync(path + "?cursor=no")).ProblemAsync(400, "malformed");
    }

    [Fact]
    public async Task Others_see_the_runs_of_what_is_published_and_no_others()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        (await owner.PutFileAsync(project.Text("id"), "index.html", "draft", 1)).EnsureSuccessStatusCode();
        var draft = await Hub.HaveRunAsync(project.ProjectId(), 2, SmokeResult.Of(SmokeOutcome.Failed), screenshot: [1]);
        var shown = await Hub.HaveRunAsync(project.ProjectId(), 1, SmokeResult.Of(SmokeOutcome.Passed), screenshot: [2]);
        var path = $"/api/v1/projects/{project.Text("id")}/smoke-runs";
        foreach (var other in new[] { await UserAsync(), Hub.Client })
        {
            await (await other.GetAsync(path + "?revision=2")).ProblemAsync(404, "not_found");
            (await other.GetAsync(path + "?revision=1")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await RunsAsync(other, project)).Select(run => run.Text("id")).ShouldContain(shown);
            (await RunsAsync(other, project)).Select(run => run.Text("id")).ShouldNotContain(draft);
            (await other.GetAsync($"/api/v1/smoke-runs/{shown}")).StatusCode.ShouldBe(HttpStatusCode.OK);
            foreach (var part in new[] { "", "/screenshot" })
                (await other.GetAsync($"/api/v1/smoke-runs/{draft}{part}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        (await owner.DeleteAsync($"/api/v1/projects/{project.Text("id")}/publish")).EnsureSuccessStatusCode();
        (await Hub.Client.GetAsync($"/api/v1/smoke-runs/{shown}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.GetAsync($"/api/v1/smoke-runs/{shown}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_screenshot_is_a_picture_and_nothing_else_and_other_sites_may_show_it_where_all_may_see_it()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        var run = await Hub.HaveRunAsync(project.ProjectId(), 1, SmokeResult.Of(SmokeOutcome.Passed), screenshot: [1, 2, 3]);
        var path = $"/api/v1/smoke-runs/{run}/screenshot";
        var shown = await Hub.Client.GetAsync(path);
        (await shown.Content.ReadAsByteArrayAsync()).ShouldBe([1, 2, 3]);
        shown.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        shown.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        shown.Headers.GetValues("Content-Security-Policy").ShouldBe(["default-src 'none'; sandbox"]);
        shown.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(shown.Headers.ETag!);
        (await Hub.Client.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);

        (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { visibility = "private" })).EnsureSuccessStatusCode();
        (await Hub.Client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.GetAsync(path)).Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["same-origin"]);
        (await owner.GetAsync($"/api/v1/smoke-runs/{await Hub.HaveRunAsync(project.ProjectId(), 1, SmokeResult.Of(SmokeOutcome.Passed))}/screenshot")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_projects_verdict_is_that_of_its_worst_page_and_there_is_none_until_all_were_run()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"), ("late.html", "late"), ("plain.html", "plain"));
        var id = project.ProjectId();
        await HaveAsync("index.html", SmokeOutcome.Passed);
        await HaveAsync("plain.html", SmokeOutcome.NotApplicable);
        (await SmokeAsync()).GetProperty("pyodide").ValueKind.ShouldBe(JsonValueKind.Null);
        await HaveAsync("late.html", SmokeOutcome.TimedOut);
        (await SmokeAsync()).Text("pyodide").ShouldBe("timed_out");
        (await SmokeAsync()).GetProperty("micropython").ValueKind.ShouldBe(JsonValueKind.Null);

        // The last word on a page counts, and the standing names the run that it rests on.
        var mended = await HaveAsync("late.html", SmokeOutcome.Passed);
        (await SmokeAsync()).Text("pyodide").ShouldBe("passed");
        await HaveAsync("index.html", SmokeOutcome.Passed);
        var failed = await HaveAsync("late.html", SmokeOutcome.Failed);
        failed.ShouldNotBe(mended);
        var standing = (await (await Hub.Client.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke")).JsonAsync()).GetProperty("pyodide");
        (standing.Text("outcome"), standing.Text("run"), standing.Text("state")).ShouldBe(("failed", failed, "done"));

        // A fault of the hub's own takes back nothing that is known.
        await HaveAsync("late.html", SmokeOutcome.Crashed);
        (await SmokeAsync()).Text("pyodide").ShouldBe("failed");

        // A draft that nobody sees, and a release that it is not served with, say nothing of what is published.
        (await owner.PutFileAsync(project.Text("id"), "index.html", "changed", 1)).EnsureSuccessStatusCode();
        await Hub.HaveRunAsync(id, 2, SmokeResult.Of(SmokeOutcome.Crashed));
        foreach (var page in new[] { "index.html", "late.html", "plain.html" })
            await Hub.HaveRunAsync(id, 1, SmokeResult.Of(SmokeOutcome.Passed), page, release: Releases().First(name => name != Hub.Release()));
        (await SmokeAsync()).Text("pyodide").ShouldBe("failed");

        Task<string> HaveAsync(string page, SmokeOutcome outcome) => Hub.HaveRunAsync(id, 1, SmokeResult.Of(outcome), page);
        async Task<JsonElement> SmokeAsync() => (await (await Hub.Client.GetAsync($"/api/v1/projects/{project.Text("id")}")).JsonAsync()).GetProperty("smoke");
    }

    [Fact]
    public async Task A_wish_to_run_again_shows_as_waiting_and_running_beside_the_last_verdict()
    {
        var owner = await UserAsync();
        var project = await owner.PublishedAsync(("index.html", "start"));
        await Hub.EndAllAsync(project.ProjectId(), _ => SmokeResult.Of(SmokeOutcome.Passed));
        var asked = await (await owner.PostAsJsonAsync($"/api/v1/projects/{project.Text("id")}/smoke-runs", new { interpreters = new[] { "pyodide" } })).JsonAsync(HttpStatusCode.Accepted);
        (await StandingAsync("pyodide")).ShouldBe(("queued", "passed"));
        (await StandingAsync("micropython")).ShouldBe(("done", "passed"));
        await Hub.BeginAsync(Guid.ParseExact(asked.GetProperty("items")[0].Text("id"), "N"));
        (await StandingAsync("pyodide")).ShouldBe(("running", "passed"));

        async Task<(string, string)> StandingAsync(string interpreter)
        {
            var standing = (await (await owner.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke")).JsonAsync()).GetProperty(interpreter);
            return (standing.Text("state"), standing.Text("outcome"));
        }
    }

    [Fact]
    public async Task Smoke_tests_are_off_with_the_reason_until_a_worker_says_that_it_takes_runs()
    {
        await using var hub = await HubServer.StartAsync();
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"));
        (await OffAsync())!.ShouldContain("No process takes smoke runs");
        var ready = await hub.Client.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ready.Content.ReadAsStringAsync()).ShouldBe("Degraded\nbrowser: Smoke tests are off: No process takes smoke runs. Start one with Hub:Roles=worker.");

        await hub.HearWorkerAsync(machine: "silent", secondsAgo: 70);
        (await OffAsync())!.ShouldContain("No process");
        await hub.HearWorkerAsync("There is no browser. Install chromium.");
        (await OffAsync()).ShouldBe("There is no browser. Install chromium.");
        await hub.HearWorkerAsync(machine: "bench-2");
        (await OffAsync()).ShouldBeNull();
        (await hub.Client.GetStringAsync("/health/ready")).ShouldBe("Healthy");

        async Task<string?> OffAsync() => (await (await owner.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke")).JsonAsync()).GetProperty("off").GetString();
    }

    private async Task<HttpClient> UserAsync() => await Hub.UserAsync($"runner-{Interlocked.Increment(ref s_users)}");

    private List<string> Releases() => [.. Hub.Services.GetRequiredService<RuntimeCatalog>().Releases.Select(release => release.Name)];

    private static async Task<List<JsonElement>> RunsAsync(HttpClient client, JsonElement project) =>
        [.. (await (await client.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke-runs?limit=100")).JsonAsync()).GetProperty("items").EnumerateArray()];
}
