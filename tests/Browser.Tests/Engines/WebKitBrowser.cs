using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace PyScriptHub.Browser.Tests.Engines;

/// <summary>WebKitGTK's own small browser behind its driver (W3C WebDriver), on a display of its own that nobody sees.</summary>
internal sealed class WebKitBrowser : EngineBrowser
{
    // How WebDriver names an element in JSON.
    private const string ElementKey = "element-6066-11e4-a52e-4f735466cecf";

    private readonly Process _display;
    private readonly Process _driver;
    private readonly HttpClient _client;
    private string _session = "";

    private WebKitBrowser(Process display, Process driver, HttpClient client) => (_display, _driver, _client) = (display, driver, client);

    public static async Task<WebKitBrowser> StartAsync()
    {
        var program = Executable("webkit2gtk-driver", "/usr/bin/WebKitWebDriver");
        var browser = Executable(
            "webkit2gtk-driver",
            [.. Directory.GetDirectories("/usr/lib").SelectMany(folder => Directory.GetDirectories(folder, "webkit*gtk-*")).Select(folder => Path.Combine(folder, "MiniBrowser"))]);
        var number = FreeDisplay();
        var display = Start(Executable("xvfb", "/usr/bin/Xvfb"), [number, "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        var port = FreePort();
        // As root, WebKit's own sandbox cannot be set up; what is opened here is the hub's.
        var driver = Start(
            program, [$"--port={port}"], ("DISPLAY", number), ("LIBGL_ALWAYS_SOFTWARE", "1"), ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"));
        var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
        var engine = new WebKitBrowser(display, driver, client);
        var options = new Dictionary<string, object> { ["binary"] = browser, ["args"] = new[] { "--automation" } };
        var capabilities = new { capabilities = new { alwaysMatch = new Dictionary<string, object> { ["webkitgtk:browserOptions"] = options } } };
        for (var attempt = 0; engine._session.Length == 0; attempt++)
        {
            try
            {
                engine._session = (await engine.SendAsync(HttpMethod.Post, "/session", capabilities)).GetProperty("sessionId").GetString()!;
            }
            catch (HttpRequestException) when (attempt < 50)
            {
                // The driver does not listen yet.
                await Task.Delay(100);
            }
        }
        return engine;
    }

    public override Task OpenAsync(string url) => SendAsync(HttpMethod.Post, $"/session/{_session}/url", new { url });

    public override async Task<JsonElement> EvaluateAsync(string expression, bool inFrame = false)
    {
        if (inFrame) await EnterFrameAsync();
        try
        {
            return await SendAsync(HttpMethod.Post, $"/session/{_session}/execute/sync", new { script = $"return ({expression})", args = Array.Empty<object>() });
        }
        finally
        {
            if (inFrame) await SendAsync(HttpMethod.Post, $"/session/{_session}/frame", new { id = (object?)null });
        }
    }

    public override async Task<IReadOnlyCollection<string>> RequestsAsync()
    {
        const string Resources = "performance.getEntriesByType('resource').map(entry => entry.name)";
        var requests = new List<string>();
        foreach (var inFrame in new[] { false, true })
            requests.AddRange((await EvaluateAsync(Resources, inFrame)).EnumerateArray().Select(name => name.GetString()!));
        return requests;
    }

    public override async ValueTask DisposeAsync()
    {
        if (_session.Length > 0) await SendAsync(HttpMethod.Delete, $"/session/{_session}", null);
        _client.Dispose();
        await EndAsync(_driver);
        await EndAsync(_display);
    }

    private async Task EnterFrameAsync()
    {
        var frame = await SendAsync(HttpMethod.Post, $"/session/{_session}/element", new Dictionary<string, string> { ["using"] = "css selector", ["value"] = "iframe" });
        var id = new Dictionary<string, object> { ["id"] = new Dictionary<string, string> { [ElementKey] = frame.GetProperty(ElementKey).GetString()! } };
        await SendAsync(HttpMethod.Post, $"/session/{_session}/frame", id);
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        // The driver reads no chunked bodies.
        if (request.Content is { } content) await content.LoadIntoBufferAsync();
        using var response = await _client.SendAsync(request);
        var value = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("value");
        return response.IsSuccessStatusCode ? value : throw new EngineException(value.ToString());
    }

    private static string FreeDisplay() =>
        $":{Enumerable.Range(Random.Shared.Next(100, 30_000), 1_000).First(number => !File.Exists($"/tmp/.X11-unix/X{number}"))}";
}
