using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>A project's page: the project in a frame, and what can be done with it.</summary>
sealed class ShowModel(IMediator hub) : HubPage
{
    public FoundProject Found { get; private set; } = null!;

    public ProjectSummary Project => Found.Project;

    /// <summary><c>pyodide</c>, <c>micropython</c>, or null where the page runs as it is written.</summary>
    public string? Interpreter { get; private set; }

    /// <summary>Whether the draft is looked at and not the publication.</summary>
    public bool IsDraft { get; private set; }

    /// <summary>What the frame shows; null where there is nothing to show yet.</summary>
    public string? FrameUrl { get; private set; }

    /// <summary>Whether the draft was asked for and its address made a moment ago.</summary>
    public bool JustGranted { get; private set; }

    public string Path => $"/@{Project.Owner}/{Project.Slug}";

    public async Task<IActionResult> OnGetAsync(string user, string slug, string? interpreter, string? view, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        Found = found.Value;
        // It is found under its old address and with a name in other letters; there is one address to share.
        if (Project.Slug != slug || Project.Owner != user) return Redirect(Path + Request.QueryString);

        Interpreter = interpreter is "pyodide" or "micropython" ? interpreter : null;
        IsDraft = Found.CanEdit && (view is "draft" or "granted" || Project.ContentUrl is null);
        JustGranted = view == "granted";
        var address = IsDraft ? Found.DraftUrl : Project.ContentUrl;
        FrameUrl = address is null || Project.StartPage is null ? null : Interpreter is null ? address : $"{address}?interpreter={Interpreter}";
        if (FrameUrl is not null && Project.Isolation is OnOff.On) HubHeaders.Isolate(HttpContext);
        return Page();
    }

    public Task<IActionResult> OnPostPreviewAsync(string user, string slug, bool replace, CancellationToken ct) => ChangeAsync(
        user, slug, async found => (await hub.Send(new CreateGrant(found.Id, replace), ct)).Error, project => $"{PathOf(project)}?view=granted", ct);

    public Task<IActionResult> OnPostPublishAsync(string user, string slug, CancellationToken ct) =>
        ChangeAsync(user, slug, async found => (await hub.Send(new PublishProject(found.Id, null), ct)).Error, PathOf, ct);

    public Task<IActionResult> OnPostUnpublishAsync(string user, string slug, CancellationToken ct) =>
        ChangeAsync(user, slug, async found => (await hub.Send(new UnpublishProject(found.Id), ct)).Error, PathOf, ct);

    public async Task<IActionResult> OnPostVisibilityAsync(string user, string slug, Visibility visibility, CancellationToken ct)
    {
        if (!ModelState.IsValid) return Fail(Error.Field("visibility", "Send private, unlisted or public."));
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        var change = new ChangeProjectRequest { Visibility = visibility };
        var changed = await hub.Send(new ChangeProject(found.Value.Id, change, IfMatch.Of(found.Value.Tag)), ct);
        return changed.IsOk ? Redirect(PathOf(changed.Value.Project)) : Fail(changed.Error);
    }

    public async Task<IActionResult> OnPostRemixAsync(string user, string slug, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        var remix = await hub.Send(new RemixProject(found.Value.Id), ct);
        return remix.IsOk ? Redirect(PathOf(remix.Value.Project) + "/edit") : Fail(remix.Error);
    }

    private async Task<IActionResult> ChangeAsync(
        string user, string slug, Func<FoundProject, Task<Error?>> change, Func<ProjectSummary, string> next, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        return await change(found.Value) is { } error ? Fail(error) : Redirect(next(found.Value.Project));
    }

    private static string PathOf(ProjectSummary project) => $"/@{project.Owner}/{project.Slug}";
}
