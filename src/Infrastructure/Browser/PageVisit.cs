using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>One opening of one page: wires the browser's events to a <see cref="PageWatch"/> and asks the page when that wants to know.</summary>
sealed class PageVisit : IAsyncDisposable
{
    private const int Width = 1280;
    private const int Height = 720;
    private const int LargestScreenshot = 2_000_000;
    private const int MostWorkers = 200;

    // What all texts that are read of a project may be together, in letters, and how long that may take.
    private const int MostRead = 16_000_000;
    private static readonly TimeSpan s_toRead = TimeSpan.FromSeconds(5);

    // What an observation leaves of the run's time for its end: last questions, the screenshot.
    private static readonly TimeSpan s_forTheEnd = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_toAnswer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_workerToAnswer = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_toGetReady = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_toClose = TimeSpan.FromSeconds(5);

    private readonly BrowserLease _lease;
    private readonly PageToOpen _page;
    private readonly ProjectAddresses _addresses;
    private readonly Probe _probe;
    private readonly PageWatch _watch;
    private readonly EventMeter _meter = new();
    private readonly Stopwatch _clock = new();
    private readonly Stopwatch _reading = new();
    private readonly int _within;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, int> _workerLines = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _texts = new(StringComparer.Ordinal);
    private IBrowserContext? _context;
    private IPage? _opened;
    private ICDPSession? _tools;
    private int _read;
    private int _workersMet;

    public PageVisit(BrowserLease lease, PageToOpen page, TimeSpan within)
    {
        (_lease, _page) = (lease, page);
        _addresses = new ProjectAddresses(page);
        _probe = new Probe(page.Runtime);
        _within = (int)(within - s_forTheEnd).TotalMilliseconds;
        _watch = new PageWatch(_addresses, page.Interpreter, () => (int)_clock.ElapsedMilliseconds, _within);
        lease.Browser.Disconnected += OnDisconnected;
        Forget(_gone.Task);
    }

    /// <summary>Whether the page's thread answers.</summary>
    public bool Answers => _watch.Answers;

    /// <summary>Opens the page and looks at it until there is nothing more to wait for.</summary>
    public async Task<(PageEnd End, string? Detail)> WatchAsync(CancellationToken ct)
    {
        await GetReadyAsync().WaitAsync(s_toGetReady, ct);
        _clock.Start();
        var navigation = NavigateAsync();
        while (true)
        {
            var step = _watch.Decide();
            if (step.End is { } end)
            {
                if (end is PageEnd.Closed or PageEnd.Crashed) await SurviveAsync(ct);
                return (end, step.Detail);
            }
            if (_gone.Task.IsCompleted) await _gone.Task;
            if (navigation.IsFaulted) await navigation;
            if (step.WantsLook) _ = LookAsync();
            var pause = Task.Delay(Math.Max(1, step.At - (int)_clock.ElapsedMilliseconds), ct);
            await Task.WhenAny(_watch.ChangedAsync(), pause, _gone.Task);
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What was seen, and a picture of it.</summary>
    public async Task<(PageObservation Seen, byte[]? Screenshot)> SeenAsync(PageEnd end, string? detail)
    {
        var isThere = end is PageEnd.Settled or PageEnd.Stalled or PageEnd.OutOfTime && _watch.Answers;
        var screenshot = isThere ? OrNullAsync(ScreenshotAsync(), s_toAnswer) : Task.FromResult<byte[]?>(null);
        var last = isThere ? OrNullAsync(AskAsync(wantsAll: true), s_toAnswer) : Task.FromResult<PageWatch.Look?>(null);
        var configs = new List<string>();
        foreach (var config in _watch.Configs())
        {
            var path = config.Length < 500 ? _addresses.FileAt(config.Trim(), _watch.Document) : null;
            if (path is null) configs.Add(config);
            else if (await TextAsync(path) is { } text) configs.Add(text);
        }
        var hasUntoldScripts = isThere && !_watch.HasScripts && await OrNullAsync(UntoldAsync(), s_toAnswer) is not null;
        var look = await last;
        var picture = await screenshot;
        if (look is not null) _watch.Shown(look);
        // Lines are wanted for what went wrong alone, which may have come as late as this.
        var texts = end is not PageEnd.Settled || _watch.HasErrors ? _watch.WantedSources().Prepend(_watch.PageFile) : [];
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in texts.Distinct(StringComparer.Ordinal))
        {
            if (await TextAsync(path) is { } text) sources[path] = text;
        }
        _watch.Refused(_lease.Refused);
        return (_watch.Observe(end, detail, look, hasUntoldScripts, _workerLines, sources, configs), picture);
    }

    public async ValueTask DisposeAsync()
    {
        _lease.Browser.Disconnected -= OnDisconnected;
        if (_context is null) return;
        try
        {
            await _context.CloseAsync().WaitAsync(s_toClose);
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            _lease.Spoil();
        }
    }

    private async Task GetReadyAsync()
    {
        _context = await _lease.Browser.NewContextAsync(new()
        {
            AcceptDownloads = false,
            ServiceWorkers = ServiceWorkerPolicy.Block,
            ViewportSize = new() { Width = Width, Height = Height },
        });
        _opened = await _context.NewPageAsync();
        Wire(_context, _opened);
        var script = _opened.AddInitScriptAsync(_probe.InPage);
        _tools = await _context.NewCDPSessionAsync(_opened);
        _tools.Event("Runtime.bindingCalled").OnEvent += (_, call) =>
        {
            if (call is { } message && message.TryGetProperty("payload", out var payload) && payload.GetString() is { } text) Take(text.Length, () => _watch.Heard(text));
        };
        await Task.WhenAll(
            // Without it no document gets the binding.
            _tools.SendAsync("Runtime.enable"),
            _tools.SendAsync("Runtime.addBinding", new(StringComparer.Ordinal) { ["name"] = _probe.Name }),
            script);
    }

    private void Wire(IBrowserContext context, IPage opened)
    {
        context.Page += (_, other) => Take(0, () =>
        {
            if (other != opened) Forget(other.CloseAsync());
        });
        context.Request += (_, request) => Take(request.Url.Length, () => _watch.Requested(request, request.Url, request.ResourceType));
        context.Response += (_, response) => Take(0, () => _watch.Responded(response.Url, response.Request.ResourceType, response.Status));
        context.RequestFinished += (_, request) => Take(0, () => _watch.Finished(request, request.Url, request.ResourceType, failure: null));
        context.RequestFailed += (_, request) => Take(0, () => _watch.Finished(request, request.Url, request.ResourceType, request.Failure ?? "failed"));
        // What is printed and not caught in workers comes here as well.
        opened.Console += (_, message) => Take(message.Text.Length, () => _watch.Printed(message.Type, message.Text, message.Worker?.Url));
        opened.PageError += (_, error) => Take(error.Length, () => _watch.Uncaught(error));
        opened.WebSocket += (_, socket) => Take(socket.Url.Length, () =>
        {
            _watch.Requested(socket, socket.Url, "websocket");
            socket.SocketError += (_, error) => Take(error.Length, () => _watch.Finished(socket, socket.Url, "websocket", error));
        });
        opened.Worker += (_, worker) => Take(worker.Url.Length, () =>
        {
            if (Interlocked.Increment(ref _workersMet) <= MostWorkers) Forget(worker.EvaluateAsync<object?>(Probe.Timers, _probe.Name));
        });
        opened.FrameNavigated += (_, frame) => Take(frame.Url.Length, () =>
        {
            // What the browser shows instead of an address to which it could not get.
            if (frame == opened.MainFrame && frame.Url.StartsWith("chrome-error:", StringComparison.Ordinal)) _watch.Ended(PageEnd.Left, "an address that does not answer");
        });
        opened.Crash += (_, _) => _watch.Ended(PageEnd.Crashed);
        opened.Close += (_, _) => _watch.Ended(PageEnd.Closed);
    }

    // Takes what came from the browser, unless it is too much by now: then the browser is ended, as nothing else stops a page that floods.
    // What is thrown here would end Playwright's connection, and be told nobody.
    private void Take(int letters, Action take)
    {
        if (_meter.Add(letters) is { } isFirstTooMany)
        {
            if (!isFirstTooMany) return;
            _watch.Ended(PageEnd.Flooded);
            _lease.Kill();
            return;
        }
        try
        {
            take();
        }
        catch (Exception e)
        {
            _gone.TrySetException(new BrowserFaultException("The hub met a fault of its own.", e));
        }
    }

    private async Task NavigateAsync()
    {
        try
        {
            var response = await _opened!.GotoAsync($"{_page.Address}?interpreter={Interpreters.WordOf(_page.Interpreter)}", new() { WaitUntil = WaitUntilState.Commit, Timeout = 0 });
            if (response is { Ok: false }) throw new BrowserFaultException($"The hub answered {response.Status} for the page.");
        }
        catch (PlaywrightException e) when (e.Message.Contains("net::ERR_", StringComparison.Ordinal) && !e.Message.Contains("ERR_ABORTED", StringComparison.Ordinal))
        {
            throw new BrowserFaultException($"The page could not be opened: {e.Message}", e);
        }
        catch (PlaywrightException)
        {
            // The page was faster: it went on to another, or closed itself.
        }
    }

    // Whether the page fell alone, or with the browser, which is told of a moment later.
    private async Task SurviveAsync(CancellationToken ct)
    {
        await Task.WhenAny(_gone.Task, OrNullAsync(_lease.Browser.NewContextAsync(), s_toAnswer)).WaitAsync(ct);
        if (_gone.Task.IsCompleted) await _gone.Task;
        if (!_lease.Browser.IsConnected) throw BrokenDown();
    }

    private async Task LookAsync()
    {
        _watch.Asking();
        try
        {
            _watch.Answered(await AskAsync(wantsAll: false));
        }
        catch (Exception e) when (e is PlaywrightException or JsonException)
        {
            // The page is gone, or is another by now; it is asked again where that is still of interest.
            _watch.Answered(null);
        }
    }

    // A page may break what its probe is made of, but nothing in a world of its own: there, its scripts can be counted.
    private async Task<string?> UntoldAsync()
    {
        var frames = await _tools!.SendAsync("Page.getFrameTree");
        var frame = frames?.GetProperty("frameTree").GetProperty("frame").GetProperty("id").GetString() ?? "";
        var world = await _tools.SendAsync("Page.createIsolatedWorld", new(StringComparer.Ordinal) { ["frameId"] = frame });
        var answer = await _tools.SendAsync("Runtime.evaluate", new(StringComparer.Ordinal)
        {
            ["contextId"] = world!.Value.GetProperty("executionContextId").GetInt32(),
            ["returnByValue"] = true,
            ["expression"] = """
                [...document.querySelectorAll('script[type], py-script, mpy-script')].find((element) => /^(?:m?py(?:-editor(?:-active)?)?|py-game|pyodide|micropython|m?py-script)$/i
                  .test(element.localName === 'script' ? element.type : element.localName))?.localName ?? ''
                """,
        });
        return answer?.GetProperty("result").GetProperty("value").GetString() is { Length: > 0 } name ? name : null;
    }

    private async Task<PageWatch.Look?> AskAsync(bool wantsAll)
    {
        var workers = WorkersAsync(wantsAll);
        var answer = await _tools!.SendAsync("Runtime.evaluate", new(StringComparer.Ordinal) { ["expression"] = _probe.Question(wantsAll), ["returnByValue"] = true });
        if (answer?.GetProperty("result").GetProperty("value").GetString() is not { Length: > 0 } text) return null;
        using var said = JsonDocument.Parse(text);
        var page = said.RootElement;
        var (areBusy, areSilent, dropped, modules) = await workers;
        return new PageWatch.Look(
            0, page.GetProperty("busy").GetBoolean(), areBusy, areSilent, page.GetProperty("assembled").GetInt32(), page.GetProperty("custom").GetInt32(),
            page.GetProperty("dropped").GetInt64() + dropped, [.. page.GetProperty("gone").EnumerateArray().Select(id => id.GetInt32())],
            [.. page.GetProperty("terminals").EnumerateArray().Select(terminal => (terminal[0].GetInt32(), terminal[1].GetString() ?? ""))],
            [.. modules, .. Names(page)]);
    }

    private async Task<(bool AreBusy, bool AreSilent, long Dropped, IReadOnlyList<string> Modules)> WorkersAsync(bool wantsAll)
    {
        var known = _watch.Workers;
        if (known.Count == 0) return (false, false, 0, []);
        var answers = await Task.WhenAll(_opened!.Workers.Where(worker => known.Contains(worker.Url)).Select(async worker =>
            (worker.Url, Text: await OrNullAsync(worker.EvaluateAsync<string>(_probe.Question(wantsAll)), s_workerToAnswer))));
        var (areBusy, areSilent, dropped, modules) = (false, false, 0L, new List<string>());
        foreach (var (url, text) in answers)
        {
            if (text is null) areSilent = true;
            if (text is not { Length: > 0 }) continue;
            using var said = JsonDocument.Parse(text);
            areBusy |= said.RootElement.GetProperty("busy").GetBoolean();
            if (said.RootElement.GetProperty("lines").GetInt32() is >= 0 and var lines) _workerLines[url] = lines;
            dropped += said.RootElement.GetProperty("dropped").GetInt64();
            modules.AddRange(Names(said.RootElement));
        }
        return (areBusy, areSilent, dropped, modules);
    }

    private static IEnumerable<string> Names(JsonElement said) =>
        said.GetProperty("modules").EnumerateArray().Select(name => name.GetString() ?? "").Where(name => name.Length is > 0 and <= 200).Take(500);

    // Of the hub, not of the browser: one that is busy, or whose page blocks, gives none. Asked for once, by however many scripts.
    private async Task<string?> TextAsync(string path)
    {
        if (_texts.TryGetValue(path, out var text)) return text;
        if (_reading.Elapsed >= s_toRead || _read >= MostRead) return null;
        _reading.Start();
        _texts[path] = text = await _lease.ReadAsync(_addresses.AddressOf(path), s_toAnswer);
        _reading.Stop();
        _read += text?.Length ?? 0;
        return text;
    }

    private async Task<byte[]?> ScreenshotAsync()
    {
        var picture = await CaptureAsync(1);
        if (picture is { Length: > LargestScreenshot }) picture = await CaptureAsync(0.5);
        return picture is { Length: <= LargestScreenshot } ? picture : null;
    }

    private async Task<byte[]?> CaptureAsync(double scale)
    {
        // Playwright's own way waits for fonts and frames, which a page may never give.
        var answer = await _tools!.SendAsync("Page.captureScreenshot", new(StringComparer.Ordinal)
        {
            ["format"] = "png",
            ["clip"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["x"] = 0, ["y"] = 0, ["width"] = Width, ["height"] = Height, ["scale"] = scale },
        });
        return answer?.GetProperty("data").GetBytesFromBase64();
    }

    private void OnDisconnected(object? sender, IBrowser browser) => _gone.TrySetException(BrokenDown());

    private static BrowserFaultException BrokenDown() => new("The browser broke down while a page was open.");

    private static async Task<T?> OrNullAsync<T>(Task<T> task, TimeSpan within)
        where T : class?
    {
        try
        {
            return await task.WaitAsync(within);
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            Forget(task);
            return null;
        }
    }

    /// <summary>What comes of a task is nobody's concern, and its failure no unobserved one.</summary>
    internal static void Forget(Task task) =>
        _ = task.ContinueWith(static done => _ = done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
