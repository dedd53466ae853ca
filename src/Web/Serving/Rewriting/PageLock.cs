using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>The lock of a page.</summary>
/// <param name="Id">The lock's id.</param>
public sealed record PageLock(string Id, LockDocument Document)
{
    /// <summary>The query by which a config file is asked for as it is stored: MicroPython has its own way with packages.</summary>
    public const string AsStored = "as-stored";

    /// <summary>A config as it is served; null where it stays what it is: it lists nothing, or something that no lock can hold.</summary>
    public string? Lead(string config, bool? isJson)
    {
        if (ConfigText.Read(config, isJson) is not { } read) return null;
        var entries = read.Packages.Where(entry => !IsRemoteConfig(entry)).ToList();
        return entries.TrueForAll(Document.Entries.ContainsKey) ? read.WithLock(Document.Entries.GetValueOrDefault, Document.Closure(entries)) : null;
    }

    /// <summary>Whether an entry of <c>packages</c> is itself a config that PyScript reads in its place.</summary>
    public static bool IsRemoteConfig(string entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.EndsWith(".toml", StringComparison.Ordinal) || entry.EndsWith(".json", StringComparison.Ordinal);
    }
}
