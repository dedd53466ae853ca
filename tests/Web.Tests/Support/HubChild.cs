using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>
/// The real hub as a process of its own, with a data folder and a port of its own: something that a test can kill, measure and start
/// again. With <c>web</c> alone as its role, so that housekeeping does not thin what a test has saved.
/// </summary>
public sealed class HubChild : IAsyncDisposable
{
    /// <summary>The first administrator's token.</summary>
    public const string AdminToken = "a-token-of-a-hub-in-a-test";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, string> _settings;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    private HubChild(Dictionary<string, string> settings, string folder, Uri url)
    {
        (_settings, _folder, Url) = (settings, folder, url);
        Admin = HubClients.To(url, AdminToken);
        Anyone = HubClients.To(url, token: null);
    }

    public Uri Url { get; }

    /// <summary>The administrator.</summary>
    public HttpClient Admin { get; }

    /// <summary>Somebody who is not signed in.</summary>
    public HttpClient Anyone { get; }

    /// <summary>The number of its process.</summary>
    public int Pid => _process!.Id;

    /// <summary>What the hub has logged, over all of its starts.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts a hub and waits until it answers.</summary>
    /// <param name="connectionString">The database to use; null for the hub's own.</param>
    /// <param name="settings">More settings, by their names in configuration.</param>
    public static async Task<HubChild> StartAsync(string? connectionString = null, params (string Key, string Value)[] settings)
    {
        var hub = Create(connectionString, settings);
        try
        {
            await hub.StartAgainAsync();
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a hub that is to refuse its start; gives its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Said)> RefusedAsync(string? connectionString = null, params (string Key, string Value)[] settings)
    {
        await using var hub = Create(connectionString, settings);
        hub.Launch();
        await hub._process!.WaitForExitAsync().WaitAsync(s_patience);
        return (hub._process.ExitCode, hub.Log);
    }

    /// <summary>Starts the hub on the same folder and port, and waits until it and its database answer.</summary>
    public async Task StartAgainAsync()
    {
        Launch();
        await HealedAsync();
    }

    /// <summary>Waits until hub and database answer; gives how long that took.</summary>
    public async Task<TimeSpan> HealedAsync()
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (_process!.HasExited) throw new InvalidOperationException($"The hub ended with {_process.ExitCode}. {Log}");
            try
            {
                using var answer = await Admin.GetAsync("/api/v1/me");
                if (answer.StatusCode == HttpStatusCode.OK) return watch.Elapsed;
            }
            catch (HttpRequestException)
            {
                // Does not listen yet.
            }
            if (watch.Elapsed > s_patience) throw new TimeoutException($"The hub does not answer. {Log}");
        }
    }

    /// <summary>Starts a process of workers alone beside the hub, on its folder and database.</summary>
    /// <param name="settings">More settings, by their names in configuration.</param>
    public WorkerChild StartWorker(params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_settings, StringComparer.Ordinal) { ["Hub:Roles"] = "worker" };
        foreach (var (key, value) in settings) all[key] = value;
        return new WorkerChild(() => Start(all, _log));
    }

    /// <summary>SIGKILL for the hub; its database lives on without it.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM for the hub, as a service is stopped: its database stops with it.</summary>
    public async Task StopAsync()
    {
        using (var stop = Process.Start("kill", ["-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>SIGKILL for the database server's first process; false where none runs.</summary>
    public bool KillDatabase()
    {
        if (DatabasePid() is not { } pid) return false;
        using var server = Process.GetProcessById(pid);
        server.Kill();
        return true;
    }

    /// <summary>The hub's resident memory, in bytes.</summary>
    public long ResidentBytes()
    {
        var line = File.ReadLines($"/proc/{_process!.Id.ToString(CultureInfo.InvariantCulture)}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The address of the hub's own database while it runs.</summary>
    public async Task<string> ConnectionStringAsync()
    {
        await using var postgres = await EmbeddedPostgres.ConnectOrStartAsync(
            new EmbeddedPostgresOptions { DataDirectory = _folder }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, CancellationToken.None);
        postgres.IsSupervisor.ShouldBeFalse("the hub is to supervise its database");
        return postgres.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        Anyone.Dispose();
        if (_process is { HasExited: false })
        {
            try
            {
                await StopAsync();
            }
            catch (TimeoutException)
            {
                await KillAsync();
            }
        }
        _process?.Dispose();
        // A database that lost its hub would live on.
        for (var attempt = 0; attempt < 100 && KillDatabase(); attempt++) await Task.Delay(50);
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static HubChild Create(string? connectionString, (string Key, string Value)[] settings)
    {
        // Not made here: as root, the hub makes it so that the database's user can pass through.
        var folder = Path.Combine(Path.GetTempPath(), $"pyscript-hub-child-{Path.GetRandomFileName()}");
        var url = new Uri($"http://localhost:{HubClients.FreePort().ToString(CultureInfo.InvariantCulture)}");
        var all = settings.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
        all["Hub:PublicUrl"] = url.GetLeftPart(UriPartial.Authority);
        all["Hub:DataDirectory"] = folder;
        all["Hub:Setup:AdminToken"] = AdminToken;
        all.TryAdd("Hub:Roles", "web");
        if (connectionString is not null) all["ConnectionStrings:Hub"] = connectionString;
        return new HubChild(all, folder, url);
    }

    private void Launch()
    {
        _process?.Dispose();
        _process = Start(_settings, _log);
    }

    private static Process Start(Dictionary<string, string> settings, ConcurrentQueue<string> log)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "PyScriptHub"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.Combine(Repository.Root, "src", "Web"),
        };
        foreach (var (key, value) in settings) start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Keep(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not null) log.Enqueue(line.Data);
        }
    }

    // The number can belong to another process by now: that one is left alone.
    private int? DatabasePid()
    {
        try
        {
            var pid = int.Parse(File.ReadLines(Path.Combine(_folder, "postgres", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
            // A process that ended and was not asked for yet has no folder to work in.
            var works = File.ResolveLinkTarget($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cwd", returnFinalTarget: false)?.FullName;
            return works == Path.Combine(_folder, "postgres") ? pid : null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
