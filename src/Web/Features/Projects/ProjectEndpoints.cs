using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>The addresses of projects.</summary>
static class ProjectEndpoints
{
    // What a body is said to be is looked at by who reads it: an upload's own word on its type counts for nothing.
    private const string AnyType = "*/*";

    public static void MapProjects(this RouteGroupBuilder api)
    {
        var projects = api.MapGroup("/projects").WithTags("Projects");

        projects.MapGet("", async (string? owner, string? q, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, cursor);
            return page.IsOk ? (await hub.Send(new ListProjects(owner, q, page.Value), ct)).ToHttp() : Problems.Of(page.Error);
        }).Produces<Page<ProjectSummary>>().WithSummary("Public projects and the caller's own.");

        projects.MapPost("", async (CreateProjectRequest request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new CreateProject(request), ct)).ToHttp(Created))
            .RequireAuthorization().WithMetadata(new RequestSizeLimitAttribute(BodyLimits.ProjectJson))
            .Produces<ProjectSummary>(StatusCodes.Status201Created).WithSummary("Makes a project.");

        projects.MapPost("/import", ImportUpload.HandleAsync)
            .RequireAuthorization().Produces<ProjectSummary>(StatusCodes.Status201Created)
            .Accepts<byte[]>(AnyType).WithSummary("Makes a project out of a zip archive.");

        projects.MapGet("/{id}", async (ProjectId id, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new GetProject(id), ct)).ToHttp(project => Tagged(response, project.Tag, project.Project)))
            .Produces<ProjectSummary>().WithSummary("A project.");

        projects.MapPatch("/{id}", (ProjectId id, ChangeProjectRequest change, HttpRequest request, HttpResponse response, IMediator hub, CancellationToken ct) =>
            request.WithConditionAsync(async condition =>
                (await hub.Send(new ChangeProject(id, change, condition), ct)).ToHttp(project => Tagged(response, project.Tag, project.Project))))
            .RequireAuthorization().TakesIfMatch(isRequired: false).Produces<ProjectSummary>().WithSummary("Changes name, address, visibility, release and switches.");

        projects.MapDelete("/{id}", (ProjectId id, HttpRequest request, IMediator hub, CancellationToken ct) =>
            request.WithConditionAsync(async condition => (await hub.Send(new DeleteProject(id, condition), ct)).ToHttp()))
            .RequireAuthorization().TakesIfMatch(isRequired: false).Produces(StatusCodes.Status204NoContent).WithSummary("Deletes a project; it can be restored for 30 days.");

        projects.MapPost("/{id}/undelete", async (ProjectId id, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new UndeleteProject(id), ct)).ToHttp(project => Results.Ok(project.Project)))
            .RequireAuthorization().Produces<ProjectSummary>().WithSummary("Brings a deleted project back.");

        projects.MapPost("/{id}/publish", async (ProjectId id, PublishProjectRequest? publish, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new PublishProject(id, publish?.Revision), ct)).ToHttp(project => Results.Ok(project.Project)))
            .RequireAuthorization().Produces<ProjectSummary>().WithSummary("Shows a revision to others: the newest, or the one that is named.");

        projects.MapGet("/{id}/locks", async (ProjectId id, bool? draft, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new ReadProjectLocks(id, draft ?? false), ct)).ToHttp())
            .Produces<ProjectLocks>().WithSummary("The exact package files that the pages load; with draft=true, what the newest revision would get.");

        projects.MapDelete("/{id}/publish", async (ProjectId id, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new UnpublishProject(id), ct)).ToHttp(project => Results.Ok(project.Project)))
            .RequireAuthorization().Produces<ProjectSummary>().WithSummary("Takes the publication back.");

        projects.MapPost("/{id}/remix", async (ProjectId id, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new RemixProject(id), ct)).ToHttp(Created))
            .RequireAuthorization().Produces<ProjectSummary>(StatusCodes.Status201Created).WithSummary("Makes a project of the caller's own out of another.");

        projects.MapPost("/{id}/grants", async (ProjectId id, bool? replace, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new CreateGrant(id, replace ?? false), ct)).ToHttp())
            .RequireAuthorization().Produces<GrantedAddress>().WithSummary("The caller's own address of the draft.");

        projects.MapGet("/{id}/archive", async (
            ProjectId id, HttpResponse response, ArchiveStore archives, ArchiveLimits rates, BlobReader blobs, IMediator hub, CancellationToken ct) =>
        {
            var archive = await hub.Send(new GetArchive(id), ct);
            if (!archive.IsOk) return Problems.Of(archive.Error);
            if (!archives.Has(archive.Value) && await rates.TakeAsync(ct) is { } tooMany) return Problems.Of(tooMany);
            return (await archives.OpenAsync(archive.Value, blobs, ct)).ToHttp(file =>
            {
                UserBytes.Mark(response, archive.Value.FileName);
                return Results.Stream(file, response.ContentType);
            });
        }).Produces<byte[]>(contentType: "application/octet-stream").WithSummary("All files as a zip archive that imports again.");

        projects.MapPost("/{id}/trials", FileUploads.TryAsync)
            .Produces<StartedTrial>(StatusCodes.Status201Created).Accepts<byte[]>(AnyType)
            .WithSummary("Runs a revision with changes over it for a while, without saving them.");

        api.MapGroup("/trials").WithTags("Projects").MapPut("/{id}", FileUploads.TryAgainAsync)
            .Produces<StartedTrial>().Accepts<byte[]>(AnyType).WithSummary("Puts other changes into a trial, under the same address.");

        projects.MapProjectFiles();
        projects.MapProjectMembers();
    }

    private static void MapProjectFiles(this RouteGroupBuilder projects)
    {
        projects.MapGet("/{id}/files", async (ProjectId id, int? revision, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new ListFiles(id, revision), ct)).ToHttp(files => Tagged(response, SeenRevisions.TagOf(files.Revision), files)))
            .Produces<ProjectFileList>().WithSummary("The files of the newest revision that the caller may see, or of the one that is named.");

        projects.MapPost("/{id}/files", FileUploads.SaveManyAsync)
            .RequireAuthorization().TakesIfMatch(isRequired: true).Produces<SavedRevision>().Accepts<byte[]>(AnyType)
            .WithSummary("Writes and deletes many files as one revision.");

        projects.MapGet("/{id}/files/{**path}", async (ProjectId id, string path, int? revision, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new ReadFile(id, Unescaped(path), revision), ct)).ToHttp(file =>
            {
                UserBytes.Mark(response, Path.GetFileName(file.Path.Value));
                response.Headers.ETag = $"\"{SeenRevisions.TagOf(file.Revision)}\"";
                return Results.Bytes(file.Content, response.ContentType);
            })).Produces<byte[]>(contentType: "application/octet-stream").WithSummary("The bytes of a file.");

        projects.MapPut("/{id}/files/{**path}", FileUploads.SaveOneAsync)
            .RequireAuthorization().TakesIfMatch(isRequired: true).Produces<SavedRevision>().Accepts<byte[]>(AnyType).WithSummary("Writes a file.");

        projects.MapDelete("/{id}/files/{**path}", FileUploads.DeleteOneAsync)
            .RequireAuthorization().TakesIfMatch(isRequired: true).Produces<SavedRevision>().WithSummary("Deletes a file.");

        projects.MapGet("/{id}/revisions", async (ProjectId id, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new ListRevisions(id, limit, cursor), ct)).ToHttp())
            .Produces<Page<RevisionSummary>>().WithSummary("The project's history, newest first.");

        projects.MapPatch("/{id}/revisions/{number:int}", async (ProjectId id, int number, NameRevisionRequest request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new NameRevision(id, number, request), ct)).ToHttp())
            .RequireAuthorization().Produces<RevisionSummary>().WithSummary("Names a revision, which keeps it for good.");

        projects.MapPost("/{id}/revisions/{number:int}/restore", (ProjectId id, int number, HttpRequest request, IMediator hub, CancellationToken ct) =>
            request.WithConditionAsync(async condition => (await hub.Send(new RestoreRevision(id, number, condition), ct)).ToHttp()))
            .RequireAuthorization().TakesIfMatch(isRequired: false).Produces<SavedRevision>().WithSummary("Makes an old revision the newest again.");
    }

    private static void MapProjectMembers(this RouteGroupBuilder projects)
    {
        projects.MapGet("/{id}/members", async (ProjectId id, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new ListMembers(id), ct)).ToHttp())
            .RequireAuthorization().Produces<Page<MemberSummary>>().WithSummary("Who works on the project.");

        projects.MapPut("/{id}/members/{userName}", async (ProjectId id, string userName, PutMemberRequest request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new PutMember(id, userName, request), ct)).ToHttp())
            .RequireAuthorization().Produces<MemberSummary>().WithSummary("Lets somebody work on the project.");

        projects.MapDelete("/{id}/members/{userName}", async (ProjectId id, string userName, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new RemoveMember(id, userName), ct)).ToHttp())
            .RequireAuthorization().Produces(StatusCodes.Status204NoContent).WithSummary("Takes somebody off the project, or leaves it.");

        projects.MapPost("/{id}/transfer", async (ProjectId id, TransferProjectRequest request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new TransferProject(id, request), ct)).ToHttp(project => Results.Ok(project.Project)))
            .RequireAuthorization().Produces<ProjectSummary>().WithSummary("Offers the project to another user, who accepts it or not.");
    }

    /// <summary>Maps what is offered to the caller.</summary>
    public static void MapOffers(this RouteGroupBuilder api)
    {
        var offers = api.MapGroup("/me/offers").WithTags("Projects").RequireAuthorization();

        offers.MapGet("", async (IMediator hub, CancellationToken ct) => (await hub.Send(new ListOffers(), ct)).ToHttp())
            .Produces<Page<OfferSummary>>().WithSummary("Projects that others want to hand over to the caller.");

        offers.MapPost("/{id}", async (ProjectId id, IMediator hub, CancellationToken ct) => (await hub.Send(new AnswerTransfer(id, Accepts: true), ct)).ToHttp())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Accepts an offered project.");

        offers.MapDelete("/{id}", async (ProjectId id, IMediator hub, CancellationToken ct) => (await hub.Send(new AnswerTransfer(id, Accepts: false), ct)).ToHttp())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Declines an offered project.");
    }

    /// <summary>Routing leaves an escaped slash in a path as it is.</summary>
    internal static string Unescaped(string path) => path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    internal static IResult Created(TaggedProject project) => Results.Created($"/api/v1/projects/{project.Project.Id}", project.Project);

    private static IResult Tagged<T>(HttpResponse response, string tag, T value)
    {
        response.Headers.ETag = $"\"{tag}\"";
        response.Headers.CacheControl = "private, no-cache";
        return Results.Ok(value);
    }
}

static class Conditions
{
    /// <summary>Reads <c>If-Match</c> and goes on with it; a malformed one is answered with 400.</summary>
    public static async Task<IResult> WithConditionAsync(this HttpRequest request, Func<IfMatch, Task<IResult>> next)
    {
        var condition = IfMatch.Read(request);
        return condition.IsOk ? await next(condition.Value) : Problems.Of(condition.Error);
    }
}
