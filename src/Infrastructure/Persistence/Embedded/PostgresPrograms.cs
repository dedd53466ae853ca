using System.Buffers;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>
/// PostgreSQL's programs, copied into the data folder: there the database's user reaches them, the links that npm left out can be made,
/// and a build or an upgrade that replaces the originals does not pull libraries from under a running server.
/// </summary>
internal sealed class PostgresPrograms
{
    private static readonly SearchValues<byte> _numberBytes = SearchValues.Create("0123456789."u8);

    private PostgresPrograms(string folder) => Folder = folder;

    /// <summary>The folder with <c>bin</c>, <c>lib</c> and <c>share</c>; its name tells these programs from others.</summary>
    public string Folder { get; }

    public string Postgres => Program("postgres");

    public string InitDb => Program("initdb");

    public string PgCtl => Program("pg_ctl");

    /// <summary>The major version, which a cluster is bound to; from the name of the folder (<c>18.4-…</c>).</summary>
    public string Major => Path.GetFileName(Folder).Split('.')[0];

    /// <summary>Copies the programs where this version is not there yet. The caller holds the data folder's lock.</summary>
    public static async Task<PostgresPrograms> PrepareAsync(
        PostgresFolders folders, string? from, ILogger logger, CancellationToken ct)
    {
        var source = from is null ? Find() : Path.GetFullPath(from);
        var files = Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(source, path))
            .Where(IsNeeded).Order(StringComparer.Ordinal).ToList();
        var links = Links(source);
        var folder = Path.Combine(folders.Programs, await VersionAsync(source, files, links, ct));
        if (Directory.Exists(folder)) return new PostgresPrograms(folder);

        logger.LogInformation("Copying PostgreSQL's programs to {Folder}", folder);
        Remove(folders.Programs, ".new-*");
        var copy = Path.Combine(folders.Programs, ".new-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
        OpenFolder(folders.Programs);
        OpenFolder(copy);
        foreach (var directory in files.SelectMany(Parents).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            OpenFolder(Path.Combine(copy, directory));
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            var target = Path.Combine(copy, file);
            File.Copy(Path.Combine(source, file), target);
            // A publish that went through a zip has lost its modes.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(target, file.StartsWith("bin" + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? FileModes.OpenFolder : FileModes.OpenFile);
        }

        foreach (var (link, target) in links)
        {
            if (!Path.Exists(Path.Combine(copy, link))) File.CreateSymbolicLink(Path.Combine(copy, link), target);
        }

        Directory.Move(copy, folder);
        return new PostgresPrograms(folder);
    }

    /// <summary>Removes the copies of other versions. Nothing may run from them.</summary>
    public void RemoveOthers()
    {
        foreach (var other in Directory.EnumerateDirectories(Path.GetDirectoryName(Folder)!).Where(path => !string.Equals(path, Folder, StringComparison.Ordinal)))
            Remove(Path.GetDirectoryName(other)!, Path.GetFileName(other));
    }

    /// <summary>The programs that the hub came with: beside the executable in a publish, in <c>node_modules</c> in a build.</summary>
    internal static string Find()
    {
        var published = Path.Combine(AppContext.BaseDirectory, "postgres");
        var packages = typeof(PostgresPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(a => string.Equals(a.Key, "PostgresPackages", StringComparison.Ordinal))?.Value ?? "";
        var os = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var platform = $"{os}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        var installed = Path.Combine(packages, platform, "native");
        var executable = Path.Combine("bin", ProgramName("postgres"));

        if (File.Exists(Path.Combine(published, executable))) return published;
        if (File.Exists(Path.Combine(installed, executable))) return installed;
        throw new EmbeddedPostgresException(
            $"PostgreSQL's programs for {platform} are neither in {published} nor in {installed}. Build or publish the hub on a machine of " +
            "this kind, or set ConnectionStrings:Hub to a PostgreSQL 15 or newer.");
    }

    // What is there to build extensions with runs nowhere.
    private static bool IsNeeded(string file) =>
        !file.EndsWith(".a", StringComparison.Ordinal)
        && !file.Contains("pgxs", StringComparison.Ordinal)
        && !file.Contains("pkgconfig", StringComparison.Ordinal)
        && (file.StartsWith("bin" + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || file.StartsWith("lib" + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || file.StartsWith("share" + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    private static List<(string Link, string Target)> Links(string source)
    {
        var list = Path.Combine(source, "pg-symlinks.json");
        if (!File.Exists(list)) return [];
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));

        // [{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so"}]: a link at target to a file of the same folder.
        return [.. json.RootElement.EnumerateArray().Select(entry => (
            Path.GetRelativePath("native", entry.GetProperty("target").GetString()!),
            Path.GetFileName(entry.GetProperty("source").GetString()!)))];
    }

    // Not each byte of 60 MB at each start: the server's own program is different in each release, and lengths tell the rest.
    private static async Task<string> VersionAsync(string source, List<string> files, List<(string, string)> links, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
            hash.AppendData(Encoding.UTF8.GetBytes($"{file.Replace('\\', '/')}\0{new FileInfo(Path.Combine(source, file)).Length}\n"));
        foreach (var (link, target) in links)
            hash.AppendData(Encoding.UTF8.GetBytes($"{link.Replace('\\', '/')}>{target}\n"));

        var executable = await File.ReadAllBytesAsync(Path.Combine(source, "bin", ProgramName("postgres")), ct);
        hash.AppendData(executable);
        return $"{NumberIn(executable)}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..12]}";
    }

    // The original may be where only root can read, or without its libraries' links: it is asked for its version by its bytes.
    private static string NumberIn(byte[] executable)
    {
        var mark = "postgres (PostgreSQL) "u8;
        var at = executable.AsSpan().IndexOf(mark);
        if (at < 0) return "0";
        var number = executable.AsSpan(at + mark.Length);
        var end = number.IndexOfAnyExcept(_numberBytes);
        return end > 0 ? Encoding.ASCII.GetString(number[..end]) : "0";
    }

    private static IEnumerable<string> Parents(string file)
    {
        for (var parent = Path.GetDirectoryName(file); !string.IsNullOrEmpty(parent); parent = Path.GetDirectoryName(parent))
            yield return parent;
    }

    private static void OpenFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, FileModes.OpenFolder);
    }

    private static void Remove(string parent, string pattern)
    {
        if (!Directory.Exists(parent)) return;
        foreach (var folder in Directory.EnumerateDirectories(parent, pattern)) Directory.Delete(folder, recursive: true);
    }

    private static string ProgramName(string name) => OperatingSystem.IsWindows() ? name + ".exe" : name;

    private string Program(string name) => Path.Combine(Folder, "bin", ProgramName(name));
}
