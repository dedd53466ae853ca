using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>What workers do, done by tests: smoke runs that are taken and ended without a browser.</summary>
public static class SmokeRunRows
{
    /// <summary>The release that pages get which name none.</summary>
    public static string Release(this HubServer hub) => hub.Services.GetRequiredService<RuntimeCatalog>().Default.Name;

    /// <summary>Makes a run and ends it at once; gives its id.</summary>
    public static async Task<string> HaveRunAsync(
        this HubServer hub, ProjectId project, int revision, SmokeResult result, string page = "index.html", Interpreter interpreter = Interpreter.Pyodide,
        string? release = null, byte[]? screenshot = null)
    {
        await using var db = hub.OpenDatabase();
        var queue = new SmokeQueue(db);
        var id = (await queue.AddAsync(project, revision, [new WantedRun(page, interpreter, release ?? hub.Release())], SmokePriority.Asked, CancellationToken.None))[0];
        await hub.EndAsync(id, result, screenshot);
        return id.ToString("N");
    }

    /// <summary>Takes one run of the queue, whatever else waits, without ending it.</summary>
    public static async Task<Guid> BeginAsync(this HubServer hub, Guid run)
    {
        await using var db = hub.OpenDatabase();
        var lease = Guid.NewGuid();
        (await db.Database.ExecuteSqlAsync(
            $"UPDATE smoke_runs SET state = 'Running', lease_id = {lease}, leased_until = clock_timestamp() + interval '1 hour', attempts = 1, started_at = clock_timestamp() WHERE id = {run} AND state = 'Queued'")).ShouldBe(1);
        return lease;
    }

    /// <summary>Takes one run and ends it.</summary>
    public static async Task EndAsync(this HubServer hub, Guid run, SmokeResult result, byte[]? screenshot = null)
    {
        var lease = await hub.BeginAsync(run);
        await using var db = hub.OpenDatabase();
        (await new SmokeQueue(db).FinishAsync(run, lease, result, screenshot, CancellationToken.None)).ShouldBeTrue();
    }

    /// <summary>Ends all runs of a project that wait, each by what is said of it.</summary>
    public static async Task EndAllAsync(this HubServer hub, ProjectId project, Func<SmokeRun, SmokeResult> resultOf, byte[]? screenshot = null)
    {
        await using var db = hub.OpenDatabase();
        foreach (var run in await db.SmokeRuns.AsNoTracking().Where(run => run.ProjectId == project && run.State == SmokeRunState.Queued).ToListAsync())
            await hub.EndAsync(run.Id, resultOf(run), screenshot);
    }

    /// <summary>A worker says of itself that it takes runs, or why not.</summary>
    public static async Task HearWorkerAsync(this HubServer hub, string? offReason = null, string machine = "bench-1", int secondsAgo = 0)
    {
        await using var db = hub.OpenDatabase();
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO smoke_workers (id, machine, started_at, seen_at, browsers, browser, off_reason)
            VALUES ({Guid.NewGuid()}, {machine}, clock_timestamp() - interval '1 hour', clock_timestamp() - {TimeSpan.FromSeconds(secondsAgo)},
                {(offReason is null ? 2 : 0)}, {(offReason is null ? "Chromium 156.0" : null)}, {offReason})
            """);
    }

    /// <summary>All workers are heard of again, whatever time has passed.</summary>
    public static async Task HearWorkersAgainAsync(this HubServer hub)
    {
        await using var db = hub.OpenDatabase();
        await db.Database.ExecuteSqlAsync($"UPDATE smoke_workers SET seen_at = clock_timestamp()");
    }

    /// <summary>The id of a project as the API answers it.</summary>
    public static ProjectId ProjectId(this System.Text.Json.JsonElement project) => new(Guid.ParseExact(project.Text("id"), "N"));

    /// <summary>The data of a stream's first event.</summary>
    public static async Task<string> FirstEventAsync(this HttpResponseMessage stream)
    {
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        return await reader.NextEventAsync();
    }

    /// <summary>The data of a stream's next event; comments are passed over.</summary>
    public static async Task<string> NextEventAsync(this StreamReader reader)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal)) return line["data: ".Length..];
        }
        throw new EndOfStreamException();
    }
}
