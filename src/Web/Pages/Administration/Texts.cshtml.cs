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
[RequestSizeLimit(Longest)]
[RequestFormLimits(BufferBodyLengthLimit = Longest, ValueLengthLimit = Longest)]
sealed class TextsModel(IMediator hub, HubSettings settings) : HubPage
{
    // Two texts, each of whose characters is up to nine bytes in a form.
    private const int Longest = (2 * 9 * HubSettings.TextLength) + BodyLimits.Default;

    public string? Imprint { get; private set; }

    public string? Privacy { get; private set; }

    public bool IsSaved { get; private set; }

    public async Task OnGetAsync(string? done, CancellationToken ct)
    {
        IsSaved = done is not null;
        (Imprint, Privacy) = (await settings.TextAsync(HubSettings.Imprint, ct), await settings.TextAsync(HubSettings.Privacy, ct));
    }

    public async Task<IActionResult> OnPostAsync(string? imprint, string? privacy, CancellationToken ct)
    {
        (Imprint, Privacy) = (imprint, privacy);
        var done = await hub.Send(new SetTexts(imprint, privacy), ct);
        if (done.IsOk) return LocalRedirect("/admin/texts?done=1");
        if (done.Error is not Error.Malformed) return Fail(done.Error);
        ShowBeside("imprint", done.Error);
        return PageWith(done.Error);
    }
}
