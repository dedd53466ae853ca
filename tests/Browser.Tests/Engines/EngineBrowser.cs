using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PyScriptHub.Browser.Tests.Engines;

/// <summary>A browser that is not Chromium, driven by WebDriver: one page, its first frame, and what it asked for.</summary>
internal abstract class EngineBrowser : IAsyncDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts an engine by its name: <c>firefox-esr</c> or <c>WebKitGTK</c>.</summary>
    public static async Task<EngineBrowser> StartAsync(string engine) => engine switch
    {
        "firefox-esr" => await FirefoxBrowser.StartAsync(),
        "WebKitGTK" => await WebKitBrowser.StartAsync(),
        _ => throw new ArgumentException($"There is no engine '{engine}'.", nameof(engine)),
    };

    /// <summary>Opens an address and waits until it is loaded.</summary>
    public abstract Task OpenAsync(string url);

    /// <summary>The value of an expression, as JSON, in the page or in its first frame.</summary>
    public abstract Task<JsonElement> EvaluateAsync(string expression, bool inFrame = false);

    /// <summary>The addresses that page and frame asked for, as far as the engine tells.</summary>
    public abstract Task<IReadOnlyCollection<string>> RequestsAsync();

    /// <summary>Waits until an expression is true.</summary>
    /// <exception cref="TimeoutException">It did not become true; the message holds the page's text.</exception>
    public async Task WaitForAsync(string expression, bool inFrame = false)
    {
        for (var begun = Stopwatch.StartNew(); begun.Elapsed < s_bound; await Task.Delay(s_pause))
        {
            try
            {
                if ((await EvaluateAsync($"Boolean({expression})", inFrame)).GetBoolean()) return;
            }
            catch (EngineException)
            {
                // The frame is not there yet, or is just being loaded.
            }
        }
        throw new TimeoutException($"Not true after {s_bound}: {expression}\n{await EvaluateAsync("document.body.innerText", inFrame)}");
    }

    public abstract ValueTask DisposeAsync();

    protected static string Executable(string package, params string[] places) => places.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"None of {string.Join(", ", places)} is there: apt-get install {package}");

    protected static Process Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start)!;
        // Pipes that nobody reads fill up and stop the program.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    protected static async Task EndAsync(Process process)
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    protected static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>What the engine answered instead of a value.</summary>
public sealed class EngineException(string message) : Exception(message);
