using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PyScriptHub.Browser.Tests.Conformance;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>One hub and one Chromium for the tests of the editor's interface; each test has a person and a project of its own.</summary>
public sealed class Workshop : IAsyncLifetime
{
    private static int s_people;

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    internal HubServer Hub { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Hub = await HubServer.StartAsync(packsRuntime: true);
        _playwright = await Playwright.CreateAsync();
        _browser = await ChromiumLaunch.StartAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await Hub.DisposeAsync();
    }

    /// <summary>Somebody signed in with the editor of a project of theirs open.</summary>
    internal async Task<OpenEditor> OpenAsync(Look? look = null, params (string Path, byte[] Bytes)[] files)
    {
        look ??= new Look();
        var name = $"maker-{Interlocked.Increment(ref s_people)}";
        await Visitor.RegisterAsync(Hub, name);
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = look.Width, Height = look.Height },
            ColorScheme = look.IsDark ? ColorScheme.Dark : ColorScheme.Light,
            HasTouch = look.IsTouch,
            IsMobile = look.IsTouch,
        });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{Hub.Url}/sign-in");
        await page.FillAsync("input[name=userName]", name);
        await page.FillAsync("input[name=password]", Visitor.Password);
        await page.Locator("input[name=password]").PressAsync("Enter");
        // Asked for again and again: Playwright's own wait can miss that a page is loaded (1.64.1), and then waits for good.
        await Expect(page).Not.ToHaveURLAsync(new Regex("sign-in", RegexOptions.None, TimeSpan.FromSeconds(1)), new() { Timeout = 30_000 });
        var zip = Zip.Of(files);
        var answer = await page.Context.APIRequest.PostAsync($"{Hub.Url}/api/v1/projects/import?name=Lesson", new()
        {
            DataByte = zip,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Content-Type"] = "application/zip",
                ["Origin"] = Hub.Url,
                ["RequestVerificationToken"] = await TokenAsync(page),
            },
        });
        answer.Status.ShouldBe(201, await answer.TextAsync());
        return await OpenEditor.BeginAsync(Hub, page, JsonDocument.Parse(await answer.TextAsync()).RootElement);
    }

    internal Task<OpenEditor> OpenAsync(params (string Path, string Text)[] files) => OpenAsync(null, files);

    internal Task<OpenEditor> OpenAsync(Look? look, params (string Path, string Text)[] files) =>
        OpenAsync(look, [.. files.Select(file => (file.Path, System.Text.Encoding.UTF8.GetBytes(file.Text)))]);

    private async Task<string> TokenAsync(IPage page)
    {
        await page.GotoAsync($"{Hub.Url}/new");
        return await page.Locator("input[name=__RequestVerificationToken]").First.InputValueAsync();
    }
}

/// <summary>The screen that somebody has.</summary>
internal sealed record Look(int Width = 1280, int Height = 800, bool IsDark = false, bool IsTouch = false)
{
    public static Look Phone { get; } = new(390, 780, IsTouch: true);

    public static Look Tablet { get; } = new(820, 1100, IsTouch: true);
}

/// <summary>The classes that share a <see cref="Workshop"/>; they run one after the other, since each test keeps a browser busy.</summary>
[CollectionDefinition(nameof(SharedWorkshop))]
public sealed class SharedWorkshop : ICollectionFixture<Workshop>;
