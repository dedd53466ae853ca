using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Infrastructure.Tests.Embedded;

/// <summary>A data folder of a test's own, of root or of an ordinary user, and the processes that work on it.</summary>
internal sealed class HubFolder : IAsyncDisposable
{
    /// <summary>nobody: has an entry in passwd on Debian and its kin, which initdb wants.</summary>
    private const uint OrdinaryUser = 65534;

    private static readonly Lazy<string> _published = new(Publish);

    // Copied once: 50 MB for each test, together with fsync, are minutes of writing.
    private static readonly Lazy<string> _programs = new(() =>
    {
        var folder = TemporaryFolder("pyscript-hub-test-programs-");
        PostgresPrograms.PrepareAsync(new PostgresFolders(folder), null, NullLogger.Instance, CancellationToken.None).GetAwaiter().GetResult();
        return System.IO.Path.Combine(folder, "postgres-bin");
    });

    private readonly bool _isFresh;
    private readonly List<HubProcess> _processes = [];
    private readonly string _temporary = Directory.CreateTempSubdirectory("pyscript-hub-test-").FullName;

    /// <param name="who">One of <see cref="Users"/>.</param>
    /// <param name="name">The data folder's path below a temporary folder.</param>
    /// <param name="isFresh">
    /// Whether it is as on a new machine, and durable; else the programs are there, and fsync is off (a kill of processes does not need it).
    /// </param>
    public HubFolder(string who, string name = "hub", bool isFresh = false)
    {
        _isFresh = isFresh;
        IsOrdinary = who == "ordinary";
        Path = System.IO.Path.Combine(_temporary, name);
        File.SetUnixFileMode(_temporary, FileModes.OpenFolder);
        if (!isFresh)
        {
            Directory.CreateDirectory(Path);
            Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, "postgres-bin"), _programs.Value);
            if (IsOrdinary) Own(Path);
        }

        if (IsOrdinary) Own(_temporary);
    }

    /// <summary>Whom a hub runs as: root where the tests do, and always an ordinary user.</summary>
    public static TheoryData<string> Users => Environment.IsPrivilegedProcess ? ["root", "ordinary"] : ["ordinary"];

    public bool IsOrdinary { get; }

    public string Path { get; }

    public string Temporary => _temporary;

    public string Cluster => System.IO.Path.Combine(Path, "postgres");

    public int PostmasterPid => int.Parse(File.ReadLines(Postmaster.PidFile(Cluster)).First(), CultureInfo.InvariantCulture);

    /// <summary>Whether a process works; a zombie, which only waits for its parent to ask, does not.</summary>
    public static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/status").Contains("State:\tZ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Starts a process on the folder and gives it once it said whether it is ready.</summary>
    /// <param name="verb"><c>start</c> as a hub does, <c>connect</c> as a verb does.</param>
    public async Task<HubProcess> RunAsync(string verb = "start")
    {
        var process = Launch(verb);
        await process.SaidAsync();
        return process;
    }

    /// <summary>Starts a process on the folder.</summary>
    public HubProcess Launch(string verb, params (string Name, string Value)[] environment)
    {
        var program = System.IO.Path.Combine(IsOrdinary ? _published.Value : AppContext.BaseDirectory, "PyScriptHub.PostgresHost");
        var start = IsOrdinary && Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", [$"--reuid={OrdinaryUser}", $"--regid={OrdinaryUser}", "--clear-groups", "--", program])
            : new ProcessStartInfo(program);
        start.ArgumentList.Add(verb);
        if (verb != "where") start.ArgumentList.Add(Path);
        if (!_isFresh) start.ArgumentList.Add("fast");
        start.Environment["HOME"] = _temporary;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = new HubProcess(start);
        _processes.Add(process);
        return process;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) process.Dispose();
        for (var watch = Stopwatch.StartNew(); Postmaster.Find(Cluster) is var (server, _) && watch.Elapsed < TimeSpan.FromSeconds(20);)
        {
            UnixCalls.Signal(server.Pid, Signal.Quit);
            await Task.WhenAny(server.Exited, Task.Delay(TimeSpan.FromSeconds(1)));
        }

        if (Postmaster.LastSocketFolder(Cluster) is var socket && PostgresFolders.IsTemporarySocketFolder(socket)) Directory.Delete(socket, true);
        Directory.Delete(_temporary, recursive: true);
    }

    private static void Own(string path)
    {
        if (Environment.IsPrivilegedProcess) UnixCalls.ChangeOwner(path, OrdinaryUser, OrdinaryUser);
    }

    private static string TemporaryFolder(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        File.SetUnixFileMode(folder, FileModes.OpenFolder);
        SharedFolders.Add(folder);
        return folder;
    }

    // An ordinary user may reach neither the repository nor what npm installed there: it gets both as a publish has them.
    private static string Publish()
    {
        var folder = TemporaryFolder("pyscript-hub-test-published-");
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory))
            File.Copy(file, System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file)));

        var native = PostgresPrograms.Find();
        foreach (var file in Directory.EnumerateFiles(native, "*", SearchOption.AllDirectories))
        {
            var copy = System.IO.Path.Combine(folder, "postgres", System.IO.Path.GetRelativePath(native, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }
}

/// <summary>Folders that many tests read; they go when the run ends.</summary>
public sealed class SharedFolders : IDisposable
{
    private static readonly ConcurrentBag<string> _folders = [];

    public static void Add(string folder) => _folders.Add(folder);

    public void Dispose()
    {
        while (_folders.TryTake(out var folder)) Directory.Delete(folder, recursive: true);
    }
}
