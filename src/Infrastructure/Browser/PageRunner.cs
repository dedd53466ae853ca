using Microsoft.Playwright;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>A page that is to be opened.</summary>
/// <param name="Address">Where the page is, without a query.</param>
/// <param name="Runtime">The origin of the runtime's files, without a closing slash.</param>
/// <param name="Files">The paths of all files of the project, so that tracebacks can be led to them.</param>
public sealed record PageToOpen(string Address, Interpreter Interpreter, string Runtime, IReadOnlyCollection<string> Files);

/// <summary>What an opening gave.</summary>
/// <param name="Screenshot">A PNG that the hub wrote; null where none could be made.</param>
public sealed record OpenedPage(SmokeResult Result, byte[]? Screenshot);

/// <summary>Opens one page in a fresh context and says what happened.</summary>
public sealed class PageRunner(BrowserPool browsers, SmokeOptions options)
{
    // What starting a browser, the picture and closing may take beyond the page's own time.
    private static readonly TimeSpan s_overtime = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(5);

    /// <summary>Runs a page. Whatever the page does, this ends within <see cref="SmokeOptions.Within"/> and 50 seconds, or that after <paramref name="ct"/>.</summary>
    /// <exception cref="BrowserFaultException">The browser broke down: the run says nothing.</exception>
    /// <exception cref="SmokeTestsOffException">No page can be run on this machine.</exception>
    public async Task<OpenedPage> RunAsync(PageToOpen page, CancellationToken ct)
    {
        await using var lease = await browsers.TakeAsync(new Uri(page.Address), ct);
        var running = VisitAsync(lease, page, ct);
        try
        {
            return await running.WaitAsync(options.Within + s_overtime, ct);
        }
        catch (TimeoutException e) when (!running.IsCompleted)
        {
            // A call to a browser that was killed at the wrong moment can wait for good (seen with Playwright 1.64.1).
            lease.Kill();
            throw new BrowserFaultException("The browser did not answer any more.", e);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            // It closes what it opened, if it can.
            await Task.WhenAny(running, Task.Delay(s_closing, CancellationToken.None));
            if (!running.IsCompleted) lease.Kill();
            throw;
        }
        finally
        {
            PageVisit.Forget(running);
        }
    }

    private async Task<OpenedPage> VisitAsync(BrowserLease lease, PageToOpen page, CancellationToken ct)
    {
        await using var visit = new PageVisit(lease, page, options.Within);
        try
        {
            var (end, detail) = await visit.WatchAsync(ct);
            // A page that keeps its process busy, or broke it, leaves nothing that the next one should get.
            if (end is not (PageEnd.Settled or PageEnd.Stalled) || !visit.Answers) lease.Spoil();
            var (seen, screenshot) = await visit.SeenAsync(end, detail);
            // A page may have taken over the browser that pictures it.
            return new OpenedPage(Verdict.Of(seen with { PeakMemory = lease.PeakMemory }), screenshot is null ? null : Png.EncodeAnew(screenshot));
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            lease.Spoil();
            throw new BrowserFaultException($"The browser broke down: {e.Message}", e);
        }
        catch (Exception)
        {
            lease.Spoil();
            throw;
        }
    }
}
