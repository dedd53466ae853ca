using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class NewPasswordModel(IMediator hub, ResetLinks links) : HubPage
{
    /// <summary>Whose password it is; null where the address is used up or too old.</summary>
    public string? UserName { get; private set; }

    public async Task<IActionResult> OnGetAsync(string secret, CancellationToken ct)
    {
        UserName = (await links.FindAsync(secret, ct))?.UserName;
        if (UserName is null) Response.StatusCode = StatusCodes.Status404NotFound;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string secret, string? password, CancellationToken ct)
    {
        var done = await hub.Send(new UseResetLink(secret, password ?? ""), ct);
        if (done.IsOk) return LocalRedirect("/sign-in");
        if (done.Error is Error.Malformed) ShowBeside("password", done.Error);
        UserName = (await links.FindAsync(secret, ct))?.UserName;
        return PageWith(done.Error);
    }
}
