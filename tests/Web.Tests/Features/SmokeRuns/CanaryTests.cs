using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Web.Tests.Pages;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.SmokeRuns;

/// <summary>
/// A release as the candidate for the default: what it would break is known before, the switch changes what it was said to change,
/// and whoever has something to lose is asked. The runs are written through the queue, as a worker does.
/// </summary>
public sealed class CanaryTests : IAsyncLifetime
{
    private const string Standard = "2026.7.3";
    private const string Candidate = "2026.3.1";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private HubServer _hub = null!;
    private HttpClient _chief = null!;
    private HttpClient _ada = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubServer.StartAsync();
        _chief = await _hub.UserAsync("chief", isAdministrator: true);
        _ada = await _hub.UserAsync("ada");
    }

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Of_two_hundred_publications_exactly_the_ten_that_break_are_listed_and_the_switch_does_what_was_said()
    {
        var following = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(Enumerable.Range(0, 180), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => following[await PublishAsync(i)] = i);
        var exact = await PublishAllAsync(12, i => PublishAsync(1000 + i, "releases/2025.11.1/"));
        var pinned = await PublishAllAsync(5, async i =>
        {
            var id = await PublishAsync(2000 + i);
            (await _ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { runtimeRelease = Standard })).EnsureSuccessStatusCode();
            return id;
        });
        var secret = await PublishAllAsync(3, i => PublishAsync(3000 + i, visibility: "private"));
        var ids = following.OrderBy(pair => pair.Value).Select(pair => pair.Key).ToList();
        // Ten that start and would not, in either interpreter; the tenth is private. Others fail before, or in both, or not to an end in either.
        List<string> breaking = [.. ids[..9], secret[0]];
        var mended = ids[9..13];
        var failing = ids[13..17];
        SmokeOutcome OutcomeOf(SmokeRun run) => (run.ProjectId.ToString(), run.Release, run.Interpreter) switch
        {
            var (id, release, interpreter) when breaking.Contains(id) && release == Candidate && interpreter == (breaking.IndexOf(id) % 2 == 0 ? Interpreter.Pyodide : Interpreter.Micropython) =>
                breaking.IndexOf(id) % 3 == 0 ? SmokeOutcome.TimedOut : SmokeOutcome.Failed,
            var (id, release, _) when mended.Contains(id) && release == Standard => SmokeOutcome.Failed,
            var (id, release, _) when failing.Contains(id) => release == Candidate ? SmokeOutcome.TimedOut : SmokeOutcome.Failed,
            (_, _, Interpreter.Micropython) => SmokeOutcome.NotApplicable,
            _ => SmokeOutcome.Passed,
        };

        (await _chief.PostAsync($"/api/v1/runtime/releases/{Candidate}/candidate", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ReleaseAsync(_hub.Client, Candidate)).GetProperty("isCandidate").GetBoolean().ShouldBeTrue();
        await UntilAsync(async () => (await CanaryAsync()).GetProperty("looked").GetInt32() == 200);
        var before = await CanaryAsync();
        before.GetProperty("publications").GetInt32().ShouldBe(200);
        before.GetProperty("waiting").GetInt32().ShouldBe(183);
        before.GetProperty("breaks").GetInt32().ShouldBe(0);
        await RunAllAsync(OutcomeOf);

        var after = await CanaryAsync();
        (after.GetProperty("breaks").GetInt32(), after.GetProperty("mends").GetInt32(), after.GetProperty("waiting").GetInt32(), after.GetProperty("stays").GetInt32()).ShouldBe((10, 4, 0, 169));
        var listed = await ListAsync("breaks");
        listed.Select(item => item.Text("id")).ShouldBe(breaking, ignoreOrder: true);
        (await ListAsync("mends")).Select(item => item.Text("id")).ShouldBe(mended, ignoreOrder: true);
        (await ListAsync("stays")).Select(item => item.Text("id")).ShouldBe([.. ids.Except(breaking).Except(mended), .. secret[1..]], ignoreOrder: true);
        foreach (var item in listed.Where(item => item.Text("id") != secret[0])) await EvidenceIsThereAsync(item);
        var hidden = listed.Single(item => item.Text("id") == secret[0]);
        (hidden.GetProperty("name").ValueKind, hidden.GetProperty("url").ValueKind).ShouldBe((JsonValueKind.Null, JsonValueKind.Null), "a private project's name is its members'");

        var page = await _chief.PageAsync("/admin/releases");
        breaking.ShouldAllBe(id => page.Contains($"value=\"{id}\"", StringComparison.Ordinal));
        page.Split("name=\"keep\"").Length.ShouldBe(11);

        // Four of the ten are kept; a second node does its part.
        await using var node = await HubServer.StartAsync(connectionString: _hub.ConnectionString);
        var kept = breaking[..4];
        (await _chief.PostAsJsonAsync($"/api/v1/runtime/releases/{Candidate}/default", new { keep = kept })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ReleaseAsync(_hub.Client, Candidate)).GetProperty("isDefault").GetBoolean().ShouldBeTrue("the node that switched knows at once");
        await UntilAsync(async () => (await ReleaseAsync(node.Client, Candidate)).GetProperty("isDefault").GetBoolean());
        await UntilAsync(async () => (await _chief.GetAsync($"/api/v1/runtime/releases/{Candidate}/canary")).StatusCode == HttpStatusCode.NotFound);

        foreach (var id in ids.Concat(secret))
        {
            var project = await ProjectAsync(id);
            var isKept = kept.Contains(id);
            (project.Text("runtimeRelease"), Pin(project)).ShouldBe(isKept ? (Standard, Standard) : (Candidate, null), id);
            if (!isKept) project.Text("runtimeReason").ShouldContain($"{Candidate} is this hub's default");
            var smoke = project.GetProperty("smoke");
            smoke.GetProperty("pyodide").ValueKind.ShouldBe(JsonValueKind.String, "the verdict is that of the canary's runs");
            if (breaking.Contains(id))
            {
                var starts = smoke.Text("pyodide") == "passed" && smoke.Text("micropython") == "not_applicable";
                starts.ShouldBe(isKept, id);
            }
        }
        foreach (var id in exact) (await ProjectAsync(id)).Text("runtimeRelease").ShouldBe("2025.11.1");
        foreach (var id in pinned) (await ProjectAsync(id)).Text("runtimeRelease").ShouldBe(Standard);
        var grace = await node.UserAsync("grace");
        (await grace.PublishedAsync(("index.html", PageOf("latest/", 1)))).Text("runtimeRelease").ShouldBe(Candidate);
        (await _chief.PublishedAsync(("index.html", PageOf("latest/", 2)))).Text("runtimeRelease").ShouldBe(Candidate);

        // What is served is what was switched to; the owner who was kept can let go.
        (await ServedAsync(ids[20])).ShouldContain($"/pyscript/{await CoreAsync(Candidate)}/");
        (await ServedAsync(kept[0])).ShouldContain($"/pyscript/{await CoreAsync(Standard)}/");
        (await _ada.PatchAsync($"/api/v1/projects/{kept[0]}", JsonContent.Create(new { runtimeRelease = (string?)null }))).EnsureSuccessStatusCode();
        (await ProjectAsync(kept[0])).Text("runtimeRelease").ShouldBe(Candidate);
    }

    [Fact]
    public async Task A_candidate_that_is_withdrawn_leaves_everything_as_it_was_and_its_runs_are_not_made()
    {
        var id = await PublishAsync(1);
        await RunAllAsync(_ => SmokeOutcome.Passed);
        await MarkAndLookAsync(Candidate, 1);
        (await _chief.DeleteAsync($"/api/v1/runtime/releases/{Candidate}/candidate")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await _chief.DeleteAsync($"/api/v1/runtime/releases/{Candidate}/candidate")).ProblemAsync(409, "no_candidate");
        await (await _chief.GetAsync($"/api/v1/runtime/releases/{Candidate}/canary")).ProblemAsync(404, "not_found");
        (await ReleaseAsync(_hub.Client, Candidate)).GetProperty("isCandidate").GetBoolean().ShouldBeFalse();
        (await ProjectAsync(id)).Text("runtimeRelease").ShouldBe(Standard);
        await using var db = _hub.OpenDatabase();
        (await db.SmokeRuns.CountAsync(run => run.State == SmokeRunState.Queued)).ShouldBe(0);
        (await db.CanaryPublications.CountAsync()).ShouldBe(0);
        (await db.SmokeRuns.CountAsync(run => run.State == SmokeRunState.Done)).ShouldBe(2);
    }

    [Fact]
    public async Task The_releases_are_listed_newest_first()
    {
        var releases = await (await _hub.Client.GetAsync("/api/v1/runtime/releases")).JsonAsync();
        releases.EnumerateArray().Select(release => release.Text("name")).ShouldBe(["2026.7.3", "2026.3.1", "2025.11.1", "2024.1.1"]);
        releases[0].GetRawText().ShouldBe(
            """{"name":"2026.7.3","core":"0.7.31","polyscript":"0.20.18","pyodide":"314.0.2","micropython":"1.28.0-6","isDefault":true,"isCandidate":false}""");
        releases.EnumerateArray().Count(release => release.GetProperty("isDefault").GetBoolean()).ShouldBe(1);
    }

    [Fact]
    public async Task There_is_one_candidate_and_the_default_is_what_was_one()
    {
        await (await _chief.PostAsync("/api/v1/runtime/releases/2019.1.1/candidate", null)).ProblemAsync(404, "not_found");
        await (await _chief.PostAsync($"/api/v1/runtime/releases/{Standard}/candidate", null)).ProblemAsync(409, "is_default");
        await (await _chief.PostAsJsonAsync($"/api/v1/runtime/releases/{Candidate}/default", new { })).ProblemAsync(409, "no_candidate");
        (await _chief.PostAsync($"/api/v1/runtime/releases/{Candidate}/candidate", null)).EnsureSuccessStatusCode();
        (await _chief.PostAsync($"/api/v1/runtime/releases/{Candidate}/candidate", null)).EnsureSuccessStatusCode();
        await (await _chief.PostAsync("/api/v1/runtime/releases/2024.1.1/candidate", null)).ProblemAsync(409, "other_candidate");
        await (await _chief.PostAsJsonAsync($"/api/v1/runtime/releases/{Candidate}/default", new { keep = new[] { "nonsense" } })).ProblemAsync(400, "malformed");
        await (await _chief.PostAsJsonAsync($"/api/v1/runtime/releases/{Candidate}/default", new { keep = new[] { Guid.NewGuid().ToString("N") } })).ProblemAsync(400, "malformed");
        (await ReleaseAsync(_hub.Client, Standard)).GetProperty("isDefault").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task What_is_published_pinned_or_deleted_meanwhile_counts_as_it_is_now()
    {
        var ids = await PublishAllAsync(4, i => PublishAsync(i));
        await RunAllAsync(_ => SmokeOutcome.Passed);
        await MarkAndLookAsync(Candidate, 4);
        await RunAllAsync(run => run.Release == Candidate ? SmokeOutcome.Failed : SmokeOutcome.Passed);
        (await CanaryAsync()).GetProperty("breaks").GetInt32().ShouldBe(4);

        (await _ada.PatchAsJsonAsync($"/api/v1/projects/{ids[0]}", new { runtimeRelease = "2024.1.1" })).EnsureSuccessStatusCode();
        (await _ada.DeleteAsync($"/api/v1/projects/{ids[1]}")).EnsureSuccessStatusCode();
        (await _ada.PutFileAsync(ids[2], "index.html", PageOf("releases/2025.11.1/", 1), 1)).EnsureSuccessStatusCode();
        await _ada.PublishAsync(ids[2]);
        var late = await PublishAsync(9);
        await UntilAsync(async () => (await CanaryAsync()) is var canary && canary.GetProperty("looked").GetInt32() == canary.GetProperty("publications").GetInt32());
        (await ListAsync("breaks")).Select(item => item.Text("id")).ShouldBe([ids[3]]);
        (await ListAsync("waiting")).Select(item => item.Text("id")).ShouldBe([late]);

        (await _ada.PatchAsync($"/api/v1/projects/{ids[0]}", JsonContent.Create(new { runtimeRelease = (string?)null }))).EnsureSuccessStatusCode();
        await UntilAsync(async () => (await ListAsync("breaks")).Count == 2);
        await RunAllAsync(_ => SmokeOutcome.Passed);
        (await ListAsync("waiting")).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_owner_is_told_what_breaks_before_and_after_the_switch_and_keeps_it_by_one_button()
    {
        var (first, second) = (await PublishAsync(1), await PublishAsync(2));
        var (firstPage, secondPage) = ((await ProjectAsync(first)).PagePath(), (await ProjectAsync(second)).PagePath());
        await RunAllAsync(_ => SmokeOutcome.Passed);
        await MarkAndLookAsync(Candidate, 2);
        (await _ada.PageAsync(firstPage)).ShouldNotContain("is about to go on to");
        await RunAllAsync(run => run.Release == Candidate ? SmokeOutcome.Failed : SmokeOutcome.Passed);

        (await _ada.PageAsync(firstPage)).ShouldContain($"This hub is about to go on to PyScript {Candidate}, in which this project does not start. It does in {Standard}.");
        (await _hub.Client.PageAsync(firstPage)).ShouldNotContain("is about to go on to");
        (await _ada.SendFormAsync(firstPage, "Pin", ("release", Standard))).Leads().ShouldBe(firstPage);
        Pin(await ProjectAsync(first)).ShouldBe(Standard);
        (await _ada.PageAsync(firstPage)).ShouldNotContain("is about to go on to");

        (await _chief.SendFormAsync("/admin/releases", "Default", ("release", Candidate))).Leads().ShouldBe("/admin/releases");
        await UntilAsync(async () => (await ProjectAsync(second)).Text("runtimeRelease") == Candidate);
        Pin(await ProjectAsync(first)).ShouldBe(Standard);
        (await _ada.PageAsync(secondPage)).ShouldContain($"This hub has gone on to PyScript {Candidate}, in which this project does not start. It did in {Standard}.");
        (await _ada.SendFormAsync(secondPage, "Pin", ("release", Standard))).Leads().ShouldBe(secondPage);
        (await ProjectAsync(second)).GetProperty("smoke").Text("pyodide").ShouldBe("passed");
        (await _ada.PageAsync(secondPage)).ShouldNotContain("has gone on to");
    }

    [Fact]
    public async Task A_switch_that_its_node_did_not_live_to_end_is_ended_by_another()
    {
        var ids = await PublishAllAsync(30, i => PublishAsync(i));
        await using (var db = _hub.OpenDatabase())
        {
            // As after a kill in the middle: the default is set, some publications are not brought to it.
            await db.Database.ExecuteSqlAsync($"INSERT INTO canaries (id, release, replaced, state, started_at, switched_at) VALUES (1, {Candidate}, {Standard}, 'Switching', now(), now())");
            await db.Database.ExecuteSqlAsync($"INSERT INTO settings (key, value) VALUES ('default_release', {Candidate})");
        }
        await (await _chief.PostAsync("/api/v1/runtime/releases/2024.1.1/candidate", null)).ProblemAsync(409, "switching");
        await UntilAsync(async () => (await Task.WhenAll(ids.Select(ProjectAsync))).All(project => project.Text("runtimeRelease") == Candidate));
    }

    [Fact]
    public async Task A_default_that_the_hub_lost_is_stood_in_for_by_its_own_with_a_warning()
    {
        await using (var db = _hub.OpenDatabase()) await db.Database.ExecuteSqlAsync($"INSERT INTO settings (key, value) VALUES ('default_release', '2019.1.1')");
        var id = await PublishAsync(1);
        (await PublishedReleaseAsync(id)).ShouldBe(Standard);
        await UntilAsync(async () =>
        {
            (await ReleaseAsync(_hub.Client, Standard)).GetProperty("isDefault").GetBoolean().ShouldBeTrue();
            return _hub.Log.All.Any(line => line.Contains("2019.1.1", StringComparison.Ordinal) && line.Contains("is no longer here", StringComparison.Ordinal));
        });
    }

    private static string PageOf(string release, int number) =>
        $"""<script type="module" src="https://pyscript.net/{release}core.js"></script><script type="py">print({number})</script>""";

    private async Task<string> PublishAsync(int number, string release = "latest/", string visibility = "unlisted")
    {
        var id = (await _ada.CreateAsync(new
        {
            name = $"Lesson {number}",
            visibility,
            files = new Dictionary<string, string> { ["index.html"] = PageOf(release, number) },
        })).Text("id");
        await _ada.PublishAsync(id);
        return id;
    }

    private static async Task<List<string>> PublishAllAsync(int count, Func<int, Task<string>> publish)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++) ids.Add(await publish(i));
        return ids;
    }

    private async Task MarkAndLookAsync(string release, int publications)
    {
        (await _chief.PostAsync($"/api/v1/runtime/releases/{release}/candidate", null)).EnsureSuccessStatusCode();
        await UntilAsync(async () => (await CanaryAsync()).GetProperty("looked").GetInt32() == publications);
    }

    // Two workers that know the outcomes.
    private Task RunAllAsync(Func<SmokeRun, SmokeOutcome> outcome) => Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
    {
        await using HubDb db = _hub.OpenDatabase();
        var queue = new SmokeQueue(db);
        for (var lease = Guid.NewGuid(); await queue.TakeAsync(lease, default) is { } run; lease = Guid.NewGuid())
            (await queue.FinishAsync(run.Id, lease, SmokeResult.Of(outcome(run)), null, default)).ShouldBeTrue();
    }));

    private async Task<JsonElement> CanaryAsync() => await (await _chief.GetAsync($"/api/v1/runtime/releases/{Candidate}/canary")).JsonAsync();

    private async Task<List<JsonElement>> ListAsync(string change)
    {
        var items = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await (await _chief.GetAsync($"/api/v1/runtime/releases/{Candidate}/canary?change={change}&limit=40&cursor={cursor}")).JsonAsync();
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        return items;
    }

    // The two runs that a verdict rests on are the project's, in the two releases, and say what is listed.
    private async Task EvidenceIsThereAsync(JsonElement item)
    {
        foreach (var interpreter in new[] { "pyodide", "micropython" })
        {
            foreach (var (when, release) in new[] { ("now", Standard), ("then", Candidate) })
            {
                var run = await (await _chief.GetAsync($"/api/v1/smoke-runs/{item.GetProperty(interpreter).Text(when + "Run")}")).JsonAsync();
                (run.Text("project"), run.Text("runtimeRelease"), run.Text("interpreter"), run.Text("outcome"))
                    .ShouldBe((item.Text("id"), release, interpreter, item.GetProperty(interpreter).Text(when)));
            }
        }
    }

    private async Task<JsonElement> ProjectAsync(string id) => await (await _ada.GetAsync($"/api/v1/projects/{id}")).JsonAsync();

    private async Task<string> PublishedReleaseAsync(string id) => (await ProjectAsync(id)).Text("runtimeRelease");

    private async Task<string> ServedAsync(string id) => await _hub.Client.GetStringAsync((await ProjectAsync(id)).Text("contentUrl"));

    private async Task<string> CoreAsync(string release) => (await ReleaseAsync(_hub.Client, release)).Text("core");

    private static async Task<JsonElement> ReleaseAsync(HttpClient client, string name) =>
        (await (await client.GetAsync("/api/v1/runtime/releases")).JsonAsync()).EnumerateArray().Single(release => release.Text("name") == name);

    private static string? Pin(JsonElement project) => project.GetProperty("runtimePin").GetString();

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var end = DateTime.UtcNow + s_patience; !await isSo(); await Task.Delay(100)) (DateTime.UtcNow < end).ShouldBeTrue("it does not come");
    }
}
