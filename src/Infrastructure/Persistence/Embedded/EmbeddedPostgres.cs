using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>
/// The hub's own PostgreSQL, on a Unix socket alone. Its supervisor is the process that holds the data folder's lock: it starts the
/// server or adopts a live one that lost its hub, starts it again when it dies, and stops it at the end.
/// </summary>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Database = "hub";
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    private readonly Supervision? _supervision;

    private EmbeddedPostgres(string connectionString, Supervision? supervision) =>
        (ConnectionString, _supervision) = (connectionString, supervision);

    /// <summary>The address for Npgsql; stays the same when the server is started again.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether this process started or adopted the server, and stops it when this is disposed.</summary>
    public bool IsSupervisor => _supervision is not null;

    /// <summary>Runs the database in the data folder and supervises it until this is disposed.</summary>
    /// <exception cref="DataDirectoryInUseException">Another process supervises the database of this folder.</exception>
    /// <exception cref="EmbeddedPostgresException">The database cannot be run here; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var folders = MakeRoot(options);
        for (var watch = Stopwatch.StartNew(); ;)
        {
            if (DataDirectoryLock.TryTake(folders, HolderKind.Supervisor) is { } held)
                return await SuperviseAsync(options, folders, held, logger, ct);

            // A verb is soon done. What the holder wrote of itself can be its predecessor's for a moment.
            var (name, kind) = DataDirectoryLock.Holder(folders);
            if (watch.Elapsed > (kind == HolderKind.Supervisor ? TimeSpan.FromSeconds(1) : options.LockTimeout))
                throw new DataDirectoryInUseException(folders.Root, name);
            await Task.Delay(_look, ct);
        }
    }

    /// <summary>
    /// For verbs and workers: connects to the running server and leaves it alone; where none runs, runs it until this is disposed.
    /// </summary>
    /// <exception cref="DataDirectoryInUseException">Another process holds the folder and its database does not come up in time.</exception>
    /// <exception cref="EmbeddedPostgresException">The database cannot be run here; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> ConnectOrStartAsync(EmbeddedPostgresOptions options, ILogger logger, CancellationToken ct)
    {
        var folders = MakeRoot(options);
        for (var watch = Stopwatch.StartNew(); ;)
        {
            if (DataDirectoryLock.TryTake(folders, HolderKind.Passing) is { } held)
            {
                // A server without a supervisor is the next hub's to adopt, and not this process's to stop.
                if (await RunningAsync(folders, ct) is not { } orphan) return await SuperviseAsync(options, folders, held, logger, ct);
                held.Dispose();
                return new EmbeddedPostgres(orphan, null);
            }

            // Another verb stops the server that it started: wait for its end rather than use it.
            var (name, kind) = DataDirectoryLock.Holder(folders);
            if (kind == HolderKind.Supervisor && await RunningAsync(folders, ct) is { } running) return new EmbeddedPostgres(running, null);
            if (watch.Elapsed > options.LockTimeout) throw new DataDirectoryInUseException(folders.Root, name);
            await Task.Delay(_look, ct);
        }
    }

    /// <summary>The address of the server that runs on this folder; null where none answers. For who waits for a hub and starts nothing.</summary>
    public static async Task<string?> FindAsync(EmbeddedPostgresOptions options, CancellationToken ct) => await RunningAsync(new PostgresFolders(options.DataDirectory), ct);

    /// <summary>Where this process supervises: stops the server, so that all is written, and gives the data folder free.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_supervision is not null) await _supervision.DisposeAsync();
    }

    private static async Task<EmbeddedPostgres> SuperviseAsync(
        EmbeddedPostgresOptions options, PostgresFolders folders, DataDirectoryLock held, ILogger logger, CancellationToken ct)
    {
        var supervision = new Supervision(options, folders, held, logger);
        try
        {
            return new EmbeddedPostgres(await supervision.StartAsync(ct), supervision);
        }
        catch
        {
            await supervision.DisposeAsync();
            throw;
        }
    }

    private static PostgresFolders MakeRoot(EmbeddedPostgresOptions options)
    {
        var folders = new PostgresFolders(options.DataDirectory);
        if (Directory.Exists(folders.Root)) return folders;
        try
        {
            Directory.CreateDirectory(folders.Root);

            // As root, the database's user has to pass through; what is private in it has modes of its own.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folders.Root, Environment.IsPrivilegedProcess ? FileModes.OpenFolder : FileModes.PrivateFolder);
            return folders;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {folders.Root} cannot be made: {e.Message} Name one that this user can write by Hub:DataDirectory.", e);
        }
    }

    private static async Task<string?> RunningAsync(PostgresFolders folders, CancellationToken ct)
    {
        if (!File.Exists(folders.Password)) return null;
        (Postmaster, string SocketFolder)? found;
        try
        {
            found = Postmaster.Find(folders.Cluster);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException($"{folders.Cluster} may not be read by {Environment.UserName}. Run this as the hub's user.", e);
        }

        if (found is not (_, { Length: > 0 } socketFolder)) return null;
        var connectionString = Address(socketFolder, PostgresCluster.ReadPassword(folders), Database);
        return await AskAsync(connectionString, ct) == Answer.Ready ? connectionString : null;
    }

    private static string Address(string socketFolder, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = socketFolder,
        Port = PostgresFolders.Port,
        Username = PostgresCluster.Role,
        Password = password,
        Database = database,
        MaxPoolSize = 80,
    }.ConnectionString;

    private static async Task<Answer> AskAsync(string connectionString, CancellationToken ct)
    {
        try
        {
            await using var connection = await OpenOnceAsync(connectionString, ct);
            return Answer.Ready;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.CannotConnectNow)
        {
            return Answer.NotYet;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.TooManyConnections)
        {
            return Answer.Ready;
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            return Answer.None;
        }
        catch (TimeoutException)
        {
            return Answer.None;
        }
    }

    private static async Task<NpgsqlConnection> OpenOnceAsync(string connectionString, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, Timeout = 5 }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private enum Answer
    {
        None,
        NotYet,
        Ready,
    }

    /// <summary>What the holder of the data folder's lock does.</summary>
    private sealed class Supervision(EmbeddedPostgresOptions options, PostgresFolders folders, DataDirectoryLock held, ILogger logger) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stopping = new();
        private PostgresUser? _user;
        private PostgresPrograms? _programs;
        private Postmaster? _server;
        private string? _socketFolder;
        private bool _isSocketFolderTemporary;
        private Task _watch = Task.CompletedTask;

        public async Task<string> StartAsync(CancellationToken ct)
        {
            var watch = Stopwatch.StartNew();
            _user = await PostgresUser.ResolveAsync(options.User, ct);
            _programs = await PostgresPrograms.PrepareAsync(folders, options.Programs, logger, ct);
            var cluster = new PostgresCluster(folders, _user, _programs, logger);
            await cluster.EnsureAsync(options.IsDurable, ct);

            var adopted = await AdoptAsync(_programs, ct);
            if (!adopted)
            {
                _programs.RemoveOthers();
                await ClearAsync(ct);
                await cluster.RenewLostPasswordAsync(ct);
                MakeSocketFolder(_user);
                await StartServerAsync(_user, _programs, ct);
            }

            await MakeDatabaseAsync(ct);
            logger.LogInformation("The database in {Folder} is {State} after {Seconds:0.0} s, process {Pid}",
                folders.Cluster, adopted ? "adopted" : "ready", watch.Elapsed.TotalSeconds, _server!.Pid);
            _watch = WatchAsync(_user, _programs);
            return Address(Database);
        }

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync();
            await _watch;
            if (_server is not null)
            {
                var watch = Stopwatch.StartNew();
                await _server.StopAsync(_programs!, options.StopTimeout);
                logger.LogInformation("The database in {Folder} was stopped in {Seconds:0.00} s", folders.Cluster, watch.Elapsed.TotalSeconds);
            }

            if (_isSocketFolderTemporary && Directory.Exists(_socketFolder)) Directory.Delete(_socketFolder, recursive: true);
            held.Dispose();
            _stopping.Dispose();
        }

        private string Address(string database) =>
            EmbeddedPostgres.Address(_socketFolder!, PostgresCluster.ReadPassword(folders), database);

        /// <summary>Takes over a live server whose hub was killed; one that does not answer is stopped.</summary>
        private async Task<bool> AdoptAsync(PostgresPrograms programs, CancellationToken ct)
        {
            var silent = Stopwatch.StartNew();
            for (var watch = Stopwatch.StartNew(); Postmaster.Find(folders.Cluster) is var (server, socketFolder);)
            {
                var answer = Answer.None;
                if (socketFolder.Length > 0 && File.Exists(folders.Password))
                {
                    _socketFolder = socketFolder;
                    answer = await AskAsync(Address("postgres"), ct);
                }

                if (answer == Answer.Ready)
                {
                    _server = server;
                    _isSocketFolderTemporary = PostgresFolders.IsTemporarySocketFolder(socketFolder);
                    return true;
                }

                if (answer == Answer.NotYet) silent.Restart();
                if (!File.Exists(folders.Password) || silent.Elapsed > options.SilenceTimeout || watch.Elapsed > options.StartTimeout)
                {
                    logger.LogWarning("The database server {Pid} does not answer and is started anew", server.Pid);
                    await server.StopAsync(programs, options.SilenceTimeout);
                }

                await Task.Delay(_look, ct);
            }

            return false;
        }

        private async Task ClearAsync(CancellationToken ct)
        {
            var last = Postmaster.LastSocketFolder(folders.Cluster);
            await Postmaster.ClearRemnantsAsync(folders.Cluster, last, logger, ct);
            if (!string.Equals(last, _socketFolder, StringComparison.Ordinal) && PostgresFolders.IsTemporarySocketFolder(last) && Directory.Exists(last)) Directory.Delete(last, recursive: true);
        }

        private void MakeSocketFolder(PostgresUser user)
        {
            foreach (var candidate in folders.SocketFolders())
            {
                try
                {
                    _socketFolder = candidate ?? PostgresFolders.MakeTemporarySocketFolder();
                    _isSocketFolderTemporary = candidate is null;
                    Directory.CreateDirectory(_socketFolder);
                    user.Own(_socketFolder);

                    // A crash of the machine can have left files here that postmaster.pid no longer tells of.
                    File.Delete(PostgresFolders.SocketFile(_socketFolder));
                    File.Delete(PostgresFolders.SocketFile(_socketFolder) + ".lock");
                    return;
                }
                catch (Exception e) when (candidate is not null && e is IOException or UnauthorizedAccessException)
                {
                    logger.LogDebug(e, "{Folder} cannot hold the database's socket", candidate);
                }
            }
        }

        private async Task StartServerAsync(PostgresUser user, PostgresPrograms programs, CancellationToken ct)
        {
            List<string> arguments = ["-D", folders.Cluster];
            foreach (var setting in Settings()) arguments.AddRange(["-c", setting]);
            _server = await Postmaster.StartAsync(user.Command(programs.Postgres, arguments, options.EndsWithProcess, ownSession: true), logger);

            var announced = TimeSpan.Zero;
            for (var watch = Stopwatch.StartNew(); ;)
            {
                var answer = await AskAsync(Address("postgres"), ct);
                if (answer == Answer.Ready) return;
                if (_server.Exited.IsCompleted || watch.Elapsed > options.StartTimeout)
                {
                    var why = _server.Exited.IsCompleted ? "ended at once" : $"did not answer within {options.StartTimeout.TotalSeconds:0} s";
                    throw new EmbeddedPostgresException(
                        $"The database server in {folders.Cluster} {why}. Its log is in {Path.Combine(folders.Cluster, "log")}. {_server.LastLines}");
                }

                if (watch.Elapsed - announced > TimeSpan.FromSeconds(5))
                {
                    announced = watch.Elapsed;
                    logger.LogInformation("Waiting for the database, {State}", answer == Answer.NotYet ? "which recovers" : "which does not answer yet");
                }

                await Task.WhenAny(_server.Exited, Task.Delay(TimeSpan.FromMilliseconds(20), ct));
            }
        }

        private IEnumerable<string> Settings()
        {
            yield return "listen_addresses=";
            // Three processes with full pools, and room for a person with psql: PostgreSQL's own 100 are one pool.
            yield return "max_connections=300";
            yield return "unix_socket_directories=" + _socketFolder;
            yield return "unix_socket_permissions=0700";
            yield return string.Create(CultureInfo.InvariantCulture, $"port={PostgresFolders.Port}");
            yield return "timezone=UTC";

            // A log of its own outlives the hub, whose pipe would break. A week is kept.
            yield return "log_timezone=UTC";
            yield return "logging_collector=on";
            yield return "log_directory=log";
            yield return "log_filename=postgresql-%a.log";
            yield return "log_rotation_age=1d";
            yield return "log_rotation_size=0";
            yield return "log_truncate_on_rotation=on";
            if (options.IsDurable) yield break;
            yield return "fsync=off";
            yield return "full_page_writes=off";
        }

        private async Task MakeDatabaseAsync(CancellationToken ct)
        {
            await using var connection = await OpenOnceAsync(Address("postgres"), ct);
            await using var look = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = 'hub'", connection);
            if (await look.ExecuteScalarAsync(ct) is not null) return;
            await using var make = new NpgsqlCommand("CREATE DATABASE hub", connection);
            await make.ExecuteNonQueryAsync(ct);
        }

        private async Task WatchAsync(PostgresUser user, PostgresPrograms programs)
        {
            var stopping = Task.Delay(Timeout.Infinite, _stopping.Token);
            while (await Task.WhenAny(_server!.Exited, stopping) != stopping)
            {
                logger.LogWarning("The database server {Pid} ended and is started again", _server.Pid);
                for (var pause = TimeSpan.FromSeconds(1); !_stopping.IsCancellationRequested; pause = TimeSpan.FromSeconds(Math.Min(30, 2 * pause.TotalSeconds)))
                {
                    try
                    {
                        await _server.StopAsync(programs, options.StopTimeout);
                        await ClearAsync(_stopping.Token);
                        Directory.CreateDirectory(_socketFolder!);
                        user.Own(_socketFolder!);
                        await StartServerAsync(user, programs, _stopping.Token);
                        logger.LogInformation("The database in {Folder} is ready again, process {Pid}", folders.Cluster, _server.Pid);
                        break;
                    }
                    catch (Exception) when (_stopping.IsCancellationRequested)
                    {
                        return;
                    }
                    catch (Exception e)
                    {
                        // Whatever it was (a full disk, a missing folder): it can be gone at the next attempt, and the hub lives on.
                        logger.LogError(e, "The database in {Folder} did not start; the next attempt is in {Seconds} s", folders.Cluster, pause.TotalSeconds);
                        await Task.WhenAny(Task.Delay(pause), stopping);
                    }
                }
            }
        }
    }
}
