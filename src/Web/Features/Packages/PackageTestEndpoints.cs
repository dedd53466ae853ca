using MediatR;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>The addresses of tests of packages.</summary>
static class PackageTestEndpoints
{
    public static void MapPackageTests(this RouteGroupBuilder api)
    {
        var tests = api.MapGroup("/packages/{name}/tests").WithTags("Packages");

        tests.MapPost("", async (string name, RequestPackageTestsRequest? request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new RequestPackageTests(name, request ?? new()), ct)).ToHttp(items => Results.Accepted(null, items)))
            .RequireAuthorization().Produces<Page<PackageTestSummary>>(StatusCodes.Status202Accepted).WithSummary("Has the package installed and imported in a browser.");

        tests.MapGet("", async (string name, string? limit, string? cursor, IMediator hub, CancellationToken ct) =>
        {
            var page = PageRequest.Read(limit, cursor);
            return page.IsOk ? (await hub.Send(new ListPackageTests(name, page.Value), ct)).ToHttp() : Problems.Of(page.Error);
        }).Produces<Page<PackageTestSummary>>().WithSummary("Tests of the package, newest first.");
    }
}
