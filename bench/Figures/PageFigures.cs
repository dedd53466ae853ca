using System.Globalization;
using Microsoft.Playwright;

namespace PyScriptHub.Figures;

/// <summary>
/// How long the hub's own pages take on a slow phone: 150 ms and 9 Mbit/s, a CPU four times slower, an empty cache each time.
/// First contentful paint and layout shift as the browser measures them, and the compressed bytes of JavaScript of the page itself.
/// </summary>
internal static class PageFigures
{
    private const string Password = "seven slow snails";

    // Layout shifts that come late are counted as long as a visitor would still be looking.
    private const float Settling = 3_000;

    private const string Observe = """
        globalThis.shift = 0;
        new PerformanceObserver(list => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value;
        }).observe({ type: 'layout-shift', buffered: true });
        """;

    // A module that another imports says `other` or `script`, depending on the release of Chromium: names tell.
    private const string Read = """
        () => ({
          paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
          shift: globalThis.shift,
          script: performance.getEntriesByType('resource').filter(entry => /\.m?js($|\?)/.test(entry.name)).reduce((sum, entry) => sum + entry.encodedBodySize, 0),
        })
        """;

    public static async Task<int> MeasureAsync(int runs)
    {
        await using var hub = await RunningHub.StartAsync();
        await hub.AddUserAsync("mia", Password);
        foreach (var template in new[] { "hello", "canvas", "quiz", "worker" }) await hub.PublishAsync($"The {template}", template);
        var project = await hub.PublishAsync("A lesson", "hello");
        var address = project.GetProperty("url").GetString()!;
        (string Name, string Url, int ScriptLimit)[] pages =
        [
            ("start", hub.Url.ToString(), 30),
            ("project", address, 30),
            ("person", $"{hub.Url}@admin", 30),
            ("new", $"{hub.Url}new", 30),
            ("editor", $"{address}/edit", 300),
        ];

        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
        var session = await SignInAsync(browser, hub.Url);
        var missed = 0;
        Console.WriteLine($"{"page",-9} {"first paint, median (min–max)",-32} {"shift, largest",-16} JavaScript, compressed");
        foreach (var (name, url, limit) in pages)
        {
            var figures = new List<Figures>();
            for (var run = 0; run < runs; run++) figures.Add(await OpenAsync(browser, session, url));
            var paints = figures.Select(figure => figure.Paint).Order().ToList();
            var (median, shift, script) = (paints[paints.Count / 2], figures.Max(figure => figure.Shift), figures.Max(figure => figure.Script) / 1024);
            var holds = median <= 1_500 && shift < 0.05 && script <= limit;
            if (!holds) missed++;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-9} {$"{median:0} ms ({paints[0]:0}–{paints[^1]:0}, {runs} runs)",-32} {shift,-16:0.000} {script:0.0} KB of {limit} {(holds ? "holds" : "MISSED")}"));
        }
        Console.WriteLine("Bounds: first contentful paint 1,500 ms, layout shift under 0.05, at 150 ms and 9 Mbit/s with a CPU 4 times slower.");
        return missed == 0 ? 0 : 1;
    }

    private static async Task<string> SignInAsync(IBrowser browser, Uri hub)
    {
        await using var context = await browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync($"{hub}sign-in");
        await page.FillAsync("input[name=userName]", "mia");
        await page.FillAsync("input[type=password]", Password);
        await page.Locator("input[type=password]").PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
        return await context.StorageStateAsync();
    }

    private static async Task<Figures> OpenAsync(IBrowser browser, string session, string url)
    {
        await using var context = await browser.NewContextAsync(new() { StorageState = session, ViewportSize = new() { Width = 390, Height = 844 } });
        var page = await context.NewPageAsync();
        var tools = await context.NewCDPSessionAsync(page);
        await tools.SendAsync("Network.enable");
        await tools.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>(StringComparer.Ordinal) { ["offline"] = false, ["latency"] = 150, ["downloadThroughput"] = 9_000_000 / 8, ["uploadThroughput"] = 9_000_000 / 8 });
        await tools.SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object>(StringComparer.Ordinal) { ["rate"] = 4 });
        await page.AddInitScriptAsync(Observe);
        await page.GotoAsync(url);
        await page.WaitForTimeoutAsync(Settling);
        return await page.EvaluateAsync<Figures>(Read);
    }

    private sealed class Figures
    {
        public double Paint { get; set; }

        public double Shift { get; set; }

        public double Script { get; set; }
    }
}
