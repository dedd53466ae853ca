using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Web.Serving;

/// <summary>The two forms of an index page (PEP 503 with PEP 691 beside it), and which of them a request gets.</summary>
static class SimpleIndex
{
    private const string Json = "application/vnd.pypi.simple.v1+json";
    private const string Html = "application/vnd.pypi.simple.v1+html";
    private const string PlainHtml = "text/html";

    // In the order of preference where a request likes several as much; "latest" is answered as the version that it is.
    private static readonly (string Asked, string Answered)[] s_types =
    [
        (PlainHtml, PlainHtml), (Html, Html), ("application/vnd.pypi.simple.latest+html", Html), (Json, Json), ("application/vnd.pypi.simple.latest+json", Json),
    ];

    /// <summary>The media type that a request gets; null where it takes none of them.</summary>
    public static string? Choose(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        // A header that cannot be read asks for nothing in particular.
        if (accepted is not { Count: > 0 }) return PlainHtml;
        var best = s_types.Select(type => (type.Answered, Quality: QualityOf(type.Asked, accepted))).MaxBy(type => type.Quality);
        return best.Quality > 0 ? best.Answered : null;
    }

    /// <summary>The page of a package.</summary>
    public static byte[] Page(string type, IndexPage page)
    {
        if (type == Json) return IndexPageJson.Write(page);
        var html = Begin($"Links for {page.Package}");
        foreach (var file in page.Files)
        {
            html.Append(CultureInfo.InvariantCulture, $"    <a href=\"{Escaped(file.Url.AbsoluteUri)}#sha256={file.Hash}\"");
            if (file.RequiresPython is { } python) Put(html, "data-requires-python", python);
            if (file.HasMetadata)
            {
                var metadata = file.MetadataHash is { } hash ? $"sha256={hash}" : "true";
                Put(html, "data-core-metadata", metadata);
                Put(html, "data-dist-info-metadata", metadata);
            }
            if (file.Yanked is { } reason) Put(html, "data-yanked", reason);
            html.Append(CultureInfo.InvariantCulture, $">{Escaped(file.FileName)}</a><br>\n");
        }
        return End(html);
    }

    /// <summary>The list of all packages.</summary>
    /// <param name="names">As their metadata write them.</param>
    public static byte[] List(string type, IReadOnlyList<(string Name, string Display)> names)
    {
        if (type == Json)
        {
            return JsonSerializer.SerializeToUtf8Bytes(new
            {
                meta = new Dictionary<string, string>(StringComparer.Ordinal) { ["api-version"] = "1.1" },
                projects = names.Select(name => new { name = name.Display }),
            });
        }
        var html = Begin("Packages of this hub");
        foreach (var (name, display) in names) html.Append(CultureInfo.InvariantCulture, $"    <a href=\"/simple/{Escaped(name)}/\">{Escaped(display)}</a><br>\n");
        return End(html);
    }

    /// <summary>The entity tag of a body.</summary>
    public static EntityTagHeaderValue TagOf(byte[] body) => new($"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"");

    // The most specific range that fits says the quality (RFC 9110, 12.5.1).
    private static double QualityOf(string type, IList<MediaTypeHeaderValue> accepted)
    {
        double quality = 0;
        var specific = -1;
        foreach (var range in accepted)
        {
            var fits = range.MatchesAllTypes ? 0
                : range.MatchesAllSubTypes && range.Type.Equals(type.Split('/')[0], StringComparison.OrdinalIgnoreCase) ? 1
                : range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) ? 2 : -1;
            if (fits > specific) (specific, quality) = (fits, range.Quality ?? 1);
        }
        return quality;
    }

    private static StringBuilder Begin(string title) => new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <meta name=\"pypi:repository-version\" content=\"1.1\">\n    <title>{Escaped(title)}</title>\n  </head>\n  <body>\n");

    private static byte[] End(StringBuilder html) => Encoding.UTF8.GetBytes(html.Append("  </body>\n</html>\n").ToString());

    private static void Put(StringBuilder html, string attribute, string value) => html.Append(CultureInfo.InvariantCulture, $" {attribute}=\"{Escaped(value)}\"");

    private static string Escaped(string text) => WebUtility.HtmlEncode(text);
}
