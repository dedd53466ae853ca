using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Pages;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>Wheels that administrators upload, and how the runtime host lists and serves them.</summary>
public sealed class PackageFileTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private const string Json = "application/vnd.pypi.simple.v1+json";
    private const string Html = "application/vnd.pypi.simple.v1+html";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task An_administrator_uploads_wheels_and_others_may_not()
    {
        var wheel = WheelBuilder.Simple("upload-parts", "1.0");
        var content = wheel.Build();
        (await UploadAsync(Hub.Client, (wheel.FileName, content))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await (await UploadAsync(await Hub.UserAsync("upload-person"), (wheel.FileName, content))).ProblemAsync(403, "forbidden");
        using var administrator = await Hub.UserAsync("upload-admin", isAdministrator: true);
        var added = (await (await UploadAsync(administrator, (wheel.FileName, content))).JsonAsync()).GetProperty("items").EnumerateArray().Single();
        (added.Text("package"), added.Text("version"), added.Text("sha256"), added.GetProperty("isNew").GetBoolean()).ShouldBe(("upload-parts", "1.0", Sha256(content), true));
        (await (await UploadAsync(administrator, (wheel.FileName, content))).JsonAsync()).GetProperty("items")[0].GetProperty("isNew").GetBoolean().ShouldBeFalse();
        var other = WheelBuilder.Simple("upload-parts", "1.0").File("upload_parts/more.py", "more = True\n");
        await (await UploadAsync(administrator, (other.FileName, other.Build()))).ProblemAsync(409, "file_exists");
    }

    [Fact]
    public async Task What_is_no_wheel_is_refused_with_its_reason_and_nothing_is_held()
    {
        using var administrator = await Hub.UserAsync("refuse-admin", isAdministrator: true);
        var right = WheelBuilder.Simple("refused", "1.0");
        async Task Refused(string name, byte[] content, string code, int status = 422) => await (await UploadAsync(administrator, (name, content))).ProblemAsync(status, code);
        await Refused("refused-1.0-py3-none-any.whl", "text"u8.ToArray(), "not_a_zip");
        await Refused("refused.txt", right.Build(), "bad_wheel_name");
        await Refused("other-1.0-py3-none-any.whl", right.Build(), "wheel_mismatch");
        await Refused("refused-1.0-cp314-cp314-win_amd64.whl", right.Build(), "unfit_wheel");
        await Refused(right.FileName, WheelBuilder.Simple("refused", "1.0").Record(record => record.Replace(",sha256=", ",sha256=AA", StringComparison.Ordinal)).Build(), "bad_record");
        await Refused(right.FileName, WheelBuilder.Simple("refused", "1.0").File("../evil.py", "").Build(), "path_traversal");
        await using var db = Hub.OpenDatabase();
        (await db.PackageFiles.CountAsync(file => file.Package == "refused", Cancellation)).ShouldBe(0);
        await (await administrator.PostAsync("/api/v1/packages/files", new StringContent("x"), Cancellation)).ProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public async Task The_page_takes_wheels_yanks_them_and_removes_what_no_page_needs()
    {
        using var administrator = await Hub.UserAsync("page-admin", isAdministrator: true);
        using var person = await Hub.UserAsync("page-person");
        (await person.GetAsync("/admin/packages", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var wheel = WheelBuilder.Simple("page-parts", "1.0");
        var content = wheel.Build();
        using var sent = await SendFilesAsync(administrator, (wheel.FileName, content), ("page_parts-2.0-py3-none-any.whl", [1, 2]));
        var html = await sent.Content.ReadAsStringAsync(Cancellation);
        sent.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, html);
        html.ShouldContain($"Held: {wheel.FileName}");
        html.ShouldContain("role=\"alert\"");

        (string, string)[] file = [("fileName", wheel.FileName), ("sha256", Sha256(content))];
        (await administrator.SendFormAsync("/admin/packages?q=page_parts", "Yank", [.. file, ("reason", "too slow")])).Leads().ShouldBe("/admin/packages");
        (await (await GetAsync("/simple/page-parts/", Json)).JsonAsync()).GetProperty("files")[0].Text("yanked").ShouldBe("too slow");
        (await administrator.PageAsync("/admin/packages?q=PAGE_parts")).ShouldContain("too slow");
        (await administrator.SendFormAsync("/admin/packages", "Restore", file)).Leads();
        (await (await GetAsync("/simple/page-parts/", Json)).JsonAsync()).GetProperty("files")[0].GetProperty("yanked").GetBoolean().ShouldBeFalse();

        await using var db = Hub.OpenDatabase();
        var hash = Domain.Projects.BlobHash.Of(content);
        var needed = new PackageLock(Sha256("lock of the page"u8.ToArray()), "2026.7.1", "{}", DateTimeOffset.UtcNow);
        db.AddRange(needed, new PackageLockBlob(needed.Id, hash));
        await db.SaveChangesAsync(Cancellation);
        (await administrator.SendFormAsync("/admin/packages", "Remove", file)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        db.Remove(needed);
        await db.SaveChangesAsync(Cancellation);
        (await administrator.SendFormAsync("/admin/packages", "Remove", file)).Leads();
        (await GetAsync("/simple/page-parts/", Json)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(null, "text/html; charset=utf-8")]
    [InlineData("*/*", "text/html; charset=utf-8")]
    [InlineData("text/*", "text/html; charset=utf-8")]
    [InlineData(Json, Json)]
    [InlineData("application/vnd.pypi.simple.latest+json", Json)]
    [InlineData("application/vnd.pypi.simple.latest+html", Html)]
    [InlineData(Json + ", " + Html + ";q=0.2, text/html;q=0.01", Json)]
    [InlineData(Json + ";q=0.1, " + Html + ";q=0.2", Html)]
    [InlineData("*/*;q=0.1, " + Json, Json)]
    [InlineData(Json + ";q=0, */*", "text/html; charset=utf-8")]
    [InlineData("application/json", null)]
    [InlineData("application/vnd.pypi.simple.v2+json", null)]
    public async Task A_page_comes_in_the_form_that_is_asked_for(string? accept, string? type)
    {
        await HoldAsync("formed", "1.0");
        foreach (var path in new[] { "/simple/", "/simple/formed/" })
        {
            using var answer = await GetAsync(path, accept);
            answer.StatusCode.ShouldBe(type is null ? HttpStatusCode.NotAcceptable : HttpStatusCode.OK);
            if (type is null) continue;
            answer.Content.Headers.ContentType!.ToString().ShouldBe(type);
            answer.Headers.Vary.ShouldContain("Accept");
            answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
            (await GetAsync(path, accept, ("If-None-Match", answer.Headers.ETag!.ToString()))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        }
    }

    [Fact]
    public async Task The_page_in_html_carries_what_the_standards_say_and_nothing_that_runs()
    {
        var sha256 = await HoldAsync("html-parts", "1.0+local.1", wheel => wheel.Python(">=3.9,<4"));
        using var answer = await GetAsync("/simple/html-parts/");
        var html = await answer.Content.ReadAsStringAsync(Cancellation);
        html.ShouldContain($"href=\"http://runtime.localhost:{Hub.Options.PublicUrl.Port}/packages/{sha256}/html_parts-1.0%2Blocal.1-py3-none-any.whl#sha256={sha256}\"");
        html.ShouldContain("data-requires-python=\"&gt;=3.9,&lt;4\"");
        html.ShouldContain("data-core-metadata=\"sha256=");
        html.ShouldContain("data-dist-info-metadata=\"sha256=");
        html.ShouldNotContain("data-yanked");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
        (await (await GetAsync("/simple/")).Content.ReadAsStringAsync(Cancellation)).ShouldContain("<a href=\"/simple/html-parts/\">html-parts</a>");
        // The file is found under the address that stands there.
        (await GetAsync($"/packages/{sha256}/html_parts-1.0%2Blocal.1-py3-none-any.whl")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/simple", "/simple/")]
    [InlineData("/simple/Some.Thing", "/simple/some-thing/")]
    [InlineData("/simple/some__thing/", "/simple/some-thing/")]
    [InlineData("/simple/some-thing", "/simple/some-thing/")]
    public async Task A_name_in_another_spelling_leads_to_its_normal_form(string path, string location)
    {
        using var answer = await GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.PermanentRedirect);
        answer.Headers.Location!.ToString().ShouldBe(location);
        answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    [Theory]
    [InlineData("/simple/n%C3%BCmpy/")]
    [InlineData("/simple/%D0%B0lpha/")]
    [InlineData("/simple/-numpy/")]
    [InlineData("/simple/%2e%2e%2fetc/")]
    [InlineData("/simple/..%2f..%2fetc%2fpasswd")]
    [InlineData("/simple/a%00b/")]
    [InlineData("/simple/numpy/x/")]
    [InlineData("/packages/abc/numpy-1.0-py3-none-any.whl")]
    [InlineData("/packages/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/numpy-1.0-py3-none-any.whl")]
    [InlineData("/packages/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/..%2fnumpy-1.0-py3-none-any.whl")]
    [InlineData("/packages/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/numpy-1.0-py3-none-any.whl.metadata")]
    [InlineData("/pi/v2/package/py/n%C3%BCmpy/latest.json")]
    public async Task A_name_that_is_none_is_not_found(string path)
    {
        using var answer = await GetAsync(path);
        ((int)answer.StatusCode).ShouldBeOneOf(400, 404);
        if (answer.StatusCode is HttpStatusCode.NotFound) answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
    }

    [Fact]
    public async Task A_name_of_a_thousand_characters_is_answered_in_a_sentence_and_one_of_ten_thousand_not_at_all()
    {
        using var answer = await GetAsync($"/simple/{new string('a', 1_000)}/");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Cancellation)).Length.ShouldBeLessThan(500);
        ((int)(await GetAsync($"/simple/{new string('a', 10_000)}/")).StatusCode).ShouldBeOneOf(404, 414);
    }

    [Fact]
    public async Task A_file_is_sent_in_parts_by_head_and_checked_by_its_hash()
    {
        var sha256 = await HoldAsync("ranged", "1.0");
        var path = $"/packages/{sha256}/ranged-1.0-py3-none-any.whl";
        var whole = await (await GetAsync(path)).Content.ReadAsByteArrayAsync(Cancellation);
        using var part = await GetAsync(path, null, ("Range", "bytes=2-9"));
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(whole[2..10]);
        (await GetAsync(path, null, ("Range", $"bytes={whole.Length}-"))).StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        (await GetAsync(path, null, ("If-None-Match", $"\"{sha256}\""))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using var head = await Hub.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Runtime(path)), Cancellation);
        head.Content.Headers.ContentLength.ShouldBe(whole.Length);
        using var preflight = await Hub.Client.SendAsync(new HttpRequestMessage(HttpMethod.Options, Runtime(path)), Cancellation);
        preflight.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await Hub.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, Runtime(path)), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);

        var damaged = await HoldAsync("damaged", "1.0");
        await using var db = Hub.OpenDatabase();
        await db.Database.ExecuteSqlAsync($"UPDATE blobs SET content = 'broken'::bytea WHERE hash = {Convert.FromHexString(damaged)}", Cancellation);
        using var broken = await GetAsync($"/packages/{damaged}/damaged-1.0-py3-none-any.whl");
        broken.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await broken.Content.ReadAsStringAsync(Cancellation)).ShouldContain("blob_corrupt");
        broken.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task The_hubs_own_address_of_the_index_leads_to_the_runtime_host()
    {
        using var answer = await Hub.Client.GetAsync("/simple/numpy/?x=1", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.PermanentRedirect);
        answer.Headers.Location!.ToString().ShouldBe($"http://runtime.localhost:{Hub.Options.PublicUrl.Port}/simple/numpy/?x=1");
        (await Hub.Client.GetAsync("/simple/", Cancellation)).Headers.Location!.ToString().ShouldBe($"http://runtime.localhost:{Hub.Options.PublicUrl.Port}/simple/");
    }

    private async Task<string> HoldAsync(string name, string version, Func<WheelBuilder, WheelBuilder>? change = null)
    {
        var wheel = WheelBuilder.Simple(name, version);
        wheel = change?.Invoke(wheel) ?? wheel;
        await using var db = Hub.OpenDatabase();
        if (await db.PackageFiles.Where(file => file.FileName == wheel.FileName).Select(file => (Domain.Projects.BlobHash?)file.Hash).SingleOrDefaultAsync(Cancellation) is { } held) return held.ToString();
        using var administrator = await Hub.UserAsync($"holds-{Guid.NewGuid():N}"[..20], isAdministrator: true);
        return (await (await UploadAsync(administrator, (wheel.FileName, wheel.Build()))).JsonAsync()).GetProperty("items")[0].Text("sha256");
    }

    private static Task<HttpResponseMessage> UploadAsync(HttpClient client, params (string Name, byte[] Content)[] files) =>
        client.PostAsync("/api/v1/packages/files", FormOf("file", files), Cancellation);

    private static MultipartFormDataContent FormOf(string field, (string Name, byte[] Content)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, content) in files) form.Add(new ByteArrayContent(content), field, name);
        return form;
    }

    private static async Task<HttpResponseMessage> SendFilesAsync(HttpClient client, params (string Name, byte[] Content)[] files)
    {
        using var opened = await client.GetAsync("/admin/packages", Cancellation);
        var form = FormOf("files", files);
        form.Add(new StringContent(PageClient.TokenOf(await opened.Content.ReadAsStringAsync(Cancellation))), "__RequestVerificationToken");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/packages") { Content = form };
        if (opened.Headers.TryGetValues("Set-Cookie", out var cookies)) request.Headers.Add("Cookie", cookies.Select(cookie => cookie.Split(';')[0]));
        return await client.SendAsync(request, Cancellation);
    }

    private string Runtime(string path) => $"http://runtime.localhost:{Hub.Options.PublicUrl.Port}{path}";

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Runtime(path));
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Hub.Client.SendAsync(request, Cancellation);
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
