using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web.Features.Runtime;

/// <summary>
/// What an administrator does with a candidate, by a page, the API or the command line. It writes rows alone; <see cref="CanarySteps"/>
/// does the work that they stand for.
/// </summary>
public sealed class Candidates(HubDb db, HubSettings settings)
{
    private static readonly Error.Conflict s_stillSwitching =
        new("switching", "Projects are being brought to another default still. Try again when that has ended.");

    /// <summary>Makes a release the candidate. It may be it already.</summary>
    /// <param name="standard">The release that is the default now.</param>
    public async Task<Error?> StartAsync(string release, string standard, CancellationToken ct)
    {
        if (release == standard) return new Error.Conflict("is_default", "This release is the default already.");
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO canaries (id, release, replaced, state, started_at) VALUES ({Canary.OnlyId}, {release}, {standard}, {CanaryState.Looking.ToString()}, clock_timestamp())
            ON CONFLICT (id) DO NOTHING
            """, ct);
        var there = await db.Canaries.AsNoTracking().SingleOrDefaultAsync(ct);
        return there switch
        {
            { State: CanaryState.Switching } => s_stillSwitching,
            { } other when other.Release != release => new Error.Conflict("other_candidate", "Another release is the candidate. Withdraw it first."),
            _ => null,
        };
    }

    /// <summary>Takes a candidate back, with the runs of it that nobody began yet. Runs that were made stay.</summary>
    public async Task<Error?> WithdrawAsync(string release, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var gone = await db.Canaries.Where(canary => canary.Release == release && canary.State == CanaryState.Looking).ExecuteDeleteAsync(ct);
        if (gone == 0) return await RefusalAsync("This release is not the candidate.", ct);
        await db.SmokeRuns.Where(run => run.State == SmokeRunState.Queued && run.Priority == SmokePriority.Canary && run.Release == release).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        return null;
    }

    /// <summary>
    /// Makes the candidate the default. Pages that are published from now on get it; the publications that it changes are brought to
    /// it, and the projects in <paramref name="keep"/> are pinned to what they have now.
    /// </summary>
    public async Task<Error?> SwitchAsync(string release, IReadOnlyCollection<ProjectId> keep, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var switched = await db.Canaries.Where(canary => canary.Release == release && canary.State == CanaryState.Looking)
            .ExecuteUpdateAsync(set => set.SetProperty(canary => canary.State, CanaryState.Switching).SetProperty(canary => canary.SwitchedAt, _ => DateTimeOffset.UtcNow), ct);
        if (switched == 0) return await RefusalAsync("This release is not the candidate. Make it one first, so that what it would break is known.", ct);
        await settings.SetDefaultReleaseAsync(release, ct);
        await db.CanaryPublications.Where(publication => publication.IsAffected && keep.Contains(publication.ProjectId))
            .ExecuteUpdateAsync(set => set.SetProperty(publication => publication.IsKept, true), ct);
        await transaction.CommitAsync(ct);
        return null;
    }

    private async Task<Error> RefusalAsync(Sentence otherwise, CancellationToken ct) => await db.Canaries.AnyAsync(canary => canary.State == CanaryState.Switching, ct)
        ? s_stillSwitching
        : new Error.Conflict("no_candidate", otherwise);
}
