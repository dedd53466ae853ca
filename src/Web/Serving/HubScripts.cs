namespace PyScriptHub.Web.Serving;

/// <summary>The hub's own scripts on content hosts, under <c>/.hub/</c>.</summary>
public sealed class HubScripts
{
    private readonly Dictionary<string, ServedFile> _files;

    public HubScripts(ClientAssets assets)
    {
        StoragePath = $".hub/{assets.StorageScript}";
        BridgePath = $".hub/{assets.BridgeScript}";
        _files = new Dictionary<string, ServedFile>(StringComparer.Ordinal)
        {
            [StoragePath] = Read(assets, assets.StorageScript),
            [BridgePath] = Read(assets, assets.BridgeScript),
        };
    }

    /// <summary>Where the storage stand-in lies, relative to a project's base path.</summary>
    public string StoragePath { get; }

    /// <summary>Where the preview's bridge lies, relative to a project's base path.</summary>
    public string BridgePath { get; }

    /// <summary>The script of a path that begins with <c>.hub/</c>, or null.</summary>
    public ServedFile? Find(string path) => _files.GetValueOrDefault(path);

    private static ServedFile Read(ClientAssets assets, string name)
    {
        var content = File.ReadAllBytes(Path.Combine(assets.Folder, name));
        return new(content, "text/javascript; charset=utf-8", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
    }
}
