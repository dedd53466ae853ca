using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>The places of one embedded database below the hub's data folder; absolute paths.</summary>
internal sealed class PostgresFolders
{
    public const int Port = 5432;

    private const string TemporaryPrefix = "pyscript-hub-socket-";

    // sockaddr_un.sun_path has 108 bytes on Linux and 104 on macOS, the last of them a zero.
    private static readonly int LongestSocketPath = OperatingSystem.IsMacOS() ? 103 : 107;

    public PostgresFolders(string dataDirectory)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        Cluster = Path.Combine(Root, "postgres");
        Programs = Path.Combine(Root, "postgres-bin");
        Password = Path.Combine(Root, "postgres.password");
        Lock = Path.Combine(Root, "postgres.lock");
        Holder = Path.Combine(Root, "postgres.holder");
    }

    /// <summary>The hub's data folder.</summary>
    public string Root { get; }

    /// <summary>PostgreSQL's own data folder, owned by the user that the server runs as.</summary>
    public string Cluster { get; }

    /// <summary>Copies of PostgreSQL's programs, one folder per version.</summary>
    public string Programs { get; }

    /// <summary>The password of the role <c>hub</c>, readable by the hub's user alone.</summary>
    public string Password { get; }

    /// <summary>The file whose lock makes its holder the supervisor.</summary>
    public string Lock { get; }

    /// <summary>Who holds the lock, for messages; what it says counts only while the lock is held.</summary>
    public string Holder { get; }

    /// <summary>Begins the name of a cluster that is being made; the rest is random.</summary>
    public string ClusterInTheMaking => Cluster + ".new-";

    /// <summary>Makes a socket folder with a random name, short enough.</summary>
    public static string MakeTemporarySocketFolder()
    {
        var folder = Directory.CreateTempSubdirectory(TemporaryPrefix).FullName;
        if (Holds(folder)) return folder;
        Directory.Delete(folder);
        throw new EmbeddedPostgresException(
            $"The path of the folder for temporary files, {Path.GetTempPath()}, is too long for the database's socket. Set TMPDIR to a short one.");
    }

    /// <summary>Whether a folder is one with a random name that holds a socket and nothing else.</summary>
    public static bool IsTemporarySocketFolder(string folder) =>
        Path.GetFileName(folder).StartsWith(TemporaryPrefix, StringComparison.Ordinal)
        && string.Equals(Path.GetDirectoryName(folder), Path.TrimEndingDirectorySeparator(Path.GetTempPath()), StringComparison.Ordinal);

    public static string SocketFile(string folder) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{Port}"));

    /// <summary>
    /// Folders for the socket, the best first: always the same one for a data folder where that can be, so that an address outlives
    /// a restart. The last is null and stands for a new folder with a random name.
    /// </summary>
    public IEnumerable<string?> SocketFolders()
    {
        var beside = Path.Combine(Root, "postgres-socket");
        if (Holds(beside)) yield return beside;

        var runtime = Environment.IsPrivilegedProcess ? "/run" : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        if (OperatingSystem.IsLinux() && !string.IsNullOrEmpty(runtime) && Directory.Exists(runtime))
        {
            var atRuntime = Path.Combine(runtime, "pyscript-hub-" + Fingerprint(Root));
            if (Holds(atRuntime)) yield return atRuntime;
        }

        yield return null;
    }

    // Npgsql and PostgreSQL both take a comma for the end of a host or folder, and '@' for an abstract socket.
    private static bool Holds(string folder) =>
        Encoding.UTF8.GetByteCount(SocketFile(folder)) <= LongestSocketPath && folder.IndexOfAny([',', '"', '\'', '\\', '@']) < 0;

    private static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
