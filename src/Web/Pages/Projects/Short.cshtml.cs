using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>Leads from the address that is dictated in class to the project's page.</summary>
sealed class ShortModel(IMediator hub) : HubPage
{
    public async Task<IActionResult> OnGetAsync(string code, CancellationToken ct)
    {
        var found = await hub.Send(new FollowShortCode(code), ct);
        return found.IsOk ? Redirect(found.Value.Path) : Fail(found.Error);
    }
}
