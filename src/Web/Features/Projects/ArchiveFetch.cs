using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
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

    // What RFC 6890 and its successors set aside, and multicast.
    private static readonly IPNetwork[] s_reserved =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            // Of IPv6: documentation, benchmarks, and what leads on to an IPv4 address.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork s_globalUnicast = IPNetwork.Parse("2000::/3");

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

    /// <summary>Whether an address leads to a host that everybody can reach.</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily is AddressFamily.InterNetworkV6 && !s_globalUnicast.Contains(address)) return false;
        return !Array.Exists(s_reserved, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <summary>The addresses among those of a name that may be connected to at this port.</summary>
    /// <param name="own">This machine's own addresses.</param>
    internal static IPAddress[] Reachable(IPAddress[] addresses, int port, IReadOnlyCollection<IPAddress> own) =>
        port is 80 or 443 ? Array.FindAll(addresses, address => IsPublic(address) && !own.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)) : [];

    /// <summary>This machine's own addresses at this moment.</summary>
    internal static List<IPAddress> OwnAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)];

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
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var chosen = isLetThrough ? addresses : Reachable(addresses, port, OwnAddresses());
        if (chosen.Length == 0) throw new HttpRequestException($"{host} has no address that may be reached.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(chosen, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
