using System.Globalization;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Administration;

[Authorize(SignedIn.Policy, Roles = HubRoles.Administrator)]
sealed class RegistrationModel(IMediator hub, HubSettings settings) : HubPage
{
    public Registration Current { get; private set; }

    public IReadOnlyList<InvitationSummary> Invitations { get; private set; } = [];

    public string Note { get; private set; } = "";

    public string Uses { get; private set; } = "30";

    public string Days { get; private set; } = "14";

    /// <summary>The address that this request made: it stands on this one answer.</summary>
    public Uri? Made { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await ReadAsync(ct) is { } error ? Fail(error) : Page();

    public async Task<IActionResult> OnPostSetAsync(string? registration, CancellationToken ct)
    {
        if (!Enum.TryParse<Registration>(registration, out var chosen) || !Enum.IsDefined(chosen)) return Fail(Error.Field("registration", "Send Closed, Invite or Open."));
        var done = await hub.Send(new SetRegistration(chosen), ct);
        return done.IsOk ? LocalRedirect("/admin/registration") : Fail(done.Error);
    }

    public async Task<IActionResult> OnPostInviteAsync(string? note, string? uses, string? days, CancellationToken ct)
    {
        (Note, Uses, Days) = (note ?? "", uses ?? "", days ?? "");
        var made = await hub.Send(new CreateInvitation(Note, Number(uses), Number(days)), ct);
        Made = made.Value;
        if (!made.IsOk) ShowBeside("note", made.Error);
        if (await ReadAsync(ct) is { } error) return Fail(error);
        return made.IsOk ? Page() : PageWith(made.Error);
    }

    public async Task<IActionResult> OnPostRevokeAsync(Guid id, CancellationToken ct)
    {
        var done = await hub.Send(new RevokeInvitation(id), ct);
        return done.IsOk ? LocalRedirect("/admin/registration") : Fail(done.Error);
    }

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private async Task<Error?> ReadAsync(CancellationToken ct)
    {
        Current = await settings.RegistrationAsync(ct);
        var invitations = await hub.Send(new ListInvitations(), ct);
        if (invitations.IsOk) Invitations = invitations.Value;
        return invitations.Error;
    }
}
