using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class RuntimeAssetsTests(RunningRuntimeHost host) : IClassFixture<RunningRuntimeHost>
{
    private static readonly string[] Codings = ["br", "gzip"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_file_is_whole_in_every_form_and_its_etag_is_its_sha256()
    {
        host.Catalog.Files.Length.ShouldBeGreaterThan(150);
        await Parallel.ForEachAsync(host.Catalog.Files, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancellation }, async (file, ct) =>
        {
            using var plain = await SendAsync(HttpMethod.Get, file.Path);
            plain.StatusCode.ShouldBe(HttpStatusCode.OK, file.Path);
            var bytes = await plain.Content.ReadAsByteArrayAsync(ct);
            bytes.Length.ShouldBe((int)file.Length, file.Path);
            Convert.ToHexStringLower(SHA256.HashData(bytes)).ShouldBe(file.Sha256, file.Path);
            ShouldBeImmutableAndShared(plain, file);
            plain.Content.Headers.ContentLength.ShouldBe(file.Length);
            plain.Content.Headers.ContentType?.ToString().ShouldBe(ContentTypes.Of(file.Path));
            plain.Content.Headers.ContentEncoding.ShouldBeEmpty();

            foreach (var coding in Codings)
            {
                using var encoded = await SendAsync(HttpMethod.Get, file.Path, ("Accept-Encoding", coding));
                encoded.StatusCode.ShouldBe(HttpStatusCode.OK, file.Path);
                ShouldBeImmutableAndShared(encoded, file);
                var body = await encoded.Content.ReadAsByteArrayAsync(ct);
                encoded.Content.Headers.ContentLength.ShouldBe(body.Length);
                (await DecodedAsync(encoded, body)).AsSpan().SequenceEqual(bytes).ShouldBeTrue($"{coding} {file.Path}");
                body.Length.ShouldBeLessThanOrEqualTo(bytes.Length);

                using var head = await SendAsync(HttpMethod.Head, file.Path, ("Accept-Encoding", coding));
                head.StatusCode.ShouldBe(HttpStatusCode.OK);
                ShouldBeImmutableAndShared(head, file);
                head.Content.Headers.ContentLength.ShouldBe(body.Length);
                head.Content.Headers.ContentEncoding.ShouldBe(encoded.Content.Headers.ContentEncoding);
                (await head.Content.ReadAsByteArrayAsync(ct)).ShouldBeEmpty();
            }

            var from = file.Length / 3;
            var to = Math.Min(file.Length - 1, from + 1000);
            using var part = await SendAsync(HttpMethod.Get, file.Path, ("Range", $"bytes={from}-{to}"), ("Accept-Encoding", "br, gzip"));
            part.StatusCode.ShouldBe(HttpStatusCode.PartialContent, file.Path);
            ShouldBeImmutableAndShared(part, file);
            part.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {from}-{to}/{file.Length}");
            part.Content.Headers.ContentEncoding.ShouldBeEmpty();
            (await part.Content.ReadAsByteArrayAsync(ct)).AsSpan().SequenceEqual(bytes.AsSpan((int)from, (int)(to - from + 1))).ShouldBeTrue(file.Path);

            using var same = await SendAsync(HttpMethod.Get, file.Path, ("If-None-Match", $"\"{file.Sha256}\""), ("Accept-Encoding", "br"));
            same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
            ShouldBeImmutableAndShared(same, file);
            (await same.Content.ReadAsByteArrayAsync(ct)).ShouldBeEmpty();
        });
    }

    [Theory]
    [InlineData("/pyscript/0.7.31/core.js", "text/javascript; charset=utf-8")]
    [InlineData("/pyscript/0.7.31/core.css", "text/css; charset=utf-8")]
    [InlineData("/pyodide/314.0.2/pyodide.mjs", "text/javascript; charset=utf-8")]
    [InlineData("/pyodide/314.0.2/pyodide.asm.wasm", "application/wasm")]
    [InlineData("/pyodide/314.0.2/python_stdlib.zip", "application/zip")]
    [InlineData("/pyodide/314.0.2/pyodide-lock.json", "application/json; charset=utf-8")]
    [InlineData("/micropython/1.28.0-6/micropython.wasm", "application/wasm")]
    public async Task A_file_has_the_type_that_browsers_insist_on(string path, string type)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType?.ToString().ShouldBe(type);
    }

    [Theory]
    [InlineData("br, gzip", "br")]
    [InlineData("gzip, br", "br")]
    [InlineData("gzip;q=1.0, br;q=0.5", "gzip")]
    [InlineData("gzip, deflate, br, zstd", "br")]
    [InlineData("x-gzip", "gzip")]
    [InlineData("GZIP", "gzip")]
    [InlineData("*", "br")]
    [InlineData("br;q=0, *", "gzip")]
    [InlineData("gzip;q=0.001", "gzip")]
    [InlineData("identity, br;q=0.5", null)]
    [InlineData("br;q=0, gzip;q=0", null)]
    [InlineData("zstd, compress", null)]
    [InlineData("identity;q=0, br", "br")]
    [InlineData("*;q=0, gzip", "gzip")]
    [InlineData("", null)]
    [InlineData("br;q=nonsense", null)]
    [InlineData(null, null)]
    public async Task The_coding_follows_the_qualities_of_accept_encoding(string? accept, string? coding)
    {
        using var answer = accept is null
            ? await SendAsync(HttpMethod.Get, "/pyscript/0.7.31/core.css")
            : await SendAsync(HttpMethod.Get, "/pyscript/0.7.31/core.css", ("Accept-Encoding", accept));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentEncoding.SingleOrDefault().ShouldBe(coding);
    }

    [Theory]
    [InlineData("identity;q=0")]
    [InlineData("*;q=0")]
    [InlineData("br;q=0, gzip;q=0, identity;q=0")]
    public async Task Who_refuses_every_form_gets_406_with_cors(string accept)
    {
        using var answer = await SendAsync(HttpMethod.Get, "/pyscript/0.7.31/core.css", ("Accept-Encoding", accept));
        answer.StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
        ShouldBeShared(answer);
    }

    [Fact]
    public async Task An_archive_that_hardly_shrinks_is_sent_as_it_is_unless_identity_is_refused()
    {
        using var usual = await SendAsync(HttpMethod.Get, "/pyodide/314.0.2/python_stdlib.zip", ("Accept-Encoding", "gzip, br"));
        usual.Content.Headers.ContentEncoding.ShouldBeEmpty();

        using var refused = await SendAsync(HttpMethod.Get, "/pyodide/314.0.2/python_stdlib.zip", ("Accept-Encoding", "gzip, identity;q=0"));
        refused.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        var body = await DecodedAsync(refused, await refused.Content.ReadAsByteArrayAsync(Cancellation));
        Convert.ToHexStringLower(SHA256.HashData(body)).ShouldBe(host.Catalog.Find("/pyodide/314.0.2/python_stdlib.zip")!.Sha256);

        // That of 0.24 is stored, not deflated.
        using var stored = await SendAsync(HttpMethod.Get, "/pyodide/0.24.1/python_stdlib.zip", ("Accept-Encoding", "gzip, br"));
        stored.Content.Headers.ContentEncoding.ShouldBe(["br"]);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=-5", -5, 5)]
    [InlineData("bytes=10-", 10, -10)]
    [InlineData("bytes=3-999999999", 3, -3)]
    public async Task A_single_range_is_answered_with_its_bytes(string range, int from, int length)
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        var bytes = await File.ReadAllBytesAsync(host.Catalog.LocationOf(file), Cancellation);
        if (from < 0) from += bytes.Length;
        if (length < 0) length += bytes.Length;
        using var answer = await SendAsync(HttpMethod.Get, file.Path, ("Range", range));
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(bytes.AsSpan(from, length).ToArray());
    }

    [Fact]
    public async Task Several_ranges_come_as_multipart()
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        var text = await File.ReadAllTextAsync(host.Catalog.LocationOf(file), Cancellation);
        using var answer = await SendAsync(HttpMethod.Get, file.Path, ("Range", "bytes=0-9, 20-29"));
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        var boundary = answer.Content.Headers.ContentType!.Parameters.Single(parameter => parameter.Name is "boundary").Value;
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        answer.Content.Headers.ContentLength.ShouldBe(body.Length);
        var length = file.Length.ToString(CultureInfo.InvariantCulture);
        body.ShouldBe(
            $"\r\n--{boundary}\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes 0-9/{length}\r\n\r\n{text[..10]}" +
            $"\r\n--{boundary}\r\nContent-Type: text/css; charset=utf-8\r\nContent-Range: bytes 20-29/{length}\r\n\r\n{text[20..30]}" +
            $"\r\n--{boundary}--\r\n");
    }

    [Theory]
    [InlineData("bytes=0-,0-,0-")]
    [InlineData("bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=9-1")]
    [InlineData("pages=1-2")]
    public async Task A_range_that_is_malformed_or_greedy_is_answered_with_everything(string range)
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        using var answer = await SendAsync(HttpMethod.Get, file.Path, ("Range", range));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsByteArrayAsync(Cancellation)).Length.ShouldBe((int)file.Length);
    }

    [Theory]
    [InlineData("bytes=99999999-")]
    [InlineData("bytes=-0")]
    public async Task A_range_outside_the_file_is_416_and_says_the_length(string range)
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        using var answer = await SendAsync(HttpMethod.Get, file.Path, ("Range", range));
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        answer.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes */{file.Length}");
        ShouldBeShared(answer);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task If_range_gets_the_part_only_where_the_client_cannot_hold_a_part_of_another_coding()
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        var etag = $"\"{file.Sha256}\"";
        (await Status(("If-Range", etag))).ShouldBe(HttpStatusCode.PartialContent);
        (await Status(("If-Range", etag), ("Accept-Encoding", "identity"))).ShouldBe(HttpStatusCode.PartialContent);
        (await Status(("If-Range", etag), ("Accept-Encoding", "br"))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-Range", etag), ("Accept-Encoding", "gzip"))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-Range", $"W/{etag}"))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-Range", "\"another\""))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-Range", "Sat, 21 Nov 2026 00:00:00 GMT"))).ShouldBe(HttpStatusCode.OK);

        async Task<HttpStatusCode> Status(params (string, string)[] headers)
        {
            using var answer = await SendAsync(HttpMethod.Get, file.Path, [("Range", "bytes=0-9"), .. headers]);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Conditions_compare_etags_as_the_standard_says()
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        var etag = $"\"{file.Sha256}\"";
        (await Status(("If-None-Match", "*"))).ShouldBe(HttpStatusCode.NotModified);
        (await Status(("If-None-Match", $"W/{etag}"))).ShouldBe(HttpStatusCode.NotModified);
        (await Status(("If-None-Match", $"\"other\", {etag}"))).ShouldBe(HttpStatusCode.NotModified);
        (await Status(("If-None-Match", etag), ("Range", "bytes=0-1"))).ShouldBe(HttpStatusCode.NotModified);
        (await Status(("If-None-Match", "\"other\""))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-None-Match", file.Sha256))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-Match", etag))).ShouldBe(HttpStatusCode.OK);
        (await Status(("If-Match", "\"other\""))).ShouldBe(HttpStatusCode.PreconditionFailed);

        async Task<HttpStatusCode> Status(params (string, string)[] headers)
        {
            using var answer = await SendAsync(HttpMethod.Get, file.Path, headers);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("/pyodide/0.1.0/pyodide.mjs", "314.0.2")]
    [InlineData("/pyscript/0.7.31/", "0.7.31")]
    [InlineData("/pi/v2/package/py/requests/latest.json", "package index")]
    [InlineData("/github/micropython/micropython-lib/HEAD/x.py", "GitHub")]
    [InlineData("/refused/ruby/2.7.1", "Ruby")]
    [InlineData("/refused/lua/1.16.0", "Lua")]
    [InlineData("/refused/r/0.4.2", "Lua and R")]
    [InlineData("/", "2026.7.3")]
    [InlineData("/PYSCRIPT/0.7.31/core.js", "/pyscript/")]
    [InlineData("/pyscript/0.7.31/..%2f..%2fmanifests", "not on this runtime host")]
    public async Task What_is_not_there_is_404_with_the_reason_and_with_cors(string path, string reason)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain(reason);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        ShouldBeShared(answer);
    }

    [Fact]
    public async Task Another_method_is_405_and_a_preflight_is_granted()
    {
        using var post = await SendAsync(HttpMethod.Post, "/pyscript/0.7.31/core.js");
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        post.Content.Headers.Allow.ShouldBe(["GET", "HEAD", "OPTIONS"]);
        ShouldBeShared(post);

        using var preflight = await SendAsync(
            HttpMethod.Options, "/pyscript/0.7.31/core.js", ("Origin", "null"), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", "range"));
        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Methods").ShouldBe(["GET, HEAD, OPTIONS"]);
        preflight.Headers.GetValues("Access-Control-Allow-Headers").ShouldBe(["*"]);
        ShouldBeShared(preflight);
    }

    [Fact]
    public async Task A_form_is_made_fast_first_and_small_later_and_nothing_else_changes()
    {
        var file = host.Catalog.Find("/pyscript/0.7.18/core.css")!;
        using var first = await SendAsync(HttpMethod.Get, file.Path, ("Accept-Encoding", "br"));
        var fast = await first.Content.ReadAsByteArrayAsync(Cancellation);
        host.Encoded.IsBest(file, ContentCoding.Brotli).ShouldBeFalse();

        await host.Encoded.ImproveAsync(file, ContentCoding.Brotli, Cancellation);
        using var second = await SendAsync(HttpMethod.Get, file.Path, ("Accept-Encoding", "br"));
        var best = await second.Content.ReadAsByteArrayAsync(Cancellation);

        host.Encoded.IsBest(file, ContentCoding.Brotli).ShouldBeTrue();
        best.Length.ShouldBeLessThan(fast.Length);
        second.Headers.ETag.ShouldBe(first.Headers.ETag);
        (await DecodedAsync(second, best)).ShouldBe(await DecodedAsync(first, fast));
        Directory.GetFiles(host.EncodedFolder, $"{file.Sha256}*br*").Select(Path.GetFileName).ShouldBe([$"{file.Sha256}.br"]);
    }

    [Fact]
    public async Task A_form_that_was_deleted_behind_the_hubs_back_is_made_again()
    {
        var file = host.Catalog.Find("/pyscript/0.7.11/core.css")!;
        using var first = await SendAsync(HttpMethod.Get, file.Path, ("Accept-Encoding", "gzip"));
        foreach (var form in Directory.GetFiles(host.EncodedFolder, $"{file.Sha256}*.gz")) File.Delete(form);
        using var second = await SendAsync(HttpMethod.Get, file.Path, ("Accept-Encoding", "gzip"));
        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        second.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
    }

    [Fact]
    public async Task Where_no_form_can_be_written_the_file_itself_is_sent()
    {
        var file = host.Catalog.Find("/pyscript/0.7.31/core.css")!;
        EncodedAssets nowhere = new(host.Catalog, host.Catalog.LocationOf(file));
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using MemoryStream body = new();
            DefaultHttpContext context = new() { Request = { Method = "GET", Path = file.Path }, Response = { Body = body } };
            context.Request.Headers.AcceptEncoding = "br, gzip";
            await new RuntimeAssets(host.Catalog, nowhere).ServeAsync(context);
            context.Response.StatusCode.ShouldBe(StatusCodes.Status200OK);
            context.Response.Headers.ContentEncoding.ShouldBeEmpty();
            body.Length.ShouldBe(file.Length);
        }
    }

    private static void ShouldBeImmutableAndShared(HttpResponseMessage answer, RuntimeFile file)
    {
        answer.Headers.ETag.ShouldBe(new EntityTagHeaderValue($"\"{file.Sha256}\""), file.Path);
        answer.Headers.GetValues("Cache-Control").ShouldBe(["public, max-age=31536000, immutable"]);
        answer.Headers.GetValues("Vary").ShouldBe(["Accept-Encoding"]);
        ShouldBeShared(answer);
    }

    private static void ShouldBeShared(HttpResponseMessage answer)
    {
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    private static async Task<byte[]> DecodedAsync(HttpResponseMessage answer, byte[] body)
    {
        using MemoryStream source = new(body), target = new();
        await using Stream decoder = answer.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(source, CompressionMode.Decompress),
            "gzip" => new GZipStream(source, CompressionMode.Decompress),
            _ => source,
        };
        await decoder.CopyToAsync(target);
        return target.ToArray();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return await host.Client.SendAsync(request, Cancellation);
    }
}
