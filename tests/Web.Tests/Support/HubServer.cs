using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Testing;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Workers;
using Serilog;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A real hub on Kestrel and PostgreSQL, with a database and a data folder of its own, for as long as a test needs it.</summary>
public sealed class HubServer : IAsyncDisposable
{
    private static readonly TestPostgres s_postgres = new(async connection =>
    {
        await using var db = Open(connection);
        await db.Database.MigrateAsync();
    });

    // Packing takes seconds; a test that does not ask for runtime files does not mind whose address is in them.
    private static readonly Lazy<Task<RuntimeCatalog>> s_catalog = new(() => PackAsync(new Uri("http://localhost:1"), Shared("runtime")));

    private readonly WebApplication _app;
    private readonly string _folder;

    private HubServer(WebApplication app, HubOptions options, string connectionString, string folder)
    {
        (_app, Options, ConnectionString, _folder) = (app, options, connectionString, folder);
        Client = ClientFor(null);
    }

    public HubOptions Options { get; }

    public string ConnectionString { get; }

    /// <summary>The hub's address, without a closing slash.</summary>
    public string Url => Options.PublicUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>Somebody who is not signed in. Redirects are not followed; every name leads to this hub.</summary>
    public HttpClient Client { get; }

    /// <summary>The hub's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Everything that the hub has logged so far.</summary>
    public LogLines Log => Services.GetRequiredService<LogLines>();

    /// <summary>Starts a hub.</summary>
    /// <param name="configure">Changes its options.</param>
    /// <param name="packsRuntime">Whether runtime files must name this very hub: for browsers.</param>
    /// <param name="connectionString">Another hub's database, for a second node.</param>
    /// <param name="services">Replaces services, for example the clock.</param>
    public static async Task<HubServer> StartAsync(
        Func<HubOptions, HubOptions>? configure = null, bool packsRuntime = false, string? connectionString = null, Action<IServiceCollection>? services = null)
    {
        var folder = Directory.CreateTempSubdirectory("pyscript-hub-test-").FullName;
        var options = new HubOptions { PublicUrl = new Uri($"http://localhost:{HubClients.FreePort()}"), ContentDomain = "localhost", DataDirectory = folder, IsWorker = false };
        options = configure?.Invoke(options) ?? options;
        connectionString ??= await NewDatabaseAsync();
        var catalog = packsRuntime ? await PackAsync(options.PublicUrl, folder) : await s_catalog.Value;

        var builder = HubProcess.CreateBuilder(["--environment", "Testing"], SourceFolder());
        var log = new LogLines();
        builder.Services.AddSingleton(log);
        builder.Logging.ClearProviders().AddSerilog(
            new LoggerConfiguration().SetLevels(builder.Configuration).WriteTo.Sink(log).CreateLogger(), dispose: true);
        HubProcess.ConfigureServer(builder);
        builder.WebHost.UseUrls($"http://127.0.0.1:{options.PublicUrl.Port}", $"http://[::1]:{options.PublicUrl.Port}");
        builder.AddHub(options, connectionString, catalog);
        // Minutes of brotli 11 for a hub that lives for seconds; its own tests make it run.
        builder.Services.Remove(builder.Services.Single(service => service.ImplementationType == typeof(AssetImprover)));
        // Thousands of rows that few tests ask for: those have them recorded by KnowPackagesAsync.
        builder.Services.Remove(builder.Services.Last(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory?.Method.ReturnType == typeof(ShippedEvidence)));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapHub();
        await app.StartAsync();
        return new HubServer(app, options, connectionString, folder);
    }

    /// <summary>Makes a user with a token, and a client that sends it.</summary>
    public async Task<HttpClient> UserAsync(string name, bool isAdministrator = false)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        var user = new HubUser { Id = Guid.CreateVersion7(), UserName = name, NormalizedUserName = name.ToUpperInvariant(), SecurityStamp = Guid.NewGuid().ToString(), CreatedAt = DateTimeOffset.UtcNow };
        db.Add(user);
        if (isAdministrator)
        {
            var role = await db.Roles.SingleOrDefaultAsync(r => r.Name == HubRoles.Administrator);
            if (role is null) db.Add(role = new IdentityRole<Guid> { Id = Guid.NewGuid(), Name = HubRoles.Administrator, NormalizedName = HubRoles.Administrator.ToUpperInvariant() });
            db.Add(new IdentityUserRole<Guid> { UserId = user.Id, RoleId = role.Id });
        }
        var (token, secret) = AccessToken.Issue(user.Id, "test", DateTimeOffset.UtcNow);
        db.Add(token);
        await db.SaveChangesAsync();
        return ClientFor(secret);
    }

    /// <summary>Has the hub record what it knows of packages, as it does after a start.</summary>
    public Task KnowPackagesAsync() => Services.GetRequiredService<ShippedEvidence>().RecordAsync(CancellationToken.None);

    /// <summary>A client with a token, or with none.</summary>
    public HttpClient ClientFor(string? token) => HubClients.To(Options.PublicUrl, token);

    /// <summary>A migrated database of the caller's own.</summary>
    public static Task<string> NewDatabaseAsync() => s_postgres.CreateDatabaseAsync();

    /// <summary>The hub's database, for what a test wants to see or arrange below HTTP.</summary>
    public HubDb OpenDatabase() => Open(ConnectionString);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The folder of the web project's sources, where its static files are.</summary>
    private static string SourceFolder() => Path.Combine(Repository.Root, "src", "Web");

    /// <summary>A database by its connection string.</summary>
    public static HubDb Open(string connectionString) => new(new DbContextOptionsBuilder<HubDb>().UseNpgsql(connectionString).Options);

    private static string Shared(string name)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"pyscript-hub-shared-{Environment.UserName}", name);
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static Task<RuntimeCatalog> PackAsync(Uri publicUrl, string folder) => HubProcess.PackRuntimeAsync(
        new HubOptions { PublicUrl = publicUrl, ContentDomain = "localhost", DataDirectory = folder }, CancellationToken.None);
}
