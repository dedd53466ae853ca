using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>The rows of smoke runs as a queue: each run ends once, with the word of whoever has it, however many take and however they end.</summary>
public sealed class SmokeQueueTests : IAsyncLifetime
{
    private HubServer _hub = null!;
    private HttpClient _ada = null!;
    private string _id = null!;
    private ProjectId _project;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubServer.StartAsync();
        _ada = await _hub.UserAsync("ada");
        // Unpublished: nothing is queued for it but what a test asks for.
        _id = (await _ada.CreateAsync(new { name = "Lesson", files = new Dictionary<string, string> { ["index.html"] = "<p>hello" } })).Text("id");
        _project = ProjectId.Parse(_id, null);
    }

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task What_is_most_urgent_is_taken_first_and_of_that_what_was_asked_for_first()
    {
        await AddAsync("nightly.html", SmokePriority.Nightly);
        await AddAsync("published-1.html", SmokePriority.Published);
        await AddAsync("canary.html", SmokePriority.Canary);
        await AddAsync("published-2.html", SmokePriority.Published);
        await AddAsync("asked.html", SmokePriority.Asked);
        await AddAsync("later.html", SmokePriority.Asked, TimeSpan.FromHours(1));

        var taken = new List<string>();
        while (await TakeAsync() is ({ } run, _)) taken.Add(run.Page);
        taken.ShouldBe(["asked.html", "published-1.html", "published-2.html", "canary.html", "nightly.html"]);
    }

    [Fact]
    public async Task Many_takers_take_each_run_once()
    {
        const int Runs = 120;
        await WithQueueAsync(queue => queue.AddAsync(
            _project, 1, [.. Enumerable.Range(0, Runs).Select(i => new WantedRun($"{i}.html", Interpreter.Pyodide, "2026.3.1"))], SmokePriority.Asked, default));
        var taken = new ConcurrentBag<Guid>();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            while (await TakeAsync() is ({ } run, var lease))
            {
                taken.Add(run.Id);
                (await FinishAsync(run, lease)).ShouldBeTrue();
            }
        }));
        taken.Count.ShouldBe(Runs);
        taken.Distinct().Count().ShouldBe(Runs);
        await using var db = _hub.OpenDatabase();
        (await db.SmokeRuns.CountAsync(run => run.State == SmokeRunState.Done && run.Attempts == 1)).ShouldBe(Runs);
    }

    [Fact]
    public async Task A_run_whose_worker_fell_silent_is_anothers_and_the_first_writes_nothing_any_more()
    {
        await AddAsync("index.html");
        var (first, firstLease) = await TakenAsync();
        (await TakeAsync()).Run.ShouldBeNull();
        await LapseAsync(first.Id);

        var (second, secondLease) = await TakenAsync();
        second.Id.ShouldBe(first.Id);
        second.Attempts.ShouldBe(2);
        (await WithQueueAsync(queue => queue.RenewAsync(first.Id, firstLease, default))).ShouldBeFalse();
        (await FinishAsync(first, firstLease, SmokeOutcome.Failed, [1])).ShouldBeFalse();
        (await WithQueueAsync(queue => queue.FaultAsync(first.Id, firstLease, "late", default))).ShouldBeFalse();
        (await WithQueueAsync(queue => queue.GiveBackAsync(first.Id, firstLease, default))).ShouldBeFalse();

        (await FinishAsync(second, secondLease, SmokeOutcome.Passed)).ShouldBeTrue();
        (await FinishAsync(second, secondLease, SmokeOutcome.Failed)).ShouldBeFalse("once is for good");
        var run = await ReadAsync(first.Id);
        (run.State, run.Outcome, run.HasScreenshot).ShouldBe((SmokeRunState.Done, SmokeOutcome.Passed, false));
        await using var db = _hub.OpenDatabase();
        (await db.Set<SmokeScreenshot>().CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_worker_that_renews_keeps_its_run()
    {
        await AddAsync("index.html");
        var (run, lease) = await TakenAsync();
        await LapseAsync(run.Id);
        (await WithQueueAsync(queue => queue.RenewAsync(run.Id, lease, default))).ShouldBeTrue("nobody took it meanwhile");
        (await TakeAsync()).Run.ShouldBeNull();
        (await FinishAsync(run, lease)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_run_that_was_lost_three_times_ends_as_crashed()
    {
        await AddAsync("index.html");
        for (var attempt = 1; attempt <= SmokeRun.MaximumAttempts; attempt++)
        {
            var (taken, _) = await TakenAsync();
            taken.Attempts.ShouldBe(attempt);
            await LapseAsync(taken.Id);
        }
        (await TakeAsync()).Run.ShouldBeNull();
        var run = (await RunsAsync()).ShouldHaveSingleItem();
        (run.State, run.Outcome, run.Error!.Type).ShouldBe((SmokeRunState.Done, SmokeOutcome.Crashed, "WorkerLost"));
    }

    [Fact]
    public async Task A_run_that_met_three_faults_ends_as_crashed_and_says_which()
    {
        await AddAsync("index.html");
        for (var attempt = 1; attempt <= SmokeRun.MaximumAttempts; attempt++)
        {
            var (taken, lease) = await TakenAsync();
            (await WithQueueAsync(queue => queue.FaultAsync(taken.Id, lease, $"no\0 {attempt}", default))).ShouldBeTrue();
            if (attempt == SmokeRun.MaximumAttempts) break;
            (await TakeAsync()).Run.ShouldBeNull("there is a pause after a fault");
            await DueAsync(taken.Id);
        }
        var run = (await RunsAsync()).ShouldHaveSingleItem();
        (run.State, run.Outcome, run.Error!.Message).ShouldBe((SmokeRunState.Done, SmokeOutcome.Crashed, "no\uFFFD 3"));
        run.FinishedAt.ShouldNotBeNull();
        run.LeaseId.ShouldBeNull();
    }

    [Fact]
    public async Task What_is_given_back_is_taken_again_and_the_attempt_does_not_count()
    {
        await AddAsync("index.html");
        for (var i = 0; i < 5; i++)
        {
            var (taken, lease) = await TakenAsync();
            taken.Attempts.ShouldBe(1);
            (await WithQueueAsync(queue => queue.GiveBackAsync(taken.Id, lease, default))).ShouldBeTrue();
            (await TakeAsync()).Run.ShouldBeNull("whoever waits behind it comes first");
            await DueAsync(taken.Id);
        }
    }

    [Fact]
    public async Task One_persons_many_runs_keep_nobody_waiting()
    {
        var bob = await _hub.UserAsync("bob");
        var his = ProjectId.Parse((await bob.CreateAsync(new { name = "His", files = new Dictionary<string, string> { ["index.html"] = "<p>hello" } })).Text("id"), null);
        foreach (var page in (string[])["1.html", "2.html", "3.html", "4.html"]) await AddAsync(page);
        await WithQueueAsync(queue => queue.AddAsync(his, 1, [new WantedRun("his.html", Interpreter.Pyodide, "2026.3.1")], SmokePriority.Published, default));

        var (first, lease) = await TakenAsync();
        first.Page.ShouldBe("1.html");
        (await TakenAsync()).Run.Page.ShouldBe("his.html", "one of hers runs, and none of his");
        (await TakenAsync()).Run.Page.ShouldBe("2.html");
        (await FinishAsync(first, lease)).ShouldBeTrue();
        (await TakenAsync()).Run.Page.ShouldBe("3.html");
    }

    [Fact]
    public async Task What_waits_for_a_publication_goes_when_another_follows()
    {
        var asked = await AddAsync("asked.html");
        var old = await AddAsync("old.html", SmokePriority.Published);
        var running = (await TakenAsync()).Run.Id;
        running.ShouldBe(asked[0]);
        (await WithQueueAsync(queue => queue.RemoveSupersededAsync(_project, 1, default))).ShouldBe(0, "of the same revision");
        (await WithQueueAsync(queue => queue.RemoveSupersededAsync(_project, 2, default))).ShouldBe(1);
        var left = await RunsAsync();
        left.ShouldHaveSingleItem().Id.ShouldBe(asked[0]);
        left.ShouldNotContain(run => run.Id == old[0]);
    }

    [Fact]
    public async Task A_result_that_is_too_large_is_kept_without_what_makes_it_so()
    {
        await AddAsync("index.html");
        var (run, lease) = await TakenAsync();
        var huge = new string('x', 5_000_000);
        var result = SmokeResult.Of(SmokeOutcome.Failed, new SmokeError(huge, huge, huge, huge, 1))
            with
        { Evidence = new SmokeEvidence([new ConsoleLine("log", "kept")], [new ProblemRequest(huge, "outside")], [huge], []) };
        (await WithQueueAsync(queue => queue.FinishAsync(run.Id, lease, result, null, default))).ShouldBeTrue();
        var kept = await ReadAsync(run.Id);
        kept.Evidence.Console.ShouldHaveSingleItem().Text.ShouldBe("kept");
        kept.Evidence.Requests.ShouldBeEmpty();
        (kept.Error!.Type.Length, kept.Error.Message.Length, kept.Error.Traceback!.Length).ShouldBe((201, 4_001, 40_001));
    }

    [Fact]
    public async Task Whatever_a_page_prints_can_be_kept()
    {
        await AddAsync("index.html");
        var (run, lease) = await TakenAsync();
        var texts = new[] { "nul\0nul", "half \uD83D of a pair", "\uDE00", "whole \U0001F600", @"spelt \u0000 and \ud800", "ünïcödé\u2028\u202E", "" };
        var result = new SmokeResult(
            SmokeOutcome.TimedOut, StillRunning: false, "a\0b\uD800", 1, 2, 3, new SmokeError("E\0", "m\uD800", "t\0", "f", 1),
            new SmokeEvidence([.. texts.Select(text => new ConsoleLine("log", text))], [new ProblemRequest("http://x/\0", "outside")], ["a\0"], ["b\uD83D"]));
        (await WithQueueAsync(queue => queue.FinishAsync(run.Id, lease, result, [1, 2, 3], default))).ShouldBeTrue();

        var kept = await ReadAsync(run.Id);
        kept.Evidence.Console.Select(line => line.Text).ShouldBe(
            ["nul\uFFFDnul", "half \uFFFD of a pair", "\uFFFD", "whole \U0001F600", @"spelt \u0000 and \ud800", "ünïcödé\u2028\u202E", ""]);
        (kept.Awaited, kept.Error!.Type, kept.Evidence.Modules[0]).ShouldBe(("a\uFFFDb\uFFFD", "E\uFFFD", "a\uFFFD"));
        var answered = await (await _ada.GetAsync($"/api/v1/smoke-runs/{run.Id:N}")).JsonAsync();
        answered.GetProperty("console").GetArrayLength().ShouldBe(texts.Length);
        (await _ada.GetByteArrayAsync($"/api/v1/smoke-runs/{run.Id:N}/screenshot")).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task What_is_asked_for_twice_is_one_run_and_as_urgent_as_the_more_urgent_wish()
    {
        var nightly = await AddAsync("index.html", SmokePriority.Nightly, TimeSpan.FromHours(5));
        (await AddAsync("index.html")).ShouldBe(nightly);
        (await AddAsync("index.html", SmokePriority.Canary, TimeSpan.FromHours(1))).ShouldBe(nightly);
        var (run, lease) = await TakenAsync();
        (run.Id, run.Priority).ShouldBe((nightly[0], SmokePriority.Asked));
        (await AddAsync("index.html")).ShouldBe(nightly, "it is being run already");
        (await FinishAsync(run, lease)).ShouldBeTrue();
        (await AddAsync("index.html")).ShouldNotBe(nightly, "what is done is history");
        (await RunsAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Callers_that_ask_at_once_get_one_run()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => AddAsync("index.html")));
        asked.Select(ids => ids[0]).Distinct().Count().ShouldBe(1);
        (await RunsAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Runs_of_a_deleted_project_wait_until_it_is_restored_and_end_with_it()
    {
        await AddAsync("index.html");
        await AddAsync("other.html");
        var (begun, lease) = await TakenAsync();
        (await _ada.DeleteAsync($"/api/v1/projects/{_id}")).EnsureSuccessStatusCode();

        (await FinishAsync(begun, lease, SmokeOutcome.TimedOut)).ShouldBeFalse("its page was answered with 404");
        (await WithQueueAsync(queue => queue.GiveBackAsync(begun.Id, lease, default))).ShouldBeTrue();
        await DueAsync(begun.Id);
        (await TakeAsync()).Run.ShouldBeNull();

        (await _ada.PostAsync($"/api/v1/projects/{_id}/undelete", null)).EnsureSuccessStatusCode();
        (await TakenAsync()).Run.Attempts.ShouldBe(1);
        var (last, lastLease) = await TakenAsync();
        (await _ada.DeleteAsync($"/api/v1/projects/{_id}")).EnsureSuccessStatusCode();
        await using (var db = _hub.OpenDatabase())
        {
            (await new ProjectPurge(db).RunAsync(DateTimeOffset.UtcNow + Project.RestorableFor + TimeSpan.FromDays(1), default)).ShouldBe(1);
        }
        (await FinishAsync(last, lastLease)).ShouldBeFalse();
        (await TakeAsync()).Run.ShouldBeNull();
        (await RunsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_of_a_project_that_was_taken_down_are_not_made()
    {
        await AddAsync("index.html");
        await ExecuteAsync($"UPDATE projects SET taken_down_at = now() WHERE id = {_project.Value}");
        (await TakeAsync()).Run.ShouldBeNull();
    }

    [Fact]
    public async Task What_did_not_pass_while_the_database_was_started_anew_is_no_verdict()
    {
        await AddAsync("index.html");
        var (run, lease) = await TakenAsync();
        await ExecuteAsync($"UPDATE smoke_runs SET started_at = pg_postmaster_start_time() - interval '1 second' WHERE id = {run.Id}");
        (await FinishAsync(run, lease, SmokeOutcome.Failed)).ShouldBeFalse("the hub may have answered 503 to the page");
        (await ReadAsync(run.Id)).State.ShouldBe(SmokeRunState.Running);
        (await FinishAsync(run, lease, SmokeOutcome.Passed)).ShouldBeTrue("a page that passes needed nothing that was not there");
    }

    [Fact]
    public async Task History_keeps_the_newest_of_each_and_all_of_a_month_and_pictures_go_first()
    {
        var now = DateTimeOffset.UtcNow;
        var days = new[] { 100, 40, 20, 10, 3 };
        var runs = new Dictionary<int, Guid>();
        foreach (var age in days) runs[age] = await DoneAsync("index.html", "2026.3.1", age);
        var otherRelease = await DoneAsync("index.html", "2024.1.1", 200);
        var otherPage = await DoneAsync("other.html", "2026.3.1", 200);
        await AddAsync("index.html");

        await using var db = _hub.OpenDatabase();
        (await new SmokeHistory(db).RunAsync(now, default)).ShouldBe(2);
        (await new SmokeHistory(db).RunAsync(now, default)).ShouldBe(0);
        var left = await db.SmokeRuns.AsNoTracking().Where(run => run.State == SmokeRunState.Done).ToListAsync();
        left.Select(run => run.Id).ShouldBe([runs[20], runs[10], runs[3], otherRelease, otherPage], ignoreOrder: true);
        left.Where(run => run.HasScreenshot).Select(run => run.Id).ShouldBe([runs[3], otherRelease, otherPage], ignoreOrder: true);
        (await db.Set<SmokeScreenshot>().Select(s => s.RunId).ToListAsync()).ShouldBe([runs[3], otherRelease, otherPage], ignoreOrder: true);
        (await db.SmokeRuns.CountAsync(run => run.State == SmokeRunState.Queued)).ShouldBe(1);
    }

    [Fact]
    public async Task Pictures_of_a_revision_that_is_neither_published_nor_the_newest_go_after_a_week()
    {
        var run = await DoneAsync("index.html", "2026.3.1", 30);
        await using var db = _hub.OpenDatabase();
        await new SmokeHistory(db).RunAsync(DateTimeOffset.UtcNow, default);
        (await ReadAsync(run)).HasScreenshot.ShouldBeTrue();
        (await _ada.PutFileAsync(_id, "main.py", "print(1)", 1)).EnsureSuccessStatusCode();
        await new SmokeHistory(db).RunAsync(DateTimeOffset.UtcNow, default);
        var kept = await ReadAsync(run);
        (kept.HasScreenshot, kept.Outcome).ShouldBe((false, SmokeOutcome.Passed));
    }

    [Fact]
    public async Task A_long_history_does_not_slow_the_taking()
    {
        await ExecuteAsync(
            $"""
            INSERT INTO smoke_runs (id, project_id, revision_number, page, interpreter, release, priority, state, attempts, created_at, due_at, finished_at, outcome, still_running, evidence, has_screenshot)
            SELECT gen_random_uuid(), {_project.Value}, 1, 'p' || i, 'Pyodide', '2026.3.1', 1, 'Done', 1, now(), now(), now(), 'Passed', false, jsonb_build_object('Console', '[]'::jsonb), false
            FROM generate_series(1, 50000) i
            """);
        await ExecuteAsync($"ANALYZE smoke_runs");
        await AddAsync("index.html");
        await using var db = _hub.OpenDatabase();
        // As TakeAsync asks, without the UPDATE around it.
        var plan = string.Join('\n', await db.Database.SqlQuery<string>(
            $"""
            EXPLAIN SELECT r.id FROM smoke_runs r JOIN projects p ON p.id = r.project_id
            WHERE ((r.state = 'Queued' AND r.due_at <= clock_timestamp()) OR (r.state = 'Running' AND r.leased_until < clock_timestamp()))
                AND p.deleted_at IS NULL AND p.taken_down_at IS NULL
            ORDER BY r.priority > 1, (SELECT count(*) FROM smoke_runs o JOIN projects q ON q.id = o.project_id WHERE o.state = 'Running' AND q.owner_id = p.owner_id),
                r.priority, r.created_at, r.id
            LIMIT 1 FOR UPDATE OF r SKIP LOCKED
            """).ToListAsync());
        plan.ShouldNotContain("Seq Scan on smoke_runs", Case.Sensitive, plan);
        (await TakenAsync()).Run.Page.ShouldBe("index.html");
    }

    private Task<IReadOnlyList<Guid>> AddAsync(string page, SmokePriority priority = SmokePriority.Asked, TimeSpan after = default, string release = "2026.3.1") =>
        WithQueueAsync(queue => queue.AddAsync(_project, 1, [new WantedRun(page, Interpreter.Pyodide, release)], priority, default, after));

    private async Task<(SmokeRun? Run, Guid Lease)> TakeAsync()
    {
        var lease = Guid.NewGuid();
        return (await WithQueueAsync(queue => queue.TakeAsync(lease, default)), lease);
    }

    private async Task<(SmokeRun Run, Guid Lease)> TakenAsync()
    {
        var (run, lease) = await TakeAsync();
        return (run.ShouldNotBeNull(), lease);
    }

    private Task<bool> FinishAsync(SmokeRun run, Guid lease, SmokeOutcome outcome = SmokeOutcome.Passed, byte[]? screenshot = null) =>
        WithQueueAsync(queue => queue.FinishAsync(run.Id, lease, SmokeResult.Of(outcome), screenshot, default));

    private async Task<Guid> DoneAsync(string page, string release, int daysAgo)
    {
        await AddAsync(page, release: release);
        var (run, lease) = await TakenAsync();
        (await FinishAsync(run, lease, SmokeOutcome.Passed, [1])).ShouldBeTrue();
        await ExecuteAsync($"UPDATE smoke_runs SET finished_at = finished_at - {TimeSpan.FromDays(daysAgo)} WHERE id = {run.Id}");
        return run.Id;
    }

    private Task LapseAsync(Guid run) => ExecuteAsync($"UPDATE smoke_runs SET leased_until = clock_timestamp() - interval '1 second' WHERE id = {run}");

    private Task DueAsync(Guid run) => ExecuteAsync($"UPDATE smoke_runs SET due_at = clock_timestamp() WHERE id = {run}");

    private async Task<SmokeRun> ReadAsync(Guid id) => (await RunsAsync()).Single(run => run.Id == id);

    private async Task<List<SmokeRun>> RunsAsync()
    {
        await using var db = _hub.OpenDatabase();
        return await db.SmokeRuns.AsNoTracking().ToListAsync();
    }

    private async Task ExecuteAsync(FormattableString sql)
    {
        await using var db = _hub.OpenDatabase();
        await db.Database.ExecuteSqlAsync(sql);
    }

    private async Task<T> WithQueueAsync<T>(Func<SmokeQueue, Task<T>> use)
    {
        await using HubDb db = _hub.OpenDatabase();
        return await use(new SmokeQueue(db));
    }
}
