using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Playwright;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>What came of opening one page once.</summary>
/// <param name="Page">The page's path.</param>
/// <param name="Placing">Where it was opened.</param>
/// <param name="Rows">What it reported.</param>
/// <param name="Unfinished">Parts of the page that never finished; empty when all did.</param>
/// <param name="Outside">Requests to any host but the hub's and the suite's own server.</param>
/// <param name="Console">Console and uncaught errors, for whoever looks into a failure.</param>
public sealed record PageResult(
    string Page,
    Placing Placing,
    IReadOnlyList<ConformanceRow> Rows,
    IReadOnlyList<string> Unfinished,
    IReadOnlyList<string> Outside,
    IReadOnlyList<string> Console)
{
    /// <summary>Milliseconds from the address to the last row.</summary>
    public long Milliseconds { get; init; }
}

/// <summary>Opens every page of the suite once in Chromium, two at a time, and keeps what they reported.</summary>
public sealed class ConformanceRun : IAsyncLifetime
{
    /// <summary>How long a page may take from its address to its last row; Pyodide starts twice in some.</summary>
    private static readonly TimeSpan s_pageLimit = TimeSpan.FromSeconds(100);

    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentBag<PageResult> _results = [];

    /// <summary>One result for each page and placing.</summary>
    public IReadOnlyCollection<PageResult> Results => _results;

    /// <summary>What the hub logged as an error while it served the pages.</summary>
    public IReadOnlyList<string> HubErrors { get; private set; } = [];

    /// <summary>Every row of every page.</summary>
    public IReadOnlyList<ConformanceRow> Rows => [.. _results.SelectMany(result => result.Rows)];

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var loopback = await LoopbackServer.StartAsync(ct);
        await using var site = await ConformanceSite.StartAsync();
        var hosts = new HashSet<string>(site.Hosts, StringComparer.OrdinalIgnoreCase) { loopback.Address.Authority };

        using var playwright = await Playwright.CreateAsync();
        // A profile on disk, as a visitor's. The small cache in memory of a private window breaks off pyodide.asm.wasm
        // (ERR_CACHE_WRITE_FAILURE, Chromium 156) when two workers load it at once, and interception would turn the cache off.
        var profile = Directory.CreateTempSubdirectory("conformance-");
        await ChromiumLaunch.WritePreferencesAsync(profile, ct);
        await using var context = await playwright.Chromium.LaunchPersistentContextAsync(profile.FullName, ChromiumLaunch.Options());
        context.SetDefaultTimeout((float)s_pageLimit.TotalMilliseconds);
        // While a page is written: the beginning of its name. The tests of the whole then fail.
        var only = Environment.GetEnvironmentVariable("CONFORMANCE_ONLY");
        var work = PageSet.Pages
            .Where(page => only is null || page.Path.StartsWith(only, StringComparison.Ordinal))
            .SelectMany(page => page.Placings.Select(placing => (page, placing)));
        await Parallel.ForEachAsync(work, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = ct }, async (item, _) =>
        {
            var address = site.Address(item.page, $"server={Uri.EscapeDataString(loopback.Address.GetLeftPart(UriPartial.Authority))}");
            _results.Add(await OpenAsync(context, item.page, address, item.placing == Placing.Framed ? site.ProjectPage : null, hosts));
        });
        HubErrors = [.. site.Errors];
        await context.CloseAsync();
        profile.Delete(recursive: true);
        await WriteResultsAsync(ct);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Leaves the rows and consoles in <c>artifacts/conformance.json</c>, for whoever looks into a failure.</summary>
    private async Task WriteResultsAsync(CancellationToken ct)
    {
        var folder = Path.GetFullPath(Path.Combine(PageSet.Folder, "../../../../artifacts"));
        Directory.CreateDirectory(folder);
        var ordered = _results.OrderBy(result => result.Page, StringComparer.Ordinal).ThenBy(result => result.Placing);
        await File.WriteAllTextAsync(Path.Combine(folder, "conformance.json"), JsonSerializer.Serialize(ordered, s_readable), ct);
    }

    private static async Task<PageResult> OpenAsync(IBrowserContext context, ConformancePage page, Uri address, Uri? framedBy, HashSet<string> hosts)
    {
        var placing = framedBy is null ? Placing.Top : Placing.Framed;
        var outside = new ConcurrentQueue<string>();
        var console = new ConcurrentQueue<string>();
        var tab = await context.NewPageAsync();
        // The browser resolves no other name; what asks for one is told here, requests of workers included.
        tab.Request += (_, request) =>
        {
            if (request.Url.StartsWith("http", StringComparison.Ordinal) && !hosts.Contains(new Uri(request.Url).Authority))
                outside.Enqueue(request.Url);
        };
        tab.Console += (_, message) => console.Enqueue($"{message.Type}: {message.Text}");
        tab.PageError += (_, error) => console.Enqueue($"uncaught: {error}");
        tab.RequestFailed += (_, request) => console.Enqueue($"failed: {request.Url} {request.Failure}");
        tab.Response += (_, response) =>
        {
            if (response.Status >= 400)
                console.Enqueue($"{response.Status}: {response.Url}");
        };
        tab.Dialog += async (_, dialog) => await dialog.AcceptAsync(string.Equals(dialog.Type, DialogType.Prompt, StringComparison.Ordinal) ? "typed" : null);
        var watch = Stopwatch.StartNew();
        try
        {
            await tab.GotoAsync((framedBy ?? address).AbsoluteUri, new() { WaitUntil = WaitUntilState.Commit });
            var frame = framedBy is null ? tab.MainFrame : await FrameAsync(tab, address);
            try
            {
                await frame.WaitForFunctionAsync("() => window.conformance?.finished");
            }
            catch (TimeoutException)
            {
                // What did not finish is told with the rows that came.
            }
            var rows = await frame.EvaluateAsync<string>("() => JSON.stringify(window.conformance?.rows ?? [])");
            var unfinished = await frame.EvaluateAsync<string[]>("() => window.conformance?.finished ? [] : window.conformance?.unfinished() ?? ['page']");
            return new(page.Path, placing, ConformanceRow.Read(rows, page.Path, placing), unfinished, [.. outside], [.. console])
            {
                Milliseconds = watch.ElapsedMilliseconds,
            };
        }
        catch (Exception error) when (error is PlaywrightException or TimeoutException or JsonException)
        {
            return new(page.Path, placing, [], [$"page: {error.Message}"], [.. outside], [.. console]);
        }
        finally
        {
            await tab.CloseAsync();
        }
    }

    /// <summary>The frame in the hub's page of the project, led to another page of the same project.</summary>
    private static async Task<IFrame> FrameAsync(IPage tab, Uri address)
    {
        var element = await tab.WaitForSelectorAsync("iframe", new() { State = WaitForSelectorState.Attached });
        var frame = await element!.ContentFrameAsync() ?? throw new InvalidOperationException("The project's page has no frame.");
        // Led on while its first page was still under way, a frame once stayed with that one.
        await frame.WaitForURLAsync(url => url.StartsWith("http", StringComparison.Ordinal), new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await element.EvaluateAsync("(frame, address) => { frame.src = address; }", address.AbsoluteUri);
        // Asked of the page: WaitForURLAsync misses a navigation that ends between its look and its wait (Playwright 1.64.1).
        await frame.WaitForFunctionAsync("address => location.href === address", address.AbsoluteUri);
        return frame;
    }
}
