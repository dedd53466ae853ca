using System.Globalization;

namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>What the holder of the data folder does with it.</summary>
internal enum HolderKind
{
    /// <summary>Runs the database for as long as it lives, as a hub does.</summary>
    Supervisor,

    /// <summary>Runs the database for a moment, as a verb does; worth waiting for.</summary>
    Passing,
}

/// <summary>A lock of the operating system on the data folder: it ends with the process that holds it, however that ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream _file;
    private readonly PostgresFolders _folders;

    private DataDirectoryLock(FileStream file, PostgresFolders folders) => (_file, _folders) = (file, folders);

    /// <summary>Takes the lock, or gives null where another holds it.</summary>
    public static DataDirectoryLock? TryTake(PostgresFolders folders, HolderKind kind)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) on Unix; children do not inherit the descriptor.
            file = new FileStream(folders.Lock, FileModes.Privately(FileMode.OpenOrCreate));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {folders.Root} belongs to another user than {Environment.UserName}. Run this as the user who made it, or name " +
                "another folder by Hub:DataDirectory.", e);
        }
        catch (IOException) when (File.Exists(folders.Lock))
        {
            return null;
        }

        File.WriteAllText(folders.Holder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {kind}\n"));
        return new DataDirectoryLock(file, folders);
    }

    /// <summary>Who holds the lock, as far as is known: counts only while it is held, and can be a moment old.</summary>
    public static (string Name, HolderKind? Kind) Holder(PostgresFolders folders)
    {
        try
        {
            var words = File.ReadAllText(folders.Holder).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is [var pid, var kind, ..] && Enum.TryParse<HolderKind>(kind, out var known)) return ($"process {pid}", known);
        }
        catch (IOException)
        {
            // Between taking and writing.
        }

        return ("another process", null);
    }

    public void Dispose()
    {
        File.Delete(_folders.Holder);
        _file.Dispose();
    }
}
