using System.Diagnostics;
using System.Globalization;
using PyScriptHub.Infrastructure.Persistence.Embedded;

// Nothing makes one on another system than Linux: see BrowserPool.
#pragma warning disable CA1416

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>One browser's place: its socket, its bounds, and the way to end all of its processes.</summary>
internal sealed class JailCell : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly JailFolder _folder;
    private readonly string _path;
    private readonly JailCgroup _cgroup;
    private readonly JailBounds _bounds;

    public JailCell(JailFolder folder, string path, JailCgroup cgroup, JailBounds bounds) => (_folder, _path, _cgroup, _bounds) = (folder, path, cgroup, bounds);

    /// <summary>Where the proxy listens for this browser.</summary>
    public string Socket => Path.Combine(_path, "proxy");

    private string PidFile => Path.Combine(_path, "pid");

    private string Home => Path.Combine(_path, "home");

    /// <summary>What the launcher wants to know, and nothing of the hub's own environment.</summary>
    public Dictionary<string, string> Environment(BrowserProgram program, SmokeSandbox sandbox, IEnumerable<string> hidden)
    {
        if (sandbox is SmokeSandbox.None) Directory.CreateDirectory(Home);
        return new(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin",
            ["JAIL_KIND"] = sandbox is SmokeSandbox.None ? "none" : "jail",
            ["JAIL_HOME"] = Home,
            ["JAIL_UID"] = _folder.Uid?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["JAIL_ROOT"] = _folder.MountPoint,
            ["JAIL_SOCKET"] = Socket,
            ["JAIL_PROGRAM"] = program.Path,
            ["JAIL_FOLDERS"] = IsShown(program.Folder) ? "" : program.Folder,
            ["JAIL_HIDDEN"] = string.Join('\n', hidden.Select(Path.TrimEndingDirectorySeparator).Where(folder => IsHubsOwn(folder) && !IsWithin(program.Folder, folder))),
            ["JAIL_CGROUPS"] = string.Join('\n', _cgroup.Entrances),
            ["JAIL_PID"] = PidFile,
            ["JAIL_DATA"] = _bounds.Memory.ToString(CultureInfo.InvariantCulture),
            // Before Linux 5.14 this bound counts for all browsers together.
            ["JAIL_TASKS"] = System.Environment.OSVersion.Version >= new Version(5, 14) ? _bounds.Tasks.ToString(CultureInfo.InvariantCulture) : "",
            ["JAIL_TMP"] = _bounds.Files.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Hands the socket, once the proxy listens on it, to the browser's user.</summary>
    public void OpenSocket()
    {
        if (_folder.Uid is not { } uid) return;
        UnixCalls.ChangeOwner(Socket, 0, uid);
        File.SetUnixFileMode(Socket, FileModes.PrivateFile | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    /// <summary>What all processes have in memory together, in bytes; null where that is not told.</summary>
    public long? ReadMemory() => _cgroup.ReadMemory() ?? (Root is { } root ? ProcessTree.Of(root).Sum(ProcessTree.MemoryOf) : null);

    /// <summary>
    /// Where the kernel does not bound what all have together: ends the largest renderer, which is a page, of a browser that has too much, and
    /// all of one that has no renderer.
    /// </summary>
    public void BoundMemory()
    {
        if (_cgroup.BoundsMemory || Root is not { } root) return;
        var tree = ProcessTree.Of(root);
        if (tree.Sum(ProcessTree.MemoryOf) <= _bounds.Memory) return;
        var pages = tree.Where(pid => ProcessTree.CommandOf(pid).Contains("--type=renderer", StringComparison.Ordinal)).ToList();
        if (pages.Count == 0) Kill();
        else UnixCalls.Signal(pages.MaxBy(ProcessTree.MemoryOf), Signal.Kill);
    }

    /// <summary>Ends all processes.</summary>
    public void Kill()
    {
        foreach (var pid in Processes) UnixCalls.Signal(pid, Signal.Kill);
    }

    public async ValueTask DisposeAsync()
    {
        for (var watch = Stopwatch.StartNew(); Processes is { Count: > 0 } && watch.Elapsed < s_patience; await Task.Delay(10)) Kill();
        _cgroup.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    /// <summary>Ends what a hub left that was killed.</summary>
    public static void KillLeftover(string folder, string cell)
    {
        if (ReadRoot(Path.Combine(cell, "pid"), folder) is not { } root) return;
        foreach (var pid in ProcessTree.Of(root)) UnixCalls.Signal(pid, Signal.Kill);
    }

    // Killing the outermost kills the jail's first process and with it the namespace; in no jail they are killed one by one.
    private HashSet<int> Processes => [.. _cgroup.Processes, .. Root is { } root ? ProcessTree.Of(root) : []];

    private int? Root => ReadRoot(PidFile, _folder.Root);

    // The number may have been given to another process: the launcher's, and in no jail the browser's, command line names the folder.
    private static int? ReadRoot(string file, string folder)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var pid) && ProcessTree.CommandOf(pid).Contains(folder, StringComparison.Ordinal) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // Such as /usr/lib/pyscript-hub: a hub whose working directory is /usr/bin does not own that.
    private static bool IsHubsOwn(string folder) => IsShown(folder) && folder.Count(letter => letter == '/') >= 3;

    private static bool IsShown(string folder) => IsWithin(folder, "/usr") || IsWithin(folder, "/lib") || IsWithin(folder, "/lib64") || IsWithin(folder, "/bin") || IsWithin(folder, "/sbin");

    private static bool IsWithin(string folder, string parent) => folder == parent || folder.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal);
}
