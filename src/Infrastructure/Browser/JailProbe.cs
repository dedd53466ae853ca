using System.Diagnostics;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>Tries the jail without a browser, to say which of its steps fails here and what to do.</summary>
internal static class JailProbe
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly string[] s_folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    // With the package that holds it, as Debian calls that.
    private static readonly (string Tool, string Package)[] s_tools =
    [
        ("unshare", "util-linux"), ("setpriv", "util-linux"), ("prlimit", "util-linux"), ("pivot_root", "util-linux"), ("mount", "mount"), ("ip", "iproute2"), ("socat", "socat"),
    ];

    /// <summary>Looks for the programs that the launcher uses.</summary>
    /// <exception cref="SmokeTestsOffException">One is missing.</exception>
    public static void LookForTools(bool isRoot)
    {
        if (!OperatingSystem.IsLinux()) throw new SmokeTestsOffException("the jail needs Linux. On a machine that runs no stranger's code, Smoke:Sandbox=none does without it.");
        var missing = s_tools.Where(tool => !s_folders.Any(folder => File.Exists(Path.Combine(folder, tool.Tool)))).ToList();
        if (missing.Count == 0) return;
        throw new SmokeTestsOffException(
            $"the jail needs {string.Join(", ", missing.Select(tool => tool.Tool))}. Install {string.Join(' ', missing.Select(tool => tool.Package).Distinct(StringComparer.Ordinal))} (Debian: apt-get install).");
    }

    /// <summary>Runs <c>true</c> in a jail.</summary>
    /// <exception cref="SmokeTestsOffException">It does not get so far.</exception>
    public static async Task RunAsync(JailFolder folder, JailBounds bounds, CancellationToken ct)
    {
        await using var cell = folder.NewCell(bounds);
        await File.WriteAllTextAsync(cell.Socket, "", ct);
        cell.OpenSocket();
        var (code, said) = await RunAsync(cell, folder, new BrowserProgram("/bin/true", "/bin"), [], [], ct);
        if (code == 0) return;
        throw new SmokeTestsOffException($"the jail cannot be had here. {said} {Advice(said)}");
    }

    /// <summary>Runs a program in the cell's jail until it ends; answers its exit code and what it wrote to stderr.</summary>
    public static async Task<(int Code, string Said)> RunAsync(
        JailCell cell, JailFolder folder, BrowserProgram program, IEnumerable<string> hidden, IEnumerable<string> arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(folder.Launcher, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment.Clear();
        foreach (var (name, value) in cell.Environment(program, SmokeSandbox.Jail, hidden)) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            var said = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, said.Trim().ReplaceLineEndings("; "));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            cell.Kill();
            return (-1, "jail: it does not come up in time.");
        }
    }

    /// <summary>What to do about what the jail said.</summary>
    public static string Advice(string said) => said.Contains("unshare", StringComparison.Ordinal)
        ? "User namespaces are denied: see user.max_user_namespaces, kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns (sysctl), "
          + "or the seccomp profile of the container. On a machine that runs no stranger's code, Smoke:Sandbox=none does without the jail."
        : "On a machine that runs no stranger's code, Smoke:Sandbox=none does without the jail.";
}
