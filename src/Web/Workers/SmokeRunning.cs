using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Workers;

/// <summary>
/// Takes smoke runs out of the queue, as many at once as there are browsers. It loses none when it is killed: its leases run out.
/// While the database is away it keeps what a run came to until that can be written.
/// </summary>
sealed partial class SmokeRunning(
    IServiceScopeFactory scopes, PageRunner runner, BrowserPool browsers, Origins origins, SmokeOptions options, TimeProvider time, ILogger<SmokeRunning> logger) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(2);

    // Where no page can be run, that is looked at again: somebody may have installed a browser.
    private static readonly TimeSpan s_whileOff = TimeSpan.FromSeconds(30);

    // Two minutes: a database that is away for longer has let the lease run out anyway.
    private const int MostWrites = 60;

    // What a grant lives longer than a run may take.
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(60);

    private readonly Guid _worker = Guid.NewGuid();

    private volatile string? _off;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var slots = Enumerable.Range(0, options.Parallel).Select(_ => RepeatAsync(RunNextAsync, stoppingToken));
        await Task.WhenAll(slots.Append(RepeatAsync(SayAsync, stoppingToken)));
    }

    // Goes on whatever happens: this is the edge, and a worker that ends by what nobody expected would leave the queue to itself.
    private async Task RepeatAsync(Func<CancellationToken, Task<TimeSpan>> step, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(await step(ct), time, ct);
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!Problems.IsDatabaseAway(e)) LogFailed(e);
                await Task.Delay(s_afterFault, time, CancellationToken.None);
            }
        }
    }

    private async Task<TimeSpan> RunNextAsync(CancellationToken ct)
    {
        if (!await CanRunAsync(ct)) return s_whileOff;
        var lease = Guid.NewGuid();
        if (await WithQueueAsync(queue => queue.TakeAsync(lease, ct)) is not { } run) return s_look;
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var heartbeat = RenewAsync(run.Id, lease, lost);
        try
        {
            var opened = await OpenAsync(run, lost.Token);
            await UntilWrittenAsync(queue => queue.FinishAsync(run.Id, lease, opened.Result, opened.Screenshot, CancellationToken.None));
            LogDone(run.Id, run.Interpreter, run.Release, opened.Result.Outcome, opened.Result.DoneMs);
        }
        catch (Exception) when (lost.IsCancellationRequested)
        {
            // Stopping, or another worker has it; in the latter case nothing is changed.
            await WithQueueAsync(queue => queue.GiveBackAsync(run.Id, lease, CancellationToken.None));
        }
        catch (SmokeTestsOffException e)
        {
            _off = e.Message;
            await UntilWrittenAsync(queue => queue.GiveBackAsync(run.Id, lease, CancellationToken.None));
        }
        catch (Exception e)
        {
            LogFault(e, run.Id);
            await UntilWrittenAsync(queue => queue.FaultAsync(run.Id, lease, e is BrowserFaultException ? e.Message : "The hub met a fault of its own.", CancellationToken.None));
        }
        finally
        {
            await lost.CancelAsync();
            await heartbeat;
        }
        return TimeSpan.Zero;
    }

    private async Task<OpenedPage> OpenAsync(SmokeRun run, CancellationToken ct)
    {
        var grant = ContentGrant.ForSmokeRun(run.ProjectId, run.RevisionNumber, run.Release, time.GetUtcNow() + options.Within + s_slack);
        var files = await WithDatabaseAsync(async db =>
        {
            db.ContentGrants.Add(grant);
            await db.SaveChangesAsync(ct);
            var manifest = await db.Revisions.Where(r => r.ProjectId == run.ProjectId && r.Number == run.RevisionNumber).Select(r => r.Manifest).SingleAsync(ct);
            return manifest.Files.Keys.Select(path => path.Value).ToList();
        });
        try
        {
            return await runner.RunAsync(new PageToOpen(origins.Content(grant.Label).Of(run.Page), run.Interpreter, origins.Runtime, files), ct);
        }
        finally
        {
            await EndAsync(grant);
        }
    }

    // Where the database is away the grant lapses by itself.
    private async Task EndAsync(ContentGrant grant)
    {
        try
        {
            await WithDatabaseAsync(db => db.ContentGrants.Where(g => g.Label == grant.Label).ExecuteDeleteAsync());
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e))
        {
            LogGrantLeft(e);
        }
    }

    // Ends when the run does; cancels it where another worker got it.
    private async Task RenewAsync(Guid run, Guid lease, CancellationTokenSource lost)
    {
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(SmokeQueue.Heartbeat, time, lost.Token);
                if (!await WithQueueAsync(queue => queue.RenewAsync(run, lease, lost.Token))) await lost.CancelAsync();
            }
            catch (OperationCanceledException) when (lost.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e))
            {
                // The page goes on; what it comes to is written when the database is back, if nobody else took it by then.
            }
        }
    }

    private async Task UntilWrittenAsync(Func<SmokeQueue, Task<bool>> write)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await WithQueueAsync(write);
                return;
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e) && tries < MostWrites)
            {
                await Task.Delay(s_afterFault, time);
            }
        }
    }

    // Asked before each run: it costs nothing while all is well.
    private async Task<bool> CanRunAsync(CancellationToken ct)
    {
        try
        {
            await browsers.CheckAsync(ct);
            _off = null;
            return true;
        }
        catch (SmokeTestsOffException e)
        {
            if (_off is null) LogOff(e.Message);
            _off = e.Message;
            return false;
        }
    }

    // What administrators and health checks see of this worker.
    private async Task<TimeSpan> SayAsync(CancellationToken ct)
    {
        await WithDatabaseAsync(async db =>
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO smoke_workers (id, machine, started_at, seen_at, browsers, browser, off_reason)
                VALUES ({_worker}, {Environment.MachineName}, clock_timestamp(), clock_timestamp(), {(_off is null ? options.Parallel : 0)}, {browsers.BrowserName}, {_off})
                ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, browsers = excluded.browsers, browser = excluded.browser, off_reason = excluded.off_reason
                """, ct);
            return await db.Database.ExecuteSqlAsync($"DELETE FROM smoke_workers WHERE seen_at < clock_timestamp() - interval '1 day'", ct);
        });
        return TimeSpan.FromSeconds(10);
    }

    private async Task<T> WithDatabaseAsync<T>(Func<HubDb, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<HubDb>());
    }

    private async Task<T> WithQueueAsync<T>(Func<SmokeQueue, Task<T>> use)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<SmokeQueue>());
    }

    [LoggerMessage(LogLevel.Information, "Smoke run {Run} in {Interpreter} of {Release}: {Outcome}, done after {Milliseconds} ms")]
    private partial void LogDone(Guid run, Interpreter interpreter, string release, SmokeOutcome outcome, int? milliseconds);

    [LoggerMessage(LogLevel.Warning, "Smoke run {Run} met a fault of the browser; it is made again")]
    private partial void LogFault(Exception e, Guid run);

    [LoggerMessage(LogLevel.Debug, "A smoke run's grant was left to lapse")]
    private partial void LogGrantLeft(Exception e);

    [LoggerMessage(LogLevel.Warning, "Smoke tests are off: {Reason}")]
    private partial void LogOff(string reason);

    [LoggerMessage(LogLevel.Error, "A smoke run failed by a fault of the hub")]
    private partial void LogFailed(Exception e);
}
