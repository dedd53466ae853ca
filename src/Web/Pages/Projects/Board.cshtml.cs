using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Pages.Shared;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>A project's short address and its QR code, large enough for the wall of a classroom.</summary>
sealed class BoardModel(IMediator hub, Origins origins) : HubPage
{
    public ProjectName Project { get; private set; } = null!;

    public string ShortUrl { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string code, CancellationToken ct)
    {
        var found = await hub.Send(new FollowShortCode(code), ct);
        if (!found.IsOk) return Fail(found.Error);
        (Project, ShortUrl) = (found.Value, $"{origins.Hub}/s/{code.ToLowerInvariant()}");
        return Page();
    }
}
