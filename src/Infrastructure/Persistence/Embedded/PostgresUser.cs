using System.Diagnostics;
using System.Globalization;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>The user that PostgreSQL's programs run as: the hub's own, or, where the hub is root, one without rights.</summary>
internal sealed class PostgresUser
{
    private static readonly string[] _toolFolders = ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

    private readonly (uint Uid, uint Gid)? _other;

    private PostgresUser(string name, (uint, uint)? other) => (Name, _other) = (name, other);

    /// <summary>For messages.</summary>
    public string Name { get; }

    public static async Task<PostgresUser> ResolveAsync(string user, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess) return new PostgresUser(Environment.UserName, null);

        if (Tool("setpriv") is null)
        {
            throw new EmbeddedPostgresException(
                "PostgreSQL does not run as root, and setpriv (package util-linux) is missing to run it as another user. " +
                "Install it, run the hub as an ordinary user, or set ConnectionStrings:Hub.");
        }

        var uid = await NumberAsync("-u", user, ct);
        var gid = await NumberAsync("-g", user, ct);
        return uid switch
        {
            null or 0 => throw new EmbeddedPostgresException(
                $"PostgreSQL does not run as root and is to run as '{user}', which is no ordinary user of this machine. Make one " +
                "(useradd --system pyscript-hub-db) and name it."),
            _ => new PostgresUser(user, (uid.Value, gid!.Value)),
        };
    }

    /// <summary>A command of this user, with an environment that holds nothing of the hub's, and none of its rights.</summary>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments, bool endsWithParent = false, bool ownSession = false)
    {
        List<string> line = [];

        // A Ctrl-C in the hub's terminal goes to its whole process group; the hub, and not the terminal, stops the server.
        // setsid and setpriv execute in place: the pid stays.
        if (ownSession && !OperatingSystem.IsWindows() && Tool("setsid") is { } setsid) line.Add(setsid);
        if ((_other is not null || endsWithParent) && Tool("setpriv") is { } setpriv)
        {
            line.Add(setpriv);
            if (_other is var (uid, gid))
                line.AddRange([$"--reuid={uid}", $"--regid={gid}", "--clear-groups", "--inh-caps=-all", "--no-new-privs"]);
            if (endsWithParent) line.Add("--pdeathsig=INT");
            line.Add("--");
        }

        line.Add(program);
        line.AddRange(arguments);

        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetPathRoot(Path.GetFullPath(program))!,
        };
        if (OperatingSystem.IsWindows())
        {
            if (ownSession) start.CreateNewProcessGroup = true;
            return start;
        }

        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Runs a command to its end and gives its exit code and what it wrote.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct, string? input = null)
    {
        using var process = Process.Start(Command(program, arguments))!;
        try
        {
            if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, (await error + await output).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Makes a file or folder this user's alone.</summary>
    public void Own(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(path, Directory.Exists(path) ? FileModes.PrivateFolder : FileModes.PrivateFile);
        if (_other is var (uid, gid)) UnixCalls.ChangeOwner(path, uid, gid);
    }

    /// <summary>Fails with the reason where this user cannot reach or write a folder.</summary>
    public async Task RequireAccessAsync(string folder, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows()) return;
        var test = Tool("test") ?? throw new EmbeddedPostgresException("The program 'test' is missing.");
        for (var parent = Path.GetDirectoryName(folder); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if ((await RunAsync(test, ["-x", parent], ct)).ExitCode == 0) break;
            var above = Path.GetDirectoryName(parent);
            if (above is not null && (await RunAsync(test, ["-x", above], ct)).ExitCode != 0) continue;
            throw new EmbeddedPostgresException(
                $"The database in {folder} runs as user '{Name}', who may not enter {parent}. Open it (chmod o+x), or move the data folder " +
                "by Hub:DataDirectory.");
        }

        if ((await RunAsync(test, ["-w", folder], ct)).ExitCode != 0)
        {
            throw new EmbeddedPostgresException(
                $"The folder {folder} belongs to another user than '{Name}', whom the database runs as. Run the hub as the user who made it, " +
                $"or hand it over: chown -R {Name} {folder}");
        }
    }

    public static string? Tool(string name) => _toolFolders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);

    private static async Task<uint?> NumberAsync(string option, string user, CancellationToken ct)
    {
        var self = new PostgresUser("root", null);
        var (exitCode, output) = await self.RunAsync(Tool("id") ?? "/usr/bin/id", [option, "--", user], ct);
        return exitCode == 0 && uint.TryParse(output, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}

/// <summary>The modes of what the hub makes.</summary>
internal static class FileModes
{
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode PrivateFolder = PrivateFile | UnixFileMode.UserExecute;
    public const UnixFileMode OpenFile = PrivateFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode OpenFolder = PrivateFolder | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>How to open a file for this process alone, and for the hub's user alone.</summary>
    public static FileStreamOptions Privately(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = PrivateFile;
        return options;
    }
}
