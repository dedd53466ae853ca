using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

[Authorize(SignedIn.Policy)]
sealed class AccountModel(IMediator hub, CurrentUser caller) : HubPage
{
    public string UserName => caller.UserName!;

    public bool IsAdministrator => caller.IsAdministrator;

    public string Name { get; private set; } = "";

    /// <summary>The token that this request made: its secret stands on this one answer.</summary>
    public NewToken? Made { get; private set; }

    /// <summary>What was done a moment ago: a word of the address.</summary>
    public string? DoneWord { get; private set; }

    public AccountSummary Account { get; private set; } = null!;

    public IReadOnlyList<OfferSummary> Offers { get; private set; } = [];

    public Page<TokenSummary> Tokens { get; private set; } = new([], null);

    public async Task<IActionResult> OnGetAsync(string? cursor, string? done, CancellationToken ct)
    {
        DoneWord = done;
        return await ReadAsync(cursor, ct) is { } error ? Fail(error) : Page();
    }

    public async Task<IActionResult> OnPostAsync(string? name, string? tokenPassword, CancellationToken ct)
    {
        var made = await hub.Send(new CreateToken(name ?? "", Password: tokenPassword, PasswordField: "tokenPassword"), ct);
        Made = made.Value;
        if (made.IsOk) return await ReadAsync(null, ct) is { } error ? Fail(error) : Page();
        Name = name ?? "";
        return await ShowAsync("name", made.Error, ct);
    }

    public async Task<IActionResult> OnPostRevokeAsync(string? id, CancellationToken ct)
    {
        var revoked = await hub.Send(new RevokeToken(id ?? ""), ct);
        return revoked.IsOk ? LocalRedirect("/account") : Fail(revoked.Error);
    }

    public async Task<IActionResult> OnPostPasswordAsync(string? current, string? newPassword, bool endsOtherWays, CancellationToken ct)
    {
        var done = await hub.Send(new ChangePassword(current, newPassword ?? "", endsOtherWays), ct);
        return done.IsOk ? LocalRedirect(endsOtherWays ? "/account?done=keys" : "/account?done=password") : await ShowAsync("newPassword", done.Error, ct);
    }

    public async Task<IActionResult> OnPostEmailAsync(string? email, string? emailPassword, CancellationToken ct)
    {
        var done = await hub.Send(new ChangeEmail(email, emailPassword), ct);
        return done.IsOk ? LocalRedirect("/account?done=email") : await ShowAsync("email", done.Error, ct);
    }

    public async Task<IActionResult> OnPostPasskeyOptionsAsync(string? passkeyPassword, CancellationToken ct)
    {
        var options = await hub.Send(new BeginPasskey(passkeyPassword), ct);
        return options.IsOk ? Content(options.Value, "application/json") : Fail(options.Error);
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, string? passkeyName, string? passkeyPassword, CancellationToken ct)
    {
        var done = await hub.Send(new AddPasskey(credential ?? "", passkeyName ?? "", passkeyPassword), ct);
        return done.IsOk ? LocalRedirect("/account?done=passkey#passkeys") : await ShowAsync("passkeyName", done.Error, ct);
    }

    public async Task<IActionResult> OnPostRenamePasskeyAsync(string? id, string? passkeyName, CancellationToken ct)
    {
        var done = await hub.Send(new RenamePasskey(id ?? "", passkeyName ?? ""), ct);
        return done.IsOk ? LocalRedirect("/account#passkeys") : await ShowAsync("passkeyName", done.Error, ct);
    }

    public async Task<IActionResult> OnPostRemovePasskeyAsync(string? id, CancellationToken ct)
    {
        var done = await hub.Send(new RemovePasskey(id ?? ""), ct);
        return done.IsOk ? LocalRedirect("/account#passkeys") : await ShowAsync("passkeyName", done.Error, ct);
    }

    public async Task<IActionResult> OnPostEndSessionAsync(Guid id, CancellationToken ct)
    {
        var done = await hub.Send(new EndSession(id), ct);
        return done.IsOk ? LocalRedirect("/account#sessions") : Fail(done.Error);
    }

    public async Task<IActionResult> OnPostEndOthersAsync(CancellationToken ct)
    {
        var done = await hub.Send(new EndOtherSessions(), ct);
        return done.IsOk ? LocalRedirect("/account#sessions") : Fail(done.Error);
    }

    public async Task<IActionResult> OnPostOfferAsync(Guid project, bool accept, CancellationToken ct)
    {
        var done = await hub.Send(new AnswerTransfer(new ProjectId(project), accept), ct);
        return done.IsOk ? LocalRedirect("/account") : Fail(done.Error);
    }

    /// <summary>Everything that is kept of the caller. A POST: making it costs, and no picture on another page must start it.</summary>
    public async Task<IActionResult> OnPostDownloadAsync(CancellationToken ct)
    {
        var made = await hub.Send(new ExportAccount(), ct);
        if (!made.IsOk) return Fail(made.Error);
        UserBytes.Mark(Response, $"{UserName}.zip");
        Response.RegisterForDispose(made.Value.Slot);
        return File(made.Value.Content, Response.ContentType!);
    }

    private async Task<IActionResult> ShowAsync(string field, Error error, CancellationToken ct)
    {
        if (error is Error.Unauthenticated or Error.NotFound) return Fail(error);
        ShowBeside(field, error);
        return await ReadAsync(null, ct) is { } failure ? Fail(failure) : PageWith(error);
    }

    private async Task<Error?> ReadAsync(string? cursor, CancellationToken ct)
    {
        var page = PageRequest.Read(null, cursor);
        if (!page.IsOk) return page.Error;
        var account = await hub.Send(new GetAccount(), ct);
        if (!account.IsOk) return account.Error;
        Account = account.Value;
        var offers = await hub.Send(new ListOffers(), ct);
        if (!offers.IsOk) return offers.Error;
        Offers = offers.Value.Items;
        var tokens = await hub.Send(new ListTokens(page.Value), ct);
        if (tokens.IsOk) Tokens = tokens.Value;
        return tokens.Error;
    }
}
