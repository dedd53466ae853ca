using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>Whether anybody takes smoke runs, by what workers say of themselves: the browsers may be on another machine.</summary>
static class SmokeReadiness
{
    /// <summary>What is said where no worker says anything.</summary>
    public const string NoWorker = "No process takes smoke runs. Start one with Hub:Roles=worker.";

    /// <summary>Workers that were heard of within <see cref="SmokeWorker.SilentFor"/>, the newest word first.</summary>
    public static Task<List<SmokeWorker>> HeardAsync(this HubDb db, CancellationToken ct) => db.SmokeWorkers
        .FromSql($"SELECT * FROM smoke_workers WHERE seen_at > clock_timestamp() - {SmokeWorker.SilentFor}")
        .AsNoTracking().OrderByDescending(worker => worker.SeenAt).ToListAsync(ct);

    /// <summary>Why nobody takes runs, with what to do; null where somebody does.</summary>
    public static async Task<string?> SmokeOffAsync(this HubDb db, CancellationToken ct)
    {
        var heard = await db.HeardAsync(ct);
        return heard.Exists(worker => worker.Browsers > 0) ? null : heard.Find(worker => worker.OffReason is not null)?.OffReason ?? NoWorker;
    }
}

/// <summary>Whether smoke tests are made. A hub without them serves everything else, so it is degraded at worst.</summary>
sealed class BrowserHealth(HubDb db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await db.SmokeOffAsync(cancellationToken) is { } reason ? HealthCheckResult.Degraded($"Smoke tests are off: {reason}") : HealthCheckResult.Healthy();
}
