using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Persistence.Embedded;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;
using Serilog;
using Serilog.Events;

namespace PyScriptHub.Web;

/// <summary>The hub as a process: settings, data folder, database and runtime first, then the web application.</summary>
static class HubProcess
{
    /// <summary>Runs the hub until it is told to stop. Answers the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var builder = CreateBuilder(args);
        var options = HubConfiguration.Read(builder.Configuration, DataDirectory.Default());
        using var logs = new LoggerConfiguration().SetLevels(builder.Configuration).WriteTo.Console(
            outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}", formatProvider: CultureInfo.InvariantCulture,
            standardErrorFromLevel: LogEventLevel.Verbose).CreateLogger();
        builder.Logging.ClearProviders().AddSerilog(logs);
        using var startup = LoggerFactory.Create(logging => logging.AddSerilog(logs));
        var logger = startup.CreateLogger("PyScriptHub");
        foreach (var key in HubConfiguration.UnknownKeys(builder.Configuration)) HubLog.UnknownKey(logger, key);

        if (!options.IsWeb) return await RunWorkerAsync(builder, options, logger, clock, ct);
        Listen(builder, options);
        var packing = PackRuntimeAsync(options, ct);
        await using var database = await HubDatabase.OpenAsync(options, isSupervisor: true, logger, ct);
        builder.AddHub(options, database.ConnectionString, await packing);
        await using var app = builder.Build();
        app.MapHub();
        await FirstAdministrator.EnsureAsync(app.Services, Console.Out, ct);
        app.Lifetime.ApplicationStarted.Register(() => HubLog.Started(logger, options.PublicUrl, options.DataDirectory, clock.Elapsed.TotalSeconds));
        await app.RunAsync(ct);
        return 0;
    }

    // A process of workers alone: it waits for the database that there is, starts none, answers no requests and packs no runtime.
    private static async Task<int> RunWorkerAsync(
        WebApplicationBuilder builder, HubOptions options, Microsoft.Extensions.Logging.ILogger logger, Stopwatch clock, CancellationToken ct)
    {
        if (await FoundDatabase.WaitAsync(options, logger, ct) is not { } database) return 0;
        var host = Host.CreateApplicationBuilder();
        host.Logging.ClearProviders();
        foreach (var provider in builder.Services.Where(service => service.ServiceType == typeof(ILoggerProvider))) host.Services.Add(provider);
        host.Services.AddHubWork(options, () => database.ConnectionString);
        if (options.ConnectionString is null) host.Services.AddHostedService(_ => database);
        using var worker = host.Build();
        HubLog.WorkerStarted(logger, options.PublicUrl, clock.Elapsed.TotalSeconds);
        await worker.RunAsync(ct);
        return 0;
    }

    /// <summary>A builder whose static files are found from wherever the program was started.</summary>
    public static WebApplicationBuilder CreateBuilder(string[] args, string? contentRoot = null) => WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        // Razor looks for pages in the assembly of this name; in tests the process is another.
        ApplicationName = typeof(Hub).Assembly.GetName().Name,
        ContentRootPath = contentRoot ?? (Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot")) ? AppContext.BaseDirectory : null),
    });

    /// <summary>Sets Kestrel's own limits.</summary>
    public static void ConfigureServer(WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        // Cookies that one project plants for all its siblings must not shut them: content hosts take what others refuse.
        kestrel.Limits.MaxRequestHeadersTotalSize = 1024 * 1024;
        // What takes more says so itself, once it knows who sends it (BodyLimits, UploadLimit).
        kestrel.Limits.MaxRequestBodySize = BodyLimits.Default;
    });

    /// <summary>Packs what the runtime host serves; a second time there is nothing to do.</summary>
    public static Task<RuntimeCatalog> PackRuntimeAsync(HubOptions options, CancellationToken ct)
    {
        var folder = Path.Combine(options.DataDirectory, "runtime");
        return RuntimePacker.PackAsync(RuntimeSources.Read(RuntimeSources.BundledFolder(), folder), new Uri(new Origins(options).Runtime), folder, ct);
    }

    // Addresses that were set are the administrator's word; without them the hub listens where its public address says.
    private static void Listen(WebApplicationBuilder builder, HubOptions options)
    {
        ConfigureServer(builder);
        if (builder.Configuration["urls"] is not null || builder.Configuration["http_ports"] is not null || builder.Configuration.GetSection("Kestrel:Endpoints").Exists()) return;
        var port = options.PublicUrl is { Scheme: "http", Host: "localhost" } ? options.PublicUrl.Port : 5080;
        builder.WebHost.UseUrls($"http://localhost:{port.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>What is logged at all. One-time addresses are secrets, so the server's own lines, which tell every address, are not.</summary>
    public static LoggerConfiguration SetLevels(this LoggerConfiguration logging, IConfiguration configuration)
    {
        var level = Enum.TryParse<LogEventLevel>(configuration["Logging:LogLevel:Default"], ignoreCase: true, out var set) ? set : LogEventLevel.Information;
        return logging.MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // That keys lie unencrypted in the database is so by design: whoever reads it reads all that they protect.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogEventLevel.Error);
    }
}

/// <summary>The database that a process uses: another's server, or the hub's own for as long as the process lives.</summary>
sealed class HubDatabase(string connectionString, EmbeddedPostgres? own) : IAsyncDisposable
{
    public string ConnectionString { get; } = connectionString;

    /// <summary>
    /// Opens the database and brings its schema up to date. The hub's own server is started and supervised by a process that
    /// serves; a verb uses one that runs, or starts it for as long as the verb takes.
    /// </summary>
    public static async Task<HubDatabase> OpenAsync(HubOptions options, bool isSupervisor, Microsoft.Extensions.Logging.ILogger logger, CancellationToken ct)
    {
        var embedded = new EmbeddedPostgresOptions { DataDirectory = options.DataDirectory };
        var own = options.ConnectionString is not null ? null
            : isSupervisor ? await EmbeddedPostgres.StartAsync(embedded, logger, ct)
            : await EmbeddedPostgres.ConnectOrStartAsync(embedded, logger, ct);
        var database = new HubDatabase(options.ConnectionString ?? own!.ConnectionString, own);
        try
        {
            await using var db = new HubDb(new DbContextOptionsBuilder<HubDb>().UseNpgsql(database.ConnectionString).Options);
            await SchemaUpdate.ApplyAsync(db, logger, ct);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (own is not null) await own.DisposeAsync();
    }
}

/// <summary>
/// The database of a process of workers alone. Where it is a hub's own server, that hub may start it again at another address: it is
/// looked for as long as the process lives.
/// </summary>
sealed class FoundDatabase : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);

    private readonly HubOptions _options;
    private readonly Microsoft.Extensions.Logging.ILogger _logger;
    private volatile string _connectionString;

    private FoundDatabase(HubOptions options, string connectionString, Microsoft.Extensions.Logging.ILogger logger) =>
        (_options, _connectionString, _logger) = (options, connectionString, logger);

    public string ConnectionString => _connectionString;

    /// <summary>Waits until there is a database and brings its schema up to date; null where the process is told to end before.</summary>
    public static async Task<FoundDatabase?> WaitAsync(HubOptions options, Microsoft.Extensions.Logging.ILogger logger, CancellationToken ct)
    {
        for (var hasSaid = false; ; hasSaid = true)
        {
            try
            {
                if (await FindAsync(options, ct) is { } found)
                {
                    await using var db = new HubDb(new DbContextOptionsBuilder<HubDb>().UseNpgsql(found).Options);
                    await SchemaUpdate.ApplyAsync(db, logger, ct);
                    return new FoundDatabase(options, found, logger);
                }
            }
            catch (Exception) when (ct.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception e) when (Http.Problems.IsDatabaseAway(e))
            {
                // Not yet.
            }
            if (!hasSaid) HubLog.WaitsForDatabase(logger, options.ConnectionString is null ? options.DataDirectory : "ConnectionStrings:Hub");
            await Task.WhenAny(Task.Delay(s_look, ct));
            if (ct.IsCancellationRequested) return null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await FindAsync(_options, stoppingToken) is { } found) _connectionString = found;
            }
            catch (EmbeddedPostgresException e)
            {
                HubLog.DatabaseHidden(_logger, e.Message);
            }
            catch (IOException)
            {
                // The folder is changing at this moment.
            }
        }
    }

    private static async Task<string?> FindAsync(HubOptions options, CancellationToken ct) =>
        options.ConnectionString ?? await EmbeddedPostgres.FindAsync(new EmbeddedPostgresOptions { DataDirectory = options.DataDirectory }, ct);
}

static partial class HubLog
{
    [LoggerMessage(LogLevel.Warning, "{Key} is no setting of the hub; is it a typing mistake? docs/configuration.md lists all.")]
    public static partial void UnknownKey(Microsoft.Extensions.Logging.ILogger logger, string key);

    [LoggerMessage(LogLevel.Information, "Waiting for the database of {Place}: a hub in the role web has to be started")]
    public static partial void WaitsForDatabase(Microsoft.Extensions.Logging.ILogger logger, string place);

    [LoggerMessage(LogLevel.Warning, "The database cannot be looked for: {Reason}")]
    public static partial void DatabaseHidden(Microsoft.Extensions.Logging.ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "A worker of the hub at {Url} started in {Seconds:0.0} s")]
    public static partial void WorkerStarted(Microsoft.Extensions.Logging.ILogger logger, Uri url, double seconds);

    [LoggerMessage(LogLevel.Information, "The hub is at {Url}, its data in {DataDirectory}; started in {Seconds:0.0} s")]
    public static partial void Started(Microsoft.Extensions.Logging.ILogger logger, Uri url, string dataDirectory, double seconds);
}
