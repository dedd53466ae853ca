using Microsoft.Playwright;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>How the suite starts the machine's own Chromium.</summary>
internal static class ChromiumLaunch
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>Denies storage to cross-site frames, as Debian's Chromium and whoever blocks third-party cookies do.</summary>
    public static async Task WritePreferencesAsync(DirectoryInfo profile, CancellationToken ct)
    {
        var folder = profile.CreateSubdirectory("Default");
        const string Preferences = """{"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": true}}""";
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Preferences"), Preferences, ct);
    }

    /// <summary>A browser for contexts that keep nothing.</summary>
    public static Task<IBrowser> StartAsync(IPlaywright playwright)
    {
        var options = Options();
        return playwright.Chromium.LaunchAsync(new() { ExecutablePath = options.ExecutablePath, Args = options.Args });
    }

    /// <summary>Whether an address is one of the hub at this port: its own, a project's or the runtime's.</summary>
    public static bool IsHub(string url, int port) => !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is "data" or "blob" or "about"
        || (uri.Port == port && (uri.Host == "localhost" || uri.Host.EndsWith(".localhost", StringComparison.Ordinal)));

    public static BrowserTypeLaunchPersistentContextOptions Options()
    {
        // An administrator's choice, as test.sh says, before what the system has.
        var named = Environment.GetEnvironmentVariable("HUB_TEST_BROWSER");
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Prepend("/usr/bin")
            .SelectMany(_ => s_names, Path.Combine)
            .Prepend(named ?? "")
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is not installed: apt-get install chromium");
        List<string> arguments =
        [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--disable-background-networking",
            // Only this machine's names resolve; a request for any other host fails at once.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1",
        ];
        if (string.Equals(Environment.UserName, "root", StringComparison.Ordinal))
            arguments.Add("--no-sandbox");
        return new()
        {
            ExecutablePath = path,
            Args = arguments,
            ViewportSize = new() { Width = 1200, Height = 900 },
        };
    }
}
