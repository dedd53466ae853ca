using Microsoft.Playwright;
using PyScriptHub.Infrastructure.Browser;

namespace PyScriptHub.Bundled;

/// <summary>
/// A page with an interpreter that waits for modules to try, in a browser of its own: one that hangs cannot be closed, but its browser
/// can be ended.
/// </summary>
internal sealed class InterpreterPage : IAsyncDisposable
{
    private static readonly TimeSpan s_longestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestAttempt = TimeSpan.FromSeconds(20);

    private readonly IBrowser _browser;
    private readonly IPage _page;
    private readonly List<string> _said = [];

    private InterpreterPage(IBrowser browser, IPage page)
    {
        (_browser, _page) = (browser, page);
        page.Console += (_, message) => _said.Add(message.Text);
    }

    /// <summary>Opens it.</summary>
    /// <exception cref="TimeoutException">The interpreter did not start.</exception>
    public static async Task<InterpreterPage> OpenAsync(IPlaywright playwright, Uri address)
    {
        var browser = await LaunchAsync(playwright);
        var opened = new InterpreterPage(browser, await browser.NewPageAsync());
        try
        {
            await opened._page.GotoAsync(address.AbsoluteUri);
            await opened._page.WaitForFunctionAsync("globalThis.attempts_ready", null, new() { Timeout = (float)s_longestStart.TotalMilliseconds });
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
        return opened;
    }

    /// <summary>The machine's own Chromium.</summary>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright)
    {
        var program = BrowserProgram.Find(Environment.GetEnvironmentVariable("HUB_TEST_BROWSER"), playwright.Chromium.ExecutablePath, isForOther: false);
        List<string> arguments =
        [
            "--disable-background-networking",
            // Only this machine's names resolve: what a module asks of another host fails at once.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
        ];
        // Chromium refuses its sandbox to root.
        if (Environment.IsPrivilegedProcess) arguments.Add("--no-sandbox");
        return playwright.Chromium.LaunchAsync(new() { ExecutablePath = program.Path, Args = arguments });
    }

    /// <summary>The version of Python that it speaks.</summary>
    public Task<string> DescribeAsync() => _page.EvaluateAsync<string>("describe_python()");

    /// <summary>The modules that the interpreter says it has.</summary>
    public async Task<IReadOnlyList<string>> ListAsync()
    {
        _said.Clear();
        var listed = await _page.EvaluateAsync<string?>("list_modules()");
        // MicroPython prints its list, and a line for people behind it.
        listed ??= string.Join('\n', _said.Where(line => !line.StartsWith("Plus", StringComparison.Ordinal)));
        return listed.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Imports a module: an empty text, or what was raised.</summary>
    /// <exception cref="InterpreterLostException">The interpreter crashed or hangs, and the page is of no use any more.</exception>
    public Task<string> ImportAsync(string module) => TryAsync("module => attempt_import(module)", module);

    /// <summary>Uses the module that was imported last: an empty text, or what was raised.</summary>
    /// <exception cref="InterpreterLostException">As for <see cref="ImportAsync"/>.</exception>
    public Task<string> UseAsync(ModuleUse use) => TryAsync(
        """
        source => new Promise((resolve, reject) => {
            globalThis.attempted = resolve
            setTimeout(() => resolve('TimeoutError: the task has not ended'), 5000)
            const attempt = async () => await attempt_use(source)
            attempt().then(answer => answer === 'pending' || resolve(answer), reject)
        })
        """, use.Source);

    public async ValueTask DisposeAsync() => await _browser.CloseAsync();

    private async Task<string> TryAsync(string script, string argument)
    {
        try
        {
            return await _page.EvaluateAsync<string>(script, argument).WaitAsync(s_longestAttempt);
        }
        catch (TimeoutException)
        {
            throw new InterpreterLostException($"It hangs: it did not come back within {s_longestAttempt.TotalSeconds:0} s.");
        }
        catch (PlaywrightException lost)
        {
            throw new InterpreterLostException($"The interpreter crashed: {lost.Message.Split('\n')[0].Trim()}");
        }
    }
}

/// <summary>An interpreter that crashed or hangs; the message is for people.</summary>
internal sealed class InterpreterLostException(string message) : Exception(message);
