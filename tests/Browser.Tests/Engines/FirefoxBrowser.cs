using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace PyScriptHub.Browser.Tests.Engines;

/// <summary>
/// Firefox by WebDriver BiDi, which the browser speaks by itself: Debian has no geckodriver. Its prefs keep the browser's own
/// requests at home; a page's request for another host goes to a proxy that is not there.
/// </summary>
internal sealed class FirefoxBrowser : EngineBrowser
{
    private const string Preferences =
        """
        user_pref("remote.active-protocols", 1);
        user_pref("network.proxy.type", 1);
        user_pref("network.proxy.http", "127.0.0.1");
        user_pref("network.proxy.http_port", 9);
        user_pref("network.proxy.ssl", "127.0.0.1");
        user_pref("network.proxy.ssl_port", 9);
        user_pref("app.update.enabled", false);
        user_pref("app.normandy.enabled", false);
        user_pref("browser.safebrowsing.malware.enabled", false);
        user_pref("browser.safebrowsing.phishing.enabled", false);
        user_pref("browser.shell.checkDefaultBrowser", false);
        user_pref("browser.startup.page", 0);
        user_pref("datareporting.policy.dataSubmissionEnabled", false);
        user_pref("network.captive-portal-service.enabled", false);
        user_pref("network.connectivity-service.enabled", false);
        user_pref("toolkit.telemetry.enabled", false);
        """;

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private ClientWebSocket? _socket;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _end = new();
    private Task _reading = Task.CompletedTask;
    private string _page = "";
    private int _number;

    private FirefoxBrowser(Process process, DirectoryInfo profile) => (_process, _profile) = (process, profile);

    public static async Task<FirefoxBrowser> StartAsync()
    {
        var profile = Directory.CreateTempSubdirectory("pyscript-hub-firefox-");
        await File.WriteAllTextAsync(Path.Combine(profile.FullName, "user.js"), Preferences);
        var port = FreePort();
        var process = Start(
            Executable("firefox-esr", "/usr/bin/firefox-esr", "/usr/bin/firefox"),
            ["--headless", "--no-remote", "--profile", profile.FullName, $"--remote-debugging-port={port}", "about:blank"],
            ("HOME", profile.FullName));
        var browser = new FirefoxBrowser(process, profile);
        try
        {
            await browser.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/session"));
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    public override Task OpenAsync(string url)
    {
        _requests.Clear();
        return SendAsync("browsingContext.navigate", new { context = _page, url, wait = "complete" });
    }

    public override async Task<JsonElement> EvaluateAsync(string expression, bool inFrame = false)
    {
        var context = _page;
        if (inFrame)
        {
            var tree = await SendAsync("browsingContext.getTree", new { root = _page });
            var children = tree.GetProperty("contexts")[0].GetProperty("children");
            if (children.GetArrayLength() == 0) throw new EngineException("The page has no frame.");
            context = children[0].GetProperty("context").GetString()!;
        }
        // As JSON: the protocol's own form of values would have to be read back.
        var answer = await SendAsync(
            "script.evaluate", new { expression = $"JSON.stringify({expression}) ?? 'null'", target = new { context }, awaitPromise = true });
        if (answer.GetProperty("type").GetString() != "success") throw new EngineException(answer.ToString());
        return JsonDocument.Parse(answer.GetProperty("result").GetProperty("value").GetString()!).RootElement;
    }

    public override Task<IReadOnlyCollection<string>> RequestsAsync() => Task.FromResult<IReadOnlyCollection<string>>([.. _requests]);

    public override async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await EndAsync(_process);
        await _reading;
        _socket?.Dispose();
        _sending.Dispose();
        _end.Dispose();
        _profile.Delete(recursive: true);
    }

    private async Task ConnectAsync(Uri address)
    {
        for (var begun = Stopwatch.StartNew(); ; await Task.Delay(200))
        {
            var attempt = new ClientWebSocket();
            try
            {
                await attempt.ConnectAsync(address, CancellationToken.None);
                _socket = attempt;
                break;
            }
            catch (WebSocketException) when (begun.Elapsed < TimeSpan.FromSeconds(60) && !_process.HasExited)
            {
                // Firefox does not listen yet.
                attempt.Dispose();
            }
        }
        _reading = ReadAsync();
        await SendAsync("session.new", new { capabilities = new { } });
        await SendAsync("session.subscribe", new { events = new[] { "network.beforeRequestSent" } });
        var tree = await SendAsync("browsingContext.getTree", new { });
        _page = tree.GetProperty("contexts")[0].GetProperty("context").GetString()!;
    }

    private async Task<JsonElement> SendAsync(string method, object parameters)
    {
        var id = Interlocked.Increment(ref _number);
        var answer = _answers[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters });
        await _sending.WaitAsync(_end.Token);
        try
        {
            await _socket!.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _end.Token);
        }
        finally
        {
            _sending.Release();
        }
        return await answer.Task.WaitAsync(TimeSpan.FromMinutes(2), _end.Token);
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await _socket!.ReceiveAsync(buffer.AsMemory(), _end.Token);
                if (received.MessageType is WebSocketMessageType.Close) return;
                message.Write(buffer, 0, received.Count);
                if (!received.EndOfMessage) continue;
                Take(JsonDocument.Parse(message.ToArray()).RootElement);
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The browser was ended.
        }
    }

    private void Take(JsonElement message)
    {
        var type = message.GetProperty("type").GetString();
        if (type == "event")
        {
            if (message.GetProperty("method").GetString() == "network.beforeRequestSent")
                _requests.Enqueue(message.GetProperty("params").GetProperty("request").GetProperty("url").GetString()!);
            return;
        }
        if (!_answers.TryRemove(message.GetProperty("id").GetInt32(), out var answer)) return;
        if (type == "success") answer.SetResult(message.GetProperty("result"));
        else answer.SetException(new EngineException($"{message.GetProperty("error")}: {message.GetProperty("message")}"));
    }
}
