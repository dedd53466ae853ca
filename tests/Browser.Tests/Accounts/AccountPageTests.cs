using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Accounts;

/// <summary>Accounts as people have them: in a browser, with a device that holds passkeys.</summary>
public sealed class AccountPageTests(AccountPageTests.Stage stage) : IClassFixture<AccountPageTests.Stage>
{
    private static int s_names;

    [Fact]
    public async Task A_passkey_is_added_named_signs_in_and_is_removed()
    {
        var name = await stage.PersonAsync();
        await using var visit = await stage.VisitAsync();
        var page = visit.Page;
        await AddDeviceAsync(page);
        await SignInAsync(page, name);

        await page.GotoAsync("/account");
        (await page.IsVisibleAsync("[data-no-passkeys]")).ShouldBeFalse();
        await page.FillAsync("#passkeyName", "My laptop");
        await page.ClickAsync("text=Add a passkey");
        await page.WaitForSelectorAsync("text=The passkey was added.");
        await page.FillAsync("input[aria-label='Name of the passkey “My laptop”']", "Old <b>laptop</b>");
        await page.ClickAsync("button[aria-label='Rename the passkey “My laptop”']");
        await page.WaitForSelectorAsync("button[aria-label='Remove the passkey “Old <b>laptop</b>”']");

        await SignOutAsync(page);
        await page.GotoAsync("/sign-in?returnUrl=%2Faccount");
        await page.ClickAsync("text=Sign in with a passkey");
        await page.WaitForURLAsync("**/account");
        await page.ClickAsync("button[aria-label='Remove the passkey “Old <b>laptop</b>”']");
        await page.WaitForFunctionAsync("!document.body.textContent.includes('laptop')");

        // The device still offers it, and the hub does not take it any more.
        await SignOutAsync(page);
        await page.GotoAsync("/sign-in");
        await page.ClickAsync("text=Sign in with a passkey");
        await page.WaitForSelectorAsync("text=The passkey was not accepted.");
        visit.Errors.Where(error => !error.Contains("400 (Bad Request)", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_tab_that_was_opened_to_sign_in_tells_the_others()
    {
        var name = await stage.PersonAsync();
        await using var visit = await stage.VisitAsync();
        var waiting = visit.Page;
        await waiting.GotoAsync("/sign-in");
        await waiting.EvaluateAsync("() => { new BroadcastChannel('hub-session').onmessage = e => { globalThis.heard = e.data } }");
        var page = await visit.Page.Context.NewPageAsync();
        await page.GotoAsync("/sign-in?close=1");
        await FillAsync(page, name);
        await page.WaitForSelectorAsync("text=You can close this tab.");
        await waiting.WaitForFunctionAsync("globalThis.heard");
        (await waiting.EvaluateAsync<string>("globalThis.heard.type + ' ' + globalThis.heard.userName")).ShouldBe($"signed-in {name}");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Nothing_of_the_account_and_administration_pages_is_hard_to_use(ColorScheme theme)
    {
        var name = await stage.PersonAsync(isAdministrator: true);
        await using var visit = await stage.VisitAsync();
        var page = visit.Page;
        await page.EmulateMediaAsync(new() { ColorScheme = theme });
        await AddDeviceAsync(page);
        foreach (var path in new[] { "/sign-in", "/register", "/reset" }) await LookAsync(page, path);
        await SignInAsync(page, name);
        await page.GotoAsync("/admin/texts");
        await page.FillAsync("#imprint", "# Us\n\n[site](https://school.example)\n\n|a|b|\n|-|-|\n|1|2|");
        await page.ClickAsync("main button.primary");
        foreach (var path in new[] { "/account", "/account/erase", "/signed-in", "/admin", "/admin/users", $"/admin/users/{name}", "/admin/registration", "/admin/texts", "/imprint" })
            await LookAsync(page, path);
        foreach (var width in new[] { 390, 1280 })
        {
            await page.SetViewportSizeAsync(width, 800);
            foreach (var path in new[] { "/account", "/admin", "/admin/users", "/admin/registration" })
            {
                await page.GotoAsync(path);
                (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, path);
            }
        }
        visit.Errors.ShouldBeEmpty();
        visit.Outside.ShouldBeEmpty();
    }

    private static async Task LookAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
        found.Violations.Select(violation => $"{path}: {violation.Id} {violation.Nodes[0].Html}").ShouldBeEmpty();
    }

    private static async Task SignInAsync(IPage page, string name)
    {
        await page.GotoAsync("/sign-in?returnUrl=%2Faccount");
        await FillAsync(page, name);
        await page.WaitForURLAsync("**/account");
    }

    private static async Task FillAsync(IPage page, string name)
    {
        await page.FillAsync("#userName", name);
        await page.FillAsync("#password", Visitor.Password);
        await page.ClickAsync("main button.primary");
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.GotoAsync("/account");
        await page.EvaluateAsync("document.querySelector('form[action=\"/sign-out\"]').submit()");
        await page.WaitForURLAsync(url => !url.Contains("/account", StringComparison.Ordinal));
    }

    // A device of the browser's own making, which says that its holder is there (WebAuthn, 11).
    private static async Task AddDeviceAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }

    /// <summary>One hub for the class; each test has people and a browser of its own.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private HubServer _hub = null!;
        private IPlaywright _playwright = null!;

        public async ValueTask InitializeAsync()
        {
            _hub = await HubServer.StartAsync(options => options with { Registration = Registration.Open });
            _playwright = await Playwright.CreateAsync();
        }

        public async Task<string> PersonAsync(bool isAdministrator = false)
        {
            var name = $"person-{Interlocked.Increment(ref s_names)}";
            await Visitor.RegisterAsync(_hub, name, isAdministrator);
            return name;
        }

        public Task<PublishedPageTests.Visit> VisitAsync() => PublishedPageTests.Visit.BeginAsync(_playwright, _hub.Options.PublicUrl.Port);

        public async ValueTask DisposeAsync()
        {
            _playwright.Dispose();
            await _hub.DisposeAsync();
        }
    }
}
