using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Infrastructure.Fetching;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Serving;

/// <summary>The package index of the runtime host, with an upstream on loopback behind it.</summary>
public sealed class UpstreamIndexTests
{
    private const string Json = "application/vnd.pypi.simple.v1+json";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_of_an_upstream_is_listed_with_the_hubs_address_fetched_once_and_served_when_the_upstream_is_gone()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        var wheel = WheelBuilder.Simple("tiny-parts", "1.0", "other>=2");
        var sha256 = upstream.Add(wheel);
        await using var hub = await StartAsync(upstream);

        var page = await PageAsync(hub, "/simple/tiny-parts/");
        var file = page.GetProperty("files").EnumerateArray().Single();
        var url = file.Text("url");
        url.ShouldBe($"http://runtime.localhost:{hub.Options.PublicUrl.Port}/packages/{sha256}/tiny_parts-1.0-py3-none-any.whl");
        file.GetProperty("hashes").Text("sha256").ShouldBe(sha256);
        page.GetProperty("versions").EnumerateArray().Select(version => version.GetString()).ShouldBe(["1.0"]);

        // A class asks at once.
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => GetAsync(hub, new Uri(url).AbsolutePath)));
        foreach (var answer in answers)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var content = await answer.Content.ReadAsByteArrayAsync(Cancellation);
            Convert.ToHexStringLower(SHA256.HashData(content)).ShouldBe(sha256);
            ShouldBeShared(answer);
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
            answer.Headers.ETag!.Tag.ShouldBe($"\"{sha256}\"");
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/zip");
        }
        upstream.Asked.Count(path => path.EndsWith(".whl", StringComparison.Ordinal)).ShouldBe(1);

        await upstream.StopAsync();
        (await GetAsync(hub, new Uri(url).AbsolutePath)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var metadata = await GetAsync(hub, new Uri(url).AbsolutePath + ".metadata");
        (await metadata.Content.ReadAsStringAsync(Cancellation)).ShouldContain("Requires-Dist: other>=2");
        // The page too, and it is the held file that it lists now.
        (await PageAsync(hub, "/simple/tiny-parts/")).GetProperty("files").EnumerateArray().Single().GetProperty("core-metadata").ValueKind.ShouldBe(JsonValueKind.Object);
    }

    [Fact]
    public async Task Pages_in_html_are_read_too_and_what_no_interpreter_takes_is_left_out()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.IsHtml = true;
        upstream.HasMetadata = false;
        upstream.Add(WheelBuilder.Simple("parts", "1.0"), yanked: "broken");
        upstream.Add(WheelBuilder.Simple("parts", "2.0"));
        var linux = WheelBuilder.Simple("parts", "3.0").Tag("cp314-cp314-manylinux_2_28_x86_64");
        var sha256 = upstream.Add(linux);
        upstream.Add(WheelBuilder.Simple("parts", "4.0"), listedAs: "");
        await using var hub = await StartAsync(upstream);

        var files = (await PageAsync(hub, "/simple/parts/")).GetProperty("files").EnumerateArray().ToList();
        files.Select(file => file.Text("filename")).ShouldBe(["parts-1.0-py3-none-any.whl", "parts-2.0-py3-none-any.whl"]);
        files[0].Text("yanked").ShouldBe("broken");
        files[1].GetProperty("yanked").GetBoolean().ShouldBeFalse();
        // Metadata that the upstream does not offer are read in the wheel.
        var metadata = await GetAsync(hub, new Uri(files[1].Text("url")).AbsolutePath + ".metadata");
        (await metadata.Content.ReadAsStringAsync(Cancellation)).ShouldContain("Name: parts\nVersion: 2.0");
        // Who knows a hash does not fill the hub with what nobody here can use.
        var unfit = await GetAsync(hub, $"/packages/{sha256}/{linux.FileName}");
        unfit.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_page_is_asked_for_again_after_ten_minutes_and_is_served_stale_while_the_upstream_is_away()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Add(WheelBuilder.Simple("parts", "1.0"));
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await StartAsync(upstream, clock: clock);

        await PageAsync(hub, "/simple/parts/");
        upstream.Add(WheelBuilder.Simple("parts", "1.1"));
        (await VersionsAsync(hub)).ShouldBe(["1.0"]);
        clock.Advance(TimeSpan.FromMinutes(11));
        (await VersionsAsync(hub)).ShouldBe(["1.0", "1.1"]);
        clock.Advance(TimeSpan.FromMinutes(11));
        (await VersionsAsync(hub)).ShouldBe(["1.0", "1.1"]);
        upstream.Asked.Count(path => path == "/simple/parts/").ShouldBe(3);

        (await GetAsync(hub, "/simple/unknown/")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await GetAsync(hub, "/simple/unknown/")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        upstream.Asked.Count(path => path == "/simple/unknown/").ShouldBe(1);

        await upstream.StopAsync();
        clock.Advance(TimeSpan.FromMinutes(11));
        (await VersionsAsync(hub)).ShouldBe(["1.0", "1.1"]);
        var other = await GetAsync(hub, "/simple/other/");
        other.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await other.Content.ReadAsStringAsync(Cancellation)).ShouldContain("127.0.0.1");
    }

    [Fact]
    public async Task A_file_with_another_hash_than_its_page_says_is_not_kept()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Add(WheelBuilder.Simple("parts", "1.0"), listedAs: new string('a', 64));
        await using var hub = await StartAsync(upstream);

        await PageAsync(hub, "/simple/parts/");
        var answer = await GetAsync(hub, $"/packages/{new string('a', 64)}/parts-1.0-py3-none-any.whl");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("wrong_hash");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        await using var db = hub.OpenDatabase();
        (await db.PackageFiles.CountAsync(Cancellation)).ShouldBe(0);
        (await db.Blobs.CountAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task A_changed_file_is_put_aside_and_the_held_one_goes_on()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        var sha256 = upstream.Add(WheelBuilder.Simple("parts", "1.0"));
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await StartAsync(upstream, clock: clock);
        var path = $"/packages/{sha256}/parts-1.0-py3-none-any.whl";
        await PageAsync(hub, "/simple/parts/");
        (await GetAsync(hub, path)).StatusCode.ShouldBe(HttpStatusCode.OK);

        upstream.Remove("parts");
        var changed = upstream.Add(WheelBuilder.Simple("parts", "1.0").File("parts/evil.py", "print('changed')\n"));
        clock.Advance(TimeSpan.FromMinutes(11));
        var listed = (await PageAsync(hub, "/simple/parts/")).GetProperty("files").EnumerateArray().Single();
        listed.GetProperty("hashes").Text("sha256").ShouldBe(sha256);
        (await GetAsync(hub, path)).StatusCode.ShouldBe(HttpStatusCode.OK);
        // Asked for by its own hash, it is refused all the same.
        (await GetAsync(hub, $"/packages/{changed}/parts-1.0-py3-none-any.whl")).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        await using var db = hub.OpenDatabase();
        var aside = await db.QuarantinedFiles.SingleAsync(Cancellation);
        (aside.FileName, aside.Hash.ToString(), aside.KeptHash.ToString()).ShouldBe(("parts-1.0-py3-none-any.whl", changed, sha256));
        (await db.PackageFiles.CountAsync(Cancellation)).ShouldBe(1);
    }

    [Theory]
    [InlineData("application/vnd.pypi.simple.v1+json", "{")]
    [InlineData("application/vnd.pypi.simple.v1+json", "[]")]
    [InlineData("application/vnd.pypi.simple.v1+json", """{"meta": {"api-version": "2.0"}, "files": []}""")]
    [InlineData("application/vnd.pypi.simple.v1+json", """{"meta": {"api-version": "1.0"}, "files": 7}""")]
    [InlineData("text/html", "<title>Sign in</title><a href='/login'>Sign in to the proxy</a>")]
    [InlineData("image/png", "PNG")]
    public async Task A_page_that_is_none_is_said_to_be_none(string type, string body)
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Instead("/simple/parts/", Encoding.UTF8.GetBytes(body), type);
        await using var hub = await StartAsync(upstream);
        var answer = await GetAsync(hub, "/simple/parts/");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("no page of a package index");
    }

    [Theory]
    [InlineData("500")]
    [InlineData("elsewhere")]
    [InlineData("metadata-service")]
    [InlineData("circle")]
    [InlineData("endless")]
    [InlineData("silent")]
    public async Task An_upstream_that_misbehaves_costs_an_answer_with_a_reason_and_no_more(string how)
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        await using var elsewhere = await LoopbackIndex.StartAsync();
        elsewhere.Add(WheelBuilder.Simple("parts", "1.0"));
        upstream.Instead("/simple/parts/", async context =>
        {
            switch (how)
            {
                case "500":
                    context.Response.StatusCode = 500;
                    break;
                case "elsewhere":
                    // A port that nobody named, on a host that somebody did.
                    context.Response.Redirect(new Uri(elsewhere.Index, "parts/").AbsoluteUri);
                    break;
                case "metadata-service":
                    context.Response.Redirect("http://169.254.169.254/latest/meta-data/");
                    break;
                case "circle":
                    context.Response.Redirect("/simple/parts/");
                    break;
                case "endless":
                    context.Response.ContentType = Json;
                    var block = new byte[1024 * 1024];
                    while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(block, context.RequestAborted);
                    break;
                default:
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                    break;
            }
        });
        await using var hub = await StartAsync(upstream, patience: TimeSpan.FromSeconds(2));
        var answer = await GetAsync(hub, "/simple/parts/");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        ShouldBeShared(answer);
        var why = await answer.Content.ReadAsStringAsync(Cancellation);
        why.ShouldContain(how switch
        {
            "500" => "answered 500",
            "elsewhere" or "metadata-service" => "is no upstream of this hub",
            "circle" => "leads on and on",
            "endless" => "larger than the limit",
            _ => "did not answer within 2 s",
        });
        elsewhere.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_wheel_that_is_none_is_not_kept_although_its_hash_is_right()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        var sha256 = upstream.Add(WheelBuilder.Simple("parts", "1.0").Record(record => record.Replace("sha256=", "sha256=AAAA", StringComparison.Ordinal)));
        await using var hub = await StartAsync(upstream);
        await PageAsync(hub, "/simple/parts/");
        var answer = await GetAsync(hub, $"/packages/{sha256}/parts-1.0-py3-none-any.whl");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("bad_record");
    }

    [Fact]
    public async Task Two_nodes_fetch_a_file_once()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        var sha256 = upstream.Add(WheelBuilder.Simple("parts", "1.0"));
        await using var one = await StartAsync(upstream);
        await using var other = await StartAsync(upstream, connectionString: one.ConnectionString);
        await PageAsync(one, "/simple/parts/");
        var path = $"/packages/{sha256}/parts-1.0-py3-none-any.whl";
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => GetAsync(i % 2 == 0 ? one : other, path)));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        upstream.Asked.Count(asked => asked.EndsWith(".whl", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task The_index_of_micropython_is_pulled_through_checked_by_the_hash_in_its_paths_and_served_when_the_upstream_is_gone()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        var module = Encoding.UTF8.GetBytes("def greet():\n    return 'Grüße'\n");
        var hash = Convert.ToHexStringLower(SHA256.HashData(module))[..8];
        upstream.Instead("/pi/v2/package/py/greeting/latest.json", Encoding.UTF8.GetBytes($$"""{"v": 1, "version": "0.1", "hashes": [["greeting.py", "{{hash}}"]]}"""));
        upstream.Instead($"/pi/v2/file/{hash[..2]}/{hash}", module);
        upstream.Instead("/pi/v2/file/aa/aaaaaaaa", module);
        upstream.Instead("/pi/v2/package/py/broken/latest.json", "<html>"u8.ToArray());
        await using var hub = await StartAsync(upstream, mip: true);

        async Task<HttpResponseMessage> FileAsync(string path, HttpStatusCode expected)
        {
            var answer = await GetAsync(hub, $"/pi/v2/{path}");
            answer.StatusCode.ShouldBe(expected, await answer.Content.ReadAsStringAsync(Cancellation));
            ShouldBeShared(answer);
            return answer;
        }
        var package = await FileAsync("package/py/greeting/latest.json", HttpStatusCode.OK);
        package.Headers.CacheControl!.NoCache.ShouldBeTrue();
        var file = await FileAsync($"file/{hash[..2]}/{hash}", HttpStatusCode.OK);
        (await file.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(module);
        file.Headers.CacheControl!.ToString().ShouldContain("immutable");
        (await (await FileAsync("file/aa/aaaaaaaa", HttpStatusCode.BadGateway)).Content.ReadAsStringAsync(Cancellation)).ShouldContain("does not begin with aaaaaaaa");
        await FileAsync("package/py/broken/latest.json", HttpStatusCode.BadGateway);
        await FileAsync("package/py/missing/latest.json", HttpStatusCode.NotFound);
        var before = upstream.Asked.Count;
        foreach (var path in new[] { "file/ab/cdefabcd", "file/aa/aa", "package/py/..%2f..%2fsecret/latest.json", "package/py/gr%C3%BC%C3%9Fe/latest.json", "other.json", "" }) await FileAsync(path, HttpStatusCode.NotFound);
        upstream.Asked.Count.ShouldBe(before);

        await upstream.StopAsync();
        await FileAsync("package/py/greeting/latest.json", HttpStatusCode.OK);
        await FileAsync($"file/{hash[..2]}/{hash}", HttpStatusCode.OK);
    }

    private static Task<HubServer> StartAsync(
        LoopbackIndex upstream, TimeProvider? clock = null, TimeSpan? patience = null, string? connectionString = null, bool mip = false) => HubServer.StartAsync(
        options => options with { Packages = new PackageOptions { Upstreams = [upstream.Index], MipIndex = mip ? upstream.Mip : null } },
        connectionString: connectionString,
        services: services =>
        {
            if (clock is not null) services.AddSingleton(clock);
            if (patience is { } short_) services.AddSingleton(new UpstreamFetch([upstream.Index], [], short_));
        });

    private static async Task<HttpResponseMessage> GetAsync(HubServer hub, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://runtime.localhost:{hub.Options.PublicUrl.Port}{path}");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await hub.Client.SendAsync(request, Cancellation);
    }

    private static async Task<JsonElement> PageAsync(HubServer hub, string path)
    {
        var answer = await GetAsync(hub, path, Json);
        var page = await answer.JsonAsync();
        answer.Content.Headers.ContentType!.ToString().ShouldBe(Json);
        answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
        ShouldBeShared(answer);
        return page;
    }

    private static async Task<IEnumerable<string?>> VersionsAsync(HubServer hub) =>
        (await PageAsync(hub, "/simple/parts/")).GetProperty("versions").EnumerateArray().Select(version => version.GetString());

    private static void ShouldBeShared(HttpResponseMessage answer)
    {
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
    }
}
