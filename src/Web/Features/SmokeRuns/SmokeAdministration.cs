using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>How the smoke tests of the whole hub go.</summary>
/// <param name="Off">Why nothing is run for now, with what to do; null while somebody takes runs.</param>
/// <param name="Waiting">What waits, by priority.</param>
/// <param name="Running">What runs, the longest first.</param>
/// <param name="DoneInTenMinutes">Runs that ended in the last 10 minutes.</param>
/// <param name="DoneInAnHour">Runs that ended in the last hour.</param>
/// <param name="Outcomes">What the runs of the last day came to.</param>
/// <param name="Failures">The errors of the last day, the most frequent first.</param>
/// <param name="Workers">Who takes runs, and who did within a day.</param>
sealed record SmokeOverview(
    string? Off, IReadOnlyList<WaitingRuns> Waiting, IReadOnlyList<RunningRun> Running, int DoneInTenMinutes, int DoneInAnHour,
    IReadOnlyList<OutcomeCount> Outcomes, IReadOnlyList<FailureCount> Failures, IReadOnlyList<WorkerSummary> Workers);

/// <param name="Later">How many of them are not due yet.</param>
sealed record WaitingRuns(SmokePriority Priority, int Runs, int Later);

/// <param name="Path">The run's page on the hub.</param>
/// <param name="Attempt">Its how manieth attempt this is.</param>
sealed record RunningRun(Guid Id, string Path, string Page, Interpreter Interpreter, string Release, DateTimeOffset StartedAt, int Attempt);

sealed record OutcomeCount(SmokeOutcome Outcome, int Runs);

/// <param name="Type">The class of the error; null where there was none, as with a time-out.</param>
sealed record FailureCount(SmokeOutcome Outcome, Interpreter Interpreter, string? Type, int Runs);

/// <param name="IsHeard">Whether it said something within <see cref="SmokeWorker.SilentFor"/>.</param>
sealed record WorkerSummary(string Machine, string? Browser, int Browsers, string? OffReason, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsHeard);

/// <summary>Tells administrators how the smoke tests go.</summary>
sealed record GetSmokeOverview : IRequest<Result<SmokeOverview>>;

sealed class GetSmokeOverviewHandler(HubDb db, CurrentUser caller) : IRequestHandler<GetSmokeOverview, Result<SmokeOverview>>
{
    private const int MostRunning = 50;
    private const int MostFailures = 12;

    public async Task<Result<SmokeOverview>> Handle(GetSmokeOverview command, CancellationToken ct)
    {
        if (!caller.IsAdministrator) return new Error.Forbidden("This is for the administrators of the hub.");
        // Times of runs are the database's, and so is what they are compared with.
        var now = (await db.Database.SqlQuery<DateTimeOffset>($"""SELECT clock_timestamp() AS "Value" """).ToListAsync(ct))[0];
        var (day, hour, tenMinutes) = (now.AddDays(-1), now.AddHours(-1), now.AddMinutes(-10));
        var runs = db.SmokeRuns.AsNoTracking();
        var done = runs.Where(run => run.State == SmokeRunState.Done && run.FinishedAt > day);

        var waiting = await runs.Where(run => run.State == SmokeRunState.Queued).GroupBy(run => run.Priority)
            .Select(group => new WaitingRuns(group.Key, group.Count(), group.Count(run => run.DueAt > now))).ToListAsync(ct);
        var running = await runs.Where(run => run.State == SmokeRunState.Running).OrderBy(run => run.StartedAt).Take(MostRunning)
            .Join(db.Projects, run => run.ProjectId, project => project.Id, (run, project) => new
            {
                run,
                project.Slug,
                Owner = db.Users.Where(user => user.Id == project.OwnerId).Select(user => user.UserName!).First(),
            })
            .Select(row => new { row.run.Id, row.Owner, row.Slug, row.run.Page, row.run.Interpreter, row.run.Release, row.run.StartedAt, row.run.Attempts }).ToListAsync(ct);
        var outcomes = await done.GroupBy(run => run.Outcome).Select(group => new { group.Key, Runs = group.Count() }).ToListAsync(ct);
        var failures = await db.Database.SqlQuery<FailureRow>(
            $"""
            SELECT outcome AS "Outcome", interpreter AS "Interpreter", error ->> 'Type' AS "Type", count(*)::integer AS "Runs" FROM smoke_runs
            WHERE state = 'Done' AND finished_at > {day} AND outcome NOT IN ('Passed', 'NotApplicable')
            GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT {MostFailures}
            """).ToListAsync(ct);
        var workers = await db.SmokeWorkers.AsNoTracking().OrderByDescending(worker => worker.SeenAt).ToListAsync(ct);
        return new SmokeOverview(
            await db.SmokeOffAsync(ct),
            [.. Enum.GetValues<SmokePriority>().Select(priority => waiting.Find(row => row.Priority == priority) ?? new WaitingRuns(priority, 0, 0))],
            running.ConvertAll(run => new RunningRun(
                run.Id, $"/@{run.Owner}/{run.Slug}/runs/{run.Id:N}", run.Page, run.Interpreter, run.Release, run.StartedAt ?? now, run.Attempts)),
            await done.CountAsync(run => run.FinishedAt > tenMinutes, ct), await done.CountAsync(run => run.FinishedAt > hour, ct),
            [.. Enum.GetValues<SmokeOutcome>().Select(outcome => new OutcomeCount(outcome, outcomes.Find(row => row.Key == outcome)?.Runs ?? 0))],
            failures.ConvertAll(row => new FailureCount(Enum.Parse<SmokeOutcome>(row.Outcome), Enum.Parse<Interpreter>(row.Interpreter), row.Type, row.Runs)),
            workers.ConvertAll(worker => new WorkerSummary(
                worker.Machine, worker.Browser, worker.Browsers, worker.OffReason, worker.StartedAt, worker.SeenAt, worker.SeenAt > now - SmokeWorker.SilentFor)));
    }

    private sealed record FailureRow(string Outcome, string Interpreter, string? Type, int Runs);
}
