using System.Globalization;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>Processes as <c>/proc</c> shows them (Linux).</summary>
internal static class ProcessTree
{
    /// <summary>A process and all that descend from it.</summary>
    public static List<int> Of(int root)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid) || ParentOf(pid) is not { } parent) continue;
            if (!children.TryGetValue(parent, out var list)) children[parent] = list = [];
            list.Add(pid);
        }
        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
            if (children.TryGetValue(tree[i], out var list)) tree.AddRange(list);
        return tree;
    }

    /// <summary>What a process has in memory, files apart that can be read again, in bytes. Memory that two share counts for both.</summary>
    public static long MemoryOf(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status")
                .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal))
                .Sum(line => long.Parse(line.AsSpan(line.IndexOf(':') + 1).Trim()[..^3], CultureInfo.InvariantCulture) << 10);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return 0;
        }
    }

    /// <summary>A process's command line; empty where it has ended.</summary>
    public static string CommandOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>A process's parent; null where it has ended.</summary>
    public static int? ParentOf(int pid)
    {
        try
        {
            // The name, in brackets, may hold anything: what follows the last bracket is the state, then the parent.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            if (stat.Length == 0) return null;
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 3)[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
