using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

[Authorize(SignedIn.Policy, Roles = HubRoles.Administrator)]
sealed class OverviewModel(IMediator hub) : HubPage
{
    public HubOverview Overview { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var overview = await hub.Send(new GetOverview(), ct);
        if (!overview.IsOk) return Fail(overview.Error);
        Overview = overview.Value;
        return Page();
    }
}
