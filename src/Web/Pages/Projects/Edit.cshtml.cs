using MediatR;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>
/// The editor's page: for those who may edit it saves to the project, for all others who may see the project it works on a copy
/// that their browser keeps. The editor itself is a script (ClientApp/src/editor); this hands over what it starts with.
/// </summary>
sealed class EditModel(IMediator hub, CurrentUser user, IAntiforgery antiforgery, ScriptJson json, ProjectLimits limits) : HubPage
{
    public FoundProject Found { get; private set; } = null!;

    public ProjectSummary Project => Found.Project;

    public string Path => $"/@{Project.Owner}/{Project.Slug}";

    /// <summary>What the script starts with, as JSON that may stand in a script element: <c>&lt;</c> is escaped in it.</summary>
    public string BootJson { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync([FromRoute(Name = "user")] string owner, string slug, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(owner, slug), ct);
        // Whoever was signed out meanwhile comes back to the same place; it is the same for what is not there.
        if (!found.IsOk && user.Id is null) return Challenge();
        if (!found.IsOk) return Fail(found.Error);
        Found = found.Value;
        if (Project.Slug != slug || Project.Owner != owner) return Redirect($"{Path}/edit{Request.QueryString}");
        var token = user.Id is null ? null : antiforgery.GetAndStoreTokens(HttpContext).RequestToken;
        var boot = new EditorBoot(Project, Found.CanEdit, Found.IsOwner, user.UserName, token, limits.FileBytes, limits.Files);
        BootJson = json.Of(boot);
        if (Project.Isolation is OnOff.On) HubHeaders.Isolate(HttpContext);
        return Page();
    }
}

/// <summary>What the editor starts with.</summary>
/// <param name="CanEdit">Whether saves go to the project; else they stay in the browser.</param>
/// <param name="Token">The antiforgery token of a signed-in person.</param>
sealed record EditorBoot(ProjectSummary Project, bool CanEdit, bool IsOwner, string? UserName, string? Token, long FileBytes, int Files);
