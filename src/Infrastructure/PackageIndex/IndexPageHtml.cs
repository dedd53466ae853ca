using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>Index pages in HTML (PEP 503).</summary>
public static class IndexPageHtml
{
    private const string Sha256 = "#sha256=";

    /// <summary>Reads a page. Links that no interpreter could take are left out. Error: <c>upstream_invalid</c>.</summary>
    /// <inheritdoc cref="IndexPageJson.Read" path="/param"/>
    public static Result<IndexPage> Read(byte[] html, string package, Uri source)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var stream = new MemoryStream(html, writable: false);
        using var document = new HtmlParser().ParseDocument(stream);
        var links = document.QuerySelectorAll("a[href]");
        if (links.Length > IndexPageJson.MostFiles) return IndexPageJson.Invalid(source, package, $"it lists more than {IndexPageJson.MostFiles} files");
        var relativeTo = document.QuerySelector("base[href]")?.GetAttribute("href") is { } written && Uri.TryCreate(source, written, out var moved) ? moved : source;
        var files = links.Select(link => ReadLink(link, package, relativeTo)).OfType<IndexFile>().ToList();
        // A page of another kind, such as a proxy's sign-in, has links too, and none of them is a file of this package.
        return files.Count == 0 && document.Title is { Length: > 0 } title && !title.Contains(package, StringComparison.OrdinalIgnoreCase) && links.Length > 0
            ? IndexPageJson.Invalid(source, package, "it has links, and none leads to a file of this package with its SHA-256")
            : new IndexPage(package, files);
    }

    private static IndexFile? ReadLink(IElement link, string package, Uri relativeTo)
    {
        var name = link.TextContent.Trim();
        if (!IndexPageJson.IsWheelOf(name, package)) return null;
        if (!Uri.TryCreate(relativeTo, link.GetAttribute("href"), out var url)) return null;
        if (!url.Fragment.StartsWith(Sha256, StringComparison.Ordinal) || IndexPageJson.HashOf(url.Fragment[Sha256.Length..]) is not { } hash) return null;
        var metadata = link.GetAttribute("data-core-metadata") ?? link.GetAttribute("data-dist-info-metadata");
        return new IndexFile(name, new Uri(url.GetLeftPart(UriPartial.Query)), hash)
        {
            RequiresPython = link.GetAttribute("data-requires-python"),
            Yanked = link.GetAttribute("data-yanked"),
            HasMetadata = metadata is not null and not "false",
            MetadataHash = metadata?.StartsWith("sha256=", StringComparison.Ordinal) is true ? IndexPageJson.HashOf(metadata["sha256=".Length..]) : null,
        };
    }
}
