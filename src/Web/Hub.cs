using System.Text.Json;
using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Features.Projects;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Serving.Rewriting;
using PyScriptHub.Web.Workers;

namespace PyScriptHub.Web;

/// <summary>Puts the hub together: services once, then one branch for each kind of host.</summary>
public static class Hub
{
    /// <summary>Adds all services. <paramref name="connectionString"/> is that of the running PostgreSQL.</summary>
    public static void AddHub(this WebApplicationBuilder builder, HubOptions options, string connectionString, RuntimeCatalog runtime)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton<Origins>();
        services.AddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentUser>();
        services.AddDbContext<HubDb>(db => db.UseNpgsql(connectionString));
        services.AddUseCases();
        services.AddProjects(options);
        services.AddServing(runtime);
        services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        services.AddProblemDetails();
        services.AddOpenApi("v1");
        services.AddRazorPages();
    }

    /// <summary>Maps the branches by host, then the hub's own features.</summary>
    public static void MapHub(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(Problems.AnswerExceptionAsync));
        app.UseMiddleware<HostGate>();
        app.MapWhen(context => HostGate.Is(context, HostKind.Content), content => content.Run(
            context => context.RequestServices.GetRequiredService<ProjectContent>().AnswerAsync(context)));

        // After the branches: routing would otherwise have chosen an endpoint of the hub for their requests already.
        app.UseRouting();
        app.MapApi();
        app.MapRazorPages();
    }

    private static void MapApi(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1");
        api.MapProjects();
        app.MapOpenApi();
        app.Map("/api/{**rest}", () => Problems.Of(new Domain.Outcomes.Error.NotFound("address of the API"))).ExcludeFromDescription();
    }

    private static void AddProjects(this IServiceCollection services, HubOptions options)
    {
        services.AddSingleton(options.Limits);
        services.AddScoped<IBlobStore, PostgresBlobs>();
        services.AddScoped<RevisionWriter>();
        services.AddScoped<RateLimits>();
        services.AddScoped<BlobSweep>();
        services.AddScoped<RevisionThinning>();
        services.AddScoped<ProjectPurge>();
        if (options.IsWorker) services.AddHostedService<Housekeeping>();
    }

    private static void AddServing(this IServiceCollection services, RuntimeCatalog runtime)
    {
        services.AddSingleton(runtime);
        services.AddSingleton(new RuntimeFiles(runtime.Files.Select(file => file.Path)));
        services.AddSingleton<BlobCache>();
        services.AddSingleton<PageFactsCache>();
        services.AddSingleton<ContentSiteMemory>();
        services.AddSingleton<ServedPageCache>();
        services.AddScoped<BlobReader>();
        services.AddScoped<PageReleases>();
        services.AddScoped<ContentSites>();
        services.AddScoped<ServedPages>();
        services.AddScoped<ProjectContent>();
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
