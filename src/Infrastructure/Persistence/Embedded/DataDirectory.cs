namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>The folder in which a hub keeps what it must not lose.</summary>
public static class DataDirectory
{
    /// <summary>
    /// The absolute path used where <c>Hub:DataDirectory</c> is not set: <c>/var/lib/pyscript-hub</c> for root, since another user,
    /// the database's, must be able to reach it; the platform's place for a user's data otherwise.
    /// </summary>
    public static string Default() =>
        !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess ? "/var/lib/pyscript-hub" : Path.Combine(OfUser(), "pyscript-hub");

    private static string OfUser()
    {
        // The XDG specification says that a relative path is invalid and to be ignored.
        var xdg = OperatingSystem.IsLinux() ? Environment.GetEnvironmentVariable("XDG_DATA_HOME") : null;
        if (!string.IsNullOrEmpty(xdg) && Path.IsPathRooted(xdg)) return xdg;

        // ~/.local/share, ~/Library/Application Support, %LOCALAPPDATA%; without DoNotVerify a folder not yet made is answered by "".
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.IsPathRooted(folder)
            ? folder
            : throw new EmbeddedPostgresException("There is no home folder to keep data in. Set Hub:DataDirectory to a folder that this user can write.");
    }
}
