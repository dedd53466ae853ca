using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// Browsers that pages are run in, each for one page at a time, started when they are needed and kept for some runs. One more than are in
/// use is kept ready, so that a run does not wait for a start.
/// </summary>
public sealed partial class BrowserPool : IAsyncDisposable
{
    // What a page may have left behind in the browser itself goes with it.
    private const int RunsOfABrowser = 20;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    private readonly SmokeOptions _options;
    private readonly SmokeSurroundings _surroundings;
    private readonly ILogger _logger;
    private readonly SmokeUpstream _upstream;
    private readonly SemaphoreSlim _preparing = new(1);
    private readonly CancellationTokenSource _ending = new();

    // Guards what follows.
    private readonly Lock _lock = new();
    private readonly List<PooledBrowser> _idle = [];
    private readonly HashSet<PooledBrowser> _all = [];
    private readonly HashSet<Task> _background = [];
    private int _starting;

    private volatile Prepared? _prepared;
    private Task _watch = Task.CompletedTask;

    public BrowserPool(SmokeOptions options, SmokeSurroundings surroundings, ILogger<BrowserPool> logger)
    {
        (_options, _surroundings, _logger) = (options, surroundings, logger);
        _upstream = new SmokeUpstream(options.Upstream);
    }

    /// <summary>The browser's name and version, once one was found; null before.</summary>
    public string? BrowserName { get; private set; }

    /// <summary>Looks whether pages can be run on this machine. What was found well is remembered.</summary>
    /// <exception cref="SmokeTestsOffException">None can; the message says why and what to do.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        if (BrowserName is not null) return;
        await _preparing.WaitAsync(ct);
        try
        {
            if (BrowserName is not null) return;
            await PrepareAsync(ct);
            var browser = await StartAsync(ct);
            Keep(browser);
            BrowserName = $"Chromium {browser.Browser.Version}";
            if (_watch.IsCompleted) _watch = WatchAsync();
        }
        catch (BrowserFaultException e)
        {
            throw new SmokeTestsOffException($"the browser does not start. {e.Message}", e);
        }
        finally
        {
            _preparing.Release();
        }
    }

    /// <summary>A browser for one run, which reaches the runtime's host alone until <see cref="BrowserLease.Allow"/> names a page.</summary>
    /// <exception cref="BrowserFaultException">It did not start.</exception>
    /// <exception cref="SmokeTestsOffException">None can be started on this machine.</exception>
    public Task<BrowserLease> TakeAsync(CancellationToken ct) => TakeForAsync(null, ct);

    /// <summary>A browser for one run of a page: it reaches the host of that page and the runtime's.</summary>
    /// <exception cref="ArgumentException">That is no content host of this hub.</exception>
    /// <exception cref="BrowserFaultException">It did not start.</exception>
    /// <exception cref="SmokeTestsOffException">None can be started on this machine.</exception>
    public Task<BrowserLease> TakeAsync(Uri page, CancellationToken ct) => TakeForAsync(page, ct);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _watch;
        while (true)
        {
            Task[] background;
            PooledBrowser[] all;
            lock (_lock) (background, all) = ([.. _background], [.. _all]);
            if (background.Length == 0 && all.Length == 0) break;
            await Task.WhenAll(background);
            await Task.WhenAll(all.Select(EndAsync));
        }
        _prepared?.Folder?.Dispose();
        _upstream.Dispose();
        _preparing.Dispose();
        _ending.Dispose();
    }

    internal void Return(PooledBrowser browser, bool isSpoilt)
    {
        browser.Hosts.AllowNone();
        if (isSpoilt || browser.Runs >= RunsOfABrowser || !browser.Browser.IsConnected || !Keep(browser)) InBackground(() => EndAsync(browser));
        KeepOneReady();
    }

    /// <summary>Whether an address of the hub is served to the browsers here: with anything but 502, 503 and 504.</summary>
    public Task<bool> IsServedAsync(Uri address, TimeSpan within, CancellationToken ct) => _upstream.IsServedAsync(address, within, ct);

    /// <summary>The text of a file under a content host, as the hub gives it, which no page has a hand in; null where there is none, or it does not come within the time.</summary>
    public Task<string?> ReadAsync(Uri file, TimeSpan within) => _upstream.ReadAsync(file, within);

    private async Task<BrowserLease> TakeForAsync(Uri? page, CancellationToken ct)
    {
        await CheckAsync(ct);
        var browser = TakeIdle() ?? await StartOrDoubtAsync(ct);
        try
        {
            browser.Begin(page);
        }
        catch
        {
            Return(browser, isSpoilt: false);
            throw;
        }
        KeepOneReady();
        return new BrowserLease(this, browser);
    }

    // What was found well may have gone since: where no browser runs and none starts, whoever comes next looks anew.
    private async Task<PooledBrowser> StartOrDoubtAsync(CancellationToken ct)
    {
        try
        {
            return await StartAsync(ct);
        }
        catch (BrowserFaultException) when (!IsAnyConnected())
        {
            BrowserName = null;
            throw;
        }
    }

    private PooledBrowser? TakeIdle()
    {
        while (true)
        {
            PooledBrowser browser;
            lock (_lock)
            {
                if (_idle is not [.., var last]) return null;
                browser = last;
                _idle.RemoveAt(_idle.Count - 1);
            }
            if (browser.Browser.IsConnected) return browser;
            InBackground(() => EndAsync(browser));
        }
    }

    // False where there are enough.
    private bool Keep(PooledBrowser browser)
    {
        lock (_lock)
        {
            if (_ending.IsCancellationRequested || _all.Count > _options.Parallel + 1) return false;
            _idle.Add(browser);
            return true;
        }
    }

    private void KeepOneReady()
    {
        lock (_lock)
        {
            if (_ending.IsCancellationRequested || _idle.Count + _starting > 0 || _all.Count > _options.Parallel) return;
        }
        InBackground(async () =>
        {
            try
            {
                var browser = await StartAsync(_ending.Token);
                if (!Keep(browser)) await EndAsync(browser);
            }
            catch (Exception e) when (e is BrowserFaultException or OperationCanceledException)
            {
                // Whoever needs one starts one, and is told.
                LogNotReady(e);
            }
        });
    }

    private async Task<PooledBrowser> StartAsync(CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, _ending.Token);
        Interlocked.Increment(ref _starting);
        try
        {
            var browser = await PooledBrowser.StartAsync(_prepared!.Program, _prepared.Folder, _options.Bounds, _options.Sandbox, _surroundings, _upstream, ending.Token);
            lock (_lock) _all.Add(browser);
            return browser;
        }
        finally
        {
            Interlocked.Decrement(ref _starting);
        }
    }

    private bool IsAnyConnected()
    {
        lock (_lock) return _all.Any(browser => browser.Browser.IsConnected);
    }

    private async Task EndAsync(PooledBrowser browser)
    {
        try
        {
            await browser.DisposeAsync();
        }
        finally
        {
            lock (_lock)
            {
                _all.Remove(browser);
                _idle.Remove(browser);
            }
        }
    }

    private void InBackground(Func<Task> work)
    {
        var task = Task.Run(work);
        lock (_lock) _background.Add(task);
        _ = task.ContinueWith(
            done =>
            {
                lock (_lock) _background.Remove(done);
                if (done.Exception is { } e) LogBackground(e);
            },
            TaskScheduler.Default);
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(s_look);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                PooledBrowser[] all;
                lock (_lock) all = [.. _all];
                foreach (var browser in all) browser.Sample();
            }
        }
        catch (OperationCanceledException)
        {
            // The pool ends.
        }
    }

    private async Task PrepareAsync(CancellationToken ct)
    {
        if (_prepared is null)
        {
            using var playwright = await Playwright.CreateAsync();
            var uid = _options.Sandbox is SmokeSandbox.Jail && Environment.IsPrivilegedProcess ? _options.Uid : (uint?)null;
            var program = BrowserProgram.Find(_options.Browser, playwright.Chromium.ExecutablePath, uid is not null);
            if (_options.Sandbox is SmokeSandbox.Jail) JailProbe.LookForTools(uid is not null);
            _prepared = new Prepared(program, OperatingSystem.IsLinux() ? JailFolder.Make(uid) : null);
        }
        if (OperatingSystem.IsLinux() && _options.Sandbox is SmokeSandbox.Jail) await JailProbe.RunAsync(_prepared.Folder!, _options.Bounds, ct);
    }

    [LoggerMessage(LogLevel.Warning, "No browser could be kept ready")]
    private partial void LogNotReady(Exception e);

    [LoggerMessage(LogLevel.Error, "A browser could not be ended")]
    private partial void LogBackground(Exception e);

    /// <summary>What was found on this machine.</summary>
    private sealed record Prepared(BrowserProgram Program, JailFolder? Folder);
}
