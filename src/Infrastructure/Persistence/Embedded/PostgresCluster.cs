using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>PostgreSQL's data folder: makes it, and keeps the password of the role <c>hub</c>.</summary>
internal sealed class PostgresCluster(PostgresFolders folders, PostgresUser user, PostgresPrograms programs, ILogger logger)
{
    public const string Role = "hub";

    /// <summary>The password; the file is readable by the hub's user alone.</summary>
    public static string ReadPassword(PostgresFolders folders)
    {
        try
        {
            return File.ReadAllText(folders.Password).Trim();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException($"{folders.Password} may not be read by {Environment.UserName}. Run this as the hub's user.", e);
        }
    }

    /// <summary>Makes the cluster where there is none. A kill at any moment leaves either none or a whole one.</summary>
    public async Task EnsureAsync(bool isDurable, CancellationToken ct)
    {
        RemoveUnfinished();
        var versionFile = Path.Combine(folders.Cluster, "PG_VERSION");
        if (File.Exists(versionFile))
        {
            var major = (await File.ReadAllTextAsync(versionFile, ct)).Trim();
            if (!string.Equals(major, programs.Major, StringComparison.Ordinal))
            {
                throw new EmbeddedPostgresException(
                    $"The database in {folders.Cluster} was made by PostgreSQL {major}, this hub has {programs.Major}. Start the release of the " +
                    "hub that made it, back it up there, and restore it into a new data folder.");
            }

            await user.RequireAccessAsync(folders.Cluster, ct);
            return;
        }

        if (Directory.Exists(folders.Cluster))
        {
            if (Directory.EnumerateFileSystemEntries(folders.Cluster).Any())
            {
                throw new EmbeddedPostgresException(
                    $"{folders.Cluster} holds files that are no PostgreSQL database. Move them away, or name another Hub:DataDirectory.");
            }

            Directory.Delete(folders.Cluster);
        }

        await MakeAsync(isDurable, ct);
    }

    /// <summary>Sets a new password where the file that held it is lost. No server may run on the cluster.</summary>
    public async Task RenewLostPasswordAsync(CancellationToken ct)
    {
        if (File.Exists(folders.Password)) return;
        logger.LogWarning("{File} is missing: the database gets a new password", folders.Password);
        var password = NewPassword();
        var (exitCode, output) = await user.RunAsync(
            programs.Postgres, ["--single", "-D", folders.Cluster, "postgres"], ct, $"ALTER ROLE {Role} PASSWORD '{password}'\n");
        if (exitCode != 0)
            throw new EmbeddedPostgresException($"The password of the database in {folders.Cluster} could not be set anew: {output}");
        WritePassword(password);
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    private async Task MakeAsync(bool isDurable, CancellationToken ct)
    {
        logger.LogInformation("Making the database in {Folder}", folders.Cluster);
        if (!File.Exists(folders.Password)) WritePassword(NewPassword());

        var unfinished = folders.ClusterInTheMaking + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var passwordFile = unfinished + ".password";
        try
        {
            Directory.CreateDirectory(unfinished);
            user.Own(unfinished);
            await user.RequireAccessAsync(unfinished, ct);
            WritePrivately(passwordFile, ReadPassword(folders));
            user.Own(passwordFile);

            // --lc-ctype: without it pg_trgm drops letters outside ASCII.
            List<string> arguments =
            [
                "-D", unfinished, "-U", Role, "-A", "scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8",
            ];
            if (!isDurable) arguments.Add("--no-sync");
            var (exitCode, output) = await user.RunAsync(programs.InitDb, arguments, ct);
            if (exitCode != 0)
                throw new EmbeddedPostgresException($"The database in {folders.Cluster} could not be made. initdb says:\n{output}");
            Directory.Move(unfinished, folders.Cluster);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    private void RemoveUnfinished()
    {
        var pattern = Path.GetFileName(folders.ClusterInTheMaking) + "*";
        foreach (var file in Directory.EnumerateFiles(folders.Root, pattern)) File.Delete(file);
        foreach (var folder in Directory.EnumerateDirectories(folders.Root, pattern))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // The initdb of a hub that was killed a moment ago still writes there; the next start removes it.
            }
        }
    }

    private void WritePassword(string password)
    {
        var unfinished = folders.Password + ".new";
        WritePrivately(unfinished, password);
        File.Move(unfinished, folders.Password, overwrite: true);
    }

    private static void WritePrivately(string path, string text)
    {
        File.Delete(path);
        using var file = new FileStream(path, FileModes.Privately(FileMode.CreateNew));
        file.Write(Encoding.ASCII.GetBytes(text + "\n"));
        file.Flush(flushToDisk: true);
    }
}
