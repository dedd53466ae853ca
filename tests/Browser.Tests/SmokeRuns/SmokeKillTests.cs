using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>
/// Each smoke run ends once and with the right verdict, although its worker, its browser or the database is killed under it. The full
/// form is <c>bench/smoke-kills</c>.
/// </summary>
[Collection(SmokeStage.OneAfterTheOther)]
public sealed class SmokeKillTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(8);

    // For machines that do other things besides: a page that starts is not to be called slow here.
    private static readonly (string Key, string Value) s_patient = ("Smoke:Seconds", "120");

    /// <summary>Pages with the verdict that each must get, in both interpreters.</summary>
    private static readonly (string Name, string Page, SmokeOutcome Outcome)[] s_pages =
    [
        ("starts", PageOf("print(sum(range(10)))"), SmokeOutcome.Passed),
        ("reads a file", PageOf("print(1)", "<script type=\"py\" src=\"main.py\"></script>"), SmokeOutcome.Passed),
        ("raises", PageOf("raise ValueError('as it must')"), SmokeOutcome.Failed),
    ];

    [Fact]
    public async Task Each_run_ends_once_with_the_right_verdict_although_worker_browser_and_database_were_killed_under_it()
    {
        var kills = FullForm.Times(3, 30);
        var seed = FullForm.IsAsked ? Random.Shared.Next() : 20261126;
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        await using var hub = await HubChild.StartAsync();
        var projects = new List<(string Id, SmokeOutcome Outcome)>();
        foreach (var (_, page, outcome) in s_pages) projects.Add(((await hub.Admin.PublishedAsync(("index.html", page), ("main.py", "print('from a file')"))).Text("id"), outcome));
        await using var db = HubServer.Open(await hub.ConnectionStringAsync());
        await CountEndsAsync(db);

        var started = new List<LinuxProcess>();
        await using var worker = hub.StartWorker([s_patient, ("Smoke:Parallel", "2")]);
        await DoneAsync(hub, db);
        // Pyodide takes its time to start: in the short form the first runs, which a publication asks for, are all of it.
        string[] interpreters = FullForm.IsAsked ? ["pyodide", "micropython"] : ["micropython"];
        var killed = new int[3];
        var longest = TimeSpan.Zero;
        for (var kill = 0; kill < kills; kill++)
        {
            foreach (var (id, _) in projects) (await hub.Admin.PostAsJsonAsync($"/api/v1/projects/{id}/smoke-runs", new { interpreters })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
            await UntilAsync(hub, async () => await db.SmokeRuns.AnyAsync(run => run.State == SmokeRunState.Running), "no run is begun");
            await Task.Delay(random.Next(0, 2_000));
            var round = Stopwatch.StartNew();
            started.AddRange(worker.Descendants());
            switch (kill % 3)
            {
                case 0:
                    await worker.KillAsync();
                    worker.StartAgain();
                    break;
                case 1:
                    // It can be between two browsers at this very moment.
                    await UntilAsync(hub, () => Task.FromResult(worker.KillBrowsers()), "there is no browser to kill");
                    break;
                default:
                    hub.KillDatabase().ShouldBeTrue("the database is to run when it is killed");
                    await hub.HealedAsync();
                    break;
            }
            killed[kill % 3]++;
            await DoneAsync(hub, db);
            if (round.Elapsed > longest) longest = round.Elapsed;
            worker.HasExited.ShouldBeFalse(hub.Log);
        }

        var runs = await db.SmokeRuns.AsNoTracking().ToListAsync();
        runs.Count.ShouldBe(projects.Count * (2 + (interpreters.Length * kills)), "none is lost and none is made twice");
        var wrong = runs.Where(run => run.Outcome != projects.Single(project => project.Id == run.ProjectId.ToString()).Outcome)
            .Select(run => $"{run.Interpreter} {run.Outcome} after {run.Attempts} attempts: {run.Error?.Message}").ToList();
        var ends = await db.Database.SqlQuery<Guid>($"""SELECT run_id AS "Value" FROM smoke_ends""").ToListAsync();
        started.AddRange(worker.Descendants());
        await worker.StopAsync();
        await UntilAsync(hub, () => Task.FromResult(started.TrueForAll(process => !process.IsAlive)), "a process that the worker started is left over");
        (await db.SmokeWorkers.CountAsync(seen => seen.SeenAt > DateTimeOffset.UtcNow - TimeSpan.FromSeconds(5))).ShouldBe(0, "a worker that ends says so");
        FullForm.Report("smoke-kills", ("kills", kills), ("of the worker", killed[0]), ("of browsers", killed[1]), ("of the database", killed[2]), ("runs", runs.Count),
            ("begun again", runs.Count(run => run.Attempts > 1)), ("wrong verdicts", wrong.Count), ("ended more than once", ends.Count - ends.Distinct().Count()),
            ("longest recovery s", longest.TotalSeconds), ("seconds", watch.Elapsed.TotalSeconds));
        wrong.ShouldBeEmpty($"seed {seed}. {hub.Log}");
        ends.Order().ShouldBe(runs.Select(run => run.Id).Order(), $"seed {seed}: each run ends once");
    }

    [Fact]
    public async Task A_worker_may_start_before_its_hub_and_outlives_the_hubs_restart()
    {
        await using var hub = await HubChild.StartAsync();
        var id = (await hub.Admin.PublishedAsync(("index.html", s_pages[0].Page))).Text("id");
        await hub.StopAsync();

        await using var worker = hub.StartWorker([s_patient, ("Smoke:Parallel", "1")]);
        await UntilAsync(hub, () => Task.FromResult(hub.Log.Contains("Waiting for the database", StringComparison.Ordinal)), "the worker does not wait");
        await hub.StartAgainAsync();
        await using (var db = HubServer.Open(await hub.ConnectionStringAsync())) await DoneAsync(hub, db);

        // A second start of the hub: its database stops with it, and the worker finds it again.
        await hub.StopAsync();
        worker.HasExited.ShouldBeFalse(hub.Log);
        await hub.StartAgainAsync();
        (await hub.Admin.PostAsJsonAsync($"/api/v1/projects/{id}/smoke-runs", new { })).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await using var again = HubServer.Open(await hub.ConnectionStringAsync());
        await DoneAsync(hub, again);
        (await again.SmokeRuns.CountAsync(run => run.Outcome == SmokeOutcome.Passed)).ShouldBe(4);
    }

    private static string PageOf(string python, string more = "") =>
        $"""<!doctype html><script type="module" src="https://pyscript.net/latest/core.js"></script><script type="py">{python}</script>{more}""";

    // What is written twice would not be seen in the row.
    private static Task CountEndsAsync(HubDb db) => db.Database.ExecuteSqlAsync(
        $"""
        CREATE TABLE smoke_ends (run_id uuid NOT NULL);
        CREATE FUNCTION note_end() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO smoke_ends VALUES (NEW.id); RETURN NULL; END';
        CREATE TRIGGER note_end AFTER UPDATE ON smoke_runs FOR EACH ROW WHEN (NEW.state = 'Done') EXECUTE FUNCTION note_end();
        """);

    private static Task DoneAsync(HubChild hub, HubDb db) =>
        UntilAsync(hub, async () => !await db.SmokeRuns.AnyAsync(run => run.State != SmokeRunState.Done), "some runs do not end");

    private static async Task UntilAsync(HubChild hub, Func<Task<bool>> isSo, string otherwise)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                if (await isSo()) return;
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e))
            {
                // Killed a moment ago.
            }
            if (watch.Elapsed > s_patience) throw new TimeoutException($"{otherwise}. {hub.Log}");
        }
    }
}
