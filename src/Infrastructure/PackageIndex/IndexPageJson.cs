using System.Text.Json;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>Index pages in JSON (PEP 691, with the size of PEP 700).</summary>
public static class IndexPageJson
{
    /// <summary>The most files that a page may list.</summary>
    public const int MostFiles = 50_000;

    /// <summary>Reads a page. Files that no interpreter could take are left out. Error: <c>upstream_invalid</c>.</summary>
    /// <param name="package">The normal form of the name that was asked for.</param>
    /// <param name="source">Where the page was found: what its addresses are relative to.</param>
    public static Result<IndexPage> Read(ReadOnlyMemory<byte> json, string package, Uri source)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object) return Invalid(source, package, "its JSON is no object");
            if (Text(root, "meta", "api-version") is { } version && !version.StartsWith("1.", StringComparison.Ordinal))
                return Invalid(source, package, $"it is of version {FilePath.Show(version)} of the index format, and 1 is read here");
            if (!root.TryGetProperty("files", out var files) || files.ValueKind is not JsonValueKind.Array) return Invalid(source, package, "it has no list of files");
            if (files.GetArrayLength() > MostFiles) return Invalid(source, package, $"it lists more than {MostFiles} files");
            return new IndexPage(package, [.. files.EnumerateArray().Select(file => ReadFile(file, package, source)).OfType<IndexFile>()]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Invalid(source, package, "it is no JSON");
        }
    }

    /// <summary>Writes a page so that <see cref="Read"/> reads the same again.</summary>
    public static byte[] Write(IndexPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["meta"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["api-version"] = "1.1" },
            ["name"] = page.Package,
            ["versions"] = VersionsOf(page.Files),
            ["files"] = page.Files.Select(Describe),
        });
    }

    /// <summary>The versions that the files are of, as their names write them (PEP 700).</summary>
    public static IReadOnlyList<string> VersionsOf(IEnumerable<IndexFile> files) =>
        [.. files.Select(file => file.FileName.Split('-')[1]).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether a wheel of this name belongs on the page of a package.</summary>
    internal static bool IsWheelOf(string fileName, string package) => WheelFileName.Parse(fileName) is { IsOk: true, Value: var wheel } && wheel.Name.Key == package;

    internal static Error.Invalid Invalid(Uri source, string package, Sentence why) =>
        new("upstream_invalid", $"What {source.Host} sent for '{package}' is no page of a package index: {why}.");

    internal static BlobHash? HashOf(string? hex) =>
        hex is { Length: 2 * BlobHash.Length } && hex.All(char.IsAsciiHexDigit) ? BlobHash.FromHex(hex) : null;

    private static Dictionary<string, object> Describe(IndexFile file)
    {
        var described = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["filename"] = file.FileName,
            ["url"] = file.Url.AbsoluteUri,
            ["hashes"] = new Dictionary<string, string>(StringComparer.Ordinal) { ["sha256"] = file.Hash.ToString() },
        };
        if (file.RequiresPython is { } python) described["requires-python"] = python;
        if (file.Length is { } length) described["size"] = length;
        object metadata = file.MetadataHash is { } hash ? new Dictionary<string, string>(StringComparer.Ordinal) { ["sha256"] = hash.ToString() } : file.HasMetadata;
        described["core-metadata"] = metadata;
        // Its name before PEP 714, which installers of 2023 ask for.
        described["dist-info-metadata"] = metadata;
        described["yanked"] = file.Yanked is null ? false : file.Yanked.Length == 0 ? true : file.Yanked;
        return described;
    }

    private static IndexFile? ReadFile(JsonElement file, string package, Uri source)
    {
        if (file.ValueKind is not JsonValueKind.Object) return null;
        if (Text(file, "filename") is not { } name || !IsWheelOf(name, package)) return null;
        if (HashOf(Text(file, "hashes", "sha256")) is not { } hash) return null;
        if (Text(file, "url") is not { } address || !Uri.TryCreate(source, address, out var url)) return null;
        var metadata = Member(file, "core-metadata") ?? Member(file, "dist-info-metadata");
        return new IndexFile(name, url, hash)
        {
            RequiresPython = Text(file, "requires-python"),
            Yanked = Member(file, "yanked") switch
            {
                { ValueKind: JsonValueKind.True } => "",
                { ValueKind: JsonValueKind.String } reason => reason.GetString(),
                _ => null,
            },
            HasMetadata = metadata is { ValueKind: JsonValueKind.True or JsonValueKind.Object },
            MetadataHash = metadata is { ValueKind: JsonValueKind.Object } hashes ? HashOf(Text(hashes, "sha256")) : null,
            Length = Member(file, "size") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt64(out var length) ? length : null,
        };
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (Member(element, name) is not { } member) return null;
            element = member;
        }
        return element.ValueKind is JsonValueKind.String ? element.GetString() : null;
    }
}
