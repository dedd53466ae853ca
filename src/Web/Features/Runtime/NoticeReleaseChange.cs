using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Runtime;

/// <summary>A change of the hub's default that a project does not bear.</summary>
/// <param name="Works">The release that it starts in.</param>
/// <param name="Breaks">The release that it does not start in.</param>
/// <param name="IsDone">Whether it has the latter already, or would with the candidate.</param>
sealed record ReleaseNotice(string Works, string Breaks, bool IsDone);

/// <summary>What the owner of a project has to know of a change of the hub's default; nothing for anybody else.</summary>
sealed record NoticeReleaseChange(ProjectId Id) : IRequest<Result<ReleaseNoticeReading>>;

/// <param name="Notice">Null where there is nothing to say.</param>
sealed record ReleaseNoticeReading(ReleaseNotice? Notice);

sealed class NoticeReleaseChangeHandler(HubDb db, CanaryReports reports, RuntimeCatalog runtime, CurrentUser user) : IRequestHandler<NoticeReleaseChange, Result<ReleaseNoticeReading>>
{
    public async Task<Result<ReleaseNoticeReading>> Handle(NoticeReleaseChange command, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().OwnedBy(user).Include(p => p.Publication).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is not { RuntimePin: null, Publication: { } publication }) return new ReleaseNoticeReading(null);
        if (await reports.OfAsync(project.Id, ct) is { Change: CanaryChange.Breaks } canary) return new ReleaseNoticeReading(new ReleaseNotice(canary.Now, canary.Then, IsDone: false));
        var isBroken = publication.SwitchedFrom is { } before && runtime.Releases.Any(held => held.Name == before) && await BreaksAsync(publication, before, ct);
        return new ReleaseNoticeReading(isBroken ? new ReleaseNotice(publication.SwitchedFrom!, publication.Release, IsDone: true) : null);
    }

    private async Task<bool> BreaksAsync(Publication publication, string before, CancellationToken ct)
    {
        var runs = await db.SmokeRuns.AsNoTracking()
            .Where(run => run.ProjectId == publication.ProjectId && run.RevisionNumber == publication.RevisionNumber && run.State == SmokeRunState.Done && run.Outcome != SmokeOutcome.Crashed)
            .Select(run => new { run.Page, run.Interpreter, run.Release, run.Outcome, run.FinishedAt }).ToListAsync(ct);
        var newest = runs.GroupBy(run => (run.Page, run.Interpreter, run.Release)).ToDictionary(group => group.Key, group => group.MaxBy(run => run.FinishedAt)!.Outcome);
        return Enum.GetValues<Interpreter>().Any(interpreter =>
        {
            var pages = newest.Where(run => run.Key.Interpreter == interpreter && run.Key.Release == publication.ReleaseOf(run.Key.Page)).ToList();
            var now = SmokeOutcomes.Worst(pages.Select(run => run.Value!.Value));
            // A page with a release of its own was not switched.
            var then = SmokeOutcomes.Worst(pages.Select(run => newest.GetValueOrDefault((run.Key.Page, interpreter, before)) ?? run.Value!.Value));
            return CanaryChanges.Of(then, now) is CanaryChange.Breaks;
        });
    }
}
