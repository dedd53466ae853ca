using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using MediatR;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.WebEncoders;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Infrastructure.Fetching;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Features.Packages;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Features.Runtime;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Pages.Shared;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Serving.Libraries;
using PyScriptHub.Web.Serving.Packages;
using PyScriptHub.Web.Serving.Rewriting;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web;

/// <summary>Puts the hub together: services once, then one branch for each kind of host.</summary>
public static class Hub
{
    /// <summary>
    /// Adds all services. <paramref name="connectionString"/> is that of the running PostgreSQL; <paramref name="runtime"/> is what was
    /// packed, null for a verb that serves nothing.
    /// </summary>
    public static void AddHub(this WebApplicationBuilder builder, HubOptions options, string connectionString, RuntimeCatalog? runtime)
    {
        var services = builder.Services;
        services.AddHubWork(options, () => connectionString);
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentUser>();
        services.AddAccounts(options);
        services.AddUseCases();
        services.AddProjects(options);
        services.AddPackageIndex(options.Packages);
        services.AddScoped<SmokeRequests>();
        services.AddScoped<Candidates>();
        services.AddScoped<CanaryReports>();
        services.AddScoped<SmokeStandings>();
        services.AddSingleton<SmokeStreams>();
        if (runtime is not null) services.AddServing(options, runtime);
        services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        // A body that cannot be read is answered by the one mapper, like everything else.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddProblemDetails();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database")
            .AddCheck<BrowserHealth>("browser", HealthStatus.Degraded);
        services.AddApiDescription();
        services.AddLocalization(localization => localization.ResourcesPath = "Resources");
        // Letters of all languages are written as they are; what means something in HTML is escaped still.
        services.Configure<WebEncoderOptions>(encoding => encoding.TextEncoderSettings = new TextEncoderSettings(UnicodeRanges.All));
        services.Configure<FormOptions>(BodyLimits.Bound);
        services.AddRazorPages();
    }

    /// <summary>Adds what a process of workers alone needs: the database, and the work itself where this process does it.</summary>
    /// <param name="connectionString">Asked for each unit of work.</param>
    public static void AddHubWork(this IServiceCollection services, HubOptions options, Func<string> connectionString)
    {
        services.AddSingleton(options);
        services.AddSingleton<Origins>();
        services.AddSingleton(TimeProvider.System);
        services.AddDbContext<HubDb>(db => db.UseNpgsql(connectionString()));
        services.AddScoped<SmokeQueue>();
        services.AddScoped<SmokeHistory>();
        services.AddScoped<BlobSweep>();
        services.AddScoped<PackageLockSweep>();
        services.AddScoped<RevisionThinning>();
        services.AddScoped<ProjectPurge>();
        services.AddScoped<EvidenceLog>();
        services.AddScoped<SeenPackages>();
        services.AddScoped<PackageTestQueue>();
        if (!options.IsWorker) return;
        services.AddHostedService<Housekeeping>();
        services.AddSingleton(options.Smoke);
        services.AddSingleton(Surroundings(options));
        services.AddSingleton<BrowserPool>();
        services.AddSingleton<PageRunner>();
        services.AddSingleton<PackageTesting>();
        services.AddHostedService<SmokeRunning>();
        services.AddHostedService<NightlyRuns>();
    }

    private static void AddPackageIndex(this IServiceCollection services, PackageOptions packages)
    {
        services.AddSingleton(new UpstreamFetch([.. packages.Upstreams, .. new[] { packages.MipIndex, packages.NpmRegistry }.OfType<Uri>()], packages.FileHosts));
        services.AddSingleton(provider => new PackageUpstreams(
            packages.Upstreams, packages.MipIndex, provider.GetRequiredService<UpstreamFetch>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FetchTurns>();
        services.AddScoped<HeldFiles>();
        services.AddScoped<UpstreamPages>();
        services.AddScoped<PackageFetch>();
        services.AddScoped<PackageNeedsReading>();
        services.AddScoped<UpstreamCandidates>();
        services.AddScoped<PyodideArchive>();
        services.AddScoped<MipIndex>();
    }

    private static SmokeSurroundings Surroundings(HubOptions options) => new()
    {
        PublicUrl = options.PublicUrl,
        ContentDomain = options.ContentDomain,
        Hidden = [options.DataDirectory, AppContext.BaseDirectory, Environment.CurrentDirectory],
    };

    /// <summary>Maps the branches by host, then the hub's own features.</summary>
    public static void MapHub(this WebApplication app)
    {
        // Outermost: the page of an error speaks the visitor's language too.
        app.UseLanguages();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = Problems.AnswerExceptionAsync,
            // What a caller did wrong is told to the caller.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException,
        });
        app.UseTrustedProxies();
        app.UseMiddleware<HostGate>();
        app.MapWhen(context => HostGate.Is(context, HostKind.Runtime), runtime =>
        {
            runtime.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = RuntimePackages.AnswerExceptionAsync });
            runtime.Use(async (context, next) =>
            {
                if (!await context.RequestServices.GetRequiredService<RuntimePackages>().AnswerAsync(context)) await next(context);
            });
            runtime.RunRuntimeHost();
        });
        app.MapWhen(context => HostGate.Is(context, HostKind.Content), content =>
        {
            content.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ProjectContent.AnswerExceptionAsync });
            content.Run(context => context.RequestServices.GetRequiredService<ProjectContent>().AnswerAsync(context));
        });

        app.UseMiddleware<HubHeaders>();
        app.UseHubFiles();
        app.UseWhen(ErrorPages.IsFor, pages => pages.UseStatusCodePages(ErrorPages.AnswerStatusAsync));

        // After the branches: routing would otherwise have chosen an endpoint of the hub for their requests already.
        app.UseWhen(IsApi, api => api.UseStatusCodePages(context => Problems.AnswerStatusAsync(context.HttpContext)));
        app.UseRouting();
        app.UseAccounts();
        app.MapApi();
        app.MapIndexRedirects();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { ResponseWriter = WriteHealthAsync });
        app.MapRazorPages();
    }

    // The state in the first line, as programs look for it; then what is not well, in sentences for people.
    private static Task WriteHealthAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        var lines = report.Entries.Where(entry => entry.Value.Description is not null).Select(entry => $"{entry.Key}: {entry.Value.Description}");
        return context.Response.WriteAsync(string.Join('\n', lines.Prepend(report.Status.ToString())), context.RequestAborted);
    }

    private static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    private static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1");
        api.MapAccounts();
        api.MapProjects();
        api.MapOffers();
        api.MapSmokeRuns();
        api.MapReleases();
        api.MapPackages();
        api.MapPackageTests();
        app.MapPackageBadges();
        app.MapPyScriptApi();
        app.MapEmbedDescriptions();
        app.MapOpenApi();
    }

    private static void AddProjects(this IServiceCollection services, HubOptions options)
    {
        services.AddSingleton(options.Limits);
        services.AddSingleton<ScriptJson>();
        services.AddScoped<IBlobStore, PostgresBlobs>();
        services.AddScoped<RevisionWriter>();
        services.AddLibraries();
        services.AddScoped<TrialWriter>();
        services.AddScoped<RateLimits>();
        services.AddScoped<TrialLimits>();
        services.AddSingleton<ArchiveFetch>();
        services.AddSingleton<ArchiveStore>();
        services.AddScoped<ArchiveLimits>();
        services.AddSingleton<ExportSlots>();
        services.AddSingleton(_ => new ArchiveQueue(atOnce: 3));
    }

    private static void AddServing(this IServiceCollection services, HubOptions options, RuntimeCatalog runtime)
    {
        services.AddRuntimeHost(runtime, Path.Combine(options.DataDirectory, "runtime"));
        services.AddSingleton(new HeldPyodides(Pyodides.LocksOf(runtime)));
        services.AddSingleton(new RuntimeFiles(runtime.Files.Select(file => file.Path)));
        services.AddSingleton(provider => ClientAssets.Read(Path.Combine(provider.GetRequiredService<IWebHostEnvironment>().WebRootPath, "assets")));
        services.AddSingleton<HubScripts>();
        services.AddSingleton<DefaultRelease>();
        services.AddSingleton<ProjectOpenings>();
        services.AddSingleton<TemplateSites>();
        services.AddSingleton<SmokeWords>();
        services.AddSingleton<BlobCache>();
        services.AddSingleton<PageFactsCache>();
        services.AddSingleton<ContentSiteMemory>();
        services.AddSingleton<ServedPageCache>();
        services.AddScoped<ClientTexts>();
        services.AddScoped<BlobReader>();
        services.AddScoped<PageReleases>();
        services.AddScoped<ContentSites>();
        services.AddScoped<PackageTestPlans>();
        services.AddScoped<PackageTestSites>();
        services.AddSingleton<PackageTestSiteCache>();
        services.AddScoped<ServedPages>();
        services.AddScoped<PackageSearch>();
        services.AddScoped<OwnWheels>();
        services.AddSingleton<OwnWheelCache>();
        services.AddScoped<PageConfigReader>();
        services.AddScoped<PageLocks>();
        services.AddScoped<PublicationLocks>();
        services.AddScoped<PackageLockReader>();
        services.AddScoped<LockMaking>();
        services.AddScoped<LockedRuntime>();
        services.AddSingleton<PageLockCache>();
        services.AddSingleton<PackageLockCache>();
        services.AddSingleton<LockedFileCache>();
        services.AddScoped<ProjectContent>();
        services.AddSingleton<PackageFileMemory>();
        services.AddScoped<RuntimePackages>();
        services.AddLibraryServing();
        services.AddHostedService<CanarySteps>();
        services.AddSingleton<PyScriptDocuments>();
        services.AddSingleton<ShippedEvidence>();
        services.AddHostedService(provider => provider.GetRequiredService<ShippedEvidence>());
    }

    private static void AddUseCases(this IServiceCollection services)
    {
        services.AddScoped<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddScoped<IMediator, Mediator>();
        services.AddScoped(typeof(IPipelineBehavior<,>), typeof(UseCaseLog<,>));
        services.Scan(scan => scan.FromAssembliesOf(typeof(Hub))
            .AddClasses(classes => classes.AssignableTo(typeof(IRequestHandler<,>)), publicOnly: false)
            .AsImplementedInterfaces().WithScopedLifetime());
    }

    private static void Configure(JsonSerializerOptions json)
    {
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
    }
}
