using System.Collections.Concurrent;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Fetching;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>
/// The indexes that an administrator named, as this process asks them: the same thing is asked for once however many want it at once, and
/// one that did not answer is left alone for a while, so that what is held is served at once.
/// </summary>
/// <param name="indexes">In the order in which they are asked.</param>
/// <param name="mip">The index for MicroPython; null for none.</param>
public sealed class PackageUpstreams(IReadOnlyList<Uri> indexes, Uri? mip, UpstreamFetch fetch, TimeProvider time) : IDisposable
{
    /// <summary>How long an upstream that did not answer is not asked again.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    // Files are held in memory while they come: a few large ones at once are enough.
    private const int MostFilesAtOnce = 4;
    private const int MostPagesAtOnce = 16;

    private readonly ConcurrentDictionary<(Uri Url, string? ETag), Lazy<Task<Result<Fetched>>>> _underway = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _away = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim _files = new(MostFilesAtOnce);
    private readonly SemaphoreSlim _pages = new(MostPagesAtOnce);

    public IReadOnlyList<Uri> Indexes => indexes;

    public Uri? Mip => mip;

    /// <summary>Whether an upstream did not answer a moment ago.</summary>
    public bool IsAway(Uri upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        return _away.TryGetValue(upstream.Authority, out var until) && until > time.GetUtcNow();
    }

    /// <summary>
    /// Fetches something small. Errors: as of <see cref="UpstreamFetch.GetAsync"/>; <c>upstream_away</c> too where the upstream did not
    /// answer a moment ago.
    /// </summary>
    public async Task<Result<Fetched>> GetAsync(Uri url, string? accept, string? etag, long limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (IsAway(url)) return Away(url);
        // Nobody who wants it may take it from the others by going away: it ends by the fetch's own patience.
        return await _underway.GetOrAdd((url, etag), key => new(() => OnceAsync(key, accept, limit))).Value.WaitAsync(ct);
    }

    /// <summary>Fetches a file. Errors: as of <see cref="GetAsync"/>.</summary>
    public async Task<Result<Fetched>> GetFileAsync(Uri url, long limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(url);
        return IsAway(url) ? Away(url) : await FetchAsync(_files, url, null, null, limit, ct);
    }

    public void Dispose()
    {
        _files.Dispose();
        _pages.Dispose();
    }

    private async Task<Result<Fetched>> OnceAsync((Uri Url, string? ETag) key, string? accept, long limit)
    {
        try
        {
            return await FetchAsync(_pages, key.Url, accept, key.ETag, limit, CancellationToken.None);
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    }

    private async Task<Result<Fetched>> FetchAsync(SemaphoreSlim places, Uri url, string? accept, string? etag, long limit, CancellationToken ct)
    {
        await places.WaitAsync(ct);
        try
        {
            var fetched = await fetch.GetAsync(url, accept, etag, limit, ct);
            if (fetched.Error is { Code: "upstream_away" }) _away[url.Authority] = time.GetUtcNow() + Rest;
            else _away.TryRemove(url.Authority, out _);
            return fetched;
        }
        finally
        {
            places.Release();
        }
    }

    private static Error.Invalid Away(Uri url) =>
        new("upstream_away", $"{url.Host} did not answer a moment ago; it is asked again {(int)Rest.TotalSeconds} s after that.");
}
