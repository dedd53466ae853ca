using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

[Authorize(Roles = HubRoles.Administrator)]
sealed class SmokeTestsModel(IMediator hub) : HubPage
{
    public SmokeOverview Overview { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        var overview = await hub.Send(new GetSmokeOverview(), ct);
        if (!overview.IsOk) return Fail(overview.Error);
        Overview = overview.Value;
        return Page();
    }
}
