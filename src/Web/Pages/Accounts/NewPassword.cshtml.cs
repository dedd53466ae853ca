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

    /// <summary>Whether tokens and passkeys end with the password so far.</summary>
    public bool EndsKeys { get; private set; }

    public async Task<IActionResult> OnGetAsync(string secret, CancellationToken ct)
    {
        await ReadAsync(secret, ct);
        if (UserName is null) Response.StatusCode = StatusCodes.Status404NotFound;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string secret, string? password, CancellationToken ct)
    {
        var done = await hub.Send(new UseResetLink(secret, password ?? ""), ct);
        if (done.IsOk) return LocalRedirect("/sign-in");
        if (done.Error is Error.Malformed) ShowBeside("password", done.Error);
        await ReadAsync(secret, ct);
        return PageWith(done.Error);
    }

    private async Task ReadAsync(string secret, CancellationToken ct)
    {
        if (await links.FindAsync(secret, ct) is not { } user) return;
        (UserName, EndsKeys) = (user.UserName, await links.HasSignedInAsync(user, ct));
    }
}
