using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>What a page in the jail reaches and what not, with the real browser.</summary>
public sealed class JailTests(JailTests.Stage stage) : IClassFixture<JailTests.Stage>
{
    [Fact]
    public async Task A_page_is_run_in_the_jail_with_the_browsers_own_sandbox_on()
    {
        await using var lease = await stage.Pool.TakeAsync(TestContext.Current.CancellationToken);
        var page = await lease.Browser.NewPageAsync();
        await page.GotoAsync("chrome://sandbox");
        (await page.InnerTextAsync("body")).ShouldContain("You are adequately sandboxed.");
    }

    [Fact]
    public async Task A_small_Pyodide_page_runs()
    {
        var project = await stage.Author.PublishedAsync(("index.html", """
            <!doctype html><html><head><script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script></head>
            <body><output></output><script type="py">
            from pyscript import document
            document.querySelector("output").textContent = "ran"
            </script></body></html>
            """));
        for (var i = 0; i < 6; i++)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            var url = new Uri(project.Text("contentUrl"));
            await using var lease = await stage.Pool.TakeAsync(url, TestContext.Current.CancellationToken);
            var taken = clock.ElapsedMilliseconds;
            await using var context = await lease.Browser.NewContextAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Block });
            var page = await context.NewPageAsync();
            page.Console += (_, m) => Console.Error.WriteLine(m.Text);
            await page.GotoAsync(url.AbsoluteUri);
            await page.WaitForFunctionAsync("document.querySelector('output').textContent == 'ran'", null, new() { Timeout = 60_000 });
            Console.Error.WriteLine($"taken {taken} done {clock.ElapsedMilliseconds} peak {lease.PeakMemory >> 20} refused {string.Join(' ', lease.Refused)}, cpus {await page.EvaluateAsync<int>("navigator.hardwareConcurrency")}");
        }
    }

    public sealed class Stage : IAsyncLifetime
    {
        private HubServer _hub = null!;

        public HttpClient Author { get; private set; } = null!;

        public BrowserPool Pool { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _hub = await HubServer.StartAsync(packsRuntime: true);
            Author = await _hub.UserAsync("author", isAdministrator: true);
            Pool = new BrowserPool(new SmokeOptions(), new SmokeSurroundings { PublicUrl = _hub.Options.PublicUrl, ContentDomain = "localhost" }, NullLogger<BrowserPool>.Instance);
        }

        public async ValueTask DisposeAsync()
        {
            await Pool.DisposeAsync();
            await _hub.DisposeAsync();
        }
    }
}
