namespace PyScriptHub.Web.Serving;

/// <summary>The hub's own scripts on content hosts, under <c>/.hub/</c>.</summary>
public sealed class HubScripts
{
    private readonly Dictionary<string, ServedFile> _files;

    public HubScripts(ClientAssets assets)
    {
        var storage = File.ReadAllBytes(Path.Combine(assets.Folder, assets.StorageScript));
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(storage));
        StoragePath = $".hub/{assets.StorageScript}";
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
