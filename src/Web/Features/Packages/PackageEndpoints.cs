using MediatR;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>The addresses of packages.</summary>
static class PackageEndpoints
{
    public static void MapPackages(this RouteGroupBuilder api)
    {
        var packages = api.MapGroup("/packages").WithTags("Packages");

        packages.MapGet("", async (string? q, string? interpreter, string? release, string? status, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, null);
            return page.IsOk ? (await hub.Send(new FindPackages(q, interpreter, release, status, page.Value.Limit, cursor), ct)).ToHttp() : Problems.Of(page.Error);
        }).Produces<PackageList>().WithSummary("Packages by a name in any spelling, by what is imported, or all, with their statuses.");

        packages.MapGet("/{name}", async (string name, IMediator hub, CancellationToken ct) => (await hub.Send(new GetPackage(name), ct)).ToHttp())
            .Produces<PackageDetails>().WithSummary("A package with its status for each interpreter and release, and the evidence.");
    }

    /// <summary>The picture of a package's status, for other sites.</summary>
    public static void MapPackageBadges(this IEndpointRouteBuilder app) =>
        app.MapGet("/packages/{name}/badge.svg", async (string name, string? interpreter, string? release, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new DrawPackageBadge(name, interpreter, release), ct)).ToHttp(badge => badge.Answer(response)))
            .ExcludeFromDescription();

    /// <summary>Leads whoever asks the hub itself for its package index to the runtime host, which has it.</summary>
    public static void MapIndexRedirects(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/simple/{**rest}", ["GET", "HEAD"], (HttpRequest request, Origins origins) =>
            Results.Redirect(origins.Runtime + request.PathBase + request.Path.ToUriComponent() + request.QueryString, permanent: true, preserveMethod: true))
            .ExcludeFromDescription();
    }
}
