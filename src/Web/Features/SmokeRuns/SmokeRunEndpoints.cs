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

        var runs = api.MapGroup("/smoke-runs/{run}").WithTags("Smoke runs");

        runs.MapGet("", async (string run, IMediator hub, CancellationToken ct) => (await hub.Send(new GetSmokeRun(IdOf(run)), ct)).ToHttp())
            .Produces<SmokeRunSummary>().WithSummary("One run with all that is kept of it.");

        runs.MapGet("/screenshot", async (string run, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new GetSmokeScreenshot(IdOf(run)), ct)).ToHttp(content => Results.Bytes(content, "image/png")))
            .Produces(StatusCodes.Status200OK, contentType: "image/png").WithSummary("The picture at the end of the run.");
    }

    // A text that is none names no run, so that a wrong address is not found rather than malformed.
    private static Guid IdOf(string run) => Guid.TryParseExact(run, "N", out var id) ? id : default;
}
