using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>The projects of one person, as far as the caller may see them.</summary>
sealed class OfModel(IMediator hub, CurrentUser caller) : HubPage
{
    public string Owner { get; private set; } = "";

    public bool IsCaller { get; private set; }

    public Page<ProjectSummary> Projects { get; private set; } = new([], null);

    public async Task<IActionResult> OnGetAsync(string user, string? cursor, CancellationToken ct)
    {
        (Owner, IsCaller) = (user, user == caller.UserName);
        var place = PageRequest.Read("24", cursor);
        if (!place.IsOk) return Fail(place.Error);
        var projects = await hub.Send(new ListProjects(user, null, place.Value), ct);
        if (!projects.IsOk) return Fail(projects.Error);
        Projects = projects.Value;
        // Somebody who shows nothing looks like nobody.
        return Projects.Items.Count > 0 || IsCaller ? Page() : Fail(new Error.NotFound("user"));
    }
}
