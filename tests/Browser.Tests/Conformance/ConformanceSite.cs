namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>Where the suite's two projects are served: one with isolation, one without.</summary>
internal sealed class ConformanceSite
{
    private static readonly string s_folder = Environment.GetEnvironmentVariable("CONFORMANCE_DEV") ?? "/tmp/conf/sites";

    /// <summary>The origins that a page may ask.</summary>
    public IReadOnlyList<string> Hosts { get; } = ["localhost:5190", "runtime.localhost:5190", "p.localhost:5190", "p-open.localhost:5190"];

    public Uri Runtime { get; } = new("http://runtime.localhost:5190");

#pragma warning disable CA1822 // Gives way to the hub.
    public Task PublishAsync(IReadOnlyDictionary<string, byte[]> files, CancellationToken ct)
    {
        foreach (var label in new[] { "p", "p-open" })
        {
            foreach (var (path, bytes) in files)
            {
                var target = Path.Combine(s_folder, label, path);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.WriteAllBytes(target, bytes);
            }
        }
        return Task.CompletedTask;
    }

    public Uri Address(ConformancePage page, Placing placing, string query)
    {
        var label = page.Isolated ? "p" : "p-open";
        return placing == Placing.Top
            ? new Uri($"http://{label}.localhost:5190/{page.Path}?{query}")
            : new Uri($"http://localhost:5190/@u/{label}?page={page.Path}&{query}");
    }
}
