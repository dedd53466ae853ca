using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>Runs of a project, newest first: of all revisions for those who work on it, of the published one for others.</summary>
sealed record ListSmokeRuns(ProjectId Id, int? Revision, PageRequest Page) : IRequest<Result<Page<SmokeRunSummary>>>;

sealed class ListSmokeRunsHandler(HubDb db, CurrentUser user) : IRequestHandler<ListSmokeRuns, Result<Page<SmokeRunSummary>>>
{
    public async Task<Result<Page<SmokeRunSummary>>> Handle(ListSmokeRuns command, CancellationToken ct)
    {
        if (!await db.Projects.Where(p => p.Id == command.Id).VisibleTo(user).AnyAsync(ct)) return new Error.NotFound("project");
        var runs = db.SmokeRuns.AsNoTracking().SeenBy(user, db).Where(run => run.ProjectId == command.Id);
        if (command.Revision is { } revision) runs = runs.Where(run => run.RevisionNumber == revision);
        if (command.Page.After is { } after)
            runs = runs.Where(run => EF.Functions.LessThan(ValueTuple.Create(run.CreatedAt, run.Id), ValueTuple.Create(after.At, after.Id)));
        var rows = await runs.OrderByDescending(run => run.CreatedAt).ThenByDescending(run => run.Id).Take(command.Page.Limit + 1).ToListAsync(ct);
        return command.Page.Answer(rows, run => (run.CreatedAt, run.Id), SmokeRunSummary.InList);
    }
}

sealed record GetSmokeRun(Guid Id) : IRequest<Result<SmokeRunSummary>>;

sealed class GetSmokeRunHandler(HubDb db, CurrentUser user) : IRequestHandler<GetSmokeRun, Result<SmokeRunSummary>>
{
    public async Task<Result<SmokeRunSummary>> Handle(GetSmokeRun command, CancellationToken ct) =>
        await db.SmokeRuns.AsNoTracking().SeenBy(user, db).SingleOrDefaultAsync(run => run.Id == command.Id, ct) is { } run
            ? SmokeRunSummary.Of(run)
            : new Error.NotFound("smoke run");
}

/// <summary>The picture that was taken at the end of a run, a PNG.</summary>
sealed record GetSmokeScreenshot(Guid Id) : IRequest<Result<byte[]>>;

sealed class GetSmokeScreenshotHandler(HubDb db, CurrentUser user) : IRequestHandler<GetSmokeScreenshot, Result<byte[]>>
{
    public async Task<Result<byte[]>> Handle(GetSmokeScreenshot command, CancellationToken ct) =>
        await db.SmokeRuns.SeenBy(user, db).Where(run => run.Id == command.Id)
            .Join(db.SmokeScreenshots, run => run.Id, screenshot => screenshot.RunId, (_, screenshot) => screenshot.Content).SingleOrDefaultAsync(ct) is { } content
            ? content
            : new Error.NotFound("screenshot");
}

static class SmokeRunAccess
{
    /// <summary>Runs that the caller may see: all of their own projects, those of the publication of others'.</summary>
    public static IQueryable<SmokeRun> SeenBy(this IQueryable<SmokeRun> runs, CurrentUser user, HubDb db)
    {
        var mine = db.Projects.EditableBy(user);
        var seen = db.Projects.VisibleTo(user);
        return runs.Where(run => mine.Any(p => p.Id == run.ProjectId)
            || seen.Any(p => p.Id == run.ProjectId && p.Publication!.RevisionNumber == run.RevisionNumber));
    }
}
