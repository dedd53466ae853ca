using System.Net;
using System.Net.Sockets;

namespace PyScriptHub.Web.Http;

/// <summary>Where the request came from, as far as limits and the list of sessions need it.</summary>
public sealed class RequestOrigin(IHttpContextAccessor accessor)
{
    // Order matters: each browser's own text names those that it descends from as well.
    private static readonly (string Sign, string Name)[] s_browsers =
    [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Epiphany/", "GNOME Web"), ("Safari/", "Safari"),
    ];

    private static readonly (string Sign, string Name)[] s_systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Macintosh", "macOS"), ("Linux", "Linux"),
    ];

    /// <summary>The address of IPv4, or what whoever has one address of IPv6 has: the 64 bits before its own.</summary>
    public string Network => NetworkOf(accessor.HttpContext?.Connection.RemoteIpAddress);

    /// <summary>The browser's short name, for example <c>Firefox, Linux</c>; empty where it is none that is known.</summary>
    public string Browser => NameOf(accessor.HttpContext?.Request.Headers.UserAgent.ToString() ?? "");

    internal static string NetworkOf(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily is not AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return IPAddress.IsLoopback(address) ? address.ToString() : $"{new IPAddress(bytes)}/64";
    }

    internal static string NameOf(string userAgent)
    {
        var names = new[] { s_browsers, s_systems }.Select(known => Array.Find(known, one => userAgent.Contains(one.Sign, StringComparison.Ordinal)).Name);
        return string.Join(", ", names.Where(name => name is not null));
    }
}
