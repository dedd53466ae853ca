using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>A hub and browsers in which pages are run as a worker runs them, two at a time.</summary>
public sealed class SmokeStage : IAsyncLifetime
{
    /// <summary>Of the classes that make browsers of their own: together they would take more than the machine has, and one looks for what another leaves.</summary>
    public const string OneAfterTheOther = "Smoke runs, one class after the other";

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
        var surroundings = new SmokeSurroundings { PublicUrl = _hub.Options.PublicUrl, ContentDomain = _hub.Options.ContentDomain };
        _browsers = new BrowserPool(Options(TimeSpan.FromSeconds(45)), surroundings, NullLogger<BrowserPool>.Instance);
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
            var runner = new PageRunner(_browsers, Options(page.Within));
            var runtime = $"http://runtime.localhost:{_hub.Options.PublicUrl.Port}";
            return await runner.RunAsync(new PageToOpen(await AddressAsync(page), interpreter, runtime, [.. page.Files.Select(file => file.Path)]), CancellationToken.None);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>How long a page takes from its navigation to its end, where nothing looks at it but what hears of that.</summary>
    public async Task<TimeSpan> BareAsync(KnownPage page, Interpreter interpreter)
    {
        var address = await AddressAsync(page);
        await using var lease = await _browsers.TakeAsync(new Uri(address), CancellationToken.None);
        await using var context = await lease.Browser.NewContextAsync();
        var opened = await context.NewPageAsync();
        await opened.AddInitScriptAsync("globalThis.ended = new Promise((end) => { for (const type of ['py', 'mpy']) addEventListener(type + ':done', () => end(performance.now())) })");
        await opened.GotoAsync($"{address}?interpreter={Interpreters.WordOf(interpreter)}");
        return TimeSpan.FromMilliseconds(await opened.EvaluateAsync<double>("globalThis.ended"));
    }

    private async Task<string> AddressAsync(KnownPage page) =>
        (await _published.GetOrAdd(page.Name, _ => new(async () => (await _author.PublishedAsync(page.Files)).Text("contentUrl"))).Value).TrimEnd('/') + "/index.html";

    public async ValueTask DisposeAsync()
    {
        await _browsers.DisposeAsync();
        await _hub.DisposeAsync();
        _slots.Dispose();
    }

    private static SmokeOptions Options(TimeSpan within) => new() { Within = within };
}
