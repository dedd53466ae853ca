using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Fetching;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Projects;

/// <summary>An archive that was fetched; its file is gone when it is disposed.</summary>
/// <param name="Name">The last word of its address, without the extension.</param>
sealed record FetchedArchive(FileStream Content, string Name) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>
/// Fetches archives for people. Whoever names an address must not reach what only this server can: the address that a name stands
/// for is looked at when the connection is made, and that very address is connected to. This machine's own addresses are refused
/// however public they are, since what listens there is often open to itself alone, and so are all ports but the web's. Whatever
/// cannot be reached is answered alike, so that nobody learns what listens where.
/// </summary>
sealed class ArchiveFetch : IDisposable
{
    private const int Redirects = 5;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly IReadOnlyCollection<string> _privateHosts;
    private readonly ProjectLimits _limits;
    private readonly HttpClient _client;

    public ArchiveFetch(HubOptions options)
    {
        (_privateHosts, _limits) = (options.PrivateImportHosts, options.Limits);
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 64,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A connection that is kept was made to an address that was looked at.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd("PyScriptHub");
    }

    /// <summary>Fetches an archive. Errors name the field <c>address</c>, or are <see cref="Error.TooLarge"/>.</summary>
    public async Task<Result<FetchedArchive>> FetchAsync(string address, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        try
        {
            return await FollowAsync(address, patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return Error.Field("address", "That host cannot be reached from here, or it broke off. Private networks and ports other than 80 and 443 are not reached into. Download the archive and upload it here.");
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Result<FetchedArchive>> FollowAsync(string address, CancellationToken ct)
    {
        Uri? url = null;
        for (var i = 0; i <= Redirects; i++)
        {
            // Each redirect is looked at as the first address was.
            if (!(url is null ? Uri.TryCreate(address.Trim(), UriKind.Absolute, out url) : Uri.TryCreate(url, address, out url))
                || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
                return Error.Field("address", "Write a web address that begins with https:// or http://.");
            using var response = await _client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, ct);
            if (response.Headers.Location is { } next && (int)response.StatusCode is >= 300 and < 400)
            {
                address = next.OriginalString;
                continue;
            }
            if (!response.IsSuccessStatusCode)
                return Error.Field("address", $"That host answered {(int)response.StatusCode}. Is the address right, and open to everybody?");
            return await ReadAsync(response, url, ct);
        }
        return Error.Field("address", "That address leads on and on. Use the one that it ends at.");
    }

    private async Task<Result<FetchedArchive>> ReadAsync(HttpResponseMessage response, Uri url, CancellationToken ct)
    {
        if (response.Content.Headers.ContentLength is { } length && length > _limits.ZipBytes)
            return new Error.TooLarge("The archive", _limits.ZipBytes, length);
        var file = BodyLimits.TemporaryFile();
        var isWhole = false;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(ct);
            var buffer = new byte[64 * 1024];
            long total = 0;
            int read;
            while ((read = await body.ReadAsync(buffer, ct)) > 0)
            {
                if ((total += read) > _limits.ZipBytes) return new Error.TooLarge("The archive", _limits.ZipBytes, null);
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
            file.Position = 0;
            isWhole = true;
            return new FetchedArchive(file, Path.GetFileNameWithoutExtension(Uri.UnescapeDataString(url.Segments[^1])));
        }
        finally
        {
            if (!isWhole) await file.DisposeAsync();
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var isLetThrough = _privateHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            || _privateHosts.Contains($"{host}:{port}", StringComparer.OrdinalIgnoreCase);
        return await PublicAddresses.ConnectAsync(context.DnsEndPoint, isLetThrough, ct);
    }
}
