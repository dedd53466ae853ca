using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>How content and runtime hosts are reached from this machine; all browsers share the connections.</summary>
public sealed class SmokeUpstream : IDisposable
{
    private const long LongestText = 1_000_000;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly (string Host, int Port)? _fixed;

    /// <param name="upstream"><c>host:port</c> at which all of them are reached; null to ask the name.</param>
    public SmokeUpstream(string? upstream)
    {
        if (upstream is not null)
        {
            var address = new Uri($"http://{upstream}/");
            _fixed = (address.IdnHost, address.Port);
        }
        Http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            // Headers go through as the page's: nothing is added to trace them.
            ActivityHeadersPropagator = null,
            ConnectTimeout = s_patience,
            ConnectCallback = async (context, ct) => await ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct),
        });
    }

    /// <summary>Sends what a browser asks over plain HTTP.</summary>
    public HttpMessageInvoker Http { get; }

    /// <summary>The text at an address of an allowed host; null where there is none of at most 1 MB, or it does not come within the time.</summary>
    public async Task<string?> ReadAsync(Uri address, TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await Http.SendAsync(request, patience.Token);
            if (!response.IsSuccessStatusCode) return null;
            await response.Content.LoadIntoBufferAsync(LongestText, patience.Token);
            return await response.Content.ReadAsStringAsync(patience.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Whether an address is served: with anything but 502, 503 and 504, which proxies answer for what is away.</summary>
    public async Task<bool> IsServedAsync(Uri address, TimeSpan within, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(within);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await Http.SendAsync(request, patience.Token);
            return response.StatusCode is not (HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // A certificate that browsers may know, and this process does not, is somebody's who answers.
            return e.InnerException is AuthenticationException;
        }
    }

    /// <summary>Opens a connection to an allowed host, for a tunnel.</summary>
    public async ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken ct)
    {
        if (_fixed is var (name, itsPort)) (host, port) = (name, itsPort);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // Names under localhost are this machine, and no resolver knows them everywhere (RFC 6761, 6.3).
            if (host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) await socket.ConnectAsync([IPAddress.Loopback, IPAddress.IPv6Loopback], port, ct);
            else await socket.ConnectAsync(host, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection to an allowed host, written as <c>name:port</c>.</summary>
    public async ValueTask<Stream> ConnectAsync(string authority, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        var colon = authority.LastIndexOf(':');
        return await ConnectAsync(authority[..colon], int.Parse(authority.AsSpan(colon + 1), CultureInfo.InvariantCulture), patience.Token);
    }

    public void Dispose() => Http.Dispose();
}
