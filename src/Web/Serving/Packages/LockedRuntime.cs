using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving.Packages;

/// <summary>
/// The runtime as a page with a lock sees it, under <c>/locked/&lt;lock&gt;/</c>: the same files, but where core names Pyodide's module it names
/// <see cref="LockShim"/>. Core has to be led as a whole: what a config says of the interpreter reaches neither games nor workers without
/// one (pyscript-platform.md). A lock is content-addressed, so that all of it is immutable.
/// </summary>
sealed class LockedRuntime(RuntimeCatalog catalog, RuntimeAssets assets, PackageLockReader locks, BlobReader blobs, LockedFileCache cache)
{
    private const string Root = "/locked/";
    private const string Own = "own/";

    /// <summary>Whether the request is for the runtime of a lock.</summary>
    public static bool Handles(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/locked", StringComparison.Ordinal) && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));

    /// <summary>Where the runtime of a lock begins, without a slash at the end.</summary>
    public static string PathOf(string lockId) => Root + lockId;

    public async Task ServeAsync(HttpContext context)
    {
        RuntimeAnswers.ShareWithEveryOrigin(context.Response.Headers);
        var (id, path) = Split(context.Request.Path.Value!);
        if (await locks.FindAsync(id, context.RequestAborted) is not { } locked)
        {
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status404NotFound, "This lock of packages is not on this hub, or is no longer used. Reload the page.");
            return;
        }
        if (path.StartsWith(Own, StringComparison.Ordinal)) await SendOwnAsync(context, locked, path[Own.Length..]);
        else if (path.Split('/') is ["pyodide", var version, "pyodide.mjs"]) await SendAsync(context, $"{id} {path}", () => Task.FromResult(Module(id, locked, version)));
        else if (catalog.Find("/" + path) is not { } file) await assets.ServeAsync(context, "/" + path);
        else if (!MayNamePyodide(file)) await assets.ServeAsync(context, file);
        else await SendAsync(context, $"{id} {path}", async () => Led(await File.ReadAllTextAsync(catalog.LocationOf(file), context.RequestAborted), id));
    }

    private string Runtime => catalog.RuntimeUrl.AbsoluteUri.TrimEnd('/');

    private string Module(string id, LockDocument locked, string version)
    {
        var home = $"{Runtime}/pyodide/{version}/";
        return version == locked.Pyodide ? LockShim.Write(locked, home, package => AddressOf(id, locked, package)) : LockShim.PassOn(home + "pyodide.mjs");
    }

    private string AddressOf(string id, LockDocument locked, LockedPackage package) => package.From switch
    {
        LockedFrom.Project => $"{Runtime}{PathOf(id)}/{Own}{package.Sha256}/{Uri.EscapeDataString(package.FileName)}",
        LockedFrom.Release => $"{Runtime}/pyodide/{locked.Pyodide}/{Uri.EscapeDataString(package.FileName)}",
        _ => $"{Runtime}/packages/{package.Sha256}/{Uri.EscapeDataString(package.FileName)}",
    };

    private string Led(string text, string id) => text.Replace($"{Runtime}/pyodide/", $"{Runtime}{PathOf(id)}/pyodide/", StringComparison.Ordinal);

    private static bool MayNamePyodide(RuntimeFile file) =>
        (file.Path.StartsWith("/pyscript/", StringComparison.Ordinal) || file.Path.StartsWith("/polyscript/", StringComparison.Ordinal)) && file.Path.EndsWith(".js", StringComparison.Ordinal);

    // A wheel of the project is given out for its lock alone.
    private async Task SendOwnAsync(HttpContext context, LockDocument locked, string path)
    {
        var parts = path.Split('/');
        var package = parts.Length != 2 ? null : locked.Packages.FirstOrDefault(
            package => package.From is LockedFrom.Project && package.Sha256 == parts[0] && package.FileName == parts[1]);
        if (package is null)
        {
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status404NotFound, "This lock has no such file of the project.");
            return;
        }
        var content = await blobs.ReadAsync(BlobHash.FromHex(package.Sha256), context.RequestAborted);
        if (!content.IsOk)
        {
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status502BadGateway, content.Error.Message);
            return;
        }
        await RuntimeAnswers.SendAsync(context, content.Value, ContentTypes.Of(package.FileName), RuntimeAnswers.Immutable, new EntityTagHeaderValue($"\"{package.Sha256}\""));
    }

    private async Task SendAsync(HttpContext context, string key, Func<Task<string>> write)
    {
        if (!cache.Files.TryGetValue(key, out LockedFile? file)) file = cache.Keep(key, LockedFile.Of(await write()));
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = RuntimeAnswers.Immutable;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        var coding = AcceptedCodings.Of(request).InOrder().FirstOrDefault();
        var (content, name) = coding switch
        {
            ContentCoding.Brotli => (file!.Brotli, "br"),
            ContentCoding.Gzip => (file!.Gzip, "gzip"),
            _ => (file!.Content, null),
        };
        if (name is not null) response.Headers.ContentEncoding = name;
        await Results.Bytes(content, "text/javascript; charset=utf-8", entityTag: new EntityTagHeaderValue($"\"{file.Tag}\"")).ExecuteAsync(context);
    }

    private static (string Id, string Path) Split(string path)
    {
        var rest = path[Root.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
    }
}

/// <summary>A module that was written for a lock, in the forms that it is sent in.</summary>
/// <param name="Tag">Its entity tag without quotes, the same for all forms.</param>
sealed record LockedFile(byte[] Content, byte[] Gzip, byte[] Brotli, string Tag)
{
    // What is made at a first request should not keep it waiting: level 11 takes most of a second for core.
    private const int BrotliQuality = 6;
    private const int BrotliWindow = 22;

    public static LockedFile Of(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        using var gzip = new MemoryStream();
        using (var stream = new GZipStream(gzip, CompressionLevel.Optimal)) stream.Write(content);
        var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
        BrotliEncoder.TryCompress(content, brotli, out var written, BrotliQuality, BrotliWindow);
        return new(content, gzip.ToArray(), brotli[..written], BlobHash.Of(content).ToString());
    }
}

/// <summary>What was written for locks before.</summary>
sealed class LockedFileCache : IDisposable
{
    public MemoryCache Files { get; } = new(new MemoryCacheOptions { SizeLimit = 64 * 1024 * 1024 });

    public LockedFile Keep(string key, LockedFile file) =>
        Files.Set(key, file, new MemoryCacheEntryOptions { Size = file.Content.Length + file.Gzip.Length + file.Brotli.Length + key.Length });

    public void Dispose() => Files.Dispose();
}
