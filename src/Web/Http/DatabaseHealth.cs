using Microsoft.Extensions.Diagnostics.HealthChecks;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>Whether the database answers. A hub without it still serves what it served before, but is not ready for more.</summary>
sealed class DatabaseHealth(HubDb db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The database does not answer.");
}
