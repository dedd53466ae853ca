using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>What erasing the caller's account would do.</summary>
/// <param name="Projects">How many projects would go.</param>
/// <param name="Published">How many of them others can see now.</param>
/// <param name="HandedOn">Projects that another owner keeps: name and heir.</param>
/// <param name="Unanswered">Projects that have another owner who never said yes to it: they go with the others.</param>
/// <param name="Remixes">Projects of others that were made from them, which stay.</param>
sealed record ErasurePlan(string UserName, bool HasPassword, int Projects, int Published, IReadOnlyList<InheritedProject> HandedOn, IReadOnlyList<InheritedProject> Unanswered, int Remixes, bool IsLastAdministrator);

sealed record InheritedProject(string Name, string Heir);

sealed record GetErasurePlan : IRequest<Result<ErasurePlan>>;

sealed class GetErasurePlanHandler(HubDb db, UserManager<HubUser> users, CurrentUser caller) : IRequestHandler<GetErasurePlan, Result<ErasurePlan>>
{
    public async Task<Result<ErasurePlan>> Handle(GetErasurePlan command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var last = await db.IsLastAdministratorAsync(user.Id, ct);
        var heirs = await db.HeirsAsync(user.Id, ct);
        var handedOn = heirs.Keys.ToList();
        var going = db.Projects.Where(project => project.OwnerId == user.Id && project.DeletedAt == null && !handedOn.Contains(project.Id));
        var names = await db.Projects.Where(project => handedOn.Contains(project.Id)).Select(project => new { project.Id, project.Name }).ToListAsync(ct);
        var remixes = await db.Projects.CountAsync(
            project => project.OwnerId != user.Id && project.DeletedAt == null && db.Projects.Any(parent => parent.Id == project.RemixOfId && parent.OwnerId == user.Id), ct);
        return new ErasurePlan(
            user.UserName!, user.PasswordHash is not null, await going.CountAsync(ct), await going.CountAsync(project => project.PublicationId != null, ct),
            names.ConvertAll(project => new InheritedProject(project.Name, heirs[project.Id].UserName)), await UnansweredAsync(going, ct), remixes, last);
    }

    private async Task<IReadOnlyList<InheritedProject>> UnansweredAsync(IQueryable<Project> going, CancellationToken ct) =>
        await going.SelectMany(project => project.Members.Where(member => member.Role == ProjectRole.Owner), (project, member) => new { project.Name, member.UserId })
            .Join(db.Users.Where(user => user.DisabledAt == null), row => row.UserId, user => user.Id, (row, user) => new InheritedProject(row.Name, user.UserName!))
            .Take(100).ToListAsync(ct);
}

/// <summary>
/// Erases the caller's account at once and for good. Their projects go with all revisions and publications, unless another owner
/// who agreed to be one keeps them; tokens, sessions, passkeys and memberships go; remixes by others stay and no longer name where they came from.
/// </summary>
/// <param name="UserName">The name, typed once more.</param>
sealed record EraseAccount(string UserName, string? Password) : IRequest<Result<Done>>;

sealed class EraseAccountHandler(HubDb db, UserManager<HubUser> users, SignInManager<HubUser> signIn, Proof proof, CurrentUser caller, TimeProvider time)
    : IRequestHandler<EraseAccount, Result<Done>>
{
    public async Task<Result<Done>> Handle(EraseAccount command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (command.UserName.Trim().TrimStart('@') != user.UserName) return Error.Field("userName", "This is not your user name.");
        if (await proof.AskAsync(user, command.Password, "password", ct) is { } refusal) return refusal;

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.IsLastAdministratorAsync(user.Id, ct)) return LastAdministrators.Refusal;
        await HandOnAsync(user.Id, ct);
        await DeleteProjectsAsync(user.Id, ct);
        db.Add(new RetiredName { Hash = AccessToken.HashOf(user.UserName!) });
        await db.SaveChangesAsync(ct);
        await db.Users.Where(u => u.Id == user.Id).ExecuteDeleteAsync(ct);
        await transaction.CommitAsync(ct);
        await signIn.SignOutAsync();
        return default(Done);
    }

    private async Task HandOnAsync(Guid userId, CancellationToken ct)
    {
        var heirs = await db.HeirsAsync(userId, ct);
        var ids = heirs.Keys.ToList();
        foreach (var project in await db.Projects.Where(project => ids.Contains(project.Id)).ToListAsync(ct))
        {
            var heir = heirs[project.Id].UserId;
            project.HandOver(heir, time.GetUtcNow());
            if (await db.Projects.AnyAsync(other => other.OwnerId == heir && other.Slug == project.Slug, ct)) project.MakeSlugUnique();
            await db.SaveChangesAsync(ct);
            // Whom the old owner let in, the heir has not: whoever may publish would publish under the heir's name.
            await db.ProjectMembers.Where(member => member.ProjectId == project.Id).ExecuteDeleteAsync(ct);
            await db.ContentGrants.Where(grant => grant.ProjectId == project.Id && grant.ViewerId != null && grant.ViewerId != heir).ExecuteDeleteAsync(ct);
            await db.TransferOffers.Where(offer => offer.ProjectId == project.Id).ExecuteDeleteAsync(ct);
        }
        foreach (var heir in heirs.Values.Select(one => one.UserId).Distinct())
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE users SET stored_bytes = (SELECT COALESCE(SUM(length), 0) FROM blobs WHERE hash IN (
                    SELECT rb.hash FROM revision_blobs rb JOIN projects p ON p.id = rb.project_id WHERE p.owner_id = {heir})) WHERE id = {heir}
                """, ct);
        }
    }

    // Publication and project point at each other; the pointer goes first. Revisions, grants, members and addresses go with the
    // project; bytes that nobody else's revision holds are swept within two days.
    private async Task DeleteProjectsAsync(Guid userId, CancellationToken ct)
    {
        var own = db.Projects.Where(project => project.OwnerId == userId);
        await own.ExecuteUpdateAsync(set => set.SetProperty(project => project.PublicationId, (Guid?)null), ct);
        await db.Publications.Where(publication => own.Any(project => project.Id == publication.ProjectId)).ExecuteDeleteAsync(ct);
        await own.ExecuteDeleteAsync(ct);
    }
}

/// <summary>Who keeps a project whose owner leaves.</summary>
sealed record Heir(Guid UserId, string UserName);

static class Heirs
{
    /// <summary>The projects of a user that have another owner who agreed to be one, with the first of these by name.</summary>
    public static async Task<Dictionary<ProjectId, Heir>> HeirsAsync(this HubDb db, Guid userId, CancellationToken ct)
    {
        var rows = await db.Projects.Where(project => project.OwnerId == userId && project.DeletedAt == null)
            .SelectMany(project => project.Members.Where(member => member.Role == ProjectRole.Owner && member.AcceptedRole == ProjectRole.Owner))
            .Join(db.Users.Where(user => user.DisabledAt == null), member => member.UserId, user => user.Id, (member, user) => new { member.ProjectId, user.Id, user.UserName })
            .ToListAsync(ct);
        return rows.GroupBy(row => row.ProjectId).ToDictionary(
            group => group.Key, group => group.OrderBy(row => row.UserName, StringComparer.Ordinal).Select(row => new Heir(row.Id, row.UserName!)).First());
    }
}
