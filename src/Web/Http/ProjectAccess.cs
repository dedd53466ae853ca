using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>Whose project it is, as part of the query.</summary>
static class ProjectAccess
{
    /// <summary>Projects that the caller may change: the owner's and members'.</summary>
    public static IQueryable<Project> EditableBy(this IQueryable<Project> projects, CurrentUser user)
    {
        var id = user.Id;
        return projects.Where(p => p.DeletedAt == null && id != null && (p.OwnerId == id || p.Members.Any(m => m.UserId == id)));
    }

    /// <summary>Projects that the caller has as theirs: their own, and those that they agreed to work on.</summary>
    public static IQueryable<Project> WorkedOnBy(this IQueryable<Project> projects, CurrentUser user)
    {
        var id = user.Id;
        return projects.Where(p => p.DeletedAt == null && id != null && (p.OwnerId == id || p.Members.Any(m => m.UserId == id && m.AcceptedRole != null)));
    }

    /// <summary>Projects that the caller may give away, share with others and delete.</summary>
    public static IQueryable<Project> OwnedBy(this IQueryable<Project> projects, CurrentUser user) =>
        projects.Where(p => p.DeletedAt == null).OwnedEvenIfDeletedBy(user);

    /// <summary>As <see cref="OwnedBy"/>, with those that can still be restored.</summary>
    public static IQueryable<Project> OwnedEvenIfDeletedBy(this IQueryable<Project> projects, CurrentUser user)
    {
        var id = user.Id;
        return projects.Where(p => id != null && (p.OwnerId == id || p.Members.Any(m => m.UserId == id && m.Role == ProjectRole.Owner)));
    }

    /// <summary>Projects of which the caller may see anything: their own, and what others published for all or under its address.</summary>
    public static IQueryable<Project> VisibleTo(this IQueryable<Project> projects, CurrentUser user)
    {
        var id = user.Id;
        return projects.Where(p => p.DeletedAt == null
            && ((p.PublicationId != null && p.TakenDownAt == null && p.Visibility != Visibility.Private)
                || (id != null && (p.OwnerId == id || p.Members.Any(m => m.UserId == id)))));
    }

    /// <summary>Projects of which everybody may see the publication, at least with its address.</summary>
    public static IQueryable<Project> SharedWithAll(this IQueryable<Project> projects) => projects.Where(p =>
        p.DeletedAt == null && p.PublicationId != null && p.TakenDownAt == null && p.Visibility != Visibility.Private);

    /// <summary>What stands in lists for everybody: public publications.</summary>
    public static IQueryable<Project> ListedForAll(this IQueryable<Project> projects) => projects.Where(p =>
        p.DeletedAt == null && p.PublicationId != null && p.TakenDownAt == null && p.Visibility == Visibility.Public);

    /// <summary>What stands in lists for the caller: public publications, and their own projects.</summary>
    public static IQueryable<Project> ListedFor(this IQueryable<Project> projects, CurrentUser user)
    {
        var id = user.Id;
        return projects.Where(p => p.DeletedAt == null
            && ((p.PublicationId != null && p.TakenDownAt == null && p.Visibility == Visibility.Public)
                || (id != null && (p.OwnerId == id || p.Members.Any(m => m.UserId == id)))));
    }

    /// <summary>Why a project that was not found among the caller's own cannot be changed: 403 where it may be seen, else 404.</summary>
    public static async Task<Error> RefusalAsync(this HubDb db, ProjectId id, CurrentUser user, CancellationToken ct) =>
        await db.Projects.VisibleTo(user).AnyAsync(p => p.Id == id, ct)
            ? new Error.Forbidden("You may look at this project but not do this. Remix it to have your own.")
            : new Error.NotFound("project");

    /// <summary>The project as the caller may see it, or null.</summary>
    public static async Task<SeenProject?> SeenAsync(this HubDb db, ProjectId id, CurrentUser user, CancellationToken ct) =>
        (await db.SeenAsync(db.Projects.Where(p => p.Id == id).VisibleTo(user), user, ct)).SingleOrDefault();

    /// <summary>Projects of a query with what the caller may see of each, in the query's order.</summary>
    public static async Task<List<SeenProject>> SeenAsync(this HubDb db, IQueryable<Project> projects, CurrentUser user, CancellationToken ct)
    {
        var id = user.Id;
        var rows = await projects.AsNoTracking().Include(p => p.Publication).Select(p => new
        {
            Project = p,
            Owner = db.Users.Where(u => u.Id == p.OwnerId).Select(u => u.UserName!).First(),
            Mine = id != null && p.OwnerId == id,
            Role = p.Members.Where(m => m.UserId == id).Select(m => (ProjectRole?)m.Role).FirstOrDefault(),
        }).ToListAsync(ct);
        var smoke = await SmokeVerdicts.OfAsync(db, rows.ConvertAll(row => row.Project), ct);
        return rows.ConvertAll(row => new SeenProject(row.Project, row.Owner, row.Mine ? ProjectRole.Owner : row.Role, smoke[row.Project.Id]));
    }
}

/// <summary>A project with what the caller is to it.</summary>
/// <param name="Project">The project with its publication.</param>
/// <param name="OwnerName">The owner's <c>@name</c>.</param>
/// <param name="Role">What the caller may do; null for somebody who may only look at the publication.</param>
/// <param name="Smoke">Whether it starts.</param>
sealed record SeenProject(Project Project, string OwnerName, ProjectRole? Role, SmokeVerdicts Smoke)
{
    public bool CanEdit => Role is not null;

    /// <summary>The revision that the caller sees: the head for those who edit, the published one for others.</summary>
    public int RevisionNumber => CanEdit ? Project.HeadNumber : Project.Publication!.RevisionNumber;
}
