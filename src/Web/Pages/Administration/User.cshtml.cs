using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

[Authorize(SignedIn.Policy, Roles = HubRoles.Administrator)]
sealed class UserModel(IMediator hub) : HubPage
{
    public UserSummary Found { get; private set; } = null!;

    /// <summary>The address that this request made: it stands on this one answer.</summary>
    public Uri? ResetLink { get; private set; }

    public string? Error => ErrorOf("");

    public async Task<IActionResult> OnGetAsync(string name, CancellationToken ct) => await ReadAsync(name, ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostResetAsync(string name, CancellationToken ct)
    {
        var link = await hub.Send(new IssueResetLink(name), ct);
        if (!link.IsOk) return Fail(link.Error);
        ResetLink = link.Value;
        return await ReadAsync(name, ct) is { } error ? Fail(error) : Page();
    }

    public async Task<IActionResult> OnPostChangeAsync(string name, bool? disabled, bool? administrator, CancellationToken ct)
    {
        var done = await hub.Send(new ChangeUser(name, disabled, administrator), ct);
        if (done.IsOk) return LocalRedirect($"/admin/users/{Uri.EscapeDataString(name)}");
        if (done.Error is not Domain.Outcomes.Error.Conflict) return Fail(done.Error);
        ShowBeside("", done.Error);
        return await ReadAsync(name, ct) is { } error ? Fail(error) : PageWith(done.Error);
    }

    private async Task<Domain.Outcomes.Error?> ReadAsync(string name, CancellationToken ct)
    {
        var found = await hub.Send(new GetUser(name), ct);
        if (found.IsOk) Found = found.Value;
        return found.Error;
    }
}
