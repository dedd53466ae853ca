using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving.Libraries;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// The runtime host: what pages run on, for everybody, for ever. Every path holds a version, so every answer is immutable;
/// an asset's ETag is the sha256 of the file itself, whatever the coding (docs/decisions/0002-one-etag-per-asset.md).
/// </summary>
internal sealed class RuntimeAssets(RuntimeCatalog catalog, EncodedAssets encoded)
{
    private const string Methods = "GET, HEAD, OPTIONS";

    // A page asks for one range; more than a few are a way to make the hub send much for little.
    private const int MostRanges = 8;

    public Task ServeAsync(HttpContext context) => ServeAsync(context, context.Request.Path.Value ?? "/");

    /// <summary>Answers for a path of the runtime host that is not the one that was asked for.</summary>
    public async Task ServeAsync(HttpContext context, string path)
    {
        var (request, response) = (context.Request, context.Response);
        RuntimeAnswers.ShareWithEveryOrigin(response.Headers);

        if (HttpMethods.IsOptions(request.Method))
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            response.Headers.Allow = Methods;
            response.Headers.AccessControlAllowMethods = Methods;
            response.Headers.AccessControlAllowHeaders = "*";
            response.Headers.AccessControlMaxAge = "86400";
            return;
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            response.Headers.Allow = Methods;
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status405MethodNotAllowed, $"{request.Method} is not answered here. The runtime host takes {Methods}.");
            return;
        }

        if (path.StartsWith(NpmAssets.Folder, StringComparison.Ordinal))
        {
            if (await context.RequestServices.GetRequiredService<NpmAssets>().AnswerAsync(context, path) is { } why)
                await RuntimeAnswers.SayAsync(context, StatusCodes.Status404NotFound, $"404 {path} is not on this runtime host.\n{why}");
            return;
        }

        if (catalog.Find(path) is not { } file)
        {
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status404NotFound, WhyNot(path));
            return;
        }

        await ServeAsync(context, file);
    }

    /// <summary>Sends a file of the catalog, whatever the address that it was asked for under.</summary>
    public async Task ServeAsync(HttpContext context, RuntimeFile file)
    {
        var (request, response) = (context.Request, context.Response);
        var etag = new EntityTagHeaderValue($"\"{file.Sha256}\"");
        response.Headers.ETag = etag.ToString();
        response.Headers.CacheControl = RuntimeAnswers.Immutable;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.AcceptRanges = "bytes";

        if (request.Headers.IfMatch.Count > 0 && !Names(request.Headers.IfMatch, etag, weakly: false))
        {
            response.StatusCode = StatusCodes.Status412PreconditionFailed;
            return;
        }

        if (Names(request.Headers.IfNoneMatch, etag, weakly: true))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var accepted = AcceptedCodings.Of(request);
        var ranges = RangesOf(request, etag, accepted, file.Length);
        if (ranges is { Count: 0 })
        {
            response.Headers.ContentRange = $"bytes */{file.Length}";
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status416RangeNotSatisfiable, $"{file.Path} has {file.Length} bytes; the range lies outside.");
            return;
        }

        if (ranges is not null)
        {
            await SendRangesAsync(context, file, ranges);
            return;
        }

        if (await ChooseAsync(file, accepted) is not var (coding, form))
        {
            await RuntimeAnswers.SayAsync(context, StatusCodes.Status406NotAcceptable, "Accept-Encoding refuses every form: br, gzip and identity are there.");
            return;
        }

        response.ContentType = file.ContentType;
        if (coding != ContentCoding.Identity) response.Headers.ContentEncoding = coding == ContentCoding.Brotli ? "br" : "gzip";
        await using var body = await OpenAsync(file, coding, form);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(request.Method)) await CopyAsync(body, body.Length, response, context.RequestAborted);
    }

    private async Task<(ContentCoding, EncodedAssets.Form)?> ChooseAsync(RuntimeFile file, AcceptedCodings accepted)
    {
        (ContentCoding, EncodedAssets.Form)? notWorthwhile = null;
        foreach (var coding in accepted.InOrder())
        {
            EncodedAssets.Form form;
            try
            {
                form = await encoded.GetAsync(file, coding);
            }
            catch (IOException) when (coding != ContentCoding.Identity && accepted.Identity > 0)
            {
                // A full disk: the file itself needs no room.
                continue;
            }

            if (form.IsWorthwhile) return (coding, form);
            notWorthwhile ??= (coding, form);
        }

        // Only for who refuses identity.
        return notWorthwhile;
    }

    // Null: send everything. Empty: none can be satisfied.
    private static List<(long From, long Length)>? RangesOf(HttpRequest request, EntityTagHeaderValue etag, AcceptedCodings accepted, long length)
    {
        if (!HttpMethods.IsGet(request.Method) || request.Headers.Range.Count == 0 || accepted.Identity <= 0) return null;
        if (request.Headers.IfRange.Count > 0)
        {
            // The ETag does not tell which coding the client holds a part of, and ranges are those of the identity.
            if (accepted.AnyCompressed) return null;
            if (!EntityTagHeaderValue.TryParse(request.Headers.IfRange.ToString(), out var held) || !held.Compare(etag, useStrongComparison: true)) return null;
        }

        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header) || !header.Unit.Equals("bytes", StringComparison.OrdinalIgnoreCase))
            return null;
        if (header.Ranges.Count > MostRanges) return null;
        List<(long From, long Length)> ranges = [];
        foreach (var range in header.Ranges)
        {
            if (range.From is { } from)
            {
                if (from < length) ranges.Add((from, Math.Min(range.To ?? long.MaxValue, length - 1) - from + 1));
            }
            else if (range.To is > 0 and var last && length > 0)
            {
                ranges.Add((Math.Max(0, length - last), Math.Min(last, length)));
            }
        }

        // Overlapping ranges would send more than the file.
        return ranges.Sum(range => range.Length) > length ? null : ranges;
    }

    private async Task SendRangesAsync(HttpContext context, RuntimeFile file, List<(long From, long Length)> ranges)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status206PartialContent;
        await using var body = Open(catalog.LocationOf(file));
        if (ranges is [var only])
        {
            response.ContentType = file.ContentType;
            response.Headers.ContentRange = ContentRange(only);
            response.ContentLength = only.Length;
            body.Position = only.From;
            await CopyAsync(body, only.Length, response, context.RequestAborted);
            return;
        }

        var boundary = Guid.NewGuid().ToString("N");
        var heads = ranges.ConvertAll(range => Encoding.ASCII.GetBytes(
            $"\r\n--{boundary}\r\nContent-Type: {file.ContentType}\r\nContent-Range: {ContentRange(range)}\r\n\r\n"));
        var end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        response.ContentType = $"multipart/byteranges; boundary={boundary}";
        response.ContentLength = heads.Sum(head => head.Length) + ranges.Sum(range => range.Length) + end.Length;
        foreach (var (head, range) in heads.Zip(ranges))
        {
            await response.Body.WriteAsync(head, context.RequestAborted);
            body.Position = range.From;
            await CopyAsync(body, range.Length, response, context.RequestAborted);
        }

        await response.Body.WriteAsync(end, context.RequestAborted);

        string ContentRange((long From, long Length) range) =>
            string.Create(CultureInfo.InvariantCulture, $"bytes {range.From}-{range.From + range.Length - 1}/{file.Length}");
    }

    private static bool Names(Microsoft.Extensions.Primitives.StringValues header, EntityTagHeaderValue etag, bool weakly) =>
        header.Count > 0 && EntityTagHeaderValue.TryParseList(header, out var tags)
        && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(etag, useStrongComparison: !weakly));

    // Opened once and measured when open: the improver may put a smaller form in its place at any moment, even just before.
    private async Task<FileStream> OpenAsync(RuntimeFile file, ContentCoding coding, EncodedAssets.Form form)
    {
        try
        {
            return Open(form.Location);
        }
        catch (FileNotFoundException) when (coding != ContentCoding.Identity)
        {
            encoded.Forget(file, coding);
            return Open((await encoded.GetAsync(file, coding)).Location);
        }
    }

    private static FileStream Open(string location) => new(location, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Read,
        Share = FileShare.Read | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    });

    private static async Task CopyAsync(FileStream source, long length, HttpResponse response, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (length > 0)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), cancellation);
                if (read == 0) throw new EndOfStreamException($"{source.Name} is shorter than it was.");
                await response.Body.WriteAsync(buffer.AsMemory(0, read), cancellation);
                length -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private string WhyNot(string path)
    {
        var first = path.Split('/', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        var why = first switch
        {
            "pi" => "MicroPython's package index is not mirrored on this hub. Give the URL of a wheel or put the module into the project.",
            "github" => "Packages out of GitHub repositories (github:…) are not fetched by this hub. Put the files into the project.",
            "refused" => "Ruby, Lua and R are not served by this hub: it runs Python, in Pyodide and in MicroPython.",
            "pyodide" when path.EndsWith(".whl", StringComparison.Ordinal) || path.EndsWith(".tar", StringComparison.Ordinal) =>
                "This hub does not hold this Pyodide package.",
            "pyscript" or "pyodide" or "micropython" or "polyscript" or "coincident" =>
                $"Of {first}, this hub has {string.Join(", ", VersionsOf(first))}. An administrator can add a release: runtime add <release>.",
            _ => $"Here are /pyscript/, /pyodide/, /micropython/, /polyscript/ and /coincident/, each with a version. PyScript releases: {string.Join(", ", catalog.Releases.Select(release => release.Name))}.",
        };
        return $"404 {path} is not on this runtime host.\n{why}";
    }

    private IEnumerable<string> VersionsOf(string folder) => catalog.Files
        .Where(file => file.Path.StartsWith($"/{folder}/", StringComparison.Ordinal))
        .Select(file => file.Path.Split('/')[2])
        .Distinct(StringComparer.Ordinal);
}
