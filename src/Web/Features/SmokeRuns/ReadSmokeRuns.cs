using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
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
        var project = db.Projects.Where(p => p.Id == command.Id);
        if (!await project.VisibleTo(user).AnyAsync(ct)) return new Error.NotFound("project");
        var runs = db.SmokeRuns.AsNoTracking().SeenBy(user, db).Where(run => run.ProjectId == command.Id);
        if (command.Revision is { } revision)
        {
            if (!await project.AnyAsync(p => p.Publication!.RevisionNumber == revision, ct) && !await project.EditableBy(user).AnyAsync(ct)) return new Error.NotFound("revision");
            runs = runs.Where(run => run.RevisionNumber == revision);
        }
        if (command.Page.After is { } after)
            runs = runs.Where(run => EF.Functions.LessThan(ValueTuple.Create(run.CreatedAt, run.Id), ValueTuple.Create(after.At, after.Id)));
        // One by one, since what each printed is long, and is shortened here.
        var rows = new List<(DateTimeOffset At, Guid Id, SmokeRunSummary Run)>();
        await foreach (var run in runs.OrderByDescending(run => run.CreatedAt).ThenByDescending(run => run.Id).Take(command.Page.Limit + 1).AsAsyncEnumerable().WithCancellation(ct))
            rows.Add((run.CreatedAt, run.Id, SmokeRunSummary.InList(run)));
        return command.Page.Answer(rows, row => (row.At, row.Id), row => row.Run);
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

/// <summary>A run with what its page needs to lead from it into the project.</summary>
/// <param name="Files">The paths of its revision's files.</param>
/// <param name="HeadNumber">The newest revision; null for who sees the publication alone.</param>
sealed record ShownSmokeRun(SmokeRunSummary Run, IReadOnlySet<string> Files, int? HeadNumber);

/// <summary>A run of this very project as its page shows it.</summary>
sealed record ShowSmokeRun(ProjectId Project, Guid Id) : IRequest<Result<ShownSmokeRun>>;

sealed class ShowSmokeRunHandler(HubDb db, CurrentUser user) : IRequestHandler<ShowSmokeRun, Result<ShownSmokeRun>>
{
    public async Task<Result<ShownSmokeRun>> Handle(ShowSmokeRun command, CancellationToken ct)
    {
        var (id, project) = (command.Id, command.Project);
        if (await db.SmokeRuns.AsNoTracking().SeenBy(user, db).SingleOrDefaultAsync(run => run.Id == id && run.ProjectId == project, ct) is not { } run)
            return new Error.NotFound("smoke run");
        var manifest = await db.Revisions.Where(r => r.ProjectId == project && r.Number == run.RevisionNumber).Select(r => r.Manifest).SingleAsync(ct);
        var head = await db.Projects.EditableBy(user).Where(p => p.Id == project).Select(p => (int?)p.HeadNumber).SingleOrDefaultAsync(ct);
        return new ShownSmokeRun(SmokeRunSummary.Of(run), manifest.Files.Keys.Select(path => path.Value).ToHashSet(StringComparer.Ordinal), head);
    }
}

/// <summary>The picture that was taken at the end of a run, a PNG.</summary>
sealed record GetSmokeScreenshot(Guid Id) : IRequest<Result<RunScreenshot>>;

sealed class GetSmokeScreenshotHandler(HubDb db, CurrentUser user) : IRequestHandler<GetSmokeScreenshot, Result<RunScreenshot>>
{
    public async Task<Result<RunScreenshot>> Handle(GetSmokeScreenshot command, CancellationToken ct)
    {
        var runs = db.SmokeRuns.Where(run => run.Id == command.Id);
        var content = await runs.SeenBy(user, db)
            .Join(db.SmokeScreenshots, run => run.Id, screenshot => screenshot.RunId, (_, screenshot) => screenshot.Content).SingleOrDefaultAsync(ct);
        if (content is null) return new Error.NotFound("screenshot");
        return new RunScreenshot(command.Id, content, await runs.SeenByAll(db).AnyAsync(ct));
    }
}

/// <summary>What a page looked like when its run ended.</summary>
/// <param name="Content">A PNG.</param>
/// <param name="IsShared">Whether people without an account may see it: chats and other sites show it beside a link.</param>
sealed record RunScreenshot(Guid Run, byte[] Content, bool IsShared)
{
    /// <summary>The answer. It shows what a user's page drew, so it is a picture and nothing else to a browser.</summary>
    public IResult Answer(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        // A run's picture never changes, but who may see it does.
        response.Headers.CacheControl = IsShared ? "public, no-cache" : "private, no-cache";
        if (IsShared) response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        return Results.Bytes(Content, "image/png", entityTag: new EntityTagHeaderValue($"\"{Run:N}\""));
    }
}

static class SmokeRunAccess
{
    /// <summary>Runs that everybody may see: those of what is published for all or under its address.</summary>
    public static IQueryable<SmokeRun> SeenByAll(this IQueryable<SmokeRun> runs, HubDb db)
    {
        var shared = db.Projects.SharedWithAll();
        return runs.Where(run => shared.Any(p => p.Id == run.ProjectId && p.Publication!.RevisionNumber == run.RevisionNumber));
    }

    /// <summary>Runs that the caller may see: all of their own projects, those of the publication of others'.</summary>
    public static IQueryable<SmokeRun> SeenBy(this IQueryable<SmokeRun> runs, CurrentUser user, HubDb db)
    {
        var mine = db.Projects.EditableBy(user);
        var seen = db.Projects.VisibleTo(user);
        return runs.Where(run => mine.Any(p => p.Id == run.ProjectId)
            || seen.Any(p => p.Id == run.ProjectId && p.Publication!.RevisionNumber == run.RevisionNumber));
    }
}
