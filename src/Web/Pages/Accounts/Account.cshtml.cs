using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Accounts;

[Authorize]
sealed class AccountModel(IMediator hub, CurrentUser caller) : HubPage
{
    public string UserName => caller.UserName!;

    public string Name { get; private set; } = "";

    /// <summary>The token that this request made: its secret stands on this one answer.</summary>
    public NewToken? Made { get; private set; }

    public Page<TokenSummary> Tokens { get; private set; } = new([], null);

    public async Task<IActionResult> OnGetAsync(string? cursor, CancellationToken ct) => await ReadAsync(cursor, ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostAsync(string? name, CancellationToken ct)
    {
        var made = await hub.Send(new CreateToken(name ?? ""), ct);
        if (!made.IsOk)
        {
            Name = name ?? "";
            ShowBeside("name", made.Error);
        }
        Made = made.Value;
        if (await ReadAsync(null, ct) is { } error) return Fail(error);
        return made.IsOk ? Page() : PageWith(made.Error);
    }

    public async Task<IActionResult> OnPostRevokeAsync(string? id, CancellationToken ct)
    {
        var revoked = await hub.Send(new RevokeToken(id ?? ""), ct);
        return revoked.IsOk ? LocalRedirect("/account") : Fail(revoked.Error);
    }

    private async Task<Error?> ReadAsync(string? cursor, CancellationToken ct)
    {
        var page = PageRequest.Read(null, cursor);
        if (!page.IsOk) return page.Error;
        var tokens = await hub.Send(new ListTokens(page.Value), ct);
        if (tokens.IsOk) Tokens = tokens.Value;
        return tokens.Error;
    }
}
