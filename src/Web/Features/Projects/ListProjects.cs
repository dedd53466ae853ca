using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Projects;

/// <param name="Owner">An owner's <c>@name</c>.</param>
/// <param name="Words">A part of the name.</param>
/// <param name="Scope">Whose projects are looked at.</param>
sealed record ListProjects(string? Owner, string? Words, PageRequest Page, ProjectScope Scope = ProjectScope.Listed)
    : IRequest<Result<Page<ProjectSummary>>>;

/// <summary>Which projects a list is drawn from.</summary>
enum ProjectScope
{
    /// <summary>Public publications and the caller's own projects.</summary>
    Listed,

    /// <summary>Public publications, whoever asks.</summary>
    Public,

    /// <summary>The caller's own, and what they agreed to work on.</summary>
    Mine,
}

sealed class ListProjectsHandler(HubDb db, CurrentUser user, Origins origins) : IRequestHandler<ListProjects, Result<Page<ProjectSummary>>>
{
    public async Task<Result<Page<ProjectSummary>>> Handle(ListProjects command, CancellationToken ct)
    {
        var projects = command.Scope switch
        {
            ProjectScope.Mine => db.Projects.WorkedOnBy(user),
            ProjectScope.Public => db.Projects.ListedForAll(),
            _ => db.Projects.ListedFor(user),
        };
        if (command.Owner is { } owner) projects = projects.Where(p => db.Users.Any(u => u.Id == p.OwnerId && u.UserName == owner));
        if (!string.IsNullOrWhiteSpace(command.Words))
        {
            var pattern = $"%{LikePattern.Escape(command.Words.Trim())}%";
            projects = projects.Where(p => EF.Functions.ILike(p.Name, pattern, "\\"));
        }
        // What is shown to all stands in the order in which it was published: who saves a draft does not push it to the top.
        var isGallery = command.Scope is ProjectScope.Public;
        if (command.Page.After is { } after)
        {
            var (at, id) = (after.At, new Domain.Projects.ProjectId(after.Id));
            projects = isGallery
                ? projects.Where(p => EF.Functions.LessThan(ValueTuple.Create(p.Publication!.CreatedAt, p.Id), ValueTuple.Create(at, id)))
                : projects.Where(p => EF.Functions.LessThan(ValueTuple.Create(p.UpdatedAt, p.Id), ValueTuple.Create(at, id)));
        }
        var ordered = isGallery ? projects.OrderByDescending(p => p.Publication!.CreatedAt) : projects.OrderByDescending(p => p.UpdatedAt);
        var seen = await db.SeenAsync(ordered.ThenByDescending(p => p.Id).Take(command.Page.Limit + 1), user, ct);
        return command.Page.Answer(
            seen, s => (isGallery ? s.Project.Publication!.CreatedAt : s.Project.UpdatedAt, s.Project.Id.Value), s => ProjectSummary.Of(s, null, origins));
    }
}
