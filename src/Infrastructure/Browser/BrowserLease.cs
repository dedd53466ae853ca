using Microsoft.Playwright;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>A browser in the hands of one run.</summary>
public sealed class BrowserLease : IAsyncDisposable
{
    private readonly BrowserPool _pool;
    private readonly PooledBrowser _browser;
    private bool _isSpoilt;
    private bool _isReturned;

    internal BrowserLease(BrowserPool pool, PooledBrowser browser) => (_pool, _browser, Run) = (pool, browser, browser.Runs);

    public IBrowser Browser => _browser.Browser;

    /// <summary>Its how manieth run this is, from 1.</summary>
    public int Run { get; }

    /// <summary>
    /// Requests of this run that the jail did not let out, in their order: addresses, or <c>host:port</c> for what asks for a tunnel (TLS and
    /// WebSockets). What the browser asks for on its own is none of the page's.
    /// </summary>
    public IReadOnlyList<string> Refused => _browser.Refused;

    /// <summary>The most memory that the browser's processes had together during this run, in bytes; null where that cannot be told.</summary>
    public long? PeakMemory
    {
        get
        {
            _browser.Sample();
            return _browser.PeakMemory;
        }
    }

    /// <summary>From now on the browser reaches the project of this page, and no other.</summary>
    /// <exception cref="ArgumentException">That is no content host of this hub.</exception>
    public void Allow(Uri page) => _browser.Hosts.Allow(page);

    /// <summary>The text of a file of the project, as its page gets it; null where there is none, or it does not come within the time.</summary>
    public Task<string?> ReadAsync(Uri file, TimeSpan within) => _pool.ReadAsync(file, within);

    /// <summary>Ends all of the browser's processes at once, whatever they do. It is not used again.</summary>
    public void Kill()
    {
        _isSpoilt = true;
        _browser.Kill();
    }

    /// <summary>It is not used again: the run ended by time-out or by a fault.</summary>
    public void Spoil() => _isSpoilt = true;

    public ValueTask DisposeAsync()
    {
        if (_isReturned) return ValueTask.CompletedTask;
        _isReturned = true;
        _pool.Return(_browser, _isSpoilt);
        return ValueTask.CompletedTask;
    }
}
