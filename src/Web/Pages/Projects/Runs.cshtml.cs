using MediatR;
using Microsoft.AspNetCore.Mvc;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Features.Runtime;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;

namespace PyScriptHub.Web.Pages.Projects;

/// <summary>The smoke runs of a project, and for who edits it the form that asks for more.</summary>
sealed class RunsModel(IMediator hub) : HubPage
{
    public FoundProject Found { get; private set; } = null!;

    public ProjectSummary Project => Found.Project;

    public SmokeStanding Smoke { get; private set; } = null!;

    public Page<SmokeRunSummary> Runs { get; private set; } = new([], null);

    public IReadOnlyList<HeldRelease> Releases { get; private set; } = [];

    /// <summary>Why what was asked for is not run; null where nothing was refused.</summary>
    public string? Refusal { get; private set; }

    public string Path => $"/@{Project.Owner}/{Project.Slug}";

    public async Task<IActionResult> OnGetAsync(string user, string slug, string? cursor, CancellationToken ct)
    {
        if (await ReadAsync(user, slug, cursor, ct) is { } error) return Fail(error);
        return Project.Slug != slug || Project.Owner != user ? Redirect($"{Path}/runs{Request.QueryString}") : Page();
    }

    public async Task<IActionResult> OnPostRunAsync(string user, string slug, int? revision, string? interpreter, string? release, CancellationToken ct)
    {
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return Fail(found.Error);
        var request = new RequestSmokeRunsRequest(
            Enum.TryParse<Interpreter>(interpreter, out var chosen) && Enum.IsDefined(chosen) ? [chosen] : null,
            string.IsNullOrEmpty(release) ? null : [release],
            revision ?? found.Value.Project.PublishedRevision);
        var asked = await hub.Send(new RequestSmokeRuns(found.Value.Id, request), ct);
        // To the run itself where it is one, as after "Run again" on a run's page.
        if (asked.IsOk)
            return Redirect($"/@{found.Value.Project.Owner}/{found.Value.Project.Slug}/runs{(asked.Value.Items is [var one] ? $"/{one.Id}" : "")}");
        if (asked.Error is Error.NotFound or Error.Forbidden or Error.Unauthenticated) return Fail(asked.Error);
        if (await ReadAsync(user, slug, null, ct) is { } error) return Fail(error);
        Refusal = HttpContext.Say(asked.Error is Error.Malformed malformed ? malformed.Errors.Values.First()[0] : asked.Error.Sentence);
        return PageWith(asked.Error);
    }

    private async Task<Error?> ReadAsync(string user, string slug, string? cursor, CancellationToken ct)
    {
        var place = PageRequest.Read(null, cursor);
        if (!place.IsOk) return place.Error;
        var found = await hub.Send(new FindProject(user, slug), ct);
        if (!found.IsOk) return found.Error;
        Found = found.Value;
        var smoke = await hub.Send(new GetSmokeStanding(Found.Id), ct);
        if (!smoke.IsOk) return smoke.Error;
        var runs = await hub.Send(new ListSmokeRuns(Found.Id, null, place.Value), ct);
        if (!runs.IsOk) return runs.Error;
        var releases = await hub.Send(new ListReleases(), ct);
        if (!releases.IsOk) return releases.Error;
        (Smoke, Runs, Releases) = (smoke.Value, runs.Value, releases.Value);
        return null;
    }
}
