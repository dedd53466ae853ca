using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Engines;

/// <summary>The way of whoever was given an address, in the engines of the other two families of browsers.</summary>
public sealed class SharePathTests(SharePathTests.Stage stage) : IClassFixture<SharePathTests.Stage>
{
    private const string Page = """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Lesson</title>
        <link rel="stylesheet" href="https://pyscript.net/releases/2026.7.3/core.css">
        <script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script></head>
        <body><output></output><script type="py" src="main.py"></script></body>
        </html>
        """;

    private const string Python = """
        import sys
        from pyscript import document, when
        document.querySelector("output").textContent = sys.implementation.name
        """;

    [Theory]
    [InlineData("firefox-esr")]
    [InlineData("WebKitGTK")]
    public async Task A_shared_project_is_opened_runs_and_runs_in_the_other_interpreter(string engine)
    {
        var project = await stage.Author.PublishedAsync(("index.html", Page), ("main.py", Python));
        await using var browser = await EngineBrowser.StartAsync(engine);

        await browser.OpenAsync(project.Text("shortUrl"));
        (await browser.EvaluateAsync("location.href")).GetString().ShouldBe(project.Text("url"));
        await ShowsAsync(browser, "cpython");

        foreach (var (interpreter, implementation) in new[] { ("micropython", "micropython"), ("pyodide", "cpython") })
        {
            await browser.EvaluateAsync($"document.querySelector('a[href*=\"interpreter={interpreter}\"]').click()");
            await browser.WaitForAsync($"location.search.includes('{interpreter}')");
            await ShowsAsync(browser, implementation);
        }
    }

    [Theory]
    [InlineData("firefox-esr", true)]
    [InlineData("WebKitGTK", false)]
    public async Task What_an_engine_lacks_for_a_project_is_said_on_its_page(string engine, bool hasSharedMemory)
    {
        var withWorker = await stage.Author.PublishedAsync(("index.html", Page.Replace("type=\"py\"", "type=\"mpy\" worker", StringComparison.Ordinal)), ("main.py", Python));
        var without = await stage.Author.PublishedAsync(("index.html", Page), ("main.py", Python));
        await using var browser = await EngineBrowser.StartAsync(engine);
        await browser.OpenAsync(withWorker.Text("url"));
        (await browser.EvaluateAsync("typeof SharedArrayBuffer !== 'undefined'")).GetBoolean().ShouldBe(hasSharedMemory);
        // What is said, and what the project then does.
        await browser.WaitForAsync($"(document.querySelector('[data-lacks=shared-memory]').offsetParent === null) === {(hasSharedMemory ? "true" : "false")}");
        if (hasSharedMemory) await ShowsAsync(browser, "micropython");
        await browser.OpenAsync(without.Text("url"));
        (await browser.EvaluateAsync("document.querySelector('[data-engine-notice]').offsetParent === null")).GetBoolean().ShouldBeTrue();
    }

    // What the project shows in its frame, that it is isolated there, and that nobody but the hub was asked.
    private async Task ShowsAsync(EngineBrowser browser, string implementation)
    {
        await browser.WaitForAsync($"document.querySelector('output')?.textContent === '{implementation}'", inFrame: true);
        (await browser.EvaluateAsync("crossOriginIsolated", inFrame: true)).GetBoolean().ShouldBeTrue();
        var hosts = (await browser.RequestsAsync()).Where(url => !url.StartsWith("data:", StringComparison.Ordinal) && !url.StartsWith("blob:", StringComparison.Ordinal))
            .Select(url => new Uri(url)).ToList();
        hosts.ShouldNotBeEmpty();
        hosts.ShouldAllBe(url => url.Port == stage.Hub.Options.PublicUrl.Port && (url.Host == "localhost" || url.Host.EndsWith(".localhost", StringComparison.Ordinal)));
    }

    public sealed class Stage : IAsyncLifetime
    {
        internal HubServer Hub { get; private set; } = null!;

        public HttpClient Author { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Hub = await HubServer.StartAsync(packsRuntime: true);
            Author = await Hub.UserAsync("author");
        }

        public ValueTask DisposeAsync() => Hub.DisposeAsync();
    }
}
