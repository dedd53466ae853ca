using MediatR;
using PyScriptHub.Domain.Outcomes;
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

        release.MapGet("/canary", async (string name, string? change, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, cursor);
            if (!page.IsOk) return Problems.Of(page.Error);
            return ChangeOf(change) is { } asked ? (await hub.Send(new GetCanary(name, asked, page.Value), ct)).ToHttp()
                : Problems.Of(Error.Field("change", "Send breaks, mends, stays or waiting."));
        }).Produces<CanarySummary>().WithSummary("What the candidate would change. For administrators.");
    }

    private static CanaryChange? ChangeOf(string? word) => word switch
    {
        null or "breaks" => CanaryChange.Breaks,
        "mends" => CanaryChange.Mends,
        "stays" => CanaryChange.Stays,
        "waiting" => CanaryChange.Waiting,
        _ => null,
    };
}
