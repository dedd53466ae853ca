using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Workers;

/// <summary>Once an hour: thins revisions and smoke runs, ends what has had its time, sweeps left-over blobs. Two nodes at once do no harm.</summary>
sealed partial class Housekeeping(IServiceScopeFactory scopes, TimeProvider time, ILogger<Housekeeping> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromHours(1);

    // Not while a class is waiting for the first page after a start.
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(s_first, time, stoppingToken);
        using var timer = new PeriodicTimer(s_every, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e))
            {
                LogDatabaseAway();
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The edge of this worker: what nobody expected here must not end the hub, as it would by default.
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RunOnceAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var now = time.GetUtcNow();
        var projects = await services.GetRequiredService<ProjectPurge>().RunAsync(now, ct);
        var revisions = await services.GetRequiredService<RevisionThinning>().RunAsync(now, ct);
        var runs = await services.GetRequiredService<SmokeHistory>().RunAsync(now, ct);
        await services.GetRequiredService<PackageLockSweep>().RunAsync(now, ct);
        var blobs = await services.GetRequiredService<BlobSweep>().RunAsync(BlobSweep.Rest, ct);
        LogDone(projects, revisions, runs, blobs);
    }

    [LoggerMessage(LogLevel.Information, "Housekeeping ended {Projects} projects, {Revisions} revisions, {Runs} smoke runs and {Blobs} blobs")]
    private partial void LogDone(int projects, int revisions, int runs, int blobs);

    [LoggerMessage(LogLevel.Error, "Housekeeping failed; it is tried again in an hour")]
    private partial void LogFailed(Exception e);

    [LoggerMessage(LogLevel.Warning, "Housekeeping waits: the database does not answer")]
    private partial void LogDatabaseAway();
}
