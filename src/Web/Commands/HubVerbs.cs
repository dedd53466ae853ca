using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Web.Commands;

/// <summary>Runs a verb against the hub's database: that of a running hub, or one that is started for as long as the verb takes.</summary>
static class HubVerbs
{
    public static async Task<int> RunAsync(Func<IServiceProvider, Task<int>> verb, CancellationToken ct)
    {
        var builder = HubProcess.CreateBuilder([]);
        // What a verb prints is its answer; the log of the hub is no part of it.
        builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        var options = HubConfiguration.Read(builder.Configuration, DataDirectory.Default());
        using var logging = LoggerFactory.Create(logs => logs.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning));
        await using var database = await HubDatabase.OpenAsync(options, isSupervisor: false, logging.CreateLogger("PyScriptHub"), ct);
        builder.AddHub(options, database.ConnectionString, runtime: null);
        await using var app = builder.Build();
        await using var scope = app.Services.CreateAsyncScope();
        return await verb(scope.ServiceProvider);
    }
}
