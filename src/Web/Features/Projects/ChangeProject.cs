using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>What to change of a project; what is not given stays.</summary>
public sealed record ChangeProjectRequest
{
    public string? Name { get; init; }

    public string? Slug { get; init; }

    public Visibility? Visibility { get; init; }

    /// <summary>The release to pin; null takes the pin off.</summary>
    public string? RuntimeRelease
    {
        get;
        init
        {
            field = value;
            PinIsGiven = true;
        }
    }

    public OnOff? Isolation { get; init; }

    public Embedding? Embedding { get; init; }

    public OnOff? Offline { get; init; }

    public OnOff? FastStart { get; init; }

    /// <summary>Whether <see cref="RuntimeRelease"/> was sent: null means something.</summary>
    [JsonIgnore]
    public bool PinIsGiven { get; private init; }
}

sealed record ChangeProject(ProjectId Id, ChangeProjectRequest Request, IfMatch Condition) : IRequest<Result<TaggedProject>>;

sealed class ChangeProjectHandler(HubDb db, SmokeRequests smoke, CurrentUser user, RuntimeCatalog runtime, Origins origins, TimeProvider time)
    : IRequestHandler<ChangeProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(ChangeProject command, CancellationToken ct)
    {
        var project = await db.Projects.OwnedBy(user).Include(p => p.Publication).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        if (!command.Condition.Allows(ProjectSummary.TagOf(project))) return new Error.Stale(ProjectSummary.TagOf(project));

        var (request, now, oldSlug, oldPin) = (command.Request, time.GetUtcNow(), project.Slug, project.RuntimePin);
        if (request.Name is { } name && project.Rename(name, now) is { } badName) return badName;
        if (request.Visibility is { } visibility) project.ChangeVisibility(visibility, now);
        if (request.Slug is { } slug && project.ChangeSlug(slug, now) is { } badSlug) return badSlug;
        if (request.PinIsGiven)
        {
            if (request.RuntimeRelease is { } release && runtime.Releases.All(held => held.Name != release))
                return Unheld(release);
            project.PinRuntime(request.RuntimeRelease, now);
        }
        project.Switch(
            IsOn(request.Isolation), request.Embedding, IsOn(request.Offline), IsOn(request.FastStart), now);
        if (request.Visibility is Visibility.Unlisted && project.Slug != oldSlug) await db.ForgetAddressesAsync(project, ct);
        else if (project.Slug != oldSlug) await db.KeepAddressAsync(project, project.OwnerId, oldSlug, ct);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await db.SaveChangesAsync(ct);
            // Whether a candidate would change it depends on its pin: it is looked at again.
            if (request.PinIsGiven) await db.CanaryPublications.Where(row => row.ProjectId == project.Id && !row.IsSwitched).ExecuteDeleteAsync(ct);
            if (project.RuntimePin != oldPin) await RunAnewAsync(project, ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return await db.StaleAsync(project.Id, ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return new Error.Conflict("slug_taken", $"There is a project at '{project.Slug}' already. Choose another slug.");
        }
        return await db.AnswerAsync(project.Id, user, origins, ct);
    }

    // What others see is served in another release from now on: whether it starts there is not known yet.
    private async Task RunAnewAsync(Project project, CancellationToken ct)
    {
        if (project.Publication is not { } publication) return;
        var manifest = await db.Revisions.Where(r => r.ProjectId == project.Id && r.Number == publication.RevisionNumber).Select(r => r.Manifest).SingleAsync(ct);
        await smoke.PublishedAsync(project, manifest, ct);
    }

    private Error.Malformed Unheld(string release) => Error.Field(
        "runtimeRelease", $"This hub does not hold '{release}'. It holds: {string.Join(", ", runtime.Releases.Select(held => held.Name))}.");

    private static bool? IsOn(OnOff? word) => word is { } given ? given is OnOff.On : null;
}
