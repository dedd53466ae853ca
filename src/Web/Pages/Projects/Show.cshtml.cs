using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Features.Runtime;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>A project's page: the project in a frame, and what can be done with it.</summary>
sealed class ShowModel(IMediator hub, Origins origins) : HubPage
{
    public FoundProject Found { get; private set; } = null!;

    public ProjectDescription Description { get; private set; } = null!;

    /// <summary>What its owner has to know of another default release; null for others and where there is nothing.</summary>
    public ReleaseNotice? ReleaseNotice { get; private set; }

    public SmokeStanding Smoke { get; private set; } = null!;

    /// <summary>What the pages load as packages; no pages where there is nothing to show.</summary>
    public ProjectLocks Locks { get; private set; } = new(0, false, []);

    public ProjectSummary Project => Found.Project;

    /// <summary><c>pyodide</c>, <c>micropython</c>, or null where the page runs as it is written.</summary>
    public string? Interpreter { get; private set; }

    /// <summary>Whether the draft is looked at and not the publication.</summary>
    public bool IsDraft { get; private set; }

    /// <summary>What the frame shows; null where there is nothing to show yet.</summary>
    public string? FrameUrl { get; private set; }

    /// <summary>Whether the draft was asked for and its address made a moment ago.</summary>
    public bool JustGranted { get; private set; }

    /// <summary>Whether people without an account can open it now.</summary>
    public bool IsShared => Project.ContentUrl is not null;

    /// <summary>Whether there is anything that could start.</summary>
    public bool TellsWhetherItStarts => Project.StartPage is not null && (Project.PublishedRevision is not null || Found.CanEdit);

    /// <summary>Whether the draft has changed since it was published.</summary>
    public bool HasNewerDraft => Found.CanEdit && Project.PublishedRevision is { } shown && shown != Project.Revision;

    /// <summary>The release that what is shown runs on, and why.</summary>
    public PageRelease? Release => IsDraft ? Description.DraftRelease
        : Project.RuntimeRelease is { } release ? new PageRelease(release, Project.RuntimeReason ?? "") : null;

    /// <summary>The picture of a link to this page: what it looked like when it was last seen to start, else one of the hub's own, 1200×630.</summary>
    public string PictureUrl => Description.PictureRun is { } run
        ? $"{origins.Hub}/api/v1/smoke-runs/{run:N}/screenshot" : $"{origins.Hub}/pictures/{Description.Template ?? "project"}.png";

    /// <summary>The verdict as a picture for other sites.</summary>
    public string BadgeUrl => $"{origins.Hub}/api/v1/projects/{Project.Id}/badge.svg";

    /// <summary>Where other sites ask how to embed it.</summary>
    public string EmbedDescriptionUrl => $"{origins.Hub}/oembed?format=json&url={Uri.EscapeDataString(Project.Url)}";

    /// <summary>The code that puts it into another page; null where others may not.</summary>
    public string? EmbedCode => Project is { Embedding: Embedding.Anyone, ContentUrl: { } url }
        ? ProjectFrame.CodeOf(url, Project.Name, ProjectFrame.Size.Width, ProjectFrame.Size.Height)
        : null;

    public string Path => $"/@{Project.Owner}/{Project.Slug}";

    public async Task<IActionResult> OnGetAsync(string user, string slug, string? interpreter, string? view, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        Found = found.Value;
        // It is found under its old address and with a name in other letters; there is one address to share.
        if (Project.Slug != slug || Project.Owner != user) return Redirect(Path + Request.QueryString);

        var described = await hub.Send(new DescribeProject(Found.Id), ct);
        if (!described.IsOk) return Fail(described.Error);
        Description = described.Value;
        if (Found.IsOwner) ReleaseNotice = (await hub.Send(new NoticeReleaseChange(Found.Id), ct)).Value?.Notice;
        var smoke = await hub.Send(new GetSmokeStanding(Found.Id), ct);
        if (!smoke.IsOk) return Fail(smoke.Error);
        Smoke = smoke.Value;
        Interpreter = interpreter is "pyodide" or "micropython" ? interpreter : null;
        IsDraft = Found.CanEdit && (view is "draft" or "granted" || Project.ContentUrl is null);
        if (Project.StartPage is not null && (await hub.Send(new ReadProjectLocks(Found.Id, IsDraft), ct)) is { IsOk: true, Value: var locks }) Locks = locks;
        JustGranted = view == "granted";
        var address = IsDraft ? Description.DraftUrl : Project.ContentUrl;
        FrameUrl = address is null || Project.StartPage is null ? null : Interpreter is null ? address : $"{address}?interpreter={Interpreter}";
        if (FrameUrl is not null && Project.Isolation is OnOff.On) HubHeaders.Isolate(HttpContext);
        return Page();
    }

    public Task<IActionResult> OnPostPreviewAsync(string user, string slug, bool replace, CancellationToken ct) => ChangeAsync(
        user, slug, async found => (await hub.Send(new CreateGrant(found.Id, replace), ct)).Error, project => $"{PathOf(project)}?view=granted", ct);

    // What somebody else saved since the page was shown is not published unseen.
    public Task<IActionResult> OnPostPublishAsync(string user, string slug, int? revision, CancellationToken ct) =>
        ChangeAsync(user, slug, async found => (await hub.Send(new PublishProject(found.Id, revision), ct)).Error, PathOf, ct);

    public Task<IActionResult> OnPostUnpublishAsync(string user, string slug, CancellationToken ct) =>
        ChangeAsync(user, slug, async found => (await hub.Send(new UnpublishProject(found.Id), ct)).Error, PathOf, ct);

    public async Task<IActionResult> OnPostVisibilityAsync(string user, string slug, Visibility visibility, CancellationToken ct)
    {
        if (!ModelState.IsValid) return Fail(Error.Field("visibility", "Send private, unlisted or public."));
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        return await SetAsync(found.Value, new ChangeProjectRequest { Visibility = visibility }, ct);
    }

    public async Task<IActionResult> OnPostPinAsync(string user, string slug, string release, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        return found.IsOk ? await SetAsync(found.Value, new ChangeProjectRequest { RuntimeRelease = release ?? "" }, ct) : Fail(found.Error);
    }

    public async Task<IActionResult> OnPostEmbeddingAsync(string user, string slug, Embedding embedding, CancellationToken ct)
    {
        if (!ModelState.IsValid) return Fail(Error.Field("embedding", "Send hub or anyone."));
        var found = await hub.Send(new FindProject(user, slug), ct);
        return found.IsOk ? await SetAsync(found.Value, new ChangeProjectRequest { Embedding = embedding }, ct) : Fail(found.Error);
    }

    public async Task<IActionResult> OnPostRemixAsync(string user, string slug, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        var remix = await hub.Send(new RemixProject(found.Value.Id), ct);
        if (remix is { IsOk: false, Error: Error.Unauthenticated }) return Redirect($"/sign-in?returnUrl={Uri.EscapeDataString(PathOf(found.Value.Project))}&toRemix=true");
        return remix.IsOk ? Redirect(PathOf(remix.Value.Project) + "/edit") : Fail(remix.Error);
    }

    private async Task<IActionResult> SetAsync(FoundProject found, ChangeProjectRequest change, CancellationToken ct)
    {
        var changed = await hub.Send(new ChangeProject(found.Id, change, IfMatch.Of(found.Tag)), ct);
        return changed.IsOk ? Redirect(PathOf(changed.Value.Project)) : Fail(changed.Error);
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
