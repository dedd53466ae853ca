using System.Globalization;
using System.IO.Compression;
using Microsoft.Playwright;
using PyScriptHub.Browser.Tests.Conformance;
using PyScriptHub.Browser.Tests.Pages;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests;

/// <summary>The ways that people go through the hub, from the first page to the last, by the words that they read on it.</summary>
public sealed class JourneyTests(JourneyTests.Stage stage) : IClassFixture<JourneyTests.Stage>
{
    private const int MostClicks = 12;
    private const string Password = "nine quiet otters";
    private static readonly LocatorAssertionsToBeVisibleOptions s_patient = new() { Timeout = 60_000 };
    private static readonly LocatorAssertionsToContainTextOptions s_patientText = new() { Timeout = 60_000 };

    [Fact]
    public async Task A_signed_in_teacher_shares_a_running_project_in_12_clicks_or_fewer_and_never_reloads()
    {
        await using var teacher = await stage.VisitAsync();
        await RegisterAsync(teacher.Page, "clicker");
        await teacher.Page.GotoAsync(stage.Hub.Url);
        var hand = new Hand(teacher.Page);

        await hand.ClickAsync(Link(teacher.Page, "Begin a project"));
        await hand.ClickAsync(teacher.Page.GetByLabel("Name", new() { Exact = true }));
        await teacher.Page.Keyboard.TypeAsync("Counting sheep");
        await hand.ClickAsync(Button(teacher.Page, "Make the project"));
        await hand.ClickAsync(teacher.Page.GetByRole(AriaRole.Treeitem, new() { Name = "main.py" }));
        await hand.ClickAsync(Code(teacher.Page));
        await teacher.Page.Keyboard.PressAsync("Control+End");
        await teacher.Page.Keyboard.TypeAsync("\nprint('one sheep')\n");
        await hand.ClickAsync(Button(teacher.Page, "Run").First);
        await Expect(Console(teacher.Page)).ToContainTextAsync("one sheep", s_patientText);
        await hand.ClickAsync(Button(teacher.Page, "Share"));
        await hand.ClickAsync(Button(teacher.Page, "Publish"));
        var address = await teacher.Page.GetByRole(AriaRole.Textbox, new() { Name = "Its page on the hub" }).InputValueAsync();

        hand.Clicks.ShouldBeLessThanOrEqualTo(MostClicks);
        // To /new, and from there to the editor.
        hand.Pages.Count.ShouldBe(2, string.Join(", ", hand.Pages));

        await using var pupil = await stage.VisitAsync(width: 390);
        await pupil.Page.GotoAsync(address);
        await Expect(pupil.Page.FrameLocator("iframe").Locator("body")).ToContainTextAsync("This page runs on", s_patientText);
        NothingWentWrong(teacher, pupil);
    }

    [Fact]
    public async Task A_hub_is_set_up_and_a_project_goes_from_a_template_to_a_class_to_a_remix_and_is_erased_with_its_account()
    {
        // An administrator makes a project for all.
        await using var administrator = await stage.VisitAsync();
        await administrator.Page.GotoAsync(await stage.SetupAddressAsync());
        await administrator.Page.GetByLabel("User name").FillAsync("head");
        await administrator.Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await administrator.Page.GetByLabel("Password, once more").FillAsync(Password);
        await Button(administrator.Page, "Make the administrator").ClickAsync();
        await administrator.Page.GotoAsync($"{stage.Hub.Url}/admin");
        await Expect(administrator.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();

        // A teacher registers, begins with a template, changes it and looks at it.
        await using var teacher = await stage.VisitAsync();
        await RegisterAsync(teacher.Page, "mia");
        await teacher.Page.GotoAsync($"{stage.Hub.Url}/new");
        await teacher.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Sheep");
        await Button(teacher.Page, "Make the project").ClickAsync();
        await teacher.Page.GetByRole(AriaRole.Treeitem, new() { Name = "main.py" }).ClickAsync();
        await Code(teacher.Page).ClickAsync();
        await teacher.Page.Keyboard.PressAsync("Control+End");
        await teacher.Page.Keyboard.TypeAsync("\nprint('two sheep')\n");
        await teacher.Page.Keyboard.PressAsync("Control+Enter");
        await Expect(Console(teacher.Page)).ToContainTextAsync("two sheep", s_patientText);
        await Button(teacher.Page, "Share").ClickAsync();
        await Button(teacher.Page, "Publish").ClickAsync();
        var address = await teacher.Page.GetByRole(AriaRole.Textbox, new() { Name = "Its page on the hub" }).InputValueAsync();
        var shortAddress = await teacher.Page.GetByRole(AriaRole.Textbox, new() { Name = "Short address, to dictate" }).InputValueAsync();
        await teacher.Page.Keyboard.PressAsync("Escape");

        // A pupil without an account types the short address and tries the other interpreter.
        await using var pupil = await stage.VisitAsync(width: 390);
        await pupil.Page.GotoAsync($"http://{shortAddress}");
        pupil.Page.Url.ShouldBe(address);
        var lesson = pupil.Page.FrameLocator("iframe").Locator("body");
        await Expect(lesson).ToContainTextAsync("cpython", s_patientText);
        await Link(pupil.Page, "MicroPython").ClickAsync();
        await Expect(lesson).ToContainTextAsync("micropython", s_patientText);

        // A colleague remixes it.
        await using var colleague = await stage.VisitAsync();
        await RegisterAsync(colleague.Page, "noah");
        await colleague.Page.GotoAsync(address);
        await Button(colleague.Page, "Remix").ClickAsync();
        await Expect(Code(colleague.Page)).ToBeVisibleAsync(s_patient);
        colleague.Page.Url.ShouldContain("/@noah/");
        var remix = colleague.Page.Url[..^"/edit".Length];

        // The teacher brings an older state back.
        await teacher.Page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).ClickAsync();
        await teacher.Page.GetByRole(AriaRole.Menuitem, new() { Name = "History…" }).ClickAsync();
        var history = teacher.Page.GetByRole(AriaRole.Dialog, new() { Name = "History" });
        await history.GetByRole(AriaRole.Button, new() { Name = "Revision 1" }).ClickAsync();
        await history.GetByRole(AriaRole.Button, new() { Name = "Restore" }).ClickAsync();
        await Expect(Code(teacher.Page)).Not.ToContainTextAsync("two sheep", new() { Timeout = 30_000 });

        // Everything can be taken along.
        await teacher.Page.GotoAsync($"{stage.Hub.Url}/account");
        var download = await teacher.Page.RunAndWaitForDownloadAsync(() => Button(teacher.Page, "Download everything").ClickAsync());
        await using (var archive = await ZipFile.OpenReadAsync(await download.PathAsync()))
            archive.Entries.Select(entry => entry.FullName).ShouldContain(name => name.EndsWith("main.py", StringComparison.Ordinal) || name.EndsWith(".zip", StringComparison.Ordinal));

        // The account goes, the project with it; the remix stays.
        await teacher.Page.GotoAsync($"{stage.Hub.Url}/account/erase");
        await teacher.Page.GetByLabel("Your user name, once more").FillAsync("mia");
        await teacher.Page.GetByLabel("Your password").FillAsync(Password);
        await Button(teacher.Page, "Erase for good").ClickAsync();
        await Expect(Link(teacher.Page, "Sign in").First).ToBeVisibleAsync(s_patient);
        (await stage.Hub.Client.GetAsync(new Uri(address).AbsolutePath)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        var kept = await colleague.Page.GotoAsync(remix);
        kept!.Status.ShouldBe(200);
        NothingWentWrong(administrator, teacher, pupil, colleague);
    }

    private static ILocator Link(IPage page, string name) => page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    private static ILocator Button(IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    private static ILocator Code(IPage page) => page.Locator(".editor-code .cm-content");

    private static ILocator Console(IPage page) => page.Locator(".console-part");

    private static void NothingWentWrong(params PageVisit[] visits)
    {
        foreach (var visit in visits)
        {
            visit.Outside.ShouldBeEmpty();
            visit.Errors.ShouldBeEmpty();
        }
    }

    private async Task RegisterAsync(IPage page, string name)
    {
        await page.GotoAsync($"{stage.Hub.Url}/register");
        await page.GetByLabel("User name").FillAsync(name);
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await Button(page, "Make the account").ClickAsync();
        await page.WaitForURLAsync(url => !url.EndsWith("/register", StringComparison.Ordinal));
    }

    /// <summary>A hand that counts its clicks, and the pages that they led to.</summary>
    private sealed class Hand
    {
        public Hand(IPage page) => page.FrameNavigated += (_, frame) =>
        {
            if (frame == page.MainFrame && Pages.LastOrDefault() != frame.Url) Pages.Add(frame.Url);
        };

        public int Clicks { get; private set; }

        public List<string> Pages { get; } = [];

        public Task ClickAsync(ILocator target)
        {
            Clicks++;
            return target.ClickAsync();
        }
    }

    /// <summary>A hub that anybody may join, and a browser.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private IPlaywright _playwright = null!;
        private IBrowser _browser = null!;

        internal HubServer Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Hub = await HubServer.StartAsync(options => options with { Registration = Registration.Open }, packsRuntime: true);
            _playwright = await Playwright.CreateAsync();
            _browser = await ChromiumLaunch.StartAsync(_playwright);
        }

        /// <summary>A browser that nobody used before.</summary>
        internal async Task<PageVisit> VisitAsync(int width = 1280) => await PageVisit.BeginAsync(
            await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 850 }, Locale = "en" }), Hub.Options.PublicUrl.Port);

        /// <summary>The one-time address at which the first administrator is made.</summary>
        internal async Task<string> SetupAddressAsync()
        {
            await using var console = new StringWriter(CultureInfo.InvariantCulture);
            await FirstAdministrator.EnsureAsync(Hub.Services, console, TestContext.Current.CancellationToken);
            return console.ToString().Split(' ', '\n').First(word => word.StartsWith("http", StringComparison.Ordinal));
        }

        public async ValueTask DisposeAsync()
        {
            await _browser.DisposeAsync();
            _playwright.Dispose();
            await Hub.DisposeAsync();
        }
    }
}
