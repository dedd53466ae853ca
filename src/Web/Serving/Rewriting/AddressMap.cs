using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Where the addresses of one publication lead: its release and its libraries, on this hub's runtime origin.</summary>
/// <param name="Release">The publication's release.</param>
/// <param name="Files">What the runtime origin has.</param>
/// <param name="RuntimeUrl">The runtime's origin, and its base path where it has one; no slash at the end.</param>
/// <param name="Lock">The path under which the runtime of the page's lock begins, <c>/locked/…</c>; empty where the page has none.</param>
public sealed record AddressMap(RuntimeRelease Release, RuntimeFiles Files, string RuntimeUrl, string Lock = "")
{
    /// <summary>Where addresses of npm packages lead.</summary>
    public LibraryMap Libraries { get; init; } = LibraryMap.Empty;

    /// <summary>The hub's address for another host's; null where it is to stay as it is.</summary>
    public string? Map(string address)
    {
        if (RuntimeAddress.Parse(address) is not { } parsed) return Libraries.Find(address) is { } library ? RuntimeUrl + library : null;
        return parsed.PathIn(Release, Files) is { } path ? RuntimeUrl + (IsLocked(parsed) ? Lock : "") + path : null;
    }

    // What starts interpreters; a style is the same for everybody.
    private static bool IsLocked(RuntimeAddress address) =>
        address.Product is RuntimeProduct.PyScript or RuntimeProduct.PolyScript && !address.File.EndsWith(".css", StringComparison.OrdinalIgnoreCase);
}
