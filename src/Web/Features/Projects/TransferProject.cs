using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>Who is to get the project.</summary>
public sealed record TransferProjectRequest(string UserName);

/// <summary>Offers a project to another owner, who has to accept it: nobody's storage is filled and no name is put to anything unasked.</summary>
sealed record TransferProject(ProjectId Id, TransferProjectRequest Request) : IRequest<Result<TaggedProject>>;

sealed class TransferProjectHandler(HubDb db, CurrentUser user, Origins origins, TimeProvider time)
    : IRequestHandler<TransferProject, Result<TaggedProject>>
{
    public async Task<Result<TaggedProject>> Handle(TransferProject command, CancellationToken ct)
    {
        var project = await db.Projects.AsNoTracking().OwnedBy(user).SingleOrDefaultAsync(p => p.Id == command.Id, ct);
        if (project is null) return await db.RefusalAsync(command.Id, user, ct);
        var name = command.Request.UserName;
        var heir = await db.Users.Where(u => u.UserName == name && u.DisabledAt == null).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(ct);
        if (heir is not { } id) return Error.Field("userName", $"There is no user '{name}'.");
        if (id == project.OwnerId)
        {
            // Offered back to whom it belongs: the offer that there may be is withdrawn.
            await db.TransferOffers.Where(offer => offer.ProjectId == project.Id).ExecuteDeleteAsync(ct);
            return await db.AnswerAsync(project.Id, user, origins, ct);
        }
        var (now, from) = (time.GetUtcNow(), user.Id!.Value);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO transfer_offers (project_id, heir_id, offered_by_id, offered_at) VALUES ({project.Id.Value}, {id}, {from}, {now})
            ON CONFLICT (project_id) DO UPDATE SET heir_id = excluded.heir_id, offered_by_id = excluded.offered_by_id, offered_at = excluded.offered_at
            """, ct);
        return await db.AnswerAsync(project.Id, user, origins, ct);
    }
}

/// <summary>What is offered to somebody.</summary>
public enum OfferKind
{
    /// <summary>The project itself: it stands under their name and counts for their storage.</summary>
    HandOver,

    /// <summary>To be one of its owners, who may inherit it.</summary>
    Owner,

    /// <summary>To be one of its editors.</summary>
    Editor,
}

/// <summary>A project that the caller may have, or work on.</summary>
/// <param name="From">The user name of who offers it; of its owner where it is a membership.</param>
public sealed record OfferSummary(string ProjectId, string Name, string From, DateTimeOffset OfferedAt, OfferKind Kind);

/// <summary>The projects that are offered to the caller, newest first, and then those that they were named a member of.</summary>
sealed record ListOffers : IRequest<Result<Page<OfferSummary>>>;

sealed class ListOffersHandler(HubDb db, CurrentUser user) : IRequestHandler<ListOffers, Result<Page<OfferSummary>>>
{
    private const int Most = 100;

    public async Task<Result<Page<OfferSummary>>> Handle(ListOffers command, CancellationToken ct)
    {
        var heir = user.Id;
        var rows = await db.TransferOffers.Where(offer => offer.HeirId == heir)
            .Join(db.Projects.Where(p => p.DeletedAt == null), offer => offer.ProjectId, p => p.Id, (offer, p) => new { Offer = offer, p.Id, p.Name })
            .Join(db.Users, row => row.Offer.OfferedById, u => u.Id, (row, u) => new { row.Id, row.Name, From = u.UserName, row.Offer.OfferedAt })
            .OrderByDescending(row => row.OfferedAt).Take(Most).ToListAsync(ct);
        var offers = rows.ConvertAll(row => new OfferSummary(row.Id.ToString(), row.Name, row.From!, row.OfferedAt, OfferKind.HandOver));
        var taken = rows.ConvertAll(row => row.Id);
        // A promotion alone is not asked about: who agreed to edit has the project among their own already.
        var memberships = await db.ProjectMembers.Where(m => m.UserId == heir && m.AcceptedRole == null && !taken.Contains(m.ProjectId))
            .Join(db.Projects.Where(p => p.DeletedAt == null), m => m.ProjectId, p => p.Id, (m, p) => new { Member = m, p.Id, p.Name, p.OwnerId })
            .Join(db.Users, row => row.OwnerId, u => u.Id, (row, u) => new { row.Id, row.Name, From = u.UserName, row.Member.AddedAt, row.Member.Role })
            .OrderByDescending(row => row.AddedAt).Take(Most - offers.Count).ToListAsync(ct);
        offers.AddRange(memberships.Select(row => new OfferSummary(
            row.Id.ToString(), row.Name, row.From!, row.AddedAt, row.Role is ProjectRole.Owner ? OfferKind.Owner : OfferKind.Editor)));
        return new Page<OfferSummary>(offers, null);
    }
}

/// <summary>
/// Takes an offered project, or says no to it. The old owner stays on as editor; the old address leads on. Where no project is
/// offered, it is the caller's own membership that they agree to, or leave.
/// </summary>
sealed record AnswerTransfer(ProjectId Id, bool Accepts) : IRequest<Result<Done>>;

sealed class AnswerTransferHandler(HubDb db, CurrentUser user, TimeProvider time) : IRequestHandler<AnswerTransfer, Result<Done>>
{
    public async Task<Result<Done>> Handle(AnswerTransfer command, CancellationToken ct)
    {
        if (user.Id is not { } heir) return new Error.Unauthenticated();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var from = await db.TransferOffers.Where(offer => offer.ProjectId == command.Id && offer.HeirId == heir).Select(offer => offer.OfferedById).SingleOrDefaultAsync(ct);
        // Used up first: an offer that is taken back or accepted twice at this moment is one of the two.
        var gone = await db.TransferOffers.Where(offer => offer.ProjectId == command.Id && offer.HeirId == heir).ExecuteDeleteAsync(ct);
        if (gone == 0)
        {
            if (await AnswerMembershipAsync(command, heir, ct) == 0) return new Error.NotFound("offer");
        }
        else if (command.Accepts && await HandOverAsync(command.Id, from, heir, ct) is { } error)
        {
            return error;
        }
        await transaction.CommitAsync(ct);
        return default(Done);
    }

    private async Task<int> AnswerMembershipAsync(AnswerTransfer command, Guid member, CancellationToken ct)
    {
        var own = db.ProjectMembers.Where(m => m.ProjectId == command.Id && m.UserId == member && (m.AcceptedRole == null || m.AcceptedRole != m.Role));
        if (command.Accepts) return await own.ExecuteUpdateAsync(set => set.SetProperty(m => m.AcceptedRole, m => m.Role), ct);
        var left = await own.Where(m => m.AcceptedRole == null).ExecuteDeleteAsync(ct);
        if (left > 0) await db.ContentGrants.Where(g => g.ProjectId == command.Id && g.ViewerId == member).ExecuteDeleteAsync(ct);
        return left;
    }

    private async Task<Error?> HandOverAsync(ProjectId id, Guid from, Guid heir, CancellationToken ct)
    {
        var project = await db.Projects.Include(p => p.Members).SingleOrDefaultAsync(p => p.Id == id && p.DeletedAt == null, ct);
        // Who offered it may not be its owner any more.
        if (project is null || (project.OwnerId != from && !project.Members.Any(m => m.UserId == from && m.Role == ProjectRole.Owner))) return new Error.NotFound("offer");
        var (oldOwner, oldSlug) = (project.OwnerId, project.Slug);
        if (oldOwner == heir) return null;
        project.HandOver(heir, time.GetUtcNow());
        if (await db.Projects.AnyAsync(p => p.OwnerId == heir && p.Slug == oldSlug, ct)) project.MakeSlugUnique();
        if (project.Members.SingleOrDefault(m => m.UserId == heir) is { } member) db.Remove(member);
        var editor = new ProjectMember(project.Id, oldOwner, ProjectRole.Editor, time.GetUtcNow());
        editor.Accept();
        db.Add(editor);
        await db.KeepAddressAsync(project, oldOwner, oldSlug, ct);
        if (await db.SaveOrStaleAsync(project, ct) is { } stale) return stale;
        // The storage is the heir's from now on. A full account is not refused a gift; it can save no more until it has room.
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE users SET stored_bytes = (SELECT COALESCE(SUM(length), 0) FROM blobs WHERE hash IN (
                SELECT rb.hash FROM revision_blobs rb JOIN projects p ON p.id = rb.project_id WHERE p.owner_id = {heir})) WHERE id = {heir}
            """, ct);
        return null;
    }
}
