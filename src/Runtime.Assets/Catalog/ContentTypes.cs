using System.Collections.Frozen;

namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>
/// The one table from a file's extension to its content type, for runtime files and projects' files alike: what an upload
/// says of itself counts for nothing.
/// </summary>
public static class ContentTypes
{
    /// <summary>What a file without a row in the table is served as.</summary>
    public const string Unknown = "application/octet-stream";

    private static readonly FrozenDictionary<string, string> Table = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".htm"] = "text/html; charset=utf-8",
        [".xhtml"] = "application/xhtml+xml; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".cjs"] = "text/javascript; charset=utf-8",
        [".json"] = "application/json; charset=utf-8",
        [".map"] = "application/json; charset=utf-8",
        [".ipynb"] = "application/json; charset=utf-8",
        [".geojson"] = "application/geo+json; charset=utf-8",
        [".webmanifest"] = "application/manifest+json; charset=utf-8",
        [".toml"] = "application/toml; charset=utf-8",
        [".yaml"] = "application/yaml; charset=utf-8",
        [".yml"] = "application/yaml; charset=utf-8",
        [".py"] = "text/x-python; charset=utf-8",
        [".pyi"] = "text/x-python; charset=utf-8",
        [".txt"] = "text/plain; charset=utf-8",
        [".log"] = "text/plain; charset=utf-8",
        [".ini"] = "text/plain; charset=utf-8",
        [".cfg"] = "text/plain; charset=utf-8",
        [".md"] = "text/markdown; charset=utf-8",
        [".csv"] = "text/csv; charset=utf-8",
        [".tsv"] = "text/tab-separated-values; charset=utf-8",
        // XML names its own charset: a parameter would overrule it.
        [".xml"] = "application/xml",
        [".svg"] = "image/svg+xml",
        [".vtt"] = "text/vtt; charset=utf-8",
        [".glsl"] = "text/plain; charset=utf-8",
        [".frag"] = "text/plain; charset=utf-8",
        [".vert"] = "text/plain; charset=utf-8",
        [".obj"] = "text/plain; charset=utf-8",

        [".wasm"] = "application/wasm",
        [".whl"] = "application/zip",
        [".zip"] = "application/zip",
        [".gz"] = "application/gzip",
        [".tgz"] = "application/gzip",
        [".tar"] = "application/x-tar",
        [".pdf"] = "application/pdf",

        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".avif"] = "image/avif",
        [".apng"] = "image/apng",
        [".bmp"] = "image/bmp",
        [".ico"] = "image/x-icon",

        [".mp3"] = "audio/mpeg",
        [".m4a"] = "audio/mp4",
        [".aac"] = "audio/aac",
        [".wav"] = "audio/wav",
        [".flac"] = "audio/flac",
        [".mid"] = "audio/midi",
        [".ogg"] = "audio/ogg",
        [".oga"] = "audio/ogg",
        [".opus"] = "audio/ogg",
        [".weba"] = "audio/webm",
        [".mp4"] = "video/mp4",
        [".m4v"] = "video/mp4",
        [".ogv"] = "video/ogg",
        [".webm"] = "video/webm",
        [".mov"] = "video/quicktime",

        [".woff"] = "font/woff",
        [".woff2"] = "font/woff2",
        [".ttf"] = "font/ttf",
        [".otf"] = "font/otf",

        [".glb"] = "model/gltf-binary",
        [".gltf"] = "model/gltf+json; charset=utf-8",
        [".stl"] = "model/stl",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The value of the <c>Content-Type</c> header for a file of this name or path.</summary>
    public static string Of(string path) => Table.GetValueOrDefault(Path.GetExtension(path), Unknown);
}
