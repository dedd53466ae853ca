using Microsoft.Playwright;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>How the suite starts the machine's own Chromium.</summary>
internal static class ChromiumLaunch
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];

    public static BrowserTypeLaunchOptions Options()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Prepend("/usr/bin")
            .SelectMany(_ => s_names, Path.Combine)
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is not installed: apt-get install chromium");
        List<string> arguments =
        [
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            // Names under .localhost only resolve; everything else fails at once instead of asking the network.
            "--disable-background-networking",
        ];
        if (string.Equals(Environment.UserName, "root", StringComparison.Ordinal))
            arguments.Add("--no-sandbox");
        return new()
        {
            ExecutablePath = path,
            Args = arguments,
            // Playwright starts Chromium with this turned off; with it on, a cross-site frame is a visitor's default one.
            IgnoreDefaultArgs = [],
        };
    }
}
