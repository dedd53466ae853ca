using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class ResetModel(IMediator hub, HubOptions options) : HubPage
{
    public bool CanSend => options.Smtp is not null;

    public bool IsSent { get; private set; }

    public async Task<IActionResult> OnPostAsync(string? who, CancellationToken ct)
    {
        var done = await hub.Send(new RequestReset(who ?? ""), ct);
        if (done.IsOk)
        {
            IsSent = true;
            return Page();
        }
        if (done.Error is not Error.Malformed) return Fail(done.Error);
        ShowBeside("who", done.Error);
        return PageWith(done.Error);
    }
}
