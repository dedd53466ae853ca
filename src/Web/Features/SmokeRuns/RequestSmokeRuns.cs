using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>What to run; what is not given is both interpreters, the releases that the pages get, and the newest revision.</summary>
public sealed record RequestSmokeRunsRequest(
    IReadOnlyList<Interpreter>? Interpreters = null, IReadOnlyList<string>? RuntimeReleases = null, int? Revision = null);

sealed record RequestSmokeRuns(ProjectId Id, RequestSmokeRunsRequest Request) : IRequest<Result<Page<SmokeRunSummary>>>;

sealed class RequestSmokeRunsHandler(HubDb db, SmokeRequests requests, RuntimeCatalog runtime, RateLimits rates, ProjectLimits limits, CurrentUser user)
    : IRequestHandler<RequestSmokeRuns, Result<Page<SmokeRunSummary>>>
{
    public async Task<Result<Page<SmokeRunSummary>>> Handle(RequestSmokeRuns command, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().Include(p => p.Publication).EditableBy(user).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        if (project.TakenDownAt is not null) return new Error.Forbidden("The project was taken down by an administrator.");
        var releases = (command.Request.RuntimeReleases ?? []).Distinct(StringComparer.Ordinal).ToList();
        if (releases.FindIndex(name => runtime.Releases.All(held => held.Name != name)) is >= 0 and var unheld)
            return Error.Field("runtimeReleases", $"This hub does not hold '{releases[unheld]}'. It holds: {string.Join(", ", runtime.Releases.Select(held => held.Name))}.");
        var number = command.Request.Revision ?? project.HeadNumber;
        var revision = await db.Revisions.AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == project.Id && r.Number == number, ct);
        if (revision is null) return Error.Field("revision", $"There is no revision {number}.");
        if (revision.Manifest.StartPage is null) return new Error.Invalid("no_start_page", "The project has no HTML page to open. Add an index.html.");

        var interpreters = command.Request.Interpreters is { Count: > 0 } given ? given.Distinct().ToList() : Interpreters.All;
        var runs = Math.Min(revision.Manifest.Pages.Count(), 1 + SmokeRun.OtherPages) * interpreters.Count * Math.Max(1, releases.Count);
        if (!user.IsAdministrator && await rates.TakeAsync($"smoke:{user.Id:N}", runs, limits.SmokeRunsPerHour, TimeSpan.FromHours(1), ct) is { } wait)
            return new Error.TooManyRequests(wait);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var ids = await requests.AskedAsync(project, number, revision.Manifest, interpreters, releases, ct);
            var rows = await db.SmokeRuns.AsNoTracking().Where(run => ids.Contains(run.Id)).ToDictionaryAsync(run => run.Id, ct);
            await transaction.CommitAsync(ct);
            return new Page<SmokeRunSummary>([.. ids.Select(id => SmokeRunSummary.Of(rows[id]))], null);
        }
        catch (Exception e) when (Contention.IsReference(e))
        {
            // Thinned away since it was read.
            return Error.Field("revision", $"There is no revision {number}.");
        }
    }
}
