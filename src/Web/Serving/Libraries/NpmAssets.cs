using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>Files of npm packages on the runtime host, <c>/npm/&lt;name&gt;@&lt;version&gt;/&lt;path&gt;</c>: for everybody, for ever.</summary>
sealed class NpmAssets(HubDb db, BlobReader blobs, LibraryMemory memory)
{
    /// <summary>Where they lie.</summary>
    public const string Folder = "/npm/";

    private const int WorthwhileLength = 256;

    /// <summary>Answers GET and HEAD; a sentence that says why where there is no such file, and nothing was answered.</summary>
    public async Task<string?> AnswerAsync(HttpContext context, string path)
    {
        var (request, response, ct) = (context.Request, context.Response, context.RequestAborted);
        if (Read(path[Folder.Length..]) is not var (hold, file)) return "Write /npm/<name>@<version>/<path>, with the whole version.";
        if (await FindAsync(hold, file, ct) is not { } hash) return await WhyNotAsync(hold, file, ct);
        var content = await blobs.ReadAsync(hash, ct);
        if (!content.IsOk)
        {
            await Http.Problems.Of(content.Error).ExecuteAsync(context);
            return null;
        }
        var type = LibraryModules.IsModule(file) ? ContentTypes.Of(".js") : ContentTypes.Of(file);
        response.Headers.CacheControl = RuntimeAnswers.Immutable;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        // A page of a stranger's package is no page of this host.
        response.Headers.ContentSecurityPolicy = "sandbox";
        var (body, coding) = request.Headers.Range.Count > 0 ? (content.Value, null) : Encode(hash, content.Value, type, AcceptedCodings.Of(request));
        if (coding is not null) response.Headers.ContentEncoding = coding;
        await Results.Bytes(body, type, enableRangeProcessing: coding is null, entityTag: new EntityTagHeaderValue($"\"{hash}\"")).ExecuteAsync(context);
        return null;
    }

    // `@scope/name@version/path`.
    private static (NpmHold Hold, string Path)? Read(string path)
    {
        var at = path.IndexOf('@', 1);
        var slash = at < 0 ? -1 : path.IndexOf('/', at);
        return slash < 0 ? null : (new NpmHold(path[..at], path[(at + 1)..slash]), path[(slash + 1)..]);
    }

    private async Task<BlobHash?> FindAsync(NpmHold hold, string path, CancellationToken ct)
    {
        if (memory.Files.TryGetValue((hold, path), out BlobHash known)) return known;
        var found = await db.NpmFiles.Where(file => file.Name == hold.Name && file.Version == hold.Version && file.Path == path)
            .Select(file => (BlobHash?)file.Hash).SingleOrDefaultAsync(ct);
        return found is { } hash ? memory.Files.Set((hold, path), hash, new MemoryCacheEntryOptions { Size = 1 }) : null;
    }

    private async Task<string> WhyNotAsync(NpmHold hold, string path, CancellationToken ct)
    {
        if (!await db.NpmReleases.AnyAsync(release => release.Name == hold.Name && release.Version == hold.Version, ct))
            return $"This hub does not hold {hold}. An administrator can add it: npm add {hold}";
        return LibraryModules.IsModule(path) ? $"No module was made of this part of {hold} yet: that is done when a project that names it is published." : $"{hold} has no {path}.";
    }

    private (byte[] Body, string? Coding) Encode(BlobHash hash, byte[] content, string type, AcceptedCodings accepted)
    {
        if (content.Length < WorthwhileLength || !IsText(type)) return (content, null);
        var coding = accepted.InOrder().FirstOrDefault();
        if (coding is ContentCoding.Identity) return (content, null);
        var name = coding is ContentCoding.Brotli ? "br" : "gzip";
        if (memory.Encoded.TryGetValue((hash, coding), out byte[]? known)) return (known!, name);
        using var encoded = new MemoryStream();
        using (Stream encoder = coding is ContentCoding.Brotli
            ? new BrotliStream(encoded, CompressionLevel.Optimal, leaveOpen: true)
            : new GZipStream(encoded, CompressionLevel.Optimal, leaveOpen: true))
        {
            encoder.Write(content);
        }
        return (memory.Encoded.Set((hash, coding), encoded.ToArray(), new MemoryCacheEntryOptions { Size = encoded.Length }), name);
    }

    private static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.Ordinal) || type.Contains("json", StringComparison.Ordinal) || type.Contains("xml", StringComparison.Ordinal)
        || type is "application/wasm";
}
