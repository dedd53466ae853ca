using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>A running PostgreSQL server: one that this process started, or one that it found.</summary>
internal sealed class Postmaster
{
    private const int KeptLines = 20;
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    private readonly Queue<string> _lastLines = new();

    private Postmaster(int pid) => Pid = pid;

    public int Pid { get; }

    /// <summary>Ends when the server has ended.</summary>
    public required Task Exited { get; init; }

    /// <summary>The last lines that a server started here wrote before its log took over.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines) return string.Join('\n', _lastLines);
        }
    }

    /// <summary>Starts a server; it need not answer yet.</summary>
    public static async Task<Postmaster> StartAsync(ProcessStartInfo command, ILogger logger)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // setpriv --pdeathsig fires when the thread ends that started the server, not the process: this one stays until the server is gone.
        new Thread(() =>
        {
            try
            {
                using var process = Process.Start(command)!;
                started.SetResult(process);
                process.WaitForExit();
                exited.SetResult();
            }
            catch (Win32Exception e)
            {
                started.SetException(new EmbeddedPostgresException($"{command.FileName} cannot be started: {e.Message}", e));
            }
        })
        { IsBackground = true, Name = "postgres" }.Start();

        var server = await started.Task;
        var postmaster = new Postmaster(server.Id) { Exited = exited.Task };
        server.StandardInput.Close();
        _ = postmaster.ReadAsync(server.StandardError, logger);
        _ = postmaster.ReadAsync(server.StandardOutput, logger);
        return postmaster;
    }

    /// <summary>
    /// The live server of a cluster, with the folder of its socket (empty as long as it has none); null where <c>postmaster.pid</c> is
    /// missing or left over, also where its number is a zombie's or was given to another process.
    /// </summary>
    public static (Postmaster Server, string SocketFolder)? Find(string cluster)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PidFile(cluster));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid) || !IsServerOf(pid, cluster)) return null;
        return (new Postmaster(pid) { Exited = WatchAsync(pid, cluster) }, lines.Length > 4 ? lines[4].Trim() : "");
    }

    /// <summary>The folder of the socket that a server of the cluster had last, living or not; empty where it is not known.</summary>
    public static string LastSocketFolder(string cluster) =>
        File.Exists(PidFile(cluster)) && File.ReadAllLines(PidFile(cluster)) is { Length: > 4 } lines ? lines[4].Trim() : "";

    public static string PidFile(string cluster) => Path.Combine(cluster, "postmaster.pid");

    /// <summary>
    /// Ends what is left of a dead server and removes its lock files. Two servers' processes on one cluster destroy it: as long as one
    /// lives, the files stay.
    /// </summary>
    public static async Task ClearRemnantsAsync(string cluster, string socketFolder, ILogger logger, CancellationToken ct)
    {
        // Orphans of a killed server notice by themselves when they next wait; a busy one does not.
        foreach (var (signal, patience) in ((Signal, TimeSpan)[])[(Signal.None, TimeSpan.FromSeconds(2)),
                     (Signal.Quit, TimeSpan.FromSeconds(3)), (Signal.Kill, TimeSpan.FromSeconds(10))])
        {
            var pids = ProcessesOf(cluster);
            if (pids.Count == 0) break;
            logger.LogInformation("Waiting for {Count} processes that a dead database server left", pids.Count);
            foreach (var pid in pids) UnixCalls.Signal(pid, signal);
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < patience && ProcessesOf(cluster).Count > 0;) await Task.Delay(_look, ct);
        }

        if (ProcessesOf(cluster) is [var remaining, ..])
        {
            throw new EmbeddedPostgresException(
                $"Process {remaining} still works in {cluster}, and nothing can be started there until it has ended. End it, or restart the machine.");
        }

        File.Delete(PidFile(cluster));
        if (!Directory.Exists(socketFolder)) return;
        File.Delete(PostgresFolders.SocketFile(socketFolder));
        File.Delete(PostgresFolders.SocketFile(socketFolder) + ".lock");
    }

    /// <summary>Stops the server: sessions end and all is written; what does not end in time is ended by recovery at the next start.</summary>
    public async Task StopAsync(PostgresPrograms programs, TimeSpan patience)
    {
        foreach (var (signal, wait) in ((Signal, TimeSpan)[])[(Signal.Interrupt, patience), (Signal.Quit, TimeSpan.FromSeconds(5)),
                     (Signal.Kill, TimeSpan.FromSeconds(5))])
        {
            if (Exited.IsCompleted) return;
            Send(signal, programs);
            await Task.WhenAny(Exited, Task.Delay(wait));
        }
    }

    private static bool IsServerOf(int pid, string cluster)
    {
        if (pid <= 1) return false;
        if (OperatingSystem.IsLinux())
        {
            // A zombie's cwd cannot be read; that of a process that was given the number is another.
            try
            {
                return File.ReadAllText($"/proc/{pid}/comm").StartsWith("postgres", StringComparison.Ordinal)
                    && string.Equals(new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget, UnixCalls.RealPath(cluster), StringComparison.Ordinal);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static List<int> ProcessesOf(string cluster) => !OperatingSystem.IsLinux()
        ? []
        : [.. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => IsServerOf(pid, cluster))];

    // Only a parent is told of an end.
    private static async Task WatchAsync(int pid, string cluster)
    {
        while (IsServerOf(pid, cluster)) await Task.Delay(_look);
    }

    private void Send(Signal signal, PostgresPrograms programs)
    {
        if (!OperatingSystem.IsWindows())
        {
            UnixCalls.Signal(Pid, signal);
            return;
        }

        // Windows has no signals; PostgreSQL's own program imitates them through a named pipe.
        var word = signal switch { Signal.Interrupt => "INT", Signal.Quit => "QUIT", _ => "KILL" };
        using var pgCtl = Process.Start(new ProcessStartInfo(programs.PgCtl, ["kill", word, Pid.ToString(CultureInfo.InvariantCulture)])
        {
            UseShellExecute = false,
            CreateNoWindow = true,
        })!;
        pgCtl.WaitForExit();
    }

    private async Task ReadAsync(StreamReader lines, ILogger logger)
    {
        try
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                logger.LogDebug("{Line}", line);
                lock (_lastLines)
                {
                    if (_lastLines.Count == KeptLines) _lastLines.Dequeue();
                    _lastLines.Enqueue(line);
                }
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The process was put away while it was read.
        }
    }
}
