using MediatR;
using Microsoft.EntityFrameworkCore;
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
        // One statement: two tabs that ask at once get the same address.
        var fresh = ContentGrant.ForViewer(command.Id, viewer, time.GetUtcNow());
        var grant = (await db.Database.SqlQuery<GrantRow>(
            $"""
            INSERT INTO content_grants (label, project_id, viewer_id, kind, expires_at)
            VALUES ({fresh.Label}, {command.Id.Value}, {viewer}, 'Viewer', {fresh.ExpiresAt.ToUniversalTime()})
            ON CONFLICT (project_id, viewer_id) WHERE kind = 'Viewer' DO UPDATE
            SET label = CASE WHEN {command.Replace} THEN excluded.label ELSE content_grants.label END, expires_at = excluded.expires_at
            RETURNING label AS "Label", expires_at AS "ExpiresAt"
            """).ToListAsync(ct))[0];
        return new GrantedAddress(origins.Content(grant.Label).Of(""), grant.ExpiresAt);
    }

    private sealed record GrantRow(string Label, DateTimeOffset ExpiresAt);
}
