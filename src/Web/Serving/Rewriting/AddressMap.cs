using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Rewriting;

/// <summary>Where the addresses of one publication lead: its release, on this hub's runtime origin.</summary>
/// <param name="Release">The publication's release.</param>
/// <param name="Files">What the runtime origin has.</param>
/// <param name="RuntimeUrl">The runtime's origin, and its base path where it has one; no slash at the end.</param>
public sealed record AddressMap(RuntimeRelease Release, RuntimeFiles Files, string RuntimeUrl)
{
    /// <summary>The hub's address for another host's; null where it is to stay as it is.</summary>
    public string? Map(string address) => RuntimeAddress.Parse(address)?.PathIn(Release, Files) is { } path ? RuntimeUrl + path : null;
}
