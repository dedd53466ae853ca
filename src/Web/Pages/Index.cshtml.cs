using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages;

sealed class IndexModel(IMediator hub, CurrentUser user) : HubPage
{
    private static readonly PageRequest s_few = new(8, null);

    public string? Words { get; private set; }

    public string? Cursor { get; private set; }

    public IReadOnlyList<ProjectSummary> Mine { get; private set; } = [];

    public Page<ProjectSummary> Gallery { get; private set; } = new([], null);

    public async Task<IActionResult> OnGetAsync(string? q, string? cursor, CancellationToken ct)
    {
        Words = string.IsNullOrWhiteSpace(q) ? null : q.Trim();
        Cursor = cursor;
        var place = PageRequest.Read("24", cursor);
        if (!place.IsOk) return Fail(place.Error);
        var gallery = await hub.Send(new ListProjects(null, Words, place.Value, ProjectScope.Public), ct);
        if (!gallery.IsOk) return Fail(gallery.Error);
        Gallery = gallery.Value;
        if (user.Id is null || Words is not null || cursor is not null) return Page();
        var mine = await hub.Send(new ListProjects(null, null, s_few, ProjectScope.Mine), ct);
        if (!mine.IsOk) return Fail(mine.Error);
        Mine = mine.Value.Items;
        return Page();
    }
}
