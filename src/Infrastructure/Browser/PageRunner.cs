using System.Diagnostics;
using Microsoft.Playwright;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>A page that is to be opened.</summary>
/// <param name="Address">Where the page is, without a query.</param>
/// <param name="Runtime">The origin of the runtime's files, without a closing slash.</param>
/// <param name="Files">The paths of all files of the project, so that tracebacks can be led to them.</param>
public sealed record PageToOpen(string Address, Interpreter Interpreter, string Runtime, IReadOnlyCollection<string> Files);

/// <summary>What an opening gave.</summary>
/// <param name="Screenshot">A PNG; null where none could be made.</param>
public sealed record OpenedPage(SmokeResult Result, byte[]? Screenshot);

/// <summary>Opens one page in a fresh context and says what happened.</summary>
public sealed class PageRunner(BrowserPool browsers, SmokeOptions options)
{
    /// <summary>Runs a page.</summary>
    /// <exception cref="BrowserFaultException">The browser broke down: the run says nothing.</exception>
    /// <exception cref="SmokeTestsOffException">No page can be run on this machine.</exception>
    public async Task<OpenedPage> RunAsync(PageToOpen page, CancellationToken ct)
    {
        await using var lease = await browsers.TakeAsync(ct);
        var context = await lease.Browser.NewContextAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Block });
        try
        {
            var opened = await context.NewPageAsync();
            var type = page.Interpreter is Interpreter.Pyodide ? "py" : "mpy";
            await opened.AddInitScriptAsync($"addEventListener('{type}:done', () => {{ globalThis.ended = true }})");
            var clock = Stopwatch.StartNew();
            await opened.GotoAsync($"{page.Address}?interpreter={(type == "py" ? "pyodide" : "micropython")}");
            await opened.WaitForFunctionAsync("globalThis.ended", null, new() { Timeout = (float)options.Within.TotalMilliseconds });
            var done = (int)clock.ElapsedMilliseconds;
            return new OpenedPage(SmokeResult.Of(SmokeOutcome.Passed) with { DoneMs = done }, await opened.ScreenshotAsync());
        }
        catch (TimeoutException)
        {
            lease.Spoil();
            return new OpenedPage(SmokeResult.Of(SmokeOutcome.TimedOut), null);
        }
        catch (PlaywrightException e)
        {
            lease.Spoil();
            throw new BrowserFaultException(e.Message, e);
        }
        finally
        {
            await context.DisposeAsync();
        }
    }
}
