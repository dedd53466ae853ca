using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using PyScriptHub.Browser.Tests.Conformance;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Tests.Pages;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Pages;

/// <summary>A hub with a few projects of a teacher, and a browser for whoever looks at its pages.</summary>
public sealed class PageStage : IAsyncLifetime
{
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;
    private IReadOnlyList<Cookie> _cookies = [];
    private string _lesson = "";
    private string _draft = "";
    private string _code = "";
    private string _passed = "";
    private string _failed = "";
    private string _waiting = "";

    public HubServer Hub { get; private set; } = null!;

    public HttpClient Ada { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Hub = await HubServer.StartAsync(packsRuntime: true);
        await Hub.KnowPackagesAsync();
        Ada = await Hub.UserAsync("ada", isAdministrator: true);
        _cookies = await SignInAsync();
        foreach (var (name, template) in new[] { ("A greeting for 7b", "hello"), ("Flowers and spirals", "canvas"), ("Mandelbrot", "worker"), ("A quiz on loops", "quiz") })
        {
            var project = await Ada.CreateAsync(new { name, template, visibility = "public" });
            await Ada.PublishAsync(project.Text("id"));
            (_lesson, _code) = (project.PagePath(), project.Text("shortUrl").Split('/')[^1]);
            await RunAsync(project);
        }
        var draft = await Ada.CreateAsync(new { name = "For next week", template = "hello" });
        _draft = draft.PagePath();
        var asked = await (await Ada.PostAsync($"/api/v1/projects/{draft.Text("id")}/smoke-runs", null)).JsonAsync(System.Net.HttpStatusCode.Accepted);
        _waiting = asked.GetProperty("items")[0].Text("id");
        await Candidates.ArrangeAsync(Hub, Ada);
        await Hub.HearWorkerAsync();
        await Hub.HearWorkerAsync("No browser was found on this machine. Install one, for example by apt-get install chromium.", "laboratory");
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumLaunch.StartAsync(_playwright);
    }

    /// <summary>Opens a page of the table and waits until it is at rest.</summary>
    public async Task<PageVisit> OpenAsync(ShownPage page, int width = 1280, ColorScheme theme = ColorScheme.Light, bool scripted = true, string language = "en")
    {
        await Hub.HearWorkersAgainAsync();
        var visit = await VisitAsync(page.IsSignedIn, width, theme, scripted, language);
        var path = page.Path.Replace("{lesson}", _lesson, StringComparison.Ordinal).Replace("{draft}", _draft, StringComparison.Ordinal).Replace("{code}", _code, StringComparison.Ordinal)
            .Replace("{passed}", _passed, StringComparison.Ordinal).Replace("{failed}", _failed, StringComparison.Ordinal).Replace("{waiting}", _waiting, StringComparison.Ordinal);
        var answer = await visit.Page.GotoAsync(Hub.Url + path);
        answer!.Status.ShouldBe(page.Status);
        if (page.Ready is { } ready && scripted) await visit.Page.Locator(ready).First.WaitForAsync();
        if (page.Press is { } button && scripted) await visit.Page.Locator(button).First.ClickAsync();
        if (page.Settled is { } settled && scripted)
            await visit.Page.FrameLocator("iframe").Locator($"{settled}:not(:empty)").First.WaitForAsync(new() { Timeout = 60_000 });
        return visit;
    }

    // What a worker would have written of the project: it starts in Pyodide, and not in MicroPython.
    private async Task RunAsync(System.Text.Json.JsonElement project)
    {
        var picture = await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "src", "Web", "wwwroot", "pictures", "quiz.png"));
        SmokeResult passed = new(
            SmokeOutcome.Passed, StillRunning: false, Awaited: null, 2140, 3310, 412_300_000, Error: null,
            new SmokeEvidence([new ConsoleLine("log", "Seven questions were read."), new ConsoleLine("warn", "No best score is kept in this browser yet.")], [], ["json", "random"], ["numpy"]));
        const string Traceback = """
            Traceback (most recent call last):
              File "main.py", line 4, in <module>
              File "questions.py", line 2, in <module>
            ImportError: no module named 'numpy'
            """;
        SmokeResult failed = new(
            SmokeOutcome.Failed, StillRunning: false, Awaited: null, 640, DoneMs: null, 260_100_000,
            new SmokeError("ImportError", "This page imports numpy, which MicroPython does not have.", Traceback, "questions.py", 2),
            new SmokeEvidence(
                [new ConsoleLine("log", "Reading questions…"), new ConsoleLine("error", Traceback)],
                [new ProblemRequest("https://fonts.example.org/css2?family=Inter:wght@400;600;700&display=swap", "outside"), new ProblemRequest($"{Hub.Url}/missing.csv", "404")], ["json"], []));
        await Hub.EndAllAsync(project.ProjectId(), run => run.Interpreter is Interpreter.Pyodide ? passed : failed, picture);
        var runs = (await (await Ada.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke-runs")).JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        (_passed, _failed) = (runs.Single(run => run.Text("outcome") == "passed").Text("id"), runs.Single(run => run.Text("outcome") == "failed").Text("id"));
    }

    // Ada has a token for the API; a password is given to her here, so that she signs in as people do.
    private async Task<IReadOnlyList<Cookie>> SignInAsync()
    {
        await using (var scope = Hub.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<HubUser>>();
            (await users.AddPasswordAsync((await users.FindByNameAsync("ada"))!, Visitor.Password)).Succeeded.ShouldBeTrue();
        }
        var ada = new Visitor(Hub);
        await ada.SignInAsync("ada");
        return [.. ada.Cookies.Select(cookie => new Cookie { Name = cookie.Key, Value = cookie.Value, Url = Hub.Url })];
    }

    /// <summary>A window of a person who looks at the hub.</summary>
    public async Task<PageVisit> VisitAsync(
        bool isSignedIn = false, int width = 1280, ColorScheme theme = ColorScheme.Light, bool scripted = true, string language = "en", int height = 850)
    {
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = theme,
            JavaScriptEnabled = scripted,
            Locale = language,
            ReducedMotion = ReducedMotion.Reduce,
        });
        if (isSignedIn) await context.AddCookiesAsync(_cookies);
        return await PageVisit.BeginAsync(context, Hub.Options.PublicUrl.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Hub.DisposeAsync();
    }
}

/// <summary>A window with what went wrong in it.</summary>
public sealed class PageVisit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _outside = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private PageVisit(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    /// <summary>Requests that wanted another host.</summary>
    public IReadOnlyCollection<string> Outside => _outside;

    /// <summary>Errors of the console, in which violations of the policy are told too, and what scripts threw.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    public static async Task<PageVisit> BeginAsync(IBrowserContext context, int port)
    {
        var visit = new PageVisit(context, await context.NewPageAsync());
        visit.Page.Request += (_, request) =>
        {
            if (!ChromiumLaunch.IsHub(request.Url, port)) visit._outside.Enqueue(request.Url);
        };
        visit.Page.Console += (_, message) =>
        {
            if (message.Type == "error") visit._errors.Enqueue($"{message.Text} ({message.Location})");
        };
        visit.Page.PageError += (_, error) => visit._errors.Enqueue(error);
        return visit;
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
