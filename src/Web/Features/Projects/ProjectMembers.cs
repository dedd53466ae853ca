using MediatR;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Somebody who works on a project. The first of a list is the owner whose name stands in the address.</summary>
public sealed record MemberSummary(string UserName, ProjectRole Role);

sealed record ListMembers(ProjectId Id) : IRequest<Result<Page<MemberSummary>>>;

sealed class ListMembersHandler(HubDb db, CurrentUser user) : IRequestHandler<ListMembers, Result<Page<MemberSummary>>>
{
    public async Task<Result<Page<MemberSummary>>> Handle(ListMembers command, CancellationToken ct)
    {
        var owner = await db.Projects.EditableBy(user).Where(p => p.Id == command.Id).Select(p => (Guid?)p.OwnerId).SingleOrDefaultAsync(ct);
        if (owner is null) return await db.RefusalAsync(command.Id, user, ct);
        var ownerName = await db.Users.Where(u => u.Id == owner).Select(u => u.UserName!).SingleAsync(ct);
        var others = await db.ProjectMembers.Where(m => m.ProjectId == command.Id)
            .Join(db.Users, m => m.UserId, u => u.Id, (m, u) => new MemberSummary(u.UserName!, m.Role)).ToListAsync(ct);
        return new Page<MemberSummary>([new MemberSummary(ownerName, ProjectRole.Owner), .. others.OrderBy(m => m.UserName, StringComparer.Ordinal)], null);
    }
}

/// <summary>What somebody may do from now on.</summary>
public sealed record PutMemberRequest(ProjectRole Role);

/// <summary>
/// Lets somebody work on a project from now on. It is an offer as well: it is among their own projects, and they may inherit it,
/// once they accepted (<see cref="AnswerTransfer"/>) or saved in it.
/// </summary>
sealed record PutMember(ProjectId Id, string UserName, PutMemberRequest Request) : IRequest<Result<MemberSummary>>;

sealed class PutMemberHandler(HubDb db, CurrentUser user, TimeProvider time) : IRequestHandler<PutMember, Result<MemberSummary>>
{
    public async Task<Result<MemberSummary>> Handle(PutMember command, CancellationToken ct)
    {
        var project = await db.Projects.OwnedBy(user).Include(p => p.Members).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        var added = await db.Users.Where(u => u.UserName == command.UserName).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(ct);
        if (added is not { } id) return new Error.NotFound("user");
        if (id == project.OwnerId) return new Error.Conflict("is_owner", "The project belongs to this user. Hand it over first.");
        var role = command.Request.Role;
        if (project.Members.SingleOrDefault(m => m.UserId == id) is { } member) member.Become(role);
        else db.Add(new ProjectMember(project.Id, id, role, time.GetUtcNow()));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            await db.ProjectMembers.Where(m => m.ProjectId == command.Id && m.UserId == id).ExecuteUpdateAsync(set => set.SetProperty(m => m.Role, role), ct);
        }
        return new MemberSummary(command.UserName, role);
    }
}

/// <summary>Takes somebody off a project: by an owner, or by the member who leaves.</summary>
sealed record RemoveMember(ProjectId Id, string UserName) : IRequest<Result<Done>>;

sealed class RemoveMemberHandler(HubDb db, CurrentUser user) : IRequestHandler<RemoveMember, Result<Done>>
{
    public async Task<Result<Done>> Handle(RemoveMember command, CancellationToken ct)
    {
        var leaves = command.UserName == user.UserName;
        var projects = leaves ? db.Projects.EditableBy(user) : db.Projects.OwnedBy(user);
        if (!await projects.AnyAsync(p => p.Id == command.Id, ct)) return await db.RefusalAsync(command.Id, user, ct);
        var id = db.Users.Where(u => u.UserName == command.UserName).Select(u => u.Id);
        var gone = await db.ProjectMembers.Where(m => m.ProjectId == command.Id && id.Contains(m.UserId)).ExecuteDeleteAsync(ct);
        if (gone == 0) return new Error.NotFound("member");
        // Their address of the draft ends with their membership.
        await db.ContentGrants.Where(g => g.ProjectId == command.Id && id.Contains(g.ViewerId!.Value)).ExecuteDeleteAsync(ct);
        return default(Done);
    }
}
