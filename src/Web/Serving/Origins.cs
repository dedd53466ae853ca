using Microsoft.AspNetCore.Http.Extensions;

namespace PyScriptHub.Web.Serving;

/// <summary>Whose host a request came to.</summary>
public enum HostKind
{
    /// <summary>The hub's own pages and API.</summary>
    Hub,

    /// <summary>Runtime files.</summary>
    Runtime,

    /// <summary>A project's files.</summary>
    Content,

    /// <summary>A loopback address of a local hub, which leads to its name.</summary>
    Loopback,

    /// <summary>None of the hub's names (421).</summary>
    Unknown,
}

/// <summary>Where a project's files are reached.</summary>
/// <param name="Origin">Scheme, host and port, without a closing slash.</param>
/// <param name="BasePath">What stands before a file's path; begins and ends with a slash.</param>
public readonly record struct ContentAddress(string Origin, string BasePath)
{
    /// <summary>The address of a file; an empty path is the project itself.</summary>
    public string Of(string path) => Origin + BasePath + string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}

/// <summary>The one place that knows under which origin what is served.</summary>
public sealed class Origins(HubOptions options)
{
    private const string RuntimeLabel = "runtime";

    private readonly string _hubHost = options.PublicUrl.Authority;
    private readonly string _contentSuffix = "." + options.ContentDomain + (options.PublicUrl.IsDefaultPort ? "" : $":{options.PublicUrl.Port}");

    /// <summary>The hub's origin, without a closing slash.</summary>
    public string Hub { get; } = options.PublicUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>The runtime's origin, without a closing slash.</summary>
    public string Runtime => Host(RuntimeLabel);

    /// <summary>What a policy calls all origins of projects, for example <c>http://*.localhost:5080</c>.</summary>
    public string AllContent => Host("*");

    /// <summary>Whether the hub is reached over TLS.</summary>
    public bool IsSecure => options.PublicUrl.Scheme == Uri.UriSchemeHttps;

    /// <summary>The port of the hub's address.</summary>
    public int Port => options.PublicUrl.Port;

    /// <summary>Where a project or a grant is served.</summary>
    public ContentAddress Content(string label) => new(Host(label), "/");

    /// <summary>Says whose host this is, and for content the label.</summary>
    public (HostKind Kind, string Label) Classify(HostString host)
    {
        var value = host.Value ?? "";
        if (value.Equals(_hubHost, StringComparison.OrdinalIgnoreCase)) return (HostKind.Hub, "");
        if (value.EndsWith(_contentSuffix, StringComparison.OrdinalIgnoreCase))
        {
            var label = value[..^_contentSuffix.Length].ToLowerInvariant();
            if (label == RuntimeLabel) return (HostKind.Runtime, "");
            if (label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return (HostKind.Content, label);
        }
        return options.PublicUrl.Host == "localhost" && host.Host is "127.0.0.1" or "[::1]" ? (HostKind.Loopback, "") : (HostKind.Unknown, "");
    }

    /// <summary>Whether an <c>Origin</c> header names the hub itself.</summary>
    public bool IsHub(string? origin) => string.Equals(origin, Hub, StringComparison.OrdinalIgnoreCase);

    /// <summary>The same path and query under the hub's own name.</summary>
    public string OnHub(HttpRequest request) =>
        UriHelper.BuildAbsolute(options.PublicUrl.Scheme, new HostString(_hubHost), request.PathBase, request.Path, request.QueryString);

    private string Host(string label) => $"{options.PublicUrl.Scheme}://{label}{_contentSuffix}";
}
