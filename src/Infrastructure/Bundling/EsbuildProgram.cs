using System.Reflection;
using System.Runtime.InteropServices;

namespace PyScriptHub.Infrastructure.Bundling;

/// <summary>Where the bundler's program lies: beside the executable in a publish, in <c>node_modules</c> in a build.</summary>
static class EsbuildProgram
{
    // Where Debian and its kin have util-linux.
    private static readonly string[] s_bounders = ["/usr/bin/prlimit", "/bin/prlimit"];

    /// <summary>The program, or null where the hub came without one for this machine.</summary>
    public static string? Find()
    {
        var isWindows = OperatingSystem.IsWindows();
        var published = Path.Combine(AppContext.BaseDirectory, "esbuild", isWindows ? "esbuild.exe" : "esbuild");
        var packages = typeof(EsbuildProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => string.Equals(a.Key, "EsbuildPackages", StringComparison.Ordinal))?.Value ?? "";
        var os = isWindows ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var package = Path.Combine(packages, $"{os}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
        var installed = isWindows ? Path.Combine(package, "esbuild.exe") : Path.Combine(package, "bin", "esbuild");
        var found = File.Exists(published) ? published : File.Exists(installed) ? installed : null;
        if (found is not null && !isWindows) MakeExecutable(found);
        return found;
    }

    /// <summary>The program that bounds another's memory and files, or null where the system has none.</summary>
    public static string? FindBounder() => Array.Find(s_bounders, File.Exists);

    // A publish that went through a zip has lost its modes; npm sets them in an install script, which does not run.
    private static void MakeExecutable(string program)
    {
        if (OperatingSystem.IsWindows()) return;
        var mode = File.GetUnixFileMode(program);
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if ((mode & execute) != execute) File.SetUnixFileMode(program, mode | execute);
    }
}
