using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Testing;

/// <summary>
/// Databases for tests: one real server per test process, and for each test a database of its own, copied from a template. Keep one
/// instance in a static field per template. The server goes with the process, also with one that is killed (Linux); its folder goes with it,
/// or with the next test process. A test project that says <c>[assembly: AssemblyFixture(typeof(TestPostgresServer))]</c> has both gone
/// before its process ends, which xunit allows 10 s for.
/// </summary>
/// <param name="prepare">Prepares the template, once, by its connection string; null for an empty one.</param>
public sealed class TestPostgres(Func<string, Task>? prepare = null)
{
    private const string FolderPrefix = "pyscript-hub-tests-";

    private static readonly Lazy<Task<EmbeddedPostgres>> _server = new(StartAsync);
    private static int _count;
    private static string? _folder;

    private readonly Lazy<Task<string>> _template = new(() => MakeTemplateAsync(prepare));

    /// <summary>Makes a database of the caller's own and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var template = await _template.Value;
        var name = NewName("test");

        // Copies files instead of logging each block: 32 instead of 75 ms.
        await RunAsync($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY = file_copy");
        return await AddressAsync(name);
    }

    internal static async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _folder, null) is not { } folder) return;
        await (await _server.Value).DisposeAsync();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Stopped, it looks like a leftover to another test process, which then deletes it at the same moment.
        }
    }

    private static async Task<string> MakeTemplateAsync(Func<string, Task>? prepare)
    {
        var name = NewName("template");
        await RunAsync($"CREATE DATABASE {name} STRATEGY = file_copy");
        var address = await AddressAsync(name);
        if (prepare is not null) await prepare(address);

        // A database with sessions cannot be copied: pools let go of theirs, and no new ones come.
        await using (var connection = new NpgsqlConnection(address)) NpgsqlConnection.ClearPool(connection);
        await RunAsync($"ALTER DATABASE {name} ALLOW_CONNECTIONS false");
        await RunAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        return name;
    }

    private static string NewName(string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind}_{Interlocked.Increment(ref _count)}");

    private static async Task<string> AddressAsync(string database) =>
        // Many hubs share the server, each with pools of its own, and a hub that is gone leaves its connections to be pruned.
        new NpgsqlConnectionStringBuilder((await _server.Value).ConnectionString)
        {
            Database = database,
            MaxPoolSize = 20,
            ConnectionIdleLifetime = 4,
            ConnectionPruningInterval = 2,
        }.ConnectionString;

    private static async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(await AddressAsync("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<EmbeddedPostgres> StartAsync()
    {
        RemoveLeftovers();
        var folder = Directory.CreateTempSubdirectory(FolderPrefix).FullName;
        if (!OperatingSystem.IsWindows())
        {
            // As root, the server runs as another user, who has to pass through.
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions { DataDirectory = folder, IsDurable = false, EndsWithProcess = true },
            NullLogger.Instance, CancellationToken.None);
        _folder = folder;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAsync().Wait(TimeSpan.FromSeconds(8));
        return server;
    }

    // Those of test processes that were killed. One that lives holds the lock of its folder.
    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            try
            {
                using (new FileStream(Path.Combine(folder, "postgres.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    if (Path.Exists(Path.Combine(folder, "postgres", "postmaster.pid"))) continue;
                }

                Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, being made, or somebody else's.
            }
        }
    }
}

/// <summary>Stops the server of <see cref="TestPostgres"/>, if one was started, when a test run ends.</summary>
public sealed class TestPostgresServer : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await TestPostgres.StopAsync();
}
