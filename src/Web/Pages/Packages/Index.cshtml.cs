using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Features.Packages;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Packages;

/// <summary>The look-up: whether a package works, for everybody.</summary>
sealed class IndexModel(IMediator hub, RuntimeCatalog runtime) : HubPage
{
    private const int Shown = 40;

    public string? Words { get; private set; }

    public string? Interpreter { get; private set; }

    public string? Release { get; private set; }

    public string? Status { get; private set; }

    public PackageList Found { get; private set; } = new([], null, false);

    public IEnumerable<RuntimeRelease> Releases => runtime.Releases;

    /// <summary>The release that the list shows statuses of.</summary>
    public string ShownRelease => string.IsNullOrEmpty(Release) ? runtime.Default.Name : Release;

    /// <summary>Whether anything but words narrows the list.</summary>
    public bool IsNarrowed => Interpreter is { Length: > 0 } || Release is { Length: > 0 } || Status is { Length: > 0 };

    public async Task<IActionResult> OnGetAsync(string? q, string? interpreter, string? release, string? status, string? cursor, CancellationToken ct)
    {
        (Words, Interpreter, Release, Status) = (string.IsNullOrWhiteSpace(q) ? null : q.Trim(), interpreter, release, status);
        var found = await hub.Send(new FindPackages(Words, interpreter, release, status, Shown, cursor), ct);
        if (!found.IsOk) return Fail(found.Error);
        Found = found.Value;
        return Page();
    }
}
