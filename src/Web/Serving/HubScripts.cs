namespace PyScriptHub.Web.Serving;

/// <summary>The hub's own scripts on content hosts, under <c>/.hub/</c>.</summary>
public sealed class HubScripts
{
    private readonly Dictionary<string, ServedFile> _files;

    /// <param name="storage">The storage stand-in as it was built.</param>
    public HubScripts(byte[] storage)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(storage));
        StoragePath = $".hub/storage.{hash[..12]}.js";
        _files = new Dictionary<string, ServedFile>(StringComparer.Ordinal)
        {
            [StoragePath] = new(storage, "text/javascript; charset=utf-8", hash),
        };
    }

    /// <summary>Where the storage stand-in lies, relative to a project's base path.</summary>
    public string StoragePath { get; }

    /// <summary>The script of a path that begins with <c>.hub/</c>, or null.</summary>
    public ServedFile? Find(string path) => _files.GetValueOrDefault(path);
}
