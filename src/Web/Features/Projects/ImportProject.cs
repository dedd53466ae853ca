using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Makes a project out of a zip archive. A refused one changes nothing.</summary>
/// <param name="Archive">The archive, which can be read at any place.</param>
/// <param name="Name">What people call it; the archive's own name where it is not given.</param>
sealed record ImportProject(Stream Archive, string Name, Visibility? Visibility) : IRequest<Result<TaggedProject>>;

/// <summary>Makes a project out of files as they lie on somebody's disk. A refused one changes nothing.</summary>
sealed record ImportFiles(IReadOnlyList<BroughtFile> Files, string Name) : IRequest<Result<TaggedProject>>;

sealed class ImportProjectHandler(
    HubDb db, RevisionWriter revisions, ArchiveQueue queue, RateLimits rates, ProjectLimits limits, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<ImportProject, Result<TaggedProject>>, IRequestHandler<ImportFiles, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(ImportProject command, CancellationToken ct)
    {
        if (await RefuseAsync(command.Name, ct) is { } error) return error;
        using var place = await queue.EnterAsync(ct);
        if (place is null) return ArchiveQueue.Busy;
        var files = await ZipReading.ReadAsync(command.Archive, limits, ct);
        return files.IsOk ? await MakeAsync(command.Name, command.Visibility, files.Value, ct) : files.Error;
    }

    public async Task<Result<TaggedProject>> Handle(ImportFiles command, CancellationToken ct)
    {
        if (await RefuseAsync(command.Name, ct) is { } error) return error;
        var files = await FileReading.ReadAsync(command.Files, limits, ct);
        return files.IsOk ? await MakeAsync(command.Name, visibility: null, files.Value, ct) : files.Error;
    }

    private async Task<Error?> RefuseAsync(string name, CancellationToken ct)
    {
        if (user.Id is not { } owner) return new Error.Unauthenticated();
        if (Project.RefuseName(name) is { } why) return Error.Field("name", why);
        return !user.IsAdministrator && await rates.TakeAsync($"import:{owner:N}", limits.ImportsPerHour, TimeSpan.FromHours(1), ct) is { } wait
            ? new Error.TooManyRequests(wait)
            : null;
    }

    private async Task<Result<TaggedProject>> MakeAsync(string name, Visibility? visibility, List<NewFile> files, CancellationToken ct)
    {
        var manifest = Manifest.Empty.With([], files.Select(file => KeyValuePair.Create(file.Path, file.Entry)), limits);
        if (!manifest.IsOk) return manifest.Error;
        var id = await revisions.CreateFirstAsync(
            user.Id!.Value, name, slug: null, visibility ?? Visibility.Unlisted, manifest.Value, files, time.GetUtcNow(), ct);
        return id.IsOk ? await db.AnswerAsync(id.Value, user, origins, ct) : id.Error;
    }
}
