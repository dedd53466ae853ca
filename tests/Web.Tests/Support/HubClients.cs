using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>Makes clients whose every connection goes to one hub, whatever name they ask for.</summary>
public static class HubClients
{
    /// <summary>A client with a token, or with none. Redirects are not followed and cookies are not kept.</summary>
    public static HttpClient To(Uri hub, string? token)
    {
        // Names under localhost are not resolved by .NET everywhere.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (_, ct) => new NetworkStream(await ConnectAsync(hub, ct), ownsSocket: true),
        };
        var client = new HttpClient(handler) { BaseAddress = hub, Timeout = TimeSpan.FromSeconds(60) };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>A bare connection, for what no client would send.</summary>
    public static async Task<Socket> ConnectAsync(Uri hub, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, hub.Port, ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A port that nobody listened on a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
