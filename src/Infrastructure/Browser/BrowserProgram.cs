namespace PyScriptHub.Infrastructure.Browser;

/// <summary>The browser's program.</summary>
/// <param name="Path">The program itself, and no script that starts it.</param>
/// <param name="Folder">The folder that it lies in, with what it needs.</param>
public sealed record BrowserProgram(string Path, string Folder)
{
    private const string HowToInstall =
        "Install Chromium (Debian: apt-get install chromium; or Playwright's: playwright install chromium), or name it by Smoke:Browser.";

    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    // What distributions put behind their scripts.
    private static readonly string[] s_behindScripts =
        ["/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser", "/usr/lib64/chromium-browser/chromium-browser", "/opt/google/chrome/chrome"];

    /// <summary>Finds it: what is configured, else Playwright's own, else the system's.</summary>
    /// <param name="configured">A path, or null.</param>
    /// <param name="playwrights">Where Playwright would have its own.</param>
    /// <param name="isForOther">Whether another user than this process's is to run it.</param>
    /// <exception cref="SmokeTestsOffException">There is none.</exception>
    public static BrowserProgram Find(string? configured, string playwrights, bool isForOther)
    {
        if (configured is not null)
        {
            if (!File.Exists(configured)) throw new SmokeTestsOffException($"no browser: there is no file {configured}, which Smoke:Browser names.");
            var program = Behind(configured) ?? throw new SmokeTestsOffException($"no browser: {configured} is a script, and the program that it starts was not found. Name that by Smoke:Browser.");
            return !isForOther || IsOpenToAll(program.Path)
                ? program
                : throw new SmokeTestsOffException($"no browser: the jail's user cannot reach {program.Path}. All folders above it must be open to others.");
        }
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append("/usr/bin");
        return folders.SelectMany(_ => s_names, System.IO.Path.Combine).Prepend(playwrights).Where(File.Exists).Select(Behind)
            .FirstOrDefault(program => program is not null && (!isForOther || IsOpenToAll(program.Path)))
            ?? throw new SmokeTestsOffException($"no browser: {HowToInstall}");
    }

    private static BrowserProgram? Behind(string path)
    {
        var real = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? System.IO.Path.GetFullPath(path);
        if (IsScript(real))
        {
            // Chrome's lies beside its script.
            var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(real)!, "chrome");
            if (s_behindScripts.Prepend(beside).FirstOrDefault(File.Exists) is not { } behind) return null;
            real = behind;
        }
        return new BrowserProgram(real, System.IO.Path.GetDirectoryName(real)!);
    }

    private static bool IsScript(string path)
    {
        Span<byte> first = stackalloc byte[2];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(first, 2, throwOnEndOfStream: false) == 2 && first.SequenceEqual("#!"u8);
    }

    private static bool IsOpenToAll(string program)
    {
        if (OperatingSystem.IsWindows()) return true;
        if (!File.GetUnixFileMode(program).HasFlag(UnixFileMode.OtherRead | UnixFileMode.OtherExecute)) return false;
        for (var folder = new FileInfo(program).Directory; folder is not null; folder = folder.Parent)
            if (!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }
}
