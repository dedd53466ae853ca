using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class RegisterModel(IMediator hub, CurrentUser caller) : HubPage
{
    public string? Invitation { get; private set; }

    public string ReturnUrl { get; private set; } = "/";

    public string UserName { get; private set; } = "";

    public string? Email { get; private set; }

    public Welcome Welcome { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? invitation, string? returnUrl, CancellationToken ct)
    {
        (Invitation, ReturnUrl) = (invitation, OnThisHub(returnUrl));
        if (caller.Id is not null) return LocalRedirect(ReturnUrl);
        await LookAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? userName, string? password, string? email, string? invitation, string? returnUrl, CancellationToken ct)
    {
        (UserName, Email, Invitation, ReturnUrl) = (userName ?? "", email, invitation, OnThisHub(returnUrl));
        var done = await hub.Send(new Register(UserName, password ?? "", email, invitation), ct);
        if (done.IsOk) return LocalRedirect(ReturnUrl);
        if (done.Error is not Error.Malformed and not Error.Forbidden) return Fail(done.Error);
        ShowBeside("userName", done.Error);
        await LookAsync(ct);
        return PageWith(done.Error);
    }

    private async Task LookAsync(CancellationToken ct) => Welcome = (await hub.Send(new GetWelcome(Invitation), ct)).Value;

    private string OnThisHub(string? returnUrl) => Url.IsLocalUrl(returnUrl) ? returnUrl! : "/";
}
