using System.Net;
using System.Security.Cryptography;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Infrastructure.Fetching;

/// <summary>What an upstream answered.</summary>
/// <param name="IsUnchanged">Whether it is what the ETag that was sent stands for; then there is no content.</param>
/// <param name="Url">Where it was found, behind all redirects.</param>
public sealed record Fetched(byte[] Content, string? ContentType, string? ETag, bool IsUnchanged, Uri Url);

/// <summary>
/// Fetches from the few hosts that an administrator named as upstreams (security.md, "Fetching from upstream indexes"). Redirects are
/// followed among those hosts alone. A host that is named with its address may be private; a host that an upstream only leads to must be
/// among the file hosts, and public.
/// </summary>
public sealed class UpstreamFetch : IDisposable
{
    private const int Redirects = 5;

    private readonly HashSet<string> _named;
    private readonly HashSet<string> _fileHosts;
    private readonly TimeSpan _patience;
    private readonly HttpClient _client;

    /// <param name="upstreams">The addresses that were named.</param>
    /// <param name="fileHosts">Hosts that the files of these may lie on as well.</param>
    /// <param name="patience">How long one answer may take, its body included; 60 s without it.</param>
    public UpstreamFetch(IEnumerable<Uri> upstreams, IEnumerable<string> fileHosts, TimeSpan? patience = null)
    {
        _named = upstreams.Select(upstream => upstream.Authority).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _fileHosts = fileHosts.ToHashSet(StringComparer.OrdinalIgnoreCase);
        _patience = patience ?? TimeSpan.FromSeconds(60);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            MaxResponseHeadersLength = 64,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            MaxConnectionsPerServer = 16,
            ConnectCallback = (context, ct) => PublicAddresses.ConnectAsync(context.DnsEndPoint, IsNamed(context.DnsEndPoint), ct),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("PyScriptHub");
    }

    /// <summary>Whether this host may be asked at all.</summary>
    public bool MayAsk(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && (_named.Contains(url.Authority) || (_fileHosts.Contains(url.Host) && url.IsDefaultPort));
    }

    /// <summary>
    /// Fetches an address. Errors: <see cref="Error.NotFound"/> for 404 and 410, <see cref="Error.TooLarge"/>,
    /// <c>upstream_refused</c> for a host that may not be asked, <c>upstream_away</c> for one that cannot be reached or does not answer in
    /// time, <c>upstream_failed</c> for everything else.
    /// </summary>
    /// <param name="limit">The longest body, in bytes, after decompression.</param>
    public async Task<Result<Fetched>> GetAsync(Uri url, string? accept, string? etag, long limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(url);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(_patience);
        try
        {
            return await FollowAsync(url, accept, etag, limit, patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            return Failed(url, $"could not be reached, or broke off: {e.Message}", "upstream_away");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Failed(url, $"did not answer within {(int)_patience.TotalSeconds} s", "upstream_away");
        }
    }

    /// <summary>As <see cref="GetAsync"/>, for bytes whose SHA-256 is known. Error: <c>wrong_hash</c> too.</summary>
    public async Task<Result<byte[]>> GetFileAsync(Uri url, string sha256, long limit, CancellationToken ct)
    {
        var fetched = await GetAsync(url, accept: null, etag: null, limit, ct);
        if (!fetched.IsOk) return fetched.Error;
        var actual = Convert.ToHexStringLower(SHA256.HashData(fetched.Value.Content));
        return actual == sha256
            ? fetched.Value.Content
            : new Error.Invalid("wrong_hash", $"{url.Host} sent a file with the SHA-256 {actual}; its index says {sha256}. Nothing of it was kept.");
    }

    public void Dispose() => _client.Dispose();

    private bool IsNamed(DnsEndPoint endPoint) =>
        _named.Contains($"{endPoint.Host}:{endPoint.Port}") || (endPoint.Port is 80 or 443 && _named.Contains(endPoint.Host));

    private async Task<Result<Fetched>> FollowAsync(Uri url, string? accept, string? etag, long limit, CancellationToken ct)
    {
        var next = url;
        for (var i = 0; i <= Redirects; i++)
        {
            if (!MayAsk(next))
                return new Error.Invalid("upstream_refused", $"{next.Authority} is no upstream of this hub and is not asked. An administrator can name it: Packages:FileHosts.");
            using var request = new HttpRequestMessage(HttpMethod.Get, next);
            if (accept is not null) request.Headers.Accept.ParseAdd(accept);
            if (etag is not null) request.Headers.TryAddWithoutValidation("If-None-Match", etag);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (response.StatusCode is HttpStatusCode.NotModified) return new Fetched([], null, etag, IsUnchanged: true, next);
            if (response.Headers.Location is { } location && (int)response.StatusCode is >= 300 and < 400)
            {
                next = new Uri(next, location);
                continue;
            }
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone) return new Error.NotFound("file");
            if (!response.IsSuccessStatusCode) return Failed(next, $"answered {(int)response.StatusCode}");
            return await ReadAsync(response, next, limit, ct);
        }
        return Failed(url, "leads on and on");
    }

    private static async Task<Result<Fetched>> ReadAsync(HttpResponseMessage response, Uri url, long limit, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength is { } length && length > limit) return new Error.TooLarge($"What {url.Host} sends", limit, length);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, ct)) > 0)
        {
            if (content.Length + read > limit) return new Error.TooLarge($"What {url.Host} sends", limit, null);
            content.Write(buffer, 0, read);
        }
        return new Fetched(content.ToArray(), response.Content.Headers.ContentType?.MediaType, response.Headers.ETag?.ToString(), IsUnchanged: false, url);
    }

    private static Error.Invalid Failed(Uri url, Sentence why, string word = "upstream_failed") => new(word, $"{url.Host} {why}.");
}
