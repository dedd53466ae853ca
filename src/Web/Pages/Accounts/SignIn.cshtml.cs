using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

sealed class SignInModel(IMediator hub, HubSettings settings, CurrentUser caller) : HubPage
{
    /// <summary>The page that a window ends on which was opened to sign in alone.</summary>
    public const string DonePath = "/signed-in";

    public string UserName { get; private set; } = "";

    public bool Stays { get; private set; }

    /// <summary>Where to go afterwards: a path of this hub, whatever the address said.</summary>
    public string ReturnUrl { get; private set; } = "/";

    /// <summary>How long to wait after too many wrong tries, in minutes; null where nobody has to.</summary>
    public string? WaitMinutes { get; private set; }

    public bool CanRegister { get; private set; }

    /// <summary>Whether it is to remix what stands at <see cref="ReturnUrl"/>.</summary>
    public bool IsToRemix { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? returnUrl, string? close, bool toRemix, CancellationToken ct)
    {
        IsToRemix = toRemix;
        ReturnUrl = close == "1" ? DonePath : OnThisHub(returnUrl);
        if (caller.Id is not null) return LocalRedirect(ReturnUrl);
        await PrepareAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? userName, string? password, bool stays, string? returnUrl, CancellationToken ct)
    {
        (UserName, Stays, ReturnUrl) = (userName ?? "", stays, OnThisHub(returnUrl));
        return await AnswerAsync(await hub.Send(new SignIn(UserName, password ?? "", stays), ct), ct);
    }

    public async Task<IActionResult> OnPostPasskeyOptionsAsync(CancellationToken ct)
    {
        var options = await hub.Send(new BeginPasskeySignIn(), ct);
        return options.IsOk ? Content(options.Value, "application/json") : Fail(options.Error);
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? returnUrl, CancellationToken ct)
    {
        // A passkey lives on the person's own device, and so may the session.
        (Stays, ReturnUrl) = (true, OnThisHub(returnUrl));
        return await AnswerAsync(await hub.Send(new SignInWithPasskey(credential ?? "", Stays), ct), ct);
    }

    private async Task<IActionResult> AnswerAsync(Result<Done> done, CancellationToken ct)
    {
        if (done.IsOk) return LocalRedirect(ReturnUrl);
        if (done.Error is Error.TooManyRequests busy)
            WaitMinutes = Math.Ceiling(busy.RetryAfter.TotalMinutes).ToString(CultureInfo.CurrentCulture);
        ShowBeside("password", done.Error);
        await PrepareAsync(ct);
        return PageWith(done.Error);
    }

    private async Task PrepareAsync(CancellationToken ct) => CanRegister = await settings.RegistrationAsync(ct) is Registration.Open;

    // A link to the sign-in page must not lead on to somebody else's look-alike.
    private string OnThisHub(string? returnUrl) => Url.IsLocalUrl(returnUrl) ? returnUrl! : "/";
}
