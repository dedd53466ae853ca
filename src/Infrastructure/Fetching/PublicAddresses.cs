using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PyScriptHub.Infrastructure.Fetching;

/// <summary>Which addresses everybody can reach, so that a fetch on somebody's behalf reaches no more than that.</summary>
public static class PublicAddresses
{
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

    /// <summary>Whether an address leads to a host that everybody can reach.</summary>
    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily is AddressFamily.InterNetworkV6 && !s_globalUnicast.Contains(address)) return false;
        return !Array.Exists(s_reserved, network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    /// <summary>The addresses among those of a name that may be connected to at this port: public ones that are not this machine's, and the web's ports alone.</summary>
    /// <param name="own">This machine's own addresses.</param>
    public static IPAddress[] Reachable(IPAddress[] addresses, int port, IReadOnlyCollection<IPAddress> own) =>
        port is 80 or 443 ? Array.FindAll(addresses, address => IsPublic(address) && !own.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)) : [];

    /// <summary>This machine's own addresses at this moment.</summary>
    public static IReadOnlyCollection<IPAddress> Own() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().SelectMany(card => card.GetIPProperties().UnicastAddresses).Select(unicast => unicast.Address)];

    /// <summary>
    /// Connects to a host by an address that was looked at. Throws <see cref="HttpRequestException"/> where it has none that may be reached.
    /// </summary>
    /// <param name="isLetThrough">Whether the administrator named this host, so that it may be private.</param>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, bool isLetThrough, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(endPoint.Host, ct);
        var chosen = isLetThrough ? addresses : Reachable(addresses, endPoint.Port, Own());
        if (chosen.Length == 0) throw new HttpRequestException($"{endPoint.Host} has no address that may be reached.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(chosen, endPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
