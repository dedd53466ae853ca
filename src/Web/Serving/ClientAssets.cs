using System.Text.Json;

namespace PyScriptHub.Web.Serving;

/// <summary>What Vite built: the hashed names of each entry, read once from <c>wwwroot/assets/manifest.json</c>.</summary>
public sealed class ClientAssets
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly IReadOnlyDictionary<string, ClientEntry> _entries;

    private ClientAssets(string folder, IReadOnlyDictionary<string, ClientEntry> entries) => (Folder, _entries) = (folder, entries);

    /// <summary>The folder that holds the files.</summary>
    public string Folder { get; }

    /// <summary>The storage stand-in's file name, for <c>/.hub/</c> of a project's origin.</summary>
    public string StorageScript => this["storage"].Script;

    /// <summary>The file name of the bridge between a preview and the editor, for <c>/.hub/</c> of a project's origin.</summary>
    public string BridgeScript => this["bridge"].Script;

    /// <summary>The files of an entry; an entry that was not built is a mistake of the build, and thrown.</summary>
    public ClientEntry this[string entry] => _entries.TryGetValue(entry, out var files)
        ? files
        : throw new InvalidOperationException($"The front end has no entry '{entry}'; it has {string.Join(", ", _entries.Keys)}.");

    /// <summary>Reads the manifest; throws where the front end was not built.</summary>
    /// <param name="folder">The folder <c>wwwroot/assets</c>.</param>
    public static ClientAssets Read(string folder)
    {
        var manifest = Path.Combine(folder, "manifest.json");
        if (!File.Exists(manifest)) throw new FileNotFoundException("The front end is not built: run `npm run build` in src/Web/ClientApp.", manifest);
        var entries = JsonSerializer.Deserialize<Dictionary<string, ClientEntry>>(File.ReadAllBytes(manifest), Json);
        return new(folder, entries ?? throw new InvalidDataException($"{manifest} is empty."));
    }
}

/// <summary>The files of one entry: names within the folder of the assets.</summary>
/// <param name="Script">The script, for example <c>storage.BsUWj-q1.js</c>.</param>
/// <param name="Style">The style sheet, where the entry has one.</param>
public sealed record ClientEntry(string Script, string? Style = null)
{
    /// <summary>The English texts that the entry's scripts show, each the key of its translation.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];
}
