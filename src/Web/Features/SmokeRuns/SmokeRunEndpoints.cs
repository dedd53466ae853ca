using MediatR;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.SmokeRuns;

/// <summary>The addresses of smoke runs.</summary>
static class SmokeRunEndpoints
{
    public static void MapSmokeRuns(this RouteGroupBuilder api)
    {
        var project = api.MapGroup("/projects/{id}/smoke-runs").WithTags("Smoke runs");

        project.MapPost("", async (ProjectId id, RequestSmokeRunsRequest? request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new RequestSmokeRuns(id, request ?? new()), ct)).ToHttp(items => Results.Accepted(null, items)))
            .RequireAuthorization().Produces<Page<SmokeRunSummary>>(StatusCodes.Status202Accepted).WithSummary("Has the project opened in a browser.");

        project.MapGet("", async (ProjectId id, int? revision, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, cursor);
            return page.IsOk ? (await hub.Send(new ListSmokeRuns(id, revision, page.Value), ct)).ToHttp() : Problems.Of(page.Error);
        }).Produces<Page<SmokeRunSummary>>().WithSummary("Runs of the project, newest first.");

        project.MapGet("/events", (ProjectId id, SmokeStreams streams, CurrentUser user, RequestOrigin origin, HttpContext context) =>
                streams.AnswerAsync(id, user.Id, origin, context))
            .Produces<SmokeStanding>(StatusCodes.Status200OK, contentType: "text/event-stream").WithSummary("Where the smoke tests stand, told again with each change.");

        var shown = api.MapGroup("/projects/{id}").WithTags("Smoke runs");

        shown.MapGet("/smoke", async (ProjectId id, IMediator hub, CancellationToken ct) => (await hub.Send(new GetSmokeStanding(id), ct)).ToHttp())
            .Produces<SmokeStanding>().WithSummary("Where the smoke tests of the project stand.");

        shown.MapGet("/badge.svg", async (ProjectId id, string? interpreter, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new DrawBadge(id, interpreter), ct)).ToHttp(badge => badge.Answer(response)))
            .Produces(StatusCodes.Status200OK, contentType: Badge.ContentType).WithSummary("The verdict as a picture.");

        var runs = api.MapGroup("/smoke-runs/{id}").WithTags("Smoke runs");

        runs.MapGet("", async (string id, IMediator hub, CancellationToken ct) => (await hub.Send(new GetSmokeRun(IdOf(id)), ct)).ToHttp())
            .Produces<SmokeRunSummary>().WithSummary("One run with all that is kept of it.");

        runs.MapGet("/screenshot", async (string id, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new GetSmokeScreenshot(IdOf(id)), ct)).ToHttp(screenshot => screenshot.Answer(response)))
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithSummary("The picture at the end of the run.");
    }

    /// <summary>The id that a text is. One that is none names no run, so that a wrong address is not found rather than malformed.</summary>
    public static Guid IdOf(string text) => Guid.TryParseExact(text, "N", out var id) ? id : default;
}
