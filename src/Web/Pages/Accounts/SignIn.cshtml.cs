using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class SignInModel(IMediator hub, CurrentUser caller) : HubPage
{
    /// <summary>The longest password that is taken, in characters.</summary>
    public const int PasswordLength = 200;

    public string UserName { get; private set; } = "";

    public bool Stays { get; private set; }

    /// <summary>Where to go afterwards: a path of this hub, whatever the address said.</summary>
    public string ReturnUrl { get; private set; } = "/";

    public IActionResult OnGet(string? returnUrl)
    {
        ReturnUrl = OnThisHub(returnUrl);
        return caller.Id is null ? Page() : LocalRedirect(ReturnUrl);
    }

    public async Task<IActionResult> OnPostAsync(string? userName, string? password, bool stays, string? returnUrl, CancellationToken ct)
    {
        (UserName, Stays, ReturnUrl) = (userName ?? "", stays, OnThisHub(returnUrl));
        var done = await hub.Send(new SignIn(UserName, password ?? "", stays, HttpContext.Connection.RemoteIpAddress), ct);
        if (done.IsOk) return LocalRedirect(ReturnUrl);
        if (done.Error is Domain.Outcomes.Error.TooManyRequests) return Fail(done.Error);
        ShowBeside("password", done.Error);
        return PageWith(done.Error);
    }

    // A link to the sign-in page must not lead on to somebody else's look-alike.
    private string OnThisHub(string? returnUrl) => Url.IsLocalUrl(returnUrl) ? returnUrl! : "/";
}
