using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Microsoft.Playwright;
using PyScriptHub.Browser.Tests.Conformance;
using PyScriptHub.Web.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace PyScriptHub.Browser.Tests.Editor;

/// <summary>Somebody with a browser and a profile of their own, who writes in the editor.</summary>
internal sealed class Person : IAsyncDisposable
{
    private static readonly LocatorAssertionsToContainTextOptions s_patient = new() { Timeout = 30_000 };

    private readonly IPlaywright _playwright;
    private readonly HubServer _hub;
    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("pyscript-hub-person-");
    private readonly bool _deniesStorage;
    private IBrowserContext? _context;

    private Person(IPlaywright playwright, HubServer hub, bool deniesStorage) => (_playwright, _hub, _deniesStorage) = (playwright, hub, deniesStorage);

    public IBrowserContext Context => _context!;

    public IPage Page { get; private set; } = null!;

    public ILocator State => StateOf(Page);

    public ILocator Notices => Page.Locator(".save-notices");

    /// <summary>Opens a browser; signs in where a name is given, which must be that of a registered user.</summary>
    public static async Task<Person> ArriveAsync(IPlaywright playwright, HubServer hub, string? userName = null, bool deniesStorage = false)
    {
        var person = new Person(playwright, hub, deniesStorage);
        await person.OpenBrowserAsync();
        if (userName is not null) await person.SignInAsync(person.Page, userName);
        return person;
    }

    public static ILocator StateOf(IPage page) => page.Locator(".save-state");

    public async Task OpenBrowserAsync()
    {
        if (!_deniesStorage) await ChromiumLaunch.WritePreferencesAsync(_profile, CancellationToken.None);
        else
        {
            // "Block all cookies": the browser's own setting, under which it refuses every kind of storage.
            var folder = _profile.CreateSubdirectory("Default");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Preferences"), """{"profile": {"default_content_setting_values": {"cookies": 2}}}""");
        }
        _context = await _playwright.Chromium.LaunchPersistentContextAsync(_profile.FullName, ChromiumLaunch.Options());
        Page = await _context.NewPageAsync();
    }

    public async Task SignInAsync(IPage page, string userName)
    {
        if (!page.Url.Contains("/sign-in", StringComparison.Ordinal)) await page.GotoAsync($"{_hub.Url}/sign-in");
        await page.Locator("input[name=userName]").FillAsync(userName);
        await page.Locator("input[name=password]").FillAsync(Visitor.Password);
        await page.Locator("input[name=stays]").CheckAsync();
        await page.Locator("form:has(input[name=password]) button.primary").ClickAsync();
        // A tab that was opened to sign in closes itself; any other goes on to where it was asked from.
        for (var attempt = 0; attempt < 300 && !page.IsClosed && page.Url.Contains("/sign-in", StringComparison.Ordinal); attempt++)
        {
            await Task.Delay(100);
            if (page.Url.Contains("close=1", StringComparison.Ordinal) && !page.IsClosed && await IsSignedInAsync(page)) return;
        }
    }

    private static async Task<bool> IsSignedInAsync(IPage page)
    {
        try
        {
            return await page.Locator("input[name=password]").CountAsync() == 0;
        }
        catch (PlaywrightException)
        {
            // It closes at this moment, or goes on to its next page.
            return page.IsClosed;
        }
    }

    /// <summary>Signs out in a tab beside the editor.</summary>
    public async Task SignOutElsewhereAsync()
    {
        var page = await Context.NewPageAsync();
        await page.GotoAsync(_hub.Url);
        await page.EvaluateAsync(
            """
            async () => {
              const html = await (await fetch('/sign-out')).text();
              const token = /name="__RequestVerificationToken"[^>]*value="([^"]+)"/.exec(html)[1];
              const answer = await fetch('/sign-out', { method: 'POST', body: new URLSearchParams({ __RequestVerificationToken: token }) });
              if (!answer.ok) throw new Error(String(answer.status));
            }
            """);
        await page.CloseAsync();
    }

    /// <summary>Opens the editor. A browser writes its cookies down seconds late: whoever was killed may have to sign in again.</summary>
    public async Task EditAsync(string editUrl, string? userName = null)
    {
        await Page.GotoAsync(editUrl);
        if (userName is not null && Page.Url.Contains("/sign-in", StringComparison.Ordinal)) await SignInAsync(Page, userName);
        await Page.Locator(".cm-content").WaitForAsync();
    }

    /// <summary>Writes at the end of the open text.</summary>
    public static async Task WriteAsync(IPage page, string text, float delay = 5)
    {
        await page.Locator(".editor-code .cm-content").ClickAsync();
        await page.Keyboard.PressAsync("Control+End");
        await page.Keyboard.TypeAsync(text, new() { Delay = delay });
    }

    public Task WriteAsync(string text, float delay = 5) => WriteAsync(Page, text, delay);

    public static Task TextAsync(IPage page, string expected) => Expect(page.Locator(".editor-code .cm-content")).ToContainTextAsync(expected, s_patient);

    public Task TextAsync(string expected) => TextAsync(Page, expected);

    public Task StateAsync(string expected) => Expect(State).ToContainTextAsync(expected, s_patient);

    public Task NoticeAsync(string expected) => Expect(Notices).ToContainTextAsync(expected, s_patient);

    public Task ChooseAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();

    /// <summary>Downloads all files as a zip; gives their texts by path.</summary>
    public async Task<Dictionary<string, string>> DownloadAsync()
    {
        var download = await Page.RunAndWaitForDownloadAsync(() => ChooseAsync("Download as zip"));
        download.SuggestedFilename.ShouldEndWith(".zip");
        await using var zip = await ZipFile.OpenReadAsync(await download.PathAsync());
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync());
            files[entry.FullName] = await reader.ReadToEndAsync();
        }
        return files;
    }

    /// <summary>SIGKILL for the whole browser, and a new one on the same profile.</summary>
    public async Task KillBrowserAsync()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)) continue;
            string[] arguments;
            try
            {
                arguments = (await File.ReadAllTextAsync($"{folder}/cmdline")).Split('\0');
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            // Its first process alone: the others end with it, as they would on a phone out of memory.
            if (!arguments.Contains($"--user-data-dir={_profile.FullName}") || arguments.Any(a => a.StartsWith("--type=", StringComparison.Ordinal))) continue;
            try
            {
                using var process = Process.GetProcessById(pid);
                process.Kill();
                await process.WaitForExitAsync();
            }
            catch (ArgumentException)
            {
                // Ended by itself.
            }
        }
        await EndAsync(_context!.DisposeAsync().AsTask());
        foreach (var left in Directory.EnumerateFileSystemEntries(_profile.FullName, "Singleton*")) File.Delete(left);
        await OpenBrowserAsync();
    }

    /// <summary>The tab's process ends at once, as when the machine has no memory left; a new tab is opened.</summary>
    public async Task CrashTabAsync()
    {
        var session = await Context.NewCDPSessionAsync(Page);
        var gone = new TaskCompletionSource();
        Page.Crash += (_, _) => gone.TrySetResult();
        _ = session.SendAsync("Page.crash").ContinueWith(_ => { }, TaskScheduler.Default);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var crashed = Page;
        Page = await Context.NewPageAsync();
        await EndAsync(crashed.CloseAsync());
    }

    // Of what is gone already Playwright may say so, or wait for an answer that nobody is left to give.
    private static async Task EndAsync(Task ending)
    {
        try
        {
            await ending.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            // Either way it is gone.
        }
    }

    /// <summary>The tab is closed without a word to its page; a new one is opened.</summary>
    public async Task CloseTabAsync()
    {
        var closed = Page;
        Page = await Context.NewPageAsync();
        await closed.CloseAsync(new() { RunBeforeUnload = false });
    }

    public async ValueTask DisposeAsync()
    {
        if (_context is not null) await _context.DisposeAsync();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                _profile.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempt < 20)
            {
                // The browser's last process still writes.
                await Task.Delay(100);
            }
        }
    }
}
