using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class SetupModel(IMediator hub, FirstAdministrator first) : HubPage
{
    public string UserName { get; private set; } = FirstAdministrator.Name;

    public async Task<IActionResult> OnGetAsync(string secret, CancellationToken ct) =>
        await first.IsOpenAsync(secret, ct) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string secret, string? userName, string? password, string? passwordAgain, CancellationToken ct)
    {
        UserName = userName ?? "";
        if (!await first.IsOpenAsync(secret, ct)) return NotFound();
        if (password != passwordAgain) return Refuse(Error.Field("passwordAgain", "The two passwords differ."));
        var done = await hub.Send(new UseSetupLink(secret, UserName, password ?? ""), ct);
        return done.IsOk ? LocalRedirect("/") : Refuse(done.Error);
    }

    private IActionResult Refuse(Error error)
    {
        if (error is not Error.Malformed) return Fail(error);
        ShowBeside("userName", error);
        return PageWith(error);
    }
}
