using System.Buffers;
using System.Globalization;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>The hosts that one browser may reach: the runtime's, and one project's while it runs a page of it. The hub's own is none of them.</summary>
public sealed class ReachableHosts
{
    // A label's most letters in DNS.
    private const int LabelLength = 63;

    private static readonly SearchValues<char> s_label = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly SmokeSurroundings _surroundings;
    private readonly string _suffix;
    private readonly string _runtime;
    private readonly bool _allContent;
    private volatile string? _content;

    /// <param name="allContent">Whether every project may be reached until one is named.</param>
    public ReachableHosts(SmokeSurroundings surroundings, bool allContent)
    {
        _surroundings = surroundings;
        _allContent = allContent;
        _suffix = $".{surroundings.ContentDomain.ToLowerInvariant()}:{surroundings.PublicUrl.Port.ToString(CultureInfo.InvariantCulture)}";
        _runtime = surroundings.RuntimeLabel + _suffix;
    }

    /// <summary>Whether content is reached over TLS, which the proxy sees nothing of but the name.</summary>
    public bool IsSecure => _surroundings.PublicUrl.Scheme == Uri.UriSchemeHttps;

    /// <summary>From now on the project of this address may be reached, and no other.</summary>
    /// <exception cref="ArgumentException">That is no content host of this hub.</exception>
    public void Allow(Uri page)
    {
        var host = $"{page.IdnHost}:{page.Port.ToString(CultureInfo.InvariantCulture)}".ToLowerInvariant();
        if (page.Scheme != _surroundings.PublicUrl.Scheme || !IsLabel(host)) throw new ArgumentException($"{page} is no page of a project of this hub.", nameof(page));
        _content = host;
    }

    /// <summary>From now on no project may be reached, or where that was said at first, all may.</summary>
    public void AllowNone() => _content = null;

    /// <summary>
    /// The host to go to for an authority (<c>name</c> or <c>name:port</c>, as a request writes it): with its port, in lower case; null where
    /// it may not be reached. Compared letter by letter, so that no two readers of an address can differ.
    /// </summary>
    public string? Find(string authority)
    {
        var host = authority.ToLowerInvariant();
        if (!host.Contains(':', StringComparison.Ordinal)) host += IsSecure ? ":443" : ":80";
        if (host == _runtime) return host;
        return (_content is { } content ? host == content : _allContent && IsLabel(host)) ? host : null;
    }

    private bool IsLabel(string host)
    {
        if (!host.EndsWith(_suffix, StringComparison.Ordinal) || host == _runtime) return false;
        var label = host.AsSpan(..^_suffix.Length);
        return label.Length is > 0 and <= LabelLength && !label.ContainsAnyExcept(s_label);
    }
}
