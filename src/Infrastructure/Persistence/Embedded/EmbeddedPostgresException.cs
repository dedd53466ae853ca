namespace PyScriptHub.Infrastructure.Persistence.Embedded;

/// <summary>The hub's own database cannot be run as things stand; the message names the folder and what to do.</summary>
public class EmbeddedPostgresException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another process holds the data folder.</summary>
public sealed class DataDirectoryInUseException(string directory, string holder) : EmbeddedPostgresException(
    $"The data folder {directory} is in use by {holder}. Stop that process, or give this one a folder of its own by Hub:DataDirectory.")
{
    /// <summary>The data folder, an absolute path.</summary>
    public string Directory { get; } = directory;
}
