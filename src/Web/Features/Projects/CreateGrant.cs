using MediatR;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>An address under which the caller sees the draft, until it lapses.</summary>
public sealed record GrantedAddress(string Url, DateTimeOffset ExpiresAt);

/// <summary>Gives the caller their address of a draft: the same as before, unless it is to be replaced.</summary>
sealed record CreateGrant(ProjectId Id, bool Replace = false) : IRequest<Result<GrantedAddress>>;

sealed class CreateGrantHandler(HubDb db, CurrentUser user, Origins origins, TimeProvider time) : IRequestHandler<CreateGrant, Result<GrantedAddress>>
{
    public async Task<Result<GrantedAddress>> Handle(CreateGrant command, CancellationToken ct)
    {
        if (user.Id is not { } viewer) return new Error.Unauthenticated();
        if (!await db.Projects.EditableBy(user).AnyAsync(p => p.Id == command.Id, ct)) return await db.RefusalAsync(command.Id, user, ct);
        var now = time.GetUtcNow();
        var grant = await FindAsync(command.Id, viewer, ct);
        if (grant is not null && command.Replace)
        {
            db.Remove(grant);
            await db.SaveChangesAsync(ct);
            grant = null;
        }
        if (grant is null)
        {
            grant = ContentGrant.ForViewer(command.Id, viewer, now);
            db.Add(grant);
        }
        grant.Renew(now);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // Two tabs asked at once; the other's grant is as good.
            db.ChangeTracker.Clear();
            grant = (await FindAsync(command.Id, viewer, ct))!;
        }
        return new GrantedAddress(origins.Content(grant.Label).Of(""), grant.ExpiresAt);
    }

    private Task<ContentGrant?> FindAsync(ProjectId id, Guid viewer, CancellationToken ct) => db.ContentGrants
        .SingleOrDefaultAsync(grant => grant.ProjectId == id && grant.ViewerId == viewer && grant.Kind == ContentGrantKind.Viewer, ct);
}
