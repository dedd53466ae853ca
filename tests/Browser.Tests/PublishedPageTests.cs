using System.Collections.Concurrent;
using Microsoft.Playwright;
using PyScriptHub.Browser.Tests.Conformance;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests;

/// <summary>Pages as people write them for a CDN, imported through the API and opened where no other host can be reached.</summary>
public sealed class PublishedPageTests(PublishedPageTests.Stage stage) : IClassFixture<PublishedPageTests.Stage>
{
    private const string Python = """
        import sys
        from pyscript import document
        document.querySelector("output").textContent = sys.version + " " + sys.implementation.name
        """;

    public static TheoryData<string, string, string> Pages() => new()
    {
        { "https://pyscript.net/releases/2026.7.3/core.js", "2026.7.3", "3.14" },
        { "https://pyscript.net/releases/2024.1.1/core.js", "2024.1.1", "3.11" },
        { "https://pyscript.net/latest/core.js", "2026.7.3", "3.14" },
        { "https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.18/dist/core.js", "2026.3.1", "3.13" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task An_unmodified_page_runs_on_top_isolated_and_asks_nobody_outside(string core, string release, string version)
    {
        var project = await ImportAsync(core, "py");
        project.Text("runtimeRelease").ShouldBe(release);
        await using var visit = await stage.VisitAsync();
        await visit.Page.GotoAsync(project.Text("contentUrl"));
        (await OutputAsync(visit.Page.MainFrame)).ShouldStartWith(version);
        (await visit.Page.EvaluateAsync<bool>("crossOriginIsolated")).ShouldBeTrue();
        visit.Outside.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task The_same_page_runs_in_the_frame_of_its_project_where_storage_is_denied(string core, string release, string version)
    {
        var project = await ImportAsync(core, "py");
        project.Text("runtimeRelease").ShouldBe(release);
        await using var visit = await stage.VisitAsync();
        await visit.Page.GotoAsync(project.Text("url"));
        var element = await visit.Page.WaitForSelectorAsync("iframe");
        var frame = (await element!.ContentFrameAsync())!;
        (await OutputAsync(frame)).ShouldStartWith(version);
        (await frame.EvaluateAsync<bool>("crossOriginIsolated")).ShouldBeTrue();
        // The browser's own answer, and not the stand-in's: a frame without scripts of the hub is asked.
        (await frame.EvaluateAsync<string>("Object.getOwnPropertyDescriptor(window, 'localStorage')?.get?.toString() ?? 'a stand-in'")).ShouldNotContain("[native code]");
        visit.Outside.ShouldBeEmpty();
        visit.Violations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("py", "micropython", "micropython")]
    [InlineData("mpy", "pyodide", "cpython")]
    [InlineData("py", null, "cpython")]
    [InlineData("mpy", null, "micropython")]
    public async Task A_page_runs_in_the_interpreter_that_its_address_asks_for(string type, string? asked, string implementation)
    {
        var project = await ImportAsync("https://pyscript.net/releases/2026.7.3/core.js", type);
        await using var visit = await stage.VisitAsync();
        await visit.Page.GotoAsync(project.Text("contentUrl") + (asked is null ? "" : $"?interpreter={asked}"));
        (await OutputAsync(visit.Page.MainFrame)).ShouldEndWith(implementation);
        visit.Outside.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("hello", "pyodide")]
    [InlineData("hello", "micropython")]
    [InlineData("canvas", "pyodide")]
    [InlineData("canvas", "micropython")]
    [InlineData("quiz", "pyodide")]
    [InlineData("quiz", "micropython")]
    [InlineData("worker", "pyodide")]
    [InlineData("worker", "micropython")]
    public async Task A_template_starts_in_both_interpreters_without_a_word_of_complaint(string template, string interpreter)
    {
        var made = await stage.Author.CreateAsync(new { name = $"The {template}", template });
        var project = await stage.Author.PublishAsync(made.Text("id"));
        await using var visit = await stage.VisitAsync();
        await visit.Page.AddInitScriptAsync("for (const type of ['py', 'mpy']) addEventListener(type + ':done', () => { globalThis.ended = true })");
        await visit.Page.GotoAsync($"{project.Text("contentUrl")}?interpreter={interpreter}");
        await visit.Page.WaitForFunctionAsync("globalThis.ended", null, new() { Timeout = 60_000 });
        (await visit.Page.QuerySelectorAsync(".py-error, .mpy-error")).ShouldBeNull();
        visit.Errors.ShouldBeEmpty();
        visit.Outside.ShouldBeEmpty();
    }

    private Task<System.Text.Json.JsonElement> ImportAsync(string core, string type) => stage.Author.PublishedAsync(
        ("index.html", $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>Lesson</title>
            <link rel="stylesheet" href="{core.Replace("core.js", "core.css", StringComparison.Ordinal)}">
            <script type="module" src="{core}"></script></head>
            <body><output></output><script type="{type}" src="main.py"></script></body>
            </html>
            """),
        ("main.py", Python));

    private static async Task<string> OutputAsync(IFrame frame)
    {
        await frame.WaitForFunctionAsync("document.querySelector('output')?.textContent", null, new() { Timeout = 60_000 });
        return await frame.InnerTextAsync("output");
    }

    /// <summary>One hub for the class; each test has a browser of its own, which denies storage to frames of another site.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private HubServer _hub = null!;
        private IPlaywright _playwright = null!;

        public HttpClient Author { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _hub = await HubServer.StartAsync(packsRuntime: true);
            Author = await _hub.UserAsync("author", isAdministrator: true);
            _playwright = await Playwright.CreateAsync();
        }

        /// <summary>Makes somebody who can sign in, and a client in their name.</summary>
        public async Task<HttpClient> PersonAsync(string name)
        {
            var user = await Visitor.RegisterAsync(_hub, name, isAdministrator: true);
            await using var db = _hub.OpenDatabase();
            var (token, secret) = AccessToken.Issue(user.Id, "test", DateTimeOffset.UtcNow);
            db.Add(token);
            await db.SaveChangesAsync();
            return _hub.ClientFor(secret);
        }

        public async Task SignInAsync(IPage page, string name)
        {
            await page.GotoAsync($"{_hub.Url}/sign-in");
            await page.FillAsync("[name=userName]", name);
            await page.FillAsync("[name=password]", Visitor.Password);
            await page.PressAsync("[name=password]", "Enter");
            await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
        }

        public async Task<Visit> VisitAsync() => await Visit.BeginAsync(_playwright, _hub.Options.PublicUrl.Port);

        public async ValueTask DisposeAsync()
        {
            _playwright.Dispose();
            await _hub.DisposeAsync();
        }
    }

    /// <summary>A visitor's page: what it asked outside of the hub was refused and is kept here.</summary>
    public sealed class Visit : IAsyncDisposable
    {
        private readonly IBrowserContext _context;

        private readonly DirectoryInfo _profile;
        private readonly ConcurrentQueue<string> _outside = new();
        private readonly ConcurrentQueue<string> _errors = new();

        private Visit(IBrowserContext context, IPage page, DirectoryInfo profile) => (_context, Page, _profile) = (context, page, profile);

        public IPage Page { get; }

        public IReadOnlyCollection<string> Outside => _outside;

        public IReadOnlyCollection<string> Errors => _errors;

        /// <summary>What a Content-Security-Policy forbade.</summary>
        public IEnumerable<string> Violations => Errors.Where(error => error.Contains("Content Security Policy", StringComparison.Ordinal));

        public static async Task<Visit> BeginAsync(IPlaywright playwright, int port)
        {
            var profile = Directory.CreateTempSubdirectory("pyscript-hub-visit-");
            await ChromiumLaunch.WritePreferencesAsync(profile, CancellationToken.None);
            var options = ChromiumLaunch.Options();
            options.BaseURL = $"http://localhost:{port}";
            var context = await playwright.Chromium.LaunchPersistentContextAsync(profile.FullName, options);
            var visit = new Visit(context, await context.NewPageAsync(), profile);
            await context.RouteAsync(url => !ChromiumLaunch.IsHub(url, port), route =>
            {
                visit._outside.Enqueue(route.Request.Url);
                return route.AbortAsync();
            });
            visit.Page.Console += (_, message) =>
            {
                if (message.Type == "error") visit._errors.Enqueue(message.Text);
            };
            visit.Page.PageError += (_, error) => visit._errors.Enqueue(error);
            return visit;
        }

        public async ValueTask DisposeAsync()
        {
            await _context.DisposeAsync();
            _profile.Delete(recursive: true);
        }
    }
}
