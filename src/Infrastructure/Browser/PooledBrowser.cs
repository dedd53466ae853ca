using Microsoft.Playwright;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>A running browser with its proxy and its place in the jail.</summary>
internal sealed class PooledBrowser : IAsyncDisposable
{
    private const int KeptLines = 20;
    private const int KeptLetters = 2_000;

    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan s_closePatience = TimeSpan.FromSeconds(5);

    private readonly IPlaywright _driver;
    private readonly SmokeProxy _proxy;
    private readonly JailCell? _cell;

    private readonly Lazy<Task> _end;

    private PooledBrowser(IPlaywright driver, IBrowser browser, SmokeProxy proxy, ReachableHosts hosts, JailCell? cell)
    {
        (_driver, Browser, _proxy, Hosts, _cell) = (driver, browser, proxy, hosts, cell);
        _end = new Lazy<Task>(EndAsync);
    }

    public IBrowser Browser { get; }

    /// <summary>What it may reach.</summary>
    public ReachableHosts Hosts { get; }

    /// <summary>The runs that it was used for.</summary>
    public int Runs { get; set; }

    /// <summary>The most memory that was seen since this was last set to null, in bytes.</summary>
    public long? PeakMemory { get; set; }

    public IReadOnlyList<string> Refused => _proxy.Refused;

    /// <summary>Starts one.</summary>
    /// <param name="folder">Null where there is no launcher: in no jail, on another system than Linux.</param>
    /// <exception cref="BrowserFaultException">It does not start; the message ends with what it said.</exception>
    public static async Task<PooledBrowser> StartAsync(
        BrowserProgram program, JailFolder? folder, JailBounds bounds, SmokeSandbox sandbox, SmokeSurroundings surroundings, SmokeUpstream upstream, CancellationToken ct)
    {
        var cell = folder?.NewCell(bounds);
        IPlaywright? driver = null;
        SmokeProxy? proxy = null;
        try
        {
            var hosts = new ReachableHosts(surroundings, allContent: sandbox is SmokeSandbox.None);
            proxy = await SmokeProxy.StartAsync(hosts, upstream, sandbox is SmokeSandbox.Jail ? cell!.Socket : null, ct);
            if (sandbox is SmokeSandbox.Jail) cell!.OpenSocket();
            await using var _ = ct.Register(() => cell?.Kill());
            // Of its own: what one page makes its browser tell must not hold up those who hear of others.
            driver = await Playwright.CreateAsync().WaitAsync(s_startPatience, ct);
            var browser = await driver.Chromium.LaunchAsync(new()
            {
                ExecutablePath = folder?.Launcher ?? program.Path,
                Env = cell?.Environment(program, sandbox, surroundings.Hidden),
                // Chromium refuses to run as root with its own sandbox; in the jail it is another user.
                ChromiumSandbox = sandbox is SmokeSandbox.Jail || !Environment.IsPrivilegedProcess,
                // Without the bypass Chromium goes around the proxy for names under localhost.
                Proxy = new() { Server = sandbox is SmokeSandbox.Jail ? "http://127.0.0.1:3128" : proxy.Address, Bypass = "<-loopback>" },
                Args =
                [
                    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
                    "--disable-background-networking",
                    "--disable-component-update",
                    $"--gaia-url=https://{SmokeProxy.OwnAccountsHost}",
                    // A browser runs one project at a time and reaches no other site. A process for each site that is refused would bring a
                    // page with some frames to the bound of tasks, where Chromium stands still: 20 frames took over 256 tasks, and now 160.
                    "--disable-site-isolation-trials",
                ],
                // In the jail shared memory has a place of its own, and the hub ends browsers by itself.
                IgnoreDefaultArgs = ["--disable-dev-shm-usage"],
                HandleSIGHUP = false,
                HandleSIGINT = false,
                HandleSIGTERM = false,
                Timeout = (float)s_startPatience.TotalMilliseconds,
            });
            return new PooledBrowser(driver, browser, proxy, hosts, cell);
        }
        catch (Exception e)
        {
            driver?.Dispose();
            if (proxy is not null) await proxy.DisposeAsync();
            if (cell is not null) await cell.DisposeAsync();
            ct.ThrowIfCancellationRequested();
            if (e is not (PlaywrightException or TimeoutException)) throw;
            throw new BrowserFaultException($"The browser did not start: {WhatItSaid(e.Message)}", e);
        }
    }

    /// <summary>Makes it ready for a run of a page, or of no page that is known yet.</summary>
    public void Begin(Uri? page)
    {
        Runs++;
        if (page is null) Hosts.AllowNone();
        else Hosts.Allow(page);
        _proxy.Forget();
        PeakMemory = null;
        Sample();
    }

    /// <summary>Ends all of its processes at once.</summary>
    public void Kill()
    {
        if (_cell is not null) _cell.Kill();
        // Without a launcher nobody knows them but the driver, which ends them when it ends.
        else _driver.Dispose();
    }

    /// <summary>Looks at its memory, and ends a page that has too much where the kernel does not.</summary>
    public void Sample()
    {
        if (_cell is null) return;
        if (_cell.ReadMemory() is { } memory) PeakMemory = Math.Max(memory, PeakMemory ?? 0);
        _cell.BoundMemory();
    }

    // Playwright's message holds the command line, its own notes and, marked, what the browser wrote to stderr.
    private static string WhatItSaid(string message)
    {
        const string Mark = "[err] ";
        var lines = message.Split('\n').Where(line => line.Contains(Mark, StringComparison.Ordinal)).Select(line => line[(line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Trim())
            .Distinct(StringComparer.Ordinal).TakeLast(KeptLines).ToList();
        var said = lines.Count > 0 ? string.Join('\n', lines) : message;
        return said.Length > KeptLetters ? said[..KeptLetters] : said;
    }

    /// <summary>Ends it, once, whoever asks: the pool and a run can at the same moment.</summary>
    public ValueTask DisposeAsync() => new(_end.Value);

    private async Task EndAsync()
    {
        try
        {
            await Browser.CloseAsync().WaitAsync(s_closePatience);
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            // It is killed below.
        }
        _driver.Dispose();
        await _proxy.DisposeAsync();
        if (_cell is not null) await _cell.DisposeAsync();
    }
}
