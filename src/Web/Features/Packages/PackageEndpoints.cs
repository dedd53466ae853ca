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

        packages.MapGet("/{name}", async (string name, IMediator hub, CancellationToken ct) =>
        {
            await hub.Send(new JudgePackage(name), ct);
            return (await hub.Send(new GetPackage(name), ct)).ToHttp();
        })
            .Produces<PackageDetails>().WithSummary("A package with its status for each interpreter and release, and the evidence.");

        packages.MapPost("/files", PackageUploads.HandleAsync)
            .RequireAuthorization().Produces<AddedPackageFiles>().WithSummary("Holds wheels for all projects; for administrators.");

        packages.MapPost("/{name}/reports", async (string name, ReportPackageRequest request, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new ReportPackage(name, request), ct)).ToHttp(report => Results.Created((string?)null, report)))
            .RequireAuthorization().Produces<PackageReport>(StatusCodes.Status201Created).WithSummary("Says whether a package works; an administrator looks at it first.");
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

    /// <summary>The API of packages.pyscript.net, for whoever asks from wherever, so that its clients can point here.</summary>
    public static void MapPyScriptApi(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api").WithTags("packages.pyscript.net").AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.AccessControlAllowOrigin = "*";
            context.HttpContext.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return next(context);
        });
        Map("/all.json", _ => new GetAllPyScriptRecords(), "All packages that can be installed, as packages.pyscript.net answers them.");
        Map("/top_100_pypi_packages.json", _ => new GetTopPyScriptRecords(), "The most downloaded packages with their statuses.");
        Map("/last_run.json", _ => new GetLastPyScriptRun(), "When something was last learnt.");
        api.MapGet("/package/{name}.json", async (string name, HttpResponse response, IMediator hub, CancellationToken ct) =>
            (await hub.Send(new GetPyScriptRecord(name), ct)).ToHttp(document => document.Answer(response)))
            .Produces<Dictionary<string, object>>().WithSummary("One package, under any spelling of its name.");

        void Map(string path, Func<HttpContext, IRequest<Domain.Outcomes.Result<PyScriptDocument>>> request, string summary) =>
            api.MapGet(path, async (HttpContext context, IMediator hub, CancellationToken ct) =>
                (await hub.Send(request(context), ct)).ToHttp(document => document.Answer(context.Response)))
                .Produces<Dictionary<string, object>>().WithSummary(summary);
    }
}
