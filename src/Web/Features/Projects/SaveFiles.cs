using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What a save answers: the revision that holds what was sent.</summary>
public sealed record SavedRevision(int Revision);

/// <summary>Writes and deletes files as one revision. Deleting what is not there changes nothing.</summary>
sealed record SaveFiles(ProjectId Id, IReadOnlyCollection<NewFile> Written, IReadOnlyCollection<FilePath> Deleted, IfMatch Condition)
    : IRequest<Result<SavedRevision>>;

sealed class SaveFilesHandler(HubDb db, RevisionWriter revisions, RateLimits rates, ProjectLimits limits, CurrentUser user, TimeProvider time)
    : IRequestHandler<SaveFiles, Result<SavedRevision>>
{
    public async Task<Result<SavedRevision>> Handle(SaveFiles command, CancellationToken ct)
    {
        if (await db.HeadAsync(command.Id, user, ct) is not { } open) return await db.RefusalAsync(command.Id, user, ct);
        if (!command.Condition.IsSent) return new Error.PreconditionRequired();

        var next = Apply(command, open.Head.Manifest);
        if (!next.IsOk) return next.Error;
        // A lost answer is tried again: what is already there is no conflict, however old the caller's version.
        if (next.Value.Equals(open.Head.Manifest)) return new SavedRevision(open.Head.Number);
        if (!command.Condition.Names(SeenRevisions.TagOf(open.Head.Number))) return new Error.Stale(SeenRevisions.TagOf(open.Head.Number));

        if (await rates.TakeSaveAsync(user, limits, ct) is { } busy) return busy;
        var saved = await revisions.AppendAsync(open.Project, open.Head, next.Value, command.Written, user.Id!.Value, time.GetUtcNow(), ct);
        if (saved.IsOk) return new SavedRevision(saved.Value);
        if (saved.Error is not Error.Stale) return saved.Error;
        // Lost the race; if the winner saved the same, that is the same as having won.
        return await db.HeadAsync(command.Id, user, ct) is { } now && Apply(command, now.Head.Manifest) is { IsOk: true } again && again.Value.Equals(now.Head.Manifest)
            ? new SavedRevision(now.Head.Number)
            : saved.Error;
    }

    private Result<Manifest> Apply(SaveFiles command, Manifest head) =>
        head.With(command.Deleted, command.Written.Select(file => KeyValuePair.Create(file.Path, file.Entry)), limits);
}

/// <summary>
/// Asks whether the caller may write to a project before a body is read, so that a stranger's upload costs nothing. What is
/// answered here is asked again when the files are saved.
/// </summary>
sealed record CheckWriting(ProjectId Id) : IRequest<Result<ProjectId>>;

sealed class CheckWritingHandler(HubDb db, CurrentUser user) : IRequestHandler<CheckWriting, Result<ProjectId>>
{
    public async Task<Result<ProjectId>> Handle(CheckWriting command, CancellationToken ct) =>
        await db.Projects.EditableBy(user).AnyAsync(p => p.Id == command.Id, ct) ? command.Id : await db.RefusalAsync(command.Id, user, ct);
}

static class SaveLimits
{
    /// <summary>Counts one more revision of the caller; <see cref="Error.TooManyRequests"/> beyond the limit, which administrators do not have.</summary>
    public static async Task<Error?> TakeSaveAsync(this RateLimits rates, CurrentUser user, ProjectLimits limits, CancellationToken ct) =>
        !user.IsAdministrator && await rates.TakeAsync($"save:{user.Id:N}", limits.SavesPerMinute, TimeSpan.FromMinutes(1), ct) is { } wait
            ? new Error.TooManyRequests(wait)
            : null;
}

/// <summary>A project that the caller may change, with its newest revision.</summary>
sealed record OpenProject(Project Project, Revision Head);

static class OpenProjects
{
    /// <summary>The project and its head for somebody who may change it, or null.</summary>
    public static async Task<OpenProject?> HeadAsync(this HubDb db, ProjectId id, CurrentUser user, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        return await db.Projects.AsNoTracking().EditableBy(user).Where(p => p.Id == id)
            .Join(db.Revisions.AsNoTracking(), p => new { p.Id, Number = p.HeadNumber }, r => new { Id = r.ProjectId, r.Number }, (p, r) => new OpenProject(p, r))
            .SingleOrDefaultAsync(ct);
    }
}
