using System.Collections.Concurrent;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// The release of pages that name none: what an administrator made the default, else the one that the hub came with. It is read again
/// when it is older than <see cref="Staleness"/>, so that all nodes have the same soon after a switch.
/// </summary>
public sealed partial class DefaultRelease(RuntimeCatalog runtime, IServiceScopeFactory scopes, TimeProvider time, ILogger<DefaultRelease> logger)
{
    /// <summary>For how long a node may go on with the default before.</summary>
    public static readonly TimeSpan Staleness = TimeSpan.FromSeconds(3);

    private static readonly Dictionary<string, string> s_knownCores = KnownReleases.All.ToDictionary(release => release.Name, release => release.Core, StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, ReleaseResolution> _resolutions = new(StringComparer.Ordinal);
    private volatile Known? _known;
    private volatile string? _lacking;

    /// <summary>The default release. While the database is away, the last that was known.</summary>
    public async ValueTask<RuntimeRelease> GetAsync(CancellationToken ct)
    {
        if (_known is { } known && time.GetElapsedTime(known.At) < Staleness) return known.Release;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var release = Find(await scope.ServiceProvider.GetRequiredService<HubSettings>().DefaultReleaseAsync(ct));
            _known = new Known(release, time.GetTimestamp());
            return release;
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e))
        {
            return _known?.Release ?? runtime.Default;
        }
    }

    /// <summary>The rule by which pages get their release while this is the default.</summary>
    /// <param name="standard">Another default to ask for; null for the one that there is.</param>
    public async ValueTask<ReleaseResolution> ResolutionAsync(RuntimeRelease? standard, CancellationToken ct)
    {
        standard ??= await GetAsync(ct);
        return _resolutions.GetOrAdd(standard.Name, name => new ReleaseResolution(
            [.. runtime.Releases.Select(release => release with { IsDefault = release.Name == name })], s_knownCores));
    }

    /// <summary>Has this node read it anew when it is asked next.</summary>
    public void Forget() => _known = null;

    // A release that was taken off the hub again: the hub's own stands in for it.
    private RuntimeRelease Find(string? name)
    {
        var held = name is null ? runtime.Default : runtime.Releases.FirstOrDefault(release => release.Name == name);
        if (held is null && _lacking != name) LogLacking(name!, runtime.Default.Name);
        _lacking = held is null ? name : null;
        return held ?? runtime.Default;
    }

    private sealed record Known(RuntimeRelease Release, long At);

    [LoggerMessage(LogLevel.Warning, "The default release {Release} is no longer here; pages that name none get {Default}. Add it again by `runtime add`, or make another the default.")]
    private partial void LogLacking(string release, string @default);
}
