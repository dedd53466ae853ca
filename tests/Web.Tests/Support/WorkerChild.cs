using System.Diagnostics;
using System.Globalization;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>A worker as a process of its own, which a test can kill together with its browsers or without them.</summary>
public sealed class WorkerChild : IAsyncDisposable
{
    private readonly Func<Process> _start;
    private Process _process;

    internal WorkerChild(Func<Process> start)
    {
        _start = start;
        _process = start();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it again after it ended.</summary>
    public void StartAgain()
    {
        _process.Dispose();
        _process = _start();
    }

    /// <summary>SIGKILL for the worker alone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a service is stopped; waits for its end.</summary>
    public async Task StopAsync()
    {
        using (var stop = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await stop.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGKILL for its browsers; false where none runs.</summary>
    public bool KillBrowsers()
    {
        var browsers = Descendants().Where(child => child.Name.StartsWith("chrom", StringComparison.Ordinal)).ToList();
        foreach (var browser in browsers) browser.Kill();
        return browsers.Count > 0;
    }

    /// <summary>The processes that it started, and those that they did.</summary>
    public IReadOnlyList<LinuxProcess> Descendants() => _process.HasExited ? [] : LinuxProcess.DescendantsOf(_process.Id);

    public async ValueTask DisposeAsync()
    {
        var children = Descendants();
        if (!_process.HasExited)
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
        foreach (var child in children.Where(child => child.IsAlive)) child.Kill();
        _process.Dispose();
    }
}

/// <summary>A process by its number and the moment of its start, so that another with the same number is not taken for it.</summary>
public sealed record LinuxProcess(int Id, int Parent, string Name, string StartedAt)
{
    /// <summary>Whether it runs still; a process that ended and was not waited for does not.</summary>
    public bool IsAlive => Read(Id) is { } now && now.StartedAt == StartedAt;

    public void Kill()
    {
        if (!IsAlive) return;
        using var kill = Process.Start("kill", ["-KILL", Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public static IReadOnlyList<LinuxProcess> DescendantsOf(int id)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => Read(int.Parse(name!, CultureInfo.InvariantCulture))).OfType<LinuxProcess>().ToLookup(process => process.Parent);
        var found = new List<LinuxProcess>();
        for (Queue<int> next = new([id]); next.TryDequeue(out var parent);)
        {
            foreach (var child in all[parent])
            {
                found.Add(child);
                next.Enqueue(child.Id);
            }
        }
        return found;
    }

    private static LinuxProcess? Read(int id)
    {
        try
        {
            // "42 (a name (with) signs) S 1 …": the name ends at the last bracket; the 22nd field is the start.
            var text = File.ReadAllText($"/proc/{id.ToString(CultureInfo.InvariantCulture)}/stat");
            var (open, close) = (text.IndexOf('(', StringComparison.Ordinal), text.LastIndexOf(')'));
            var fields = text[(close + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new LinuxProcess(id, int.Parse(fields[1], CultureInfo.InvariantCulture), text[(open + 1)..close], fields[19]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
