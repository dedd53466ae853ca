using System.Collections.Concurrent;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>A hub and browsers in which pages are run as a worker runs them, two at a time.</summary>
public sealed class SmokeStage : IAsyncLifetime
{
    private readonly SemaphoreSlim _slots = new(2);
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _published = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, Interpreter), Lazy<Task<OpenedPage>>> _runs = new();
    private HubServer _hub = null!;
    private HttpClient _author = null!;
    private BrowserPool _browsers = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubServer.StartAsync(packsRuntime: true);
        _author = await _hub.UserAsync("author", isAdministrator: true);
        _browsers = new BrowserPool(Options(TimeSpan.FromSeconds(45)));
    }

    /// <summary>Starts the runs of all pages; each is waited for by its own test.</summary>
    public void Begin(IEnumerable<(KnownPage Page, Interpreter Interpreter)> runs)
    {
        foreach (var (page, interpreter) in runs) _ = RunOnceAsync(page, interpreter);
    }

    /// <summary>The run of a page, which is made once.</summary>
    public Task<OpenedPage> RunOnceAsync(KnownPage page, Interpreter interpreter) =>
        _runs.GetOrAdd((page.Name, interpreter), _ => new(() => RunAsync(page, interpreter))).Value;

    /// <summary>Runs a page.</summary>
    public async Task<OpenedPage> RunAsync(KnownPage page, Interpreter interpreter)
    {
        await _slots.WaitAsync();
        try
        {
            var address = await _published.GetOrAdd(page.Name, _ => new(async () => (await _author.PublishedAsync(page.Files)).Text("contentUrl"))).Value;
            var runner = new PageRunner(_browsers, Options(page.Within));
            var runtime = $"http://runtime.localhost:{_hub.Options.PublicUrl.Port}";
            return await runner.RunAsync(new PageToOpen(address.TrimEnd('/') + "/index.html", interpreter, runtime, [.. page.Files.Select(file => file.Path)]), CancellationToken.None);
        }
        finally
        {
            _slots.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browsers.DisposeAsync();
        await _hub.DisposeAsync();
        _slots.Dispose();
    }

    private static SmokeOptions Options(TimeSpan within) => new() { Sandbox = SmokeSandbox.None, Within = within };
}
