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

sealed class ImportProjectHandler(
    HubDb db, RevisionWriter revisions, RateLimits rates, ProjectLimits limits, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<ImportProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(ImportProject command, CancellationToken ct)
    {
        if (user.Id is not { } owner) return new Error.Unauthenticated();
        if (Project.RefuseName(command.Name) is { } why) return Error.Field("name", why);
        if (!user.IsAdministrator && await rates.TakeAsync($"import:{owner:N}", limits.ImportsPerHour, TimeSpan.FromHours(1), ct) is { } wait)
            return new Error.TooManyRequests(wait);

        var files = await ZipReading.ReadAsync(command.Archive, limits, ct);
        if (!files.IsOk) return files.Error;
        var manifest = Manifest.Empty.With([], files.Value.Select(file => KeyValuePair.Create(file.Path, file.Entry)), limits);
        if (!manifest.IsOk) return manifest.Error;
        var id = await revisions.CreateFirstAsync(
            owner, command.Name, slug: null, command.Visibility ?? Visibility.Unlisted, manifest.Value, files.Value, time.GetUtcNow(), ct);
        return id.IsOk ? await db.AnswerAsync(id.Value, user, origins, ct) : id.Error;
    }
}
