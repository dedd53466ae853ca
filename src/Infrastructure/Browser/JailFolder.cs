using System.Globalization;
using PyScriptHub.Infrastructure.Persistence.Embedded;

// Nothing makes one on another system than Linux: see BrowserPool.
#pragma warning disable CA1416

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// The folder of one pool of browsers: the launcher, and for each browser a folder with its socket. A lock says that its hub lives; what a
/// hub left that was killed, processes too, is removed by the next one.
/// </summary>
internal sealed class JailFolder : IDisposable
{
    private const string Prefix = "pyscript-hub-browsers-";
    private const string LockFile = "lock";

    // A socket's path has 107 bytes at most on Linux.
    private const int LongestPath = 80;

    private static readonly TimeSpan s_young = TimeSpan.FromMinutes(1);

    private readonly FileStream _lock;
    private int _cells;

    private JailFolder(string path, uint? uid)
    {
        (Root, Uid) = (path, uid);
        _lock = new FileStream(Path.Combine(path, LockFile), FileModes.Privately(FileMode.CreateNew));
    }

    public string Root { get; }

    /// <summary>Whom browsers run as; null for the hub's own user.</summary>
    public uint? Uid { get; }

    /// <summary>The program that puts another into the jail; jail.sh says what it wants to know.</summary>
    public string Launcher => Path.Combine(Root, "jail");

    /// <summary>An empty folder, over which each jail puts its root where it alone sees that.</summary>
    public string MountPoint => Path.Combine(Root, "root");

    /// <summary>Makes one.</summary>
    /// <param name="uid">Whom browsers run as; null for the hub's own user.</param>
    public static JailFolder Make(uint? uid)
    {
        RemoveLeftovers();
        var path = Directory.CreateTempSubdirectory(Prefix).FullName;
        if (path.Length > LongestPath)
        {
            Directory.Delete(path);
            throw new SmokeTestsOffException($"the path of the folder for temporary files, {Path.GetTempPath()}, is too long for the sockets of browsers. Set TMPDIR to a short one.");
        }
        var made = new JailFolder(path, uid);
        // The browsers' user passes through; what each may reach in it has modes of its own.
        if (uid is not null) File.SetUnixFileMode(path, FileModes.PrivateFolder | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(made.MountPoint);
        using var script = typeof(JailFolder).Assembly.GetManifestResourceStream("jail.sh")!;
        using (var launcher = File.Create(made.Launcher)) script.CopyTo(launcher);
        File.SetUnixFileMode(made.Launcher, FileModes.OpenFolder);
        return made;
    }

    /// <summary>Makes the place of one more browser.</summary>
    public JailCell NewCell(JailBounds bounds)
    {
        var number = Interlocked.Increment(ref _cells).ToString(CultureInfo.InvariantCulture);
        var folder = Path.Combine(Root, number);
        Directory.CreateDirectory(folder, FileModes.PrivateFolder);
        if (Uid is { } uid)
        {
            UnixCalls.ChangeOwner(folder, 0, uid);
            File.SetUnixFileMode(folder, FileModes.PrivateFolder | UnixFileMode.GroupExecute);
        }
        return new JailCell(this, folder, JailCgroup.Make($"{Path.GetFileName(Root)}-{number}", bounds), bounds);
    }

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        Unlock();
    }

    /// <summary>Leaves the folder to the next hub, as the end of this process does.</summary>
    internal void Unlock() => _lock.Dispose();

    private static void RemoveLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            try
            {
                // One that is being made has no lock yet.
                if (!File.Exists(Path.Combine(folder, LockFile)) && DateTime.UtcNow - Directory.GetCreationTimeUtc(folder) < s_young) continue;
                using (new FileStream(Path.Combine(folder, LockFile), FileModes.Privately(FileMode.OpenOrCreate)))
                {
                    foreach (var cell in Directory.EnumerateDirectories(folder)) JailCell.KillLeftover(folder, cell);
                    Directory.Delete(folder, recursive: true);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Its hub lives, or it is another user's.
            }
        }
        JailCgroup.RemoveLeftovers(Prefix, s_young);
    }
}
