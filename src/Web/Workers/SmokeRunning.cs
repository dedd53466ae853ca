using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Workers;

/// <summary>
/// Takes smoke runs out of the queue, as many at once as there are browsers, and where there are none, tests of packages. It loses none when it is killed: its leases run out.
/// While the database is away it keeps what a run came to until that can be written.
/// </summary>
sealed partial class SmokeRunning(
    IServiceScopeFactory scopes, PageRunner runner, BrowserPool browsers, PackageTesting packages, Origins origins, SmokeOptions options, TimeProvider time, ILogger<SmokeRunning> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(2);

    // Where no page can be run, that is looked at again: somebody may have installed a browser.
    private static readonly TimeSpan s_whileOff = TimeSpan.FromSeconds(30);

    // Two minutes: a database that is away for longer has let the lease run out anyway.
    private const int MostWrites = 60;

    // A process that is told to end has no such time.
    private const int MostWritesAtTheEnd = 3;

    // What a grant lives longer than a run may take: it ends with the run, and the clocks of worker and hub need not agree.
    private static readonly TimeSpan s_slack = TimeSpan.FromMinutes(10);

    private readonly Guid _worker = Guid.NewGuid();

    private volatile string? _off;
    private volatile bool _isHubAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var slots = Enumerable.Range(0, options.Parallel).Select(_ => RepeatAsync(RunNextAsync, stoppingToken));
        await Task.WhenAll(slots.Append(RepeatAsync(SayAsync, stoppingToken)));
        await LeaveAsync();
    }

    // A worker that ends by itself says so; what a killed one said of itself is old after a minute.
    private async Task LeaveAsync()
    {
        try
        {
            await WithDatabaseAsync(db => db.SmokeWorkers.Where(worker => worker.Id == _worker).ExecuteDeleteAsync());
        }
        catch (Exception e)
        {
            if (!Problems.IsDatabaseAway(e)) LogFailed(e);
        }
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
        if (_isHubAway && !await HubAnswersAsync(ct)) return s_afterFault;
        _isHubAway = false;
        if (!await CanRunAsync(ct)) return s_whileOff;
        var lease = Guid.NewGuid();
        // Not to be broken off: a run that was taken and is not known to be would wait for its lease to run out.
        if (await WithQueueAsync(queue => queue.TakeAsync(lease, CancellationToken.None)) is not { } run) return await packages.RunNextAsync(ct) ? TimeSpan.Zero : s_look;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var heartbeat = RenewAsync(run.Id, lease, ended);
        try
        {
            return await RunAsync(run, lease, ended.Token, ct);
        }
        finally
        {
            await ended.CancelAsync();
            await heartbeat;
        }
    }

    /// <param name="ct">Ends where the run is another worker's, and where this one stops.</param>
    /// <param name="stopping">Ends where this worker stops.</param>
    private async Task<TimeSpan> RunAsync(SmokeRun run, Guid lease, CancellationToken ct, CancellationToken stopping)
    {
        OpenedPage opened;
        try
        {
            opened = await OpenAsync(run, ct);
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            // Where another worker has it by now, this changes nothing.
            return await GiveBackAsync(TimeSpan.Zero);
        }
        catch (SmokeTestsOffException e)
        {
            _off = e.Message;
            return await GiveBackAsync(s_whileOff);
        }
        catch (Exception e) when (e is not BrowserFaultException && Problems.IsDatabaseAway(e))
        {
            return await GiveBackAsync(s_afterFault);
        }
        catch (Exception e)
        {
            if (!await HubAnswersAsync(stopping))
            {
                // Nobody served the page: the hub is being started again, or the way to it is cut. That is no attempt.
                LogHubAway();
                _isHubAway = true;
                return await GiveBackAsync(s_afterFault);
            }
            return await FaultAsync(e, e is BrowserFaultException ? e.Message : "The hub met a fault of its own.");
        }

        if (HubsFault(opened.Result) is { } fault) return await FaultAsync(null, fault);
        if (!await UntilWrittenAsync(queue => queue.FinishAsync(run.Id, lease, opened.Result, opened.Screenshot, CancellationToken.None), stopping))
            return await GiveBackAsync(TimeSpan.Zero);
        LogDone(run.Id, run.Interpreter, run.Release, opened.Result.Outcome, opened.Result.DoneMs);
        await KeepSeenAsync(run, opened.Result);
        return TimeSpan.Zero;

        async Task<TimeSpan> GiveBackAsync(TimeSpan pause)
        {
            await UntilWrittenAsync(queue => queue.GiveBackAsync(run.Id, lease, CancellationToken.None), stopping);
            return pause;
        }

        async Task<TimeSpan> FaultAsync(Exception? e, string why)
        {
            LogFault(e, run.Id, why);
            await UntilWrittenAsync(queue => queue.FaultAsync(run.Id, lease, why, CancellationToken.None), stopping);
            return TimeSpan.Zero;
        }
    }

    // The run is written already: what is lost here is seen again with the next one.
    private async Task KeepSeenAsync(SmokeRun run, SmokeResult result)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<SeenPackages>().AddAsync(run, result, time.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotSeen(e, run.Id);
        }
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
        catch (Exception e) when (e is not (BrowserFaultException or SmokeTestsOffException) && !ct.IsCancellationRequested)
        {
            // Whatever it met, it was not the database, and it counts as an attempt.
            throw new BrowserFaultException("The hub met a fault of its own.", e);
        }
        finally
        {
            await EndAsync(grant);
        }
    }

    // What did not pass because the hub answered 5xx to a request of the page says nothing of the page.
    private string? HubsFault(SmokeResult result)
    {
        if (result.Outcome is SmokeOutcome.Passed) return null;
        var failed = result.Evidence.Requests.FirstOrDefault(request =>
            request.Reason is ['5', >= '0' and <= '9', >= '0' and <= '9', ..] && Uri.TryCreate(request.Url, UriKind.Absolute, out var url)
            && origins.Classify(new HostString(url.Authority)).Kind is HostKind.Content or HostKind.Runtime);
        return failed is null ? null : $"The hub answered {failed.Reason} for {failed.Url}.";
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

    // Goes on until the run ends, whatever comes; ends it where another worker got it.
    private async Task RenewAsync(Guid run, Guid lease, CancellationTokenSource ended)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(SmokeQueue.Heartbeat, time, ended.Token);
                if (!await WithQueueAsync(queue => queue.RenewAsync(run, lease, ended.Token))) await ended.CancelAsync();
            }
            catch (Exception) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The page goes on; what it comes to is written when the database is back, if nobody else took it by then.
                if (!Problems.IsDatabaseAway(e)) LogFailed(e);
            }
        }
    }

    /// <summary>Writes, as soon as the database lets it. Gives what <paramref name="write"/> said.</summary>
    private async Task<bool> UntilWrittenAsync(Func<SmokeQueue, Task<bool>> write, CancellationToken stopping)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await WithQueueAsync(write);
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e) && tries < (stopping.IsCancellationRequested ? MostWritesAtTheEnd : MostWrites))
            {
                await Task.Delay(s_afterFault, time, CancellationToken.None);
            }
        }
    }

    // Whether the hub answers where pages come from: a proxy before it does so for a hub that is being started again, with 502 or 503.
    private Task<bool> HubAnswersAsync(CancellationToken ct) => browsers.IsServedAsync(new Uri(origins.Runtime), s_afterFault, ct);

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
        var off = _off ?? (_isHubAway ? $"the hub's pages do not answer at {options.Upstream ?? origins.Runtime}. Look at Smoke:Upstream" : null);
        await WithDatabaseAsync(async db =>
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO smoke_workers (id, machine, started_at, seen_at, browsers, browser, off_reason)
                VALUES ({_worker}, {Environment.MachineName}, clock_timestamp(), clock_timestamp(), {(off is null ? options.Parallel : 0)}, {browsers.BrowserName}, {off})
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

    [LoggerMessage(LogLevel.Warning, "Smoke run {Run} met a fault of the hub or of the browser: {Why}")]
    private partial void LogFault(Exception? e, Guid run, string why);

    [LoggerMessage(LogLevel.Warning, "Smoke runs wait: the hub does not serve their pages")]
    private partial void LogHubAway();

    [LoggerMessage(LogLevel.Warning, "What the passed smoke run {Run} imported could not be kept")]
    private partial void LogNotSeen(Exception e, Guid run);

    [LoggerMessage(LogLevel.Debug, "A smoke run's grant was left to lapse")]
    private partial void LogGrantLeft(Exception e);

    [LoggerMessage(LogLevel.Warning, "Smoke tests are off: {Reason}")]
    private partial void LogOff(string reason);

    [LoggerMessage(LogLevel.Error, "A smoke run failed by a fault of the hub")]
    private partial void LogFailed(Exception e);
}
