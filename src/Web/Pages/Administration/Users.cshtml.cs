using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

[Authorize(SignedIn.Policy, Roles = HubRoles.Administrator)]
sealed class UsersModel(IMediator hub) : HubPage
{
    public string? Words { get; private set; }

    public Page<UserSummary> Found { get; private set; } = new([], null);

    public string UserName { get; private set; } = "";

    /// <summary>The address by which the new account's owner sets a password: it stands on this one answer.</summary>
    public Uri? Made { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? q, string? cursor, CancellationToken ct) => await ReadAsync(q, cursor, ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostAsync(string? userName, bool administrator, CancellationToken ct)
    {
        UserName = (userName ?? "").Trim();
        var made = await hub.Send(new InviteUser(UserName, administrator), ct);
        Made = made.Value;
        if (!made.IsOk) ShowBeside("userName", made.Error);
        if (await ReadAsync(null, null, ct) is { } error) return Fail(error);
        return made.IsOk ? Page() : PageWith(made.Error);
    }

    private async Task<Error?> ReadAsync(string? words, string? cursor, CancellationToken ct)
    {
        Words = words;
        var page = PageRequest.Read(null, cursor);
        if (!page.IsOk) return page.Error;
        var found = await hub.Send(new ListUsers(words, page.Value), ct);
        if (found.IsOk) Found = found.Value;
        return found.Error;
    }
}
