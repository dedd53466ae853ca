using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>Browsers that pages are run in, each for one page at a time, started when they are needed and kept for some runs.</summary>
public sealed class BrowserPool(SmokeOptions options) : IAsyncDisposable
{
    // What a page may have left behind in the browser itself goes with it.
    private const int RunsOfABrowser = 20;

    private readonly ConcurrentBag<(IBrowser Browser, int Runs)> _idle = [];
    private readonly SemaphoreSlim _starting = new(1);
    private IPlaywright? _playwright;

    /// <summary>The browser's name and version, once one was found; null before.</summary>
    public string? BrowserName { get; private set; }

    /// <summary>Looks whether pages can be run on this machine. What was found well is remembered.</summary>
    /// <exception cref="SmokeTestsOffException">None can; the message says why and what to do.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        if (BrowserName is not null) return;
        await using var lease = await TakeAsync(ct);
        BrowserName = $"Chromium {lease.Browser.Version}";
    }

    /// <summary>A browser for one run.</summary>
    /// <exception cref="BrowserFaultException">It did not start.</exception>
    /// <exception cref="SmokeTestsOffException">None can be started on this machine.</exception>
    public async Task<BrowserLease> TakeAsync(CancellationToken ct)
    {
        while (_idle.TryTake(out var idle))
        {
            if (idle.Browser.IsConnected) return new BrowserLease(this, idle.Browser, idle.Runs + 1);
            await idle.Browser.DisposeAsync();
        }
        await _starting.WaitAsync(ct);
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            var browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Find(options), Args = ["--no-sandbox"] });
            return new BrowserLease(this, browser, 1);
        }
        catch (PlaywrightException e)
        {
            throw new BrowserFaultException($"The browser did not start: {e.Message}", e);
        }
        finally
        {
            _starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var idle)) await idle.Browser.DisposeAsync();
        _playwright?.Dispose();
        _starting.Dispose();
    }

    internal async ValueTask ReturnAsync(BrowserLease lease, bool isSpoilt)
    {
        if (!isSpoilt && lease.Run < RunsOfABrowser && lease.Browser.IsConnected) _idle.Add((lease.Browser, lease.Run));
        else await lease.Browser.DisposeAsync();
    }

    private static string Find(SmokeOptions options) => options.Browser ?? "/usr/bin/chromium";
}

/// <summary>A browser in the hands of one run.</summary>
public sealed class BrowserLease(BrowserPool pool, IBrowser browser, int run) : IAsyncDisposable
{
    private bool _isSpoilt;

    public IBrowser Browser { get; } = browser;

    /// <summary>Its how manieth run this is, from 1.</summary>
    public int Run { get; } = run;

    /// <summary>Requests of this run that the jail did not let out, in their order. What the browser asks for on its own is none of the page's.</summary>
    public IReadOnlyList<string> Refused { get; } = [];

    /// <summary>The most memory that the browser's processes had together during this run, in bytes; null where that cannot be told.</summary>
    public long? PeakMemory { get; internal set; }

    /// <summary>It is not used again: the run ended by time-out or by a fault.</summary>
    public void Spoil() => _isSpoilt = true;

    public ValueTask DisposeAsync() => pool.ReturnAsync(this, _isSpoilt);
}
