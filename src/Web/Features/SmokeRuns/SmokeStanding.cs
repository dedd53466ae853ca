using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>Where the smoke tests of a project stand.</summary>
/// <param name="Revision">The revision that is spoken of: the published one, else the newest.</param>
/// <param name="Off">Why nothing is run for now, with what to do; null while somebody takes runs.</param>
/// <param name="Runs">What waits or runs, and then what was done last: 50 at most, of the revisions that the caller sees.</param>
public sealed record SmokeStanding(int Revision, InterpreterStanding Pyodide, InterpreterStanding Micropython, string? Off, IReadOnlyList<RunStanding> Runs);

/// <summary>Where they stand in one interpreter.</summary>
/// <param name="State">Null where it was never run; queued or running as soon as one of its pages is.</param>
/// <param name="Outcome">The last verdict; null until all pages were run.</param>
/// <param name="Run">The run that the verdict rests on, or the first that is waited for.</param>
/// <param name="RuntimeRelease">The release of <paramref name="Run"/>.</param>
public sealed record InterpreterStanding(SmokeRunState? State, SmokeOutcome? Outcome, string? Run, string? RuntimeRelease, DateTimeOffset? FinishedAt);

/// <summary>Where one run stands.</summary>
public sealed record RunStanding(
    string Id, int Revision, string Page, Interpreter Interpreter, string RuntimeRelease, SmokeRunState State, SmokeOutcome? Outcome);

sealed record GetSmokeStanding(ProjectId Id) : IRequest<Result<SmokeStanding>>;

sealed class GetSmokeStandingHandler(SmokeStandings standings) : IRequestHandler<GetSmokeStanding, Result<SmokeStanding>>
{
    public async Task<Result<SmokeStanding>> Handle(GetSmokeStanding command, CancellationToken ct) =>
        await standings.SightAsync(command.Id, ct) is { } sight && await standings.OfAsync(command.Id, sight, ct) is { } standing
            ? standing
            : new Error.NotFound("project");
}

/// <summary>What the caller sees of a project's runs.</summary>
enum SmokeSight
{
    /// <summary>Those of the publication.</summary>
    Publication,

    /// <summary>Those of all revisions.</summary>
    Everything,
}

/// <summary>Reads where the smoke tests of a project stand.</summary>
sealed class SmokeStandings(HubDb db, CurrentUser user)
{
    private const int ShownRuns = 50;

    /// <summary>What the caller sees; null where that is nothing.</summary>
    public async Task<SmokeSight?> SightAsync(ProjectId id, CancellationToken ct)
    {
        var project = db.Projects.Where(p => p.Id == id);
        if (await project.EditableBy(user).AnyAsync(ct)) return SmokeSight.Everything;
        return await project.VisibleTo(user).AnyAsync(ct) ? SmokeSight.Publication : null;
    }

    /// <summary>Where they stand, for whoever sees so much; null where the project is gone. Whoever calls has asked for the sight before.</summary>
    public async Task<SmokeStanding?> OfAsync(ProjectId id, SmokeSight sight, CancellationToken ct)
    {
        if (await db.Projects.AsNoTracking().Include(p => p.Publication).SingleOrDefaultAsync(p => p.Id == id, ct) is not { } project) return null;
        // It may have been taken back since: what there is now is a draft, and no stranger's business.
        if (sight is SmokeSight.Publication && (project.Publication is null || project.TakenDownAt is not null || project.DeletedAt is not null)) return null;
        var revision = SmokeVerdicts.RevisionOf(project);
        var runs = await RunsAsync(id, sight is SmokeSight.Everything ? null : revision, ct);
        var deciding = (await SmokeVerdicts.DecidingAsync(db, [project], ct))[id];
        var waited = runs.Where(run => run.State is not SmokeRunState.Done && run.Revision == revision
            && SmokeVerdicts.IsShown(project, run.Page, run.RuntimeRelease)).ToList();
        return new SmokeStanding(
            revision, Of(deciding.Pyodide, waited, Interpreter.Pyodide), Of(deciding.Micropython, waited, Interpreter.Micropython), await db.SmokeOffAsync(ct), runs);
    }

    private async Task<List<RunStanding>> RunsAsync(ProjectId id, int? revision, CancellationToken ct)
    {
        var runs = db.SmokeRuns.AsNoTracking().Where(run => run.ProjectId == id);
        if (revision is { } number) runs = runs.Where(run => run.RevisionNumber == number);
        var rows = await runs.OrderBy(run => run.State == SmokeRunState.Done).ThenByDescending(run => run.CreatedAt).ThenByDescending(run => run.Id).Take(ShownRuns)
            .Select(run => new { run.Id, run.RevisionNumber, run.Page, run.Interpreter, run.Release, run.State, run.Outcome }).ToListAsync(ct);
        return rows.ConvertAll(run => new RunStanding(run.Id.ToString("N"), run.RevisionNumber, run.Page, run.Interpreter, run.Release, run.State, run.Outcome));
    }

    private static InterpreterStanding Of(DecidingRun? decides, List<RunStanding> waited, Interpreter interpreter)
    {
        // The newest wish comes first in the list; of one wish, the page that was asked for first.
        var mine = waited.FindAll(run => run.Interpreter == interpreter);
        SmokeRunState? state = mine.Exists(run => run.State is SmokeRunState.Running) ? SmokeRunState.Running
            : mine.Count > 0 ? SmokeRunState.Queued
            : decides is null ? null : SmokeRunState.Done;
        return decides is null
            ? new InterpreterStanding(state, null, mine.LastOrDefault()?.Id, mine.LastOrDefault()?.RuntimeRelease, null)
            : new InterpreterStanding(state, decides.Outcome, decides.Id.ToString("N"), decides.Release, decides.At);
    }
}
