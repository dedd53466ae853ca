using MediatR;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Runtime;

/// <summary>The addresses of runtime releases.</summary>
static class ReleaseEndpoints
{
    public static void MapReleases(this RouteGroupBuilder api)
    {
        var releases = api.MapGroup("/runtime/releases").WithTags("Runtime");

        releases.MapGet("", async (IMediator hub, CancellationToken ct) => (await hub.Send(new ListReleases(), ct)).ToHttp())
            .Produces<HeldRelease[]>().WithSummary("The runtime releases that this hub serves, newest first.");

        var release = releases.MapGroup("/{name}").RequireAuthorization();

        release.MapPost("/candidate", async (string name, IMediator hub, CancellationToken ct) => (await hub.Send(new MarkCandidate(name), ct)).ToHttp())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Has the publications that this release would change run on it. For administrators.");

        release.MapDelete("/candidate", async (string name, IMediator hub, CancellationToken ct) => (await hub.Send(new WithdrawCandidate(name), ct)).ToHttp())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Takes the candidate back. For administrators.");

        release.MapPost("/default", async (string name, MakeDefaultRequest? request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new MakeDefault(name, request ?? new()), ct)).ToHttp())
            .Produces(StatusCodes.Status204NoContent).WithSummary("Makes the candidate the release of pages that name none. For administrators.");

        release.MapGet("/canary", async (string name, CanaryChange? change, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, cursor);
            return page.IsOk ? (await hub.Send(new GetCanary(name, change ?? CanaryChange.Breaks, page.Value), ct)).ToHttp() : Problems.Of(page.Error);
        }).Produces<CanarySummary>().WithSummary("What the candidate would change. For administrators.");
    }
}
