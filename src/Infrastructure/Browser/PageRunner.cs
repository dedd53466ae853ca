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
    /// <summary>Runs a page. Whatever the page does, this ends shortly after <see cref="SmokeOptions.Within"/>.</summary>
    /// <exception cref="BrowserFaultException">The browser broke down: the run says nothing.</exception>
    /// <exception cref="SmokeTestsOffException">No page can be run on this machine.</exception>
    public async Task<OpenedPage> RunAsync(PageToOpen page, CancellationToken ct)
    {
        await using var lease = await browsers.TakeAsync(new Uri(page.Address), ct);
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
