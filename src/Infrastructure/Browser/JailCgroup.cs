using System.Globalization;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>Control groups of one browser, where the hub may make some: the kernel's own bound on memory and tasks.</summary>
internal sealed class JailCgroup : IDisposable
{
    private const string Mounts = "/proc/self/mountinfo";

    private readonly List<string> _folders = [];
    private string? _memory;

    private JailCgroup()
    {
    }

    /// <summary>Whether the kernel bounds the memory.</summary>
    public bool BoundsMemory => _memory is not null;

    /// <summary>The files that a process enters by writing its number to them.</summary>
    public IEnumerable<string> Entrances => _folders.Select(folder => Path.Combine(folder, "cgroup.procs"));

    /// <summary>All processes that are in it.</summary>
    public IEnumerable<int> Processes
    {
        get
        {
            try
            {
                return _folders.Count == 0 ? [] : [.. File.ReadLines(Path.Combine(_folders[0], "cgroup.procs")).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
            }
            catch (IOException)
            {
                return [];
            }
        }
    }

    /// <summary>Makes what can be made here, which may be nothing.</summary>
    public static JailCgroup Make(string name, JailBounds bounds)
    {
        var made = new JailCgroup();
        if (!bounds.UsesControlGroups) return made;
        foreach (var (controller, parent) in Parents())
        {
            var folder = Path.Combine(parent, name);
            try
            {
                Directory.CreateDirectory(folder);
                made._folders.Add(folder);
                if (controller is "memory" or "")
                {
                    Set(folder, controller.Length > 0 ? "memory.limit_in_bytes" : "memory.max", bounds.Memory);
                    made._memory = folder;
                }
                if (controller is "pids" or "") Set(folder, "pids.max", bounds.Tasks);
                // What the machine has on disk would otherwise take up what the kernel cannot hold in memory.
                TrySet(folder, controller is "" ? "memory.swap.max" : "memory.memsw.limit_in_bytes", controller is "" ? 0 : bounds.Memory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (made._folders.Remove(folder)) TryRemove(folder);
                if (made._memory == folder) made._memory = null;
            }
        }
        return made;
    }

    /// <summary>Removes groups that a killed hub left: those without a process, unless they are so new that theirs may be about to come.</summary>
    public static void RemoveLeftovers(string prefix, TimeSpan age)
    {
        foreach (var (_, parent) in Parents())
        {
            foreach (var folder in Directory.EnumerateDirectories(parent, prefix + "*").Where(folder => DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) > age)) TryRemove(folder);
        }
    }

    /// <summary>What the processes have in memory, files apart that can be read again; null where that is not told.</summary>
    public long? ReadMemory()
    {
        if (_memory is null) return null;
        try
        {
            // v1 calls it rss, v2 anon; both have shmem, which holds a browser's shared memory and its files.
            return File.ReadLines(Path.Combine(_memory, "memory.stat")).Select(line => line.Split(' '))
                .Where(words => words is ["rss" or "anon" or "shmem", _]).Sum(words => long.Parse(words[1], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (var folder in _folders) TryRemove(folder);
    }

    // The groups that this process is in: of v1 the memory and the pids hierarchy, of v2 (no name) the one.
    private static IEnumerable<(string Controller, string Folder)> Parents()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/proc/self/cgroup")) yield break;
        var mounts = File.ReadAllLines(Mounts).Select(line => line.Split(' ')).Where(words => words.Length > 9).ToList();
        foreach (var words in File.ReadAllLines("/proc/self/cgroup").Select(line => line.Split(':', 3)))
        {
            if (words is not [_, var controllers, var path]) continue;
            foreach (var controller in controllers.Split(',').Where(controller => controller is "memory" or "pids" or ""))
            {
                var mount = mounts.Find(m => m[Array.IndexOf(m, "-") + 1] == (controller.Length > 0 ? "cgroup" : "cgroup2")
                    && (controller.Length == 0 || m[^1].Split(',').Contains(controller)));
                if (mount is null) continue;
                // In a container the mount shows a part of the tree, and the path may be told from its root.
                var within = mount[3] != "/" && path.StartsWith(mount[3], StringComparison.Ordinal) ? path[mount[3].Length..] : path;
                var folder = Path.Join(mount[4], within);
                if (Directory.Exists(folder)) yield return (controller, folder);
            }
        }
    }

    private static void Set(string folder, string file, long value)
    {
        var path = Path.Combine(folder, file);
        // In v2 a controller that the parent does not hand down has no files here.
        if (!File.Exists(path)) throw new FileNotFoundException(path);
        File.WriteAllText(path, value.ToString(CultureInfo.InvariantCulture));
    }

    private static void TrySet(string folder, string file, long value)
    {
        if (!File.Exists(Path.Combine(folder, file))) return;
        try
        {
            Set(folder, file, value);
        }
        catch (IOException)
        {
            // Not every kernel counts swap.
        }
    }

    private static void TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process of it ends still; an empty group costs nothing, and the next hub removes it.
        }
    }
}
