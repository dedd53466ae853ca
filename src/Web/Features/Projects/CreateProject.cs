using System.Text;
using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>A project to make.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Slug">Its word in addresses; made from the name where it is not given.</param>
/// <param name="Visibility">Unlisted where it is not given.</param>
/// <param name="Template">A template's id whose files it begins with.</param>
/// <param name="Files">Path → text, on top of the template's.</param>
public sealed record CreateProjectRequest(
    string Name, string? Slug = null, Visibility? Visibility = null, string? Template = null, IReadOnlyDictionary<string, string>? Files = null);

sealed record CreateProject(CreateProjectRequest Request) : IRequest<Result<TaggedProject>>;

sealed class CreateProjectHandler(
    HubDb db, RevisionWriter revisions, RateLimits rates, ProjectLimits limits, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<CreateProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(CreateProject command, CancellationToken ct)
    {
        var request = command.Request;
        if (user.Id is not { } owner) return new Error.Unauthenticated();
        if (Refuse(request) is { } malformed) return malformed;

        var files = new Dictionary<FilePath, NewFile>();
        if (request.Template is { } template)
        {
            if (ProjectTemplates.Find(template) is not { } found)
                return Error.Field("template", $"There is no such template. There are: {string.Join(", ", ProjectTemplates.All.Select(t => t.Id))}.");
            foreach (var (path, content) in found.Files) files[FilePath.FromStored(path)] = NewFile.Of(FilePath.FromStored(path), content.ToArray());
        }
        foreach (var (name, text) in request.Files ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            var path = FilePath.Parse(name);
            if (!path.IsOk) return path.Error;
            files[path.Value] = NewFile.Of(path.Value, Encoding.UTF8.GetBytes(text));
        }
        var manifest = Manifest.Empty.With([], files.Select(file => KeyValuePair.Create(file.Key, file.Value.Entry)), limits);
        if (!manifest.IsOk) return manifest.Error;

        if (await rates.TakeNewProjectAsync(user, limits, ct) is { } busy) return busy;
        var id = await revisions.CreateFirstAsync(
            owner, request.Name, request.Slug, request.Visibility ?? Visibility.Unlisted, manifest.Value, files.Values, time.GetUtcNow(), ct);
        return id.IsOk ? await db.AnswerAsync(id.Value, user, origins, ct) : id.Error;
    }

    private static Error.Malformed? Refuse(CreateProjectRequest request)
    {
        if (Project.RefuseName(request.Name) is { } name) return Error.Field("name", name);
        if (request.Slug is { } word && Slug.Refuse(word) is { } slug) return Error.Field("slug", slug);
        return null;
    }
}

static class NewProjects
{
    /// <summary>Counts one more project of the caller; <see cref="Error.TooManyRequests"/> beyond the limit, which administrators do not have.</summary>
    public static async Task<Error?> TakeNewProjectAsync(this RateLimits rates, CurrentUser user, ProjectLimits limits, CancellationToken ct) =>
        !user.IsAdministrator && await rates.TakeAsync($"project:{user.Id:N}", limits.ProjectsPerHour, TimeSpan.FromHours(1), ct) is { } wait
            ? new Error.TooManyRequests(wait)
            : null;

    /// <summary>Makes a project with its first revision. A slug that was not asked for gives way where the owner has it already.</summary>
    public static async Task<Result<ProjectId>> CreateFirstAsync(
        this RevisionWriter revisions, Guid owner, string name, string? slug, Visibility visibility, Manifest manifest,
        IReadOnlyCollection<NewFile> files, DateTimeOffset now, CancellationToken ct, Project? remixOf = null, int? remixOfRevision = null)
    {
        var project = Project.Create(owner, name, slug, visibility, now);
        if (remixOf is not null) project.RecordRemix(remixOf.Id, remixOfRevision!.Value);
        var created = await revisions.CreateAsync(project, manifest, files, owner, now, ct);
        if (created.Error is Error.Conflict && slug is null)
        {
            project.MakeSlugUnique();
            created = await revisions.CreateAsync(project, manifest, files, owner, now, ct);
        }
        return created.IsOk ? project.Id : created.Error;
    }
}
