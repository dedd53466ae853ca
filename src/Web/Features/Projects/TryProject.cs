using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Where a trial runs.</summary>
/// <param name="Id">The secret by which its files are replaced under the same address.</param>
/// <param name="Url">Where it is served, for a frame on the hub alone.</param>
public sealed record StartedTrial(string Id, string Url, DateTimeOffset ExpiresAt);

/// <summary>Shows files of a revision with changes over them for a while, without saving anything.</summary>
/// <param name="Trial">The trial whose files are replaced; null for a new one of <paramref name="Id"/>.</param>
/// <param name="Id">The project; where a trial is replaced, it is the trial's own.</param>
/// <param name="Revision">What the changes were made to; null for the newest that the caller may see.</param>
sealed record TryProject(
    string? Trial, ProjectId Id, int? Revision, IReadOnlyCollection<NewFile> Written, IReadOnlyCollection<FilePath> Deleted) : IRequest<Result<StartedTrial>>;

sealed class TryProjectHandler(HubDb db, TrialWriter trials, ProjectLimits limits, CurrentUser user, RequestOrigin from, Origins origins, TimeProvider time)
    : IRequestHandler<TryProject, Result<StartedTrial>>
{
    public async Task<Result<StartedTrial>> Handle(TryProject command, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var known = command.Trial is null ? null
            : await db.Trials.AsNoTracking().SingleOrDefaultAsync(t => t.Id == command.Trial && t.ExpiresAt > now, ct);
        if (command.Trial is not null && known is null) return new Error.NotFound("trial");
        var id = known?.ProjectId ?? command.Id;
        if (await db.SeenAsync(id, user, ct) is not { } seen) return new Error.NotFound("project");
        if (seen.Project.TakenDownAt is not null) return new Error.Gone("project");

        var number = command.Revision ?? seen.RevisionNumber;
        // What others than its members see is the publication alone; an older one is told from the newest, and not shown.
        if (!seen.CanEdit && number != seen.RevisionNumber) return new Error.Stale(SeenRevisions.TagOf(seen.RevisionNumber));
        var revision = await db.Revisions.AsNoTracking().SingleOrDefaultAsync(r => r.ProjectId == id && r.Number == number, ct);
        if (revision is null) return new Error.Stale(SeenRevisions.TagOf(seen.RevisionNumber));
        var manifest = revision.Manifest.With(
            command.Deleted, command.Written.Select(file => KeyValuePair.Create(file.Path, file.Entry)), limits);
        if (!manifest.IsOk) return manifest.Error;

        var viewer = seen.CanEdit ? user.Id : null;
        // The difference alone is kept: whoever sends nothing costs next to nothing, however large the project is.
        var change = new ManifestChange(
            [.. command.Deleted.Where(path => revision.Manifest.Find(path.Value) is not null).Distinct()],
            Manifest.FromStored(command.Written.Select(file => KeyValuePair.Create(file.Path, file.Entry))));
        var trial = known ?? Trial.Create(id, number, viewer, change, from.Network, now);
        known?.Replace(number, viewer, change, now);
        var written = await trials.WriteAsync(trial, command.Written, ct);
        return written.IsOk ? new StartedTrial(trial.Id, origins.Content(trial.Label).Of(""), trial.ExpiresAt) : written.Error;
    }
}

/// <summary>How much one network may try.</summary>
sealed class TrialLimits(RateLimits rates, ProjectLimits limits, RequestOrigin from)
{
    // Bytes are counted in these, so that an hour's count fits.
    private const int Unit = 1_000;

    // What the rows of a trial take, and what a path in them.
    private const int TrialCost = 2_000;
    private const int PathCost = 300;

    /// <summary>Counts a trial that begins; the error says how long to wait.</summary>
    public async Task<Error?> TakeAsync(CancellationToken ct)
    {
        var wait = await rates.TakeAsync($"trial:{from.Network}", limits.TrialsPerMinute, TimeSpan.FromMinutes(1), ct)
            ?? await rates.LookAsync(Bytes, Units(limits.TrialBytesPerHour), TimeSpan.FromHours(1), ct);
        return wait is { } time ? new Error.TooManyRequests(time) : null;
    }

    /// <summary>Counts what it brought: so many bytes in files, and so many paths that are written or deleted.</summary>
    public async Task<Error?> TakeBytesAsync(long bytes, int paths, CancellationToken ct) =>
        await rates.TakeAsync(Bytes, Units(bytes + TrialCost + ((long)paths * PathCost)), Units(limits.TrialBytesPerHour), TimeSpan.FromHours(1), ct) is { } wait
            ? new Error.TooManyRequests(wait) : null;

    private string Bytes => $"trial-bytes:{from.Network}";

    private static int Units(long bytes) => (int)Math.Min((bytes + Unit - 1) / Unit, int.MaxValue);
}
