using System.Text.Json;
using System.Text.Json.Serialization;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web;

/// <summary>Puts the hub together: services once, then one branch for each kind of host.</summary>
public static class Hub
{
    /// <summary>Adds all services. <paramref name="connectionString"/> is that of the running PostgreSQL.</summary>
    public static void AddHub(this WebApplicationBuilder builder, HubOptions options, string connectionString)
    {
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton<Origins>();
        services.AddSingleton(TimeProvider.System);
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentUser>();
        services.AddDbContext<HubDb>(db => db.UseNpgsql(connectionString));
        services.AddUseCases();
        services.ConfigureHttpJsonOptions(json => Configure(json.SerializerOptions));
        services.AddProblemDetails();
        services.AddValidation();
        services.AddRazorPages();
    }

    /// <summary>Maps the branches by host, then the hub's own features.</summary>
    public static void MapHub(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(Problems.AnswerExceptionAsync));
        app.UseMiddleware<HostGate>();
        app.UseRouting();
        app.MapRazorPages();
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
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
    }
}
