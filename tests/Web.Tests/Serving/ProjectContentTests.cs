using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class ProjectContentTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private const string Page = """<script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script><script type="py" src="main.py"></script>""";
    private static int s_users;

    private HttpClient Visitor => shared.Hub.Client;

    [Fact]
    public async Task A_page_and_its_files_carry_the_headers_of_an_isolated_origin()
    {
        var url = await PublishedAsync(("index.html", Page), ("main.py", "print(1)"));
        foreach (var path in new[] { "", "main.py", "missing.txt" })
        {
            var headers = (await Visitor.GetAsync(url + path)).Headers;
            headers.GetValues("Cross-Origin-Opener-Policy").ShouldBe(["same-origin"]);
            headers.GetValues("Cross-Origin-Embedder-Policy").ShouldBe(["require-corp"]);
            headers.GetValues("Document-Isolation-Policy").ShouldBe(["isolate-and-require-corp"]);
            headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
            headers.GetValues("Origin-Agent-Cluster").ShouldBe(["?1"]);
            headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
            headers.GetValues("Permissions-Policy").Single().ShouldContain("camera=(self)");
            headers.GetValues("Content-Security-Policy").ShouldBe([$"frame-ancestors {shared.Hub.Url}"]);
        }
    }

    [Fact]
    public async Task Isolation_can_be_switched_off_and_embedding_on()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", Page));
        await (await ada.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { isolation = "off", embedding = "anyone" })).JsonAsync();
        var response = await Visitor.GetAsync(project.Text("contentUrl"));
        response.Headers.Contains("Cross-Origin-Embedder-Policy").ShouldBeFalse();
        response.Headers.Contains("Document-Isolation-Policy").ShouldBeFalse();
        response.Headers.GetValues("Content-Security-Policy").ShouldBe(["frame-ancestors *"]);
    }

    [Fact]
    public async Task A_page_is_led_to_the_hub_and_its_files_stay_byte_for_byte()
    {
        var python = "# ü\r\nurl = 'https://pyscript.net/releases/2026.7.3/core.js'\n";
        var url = await PublishedAsync(("index.html", Page), ("main.py", python), ("readme.html", "<p>https://pyscript.net/latest/core.js"));
        var page = await Visitor.GetStringAsync(url);
        page.ShouldContain($"""<script type="module" src="{Runtime}/""");
        page.ShouldNotContain("pyscript.net");
        page.ShouldContain("/.hub/storage.");
        (await Visitor.GetByteArrayAsync(url + "main.py")).ShouldBe(Encoding.UTF8.GetBytes(python));
        (await Visitor.GetStringAsync(url + "readme.html")).ShouldBe("<p>https://pyscript.net/latest/core.js");
    }

    [Fact]
    public async Task A_page_answers_304_until_it_is_published_anew_and_each_interpreter_has_a_tag_of_its_own()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", Page), ("main.py", "print(1)"));
        var url = project.Text("contentUrl");
        var tag = (await Visitor.GetAsync(url)).Headers.ETag!;
        (await ConditionalAsync(url, tag)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await Visitor.GetAsync(url + "?interpreter=micropython")).Headers.ETag.ShouldNotBe(tag);
        (await Visitor.GetAsync(url + "?interpreter=nonsense")).Headers.ETag.ShouldBe(tag);
        await (await ada.PutFileAsync(project.Text("id"), "index.html", Page + "<p>new", 1)).JsonAsync();
        (await ConditionalAsync(url, tag)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        await ada.PublishAsync(project.Text("id"));
        (await ConditionalAsync(url, tag)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_file_is_tagged_with_its_sha256_and_can_be_had_in_parts()
    {
        var url = await PublishedAsync(("index.html", Page), ("song.mp3", "0123456789"));
        var whole = await Visitor.GetAsync(url + "song.mp3");
        whole.Headers.ETag!.Tag.ShouldBe($"\"{BlobHash.Of("0123456789"u8)}\"");
        whole.Content.Headers.ContentType!.MediaType.ShouldBe("audio/mpeg");
        var request = new HttpRequestMessage(HttpMethod.Get, url + "song.mp3");
        request.Headers.Range = new RangeHeaderValue(2, 4);
        var part = await Visitor.SendAsync(request);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsStringAsync()).ShouldBe("234");
        var beyond = new HttpRequestMessage(HttpMethod.Get, url + "song.mp3");
        beyond.Headers.Range = new RangeHeaderValue(20, 30);
        (await Visitor.SendAsync(beyond)).StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        var head = await Visitor.SendAsync(new HttpRequestMessage(HttpMethod.Head, url + "song.mp3"));
        head.Content.Headers.ContentLength.ShouldBe(10);
    }

    [Fact]
    public async Task Folders_lead_to_their_index_and_a_project_without_one_to_its_first_page()
    {
        var url = await PublishedAsync(("index.html", "home"), ("docs/index.html", "docs"), ("ä b/index.html", "umlaut"));
        (await Visitor.GetStringAsync(url + "docs/")).ShouldBe("docs");
        (await Visitor.GetAsync(url + "docs?x=1")).Headers.Location!.OriginalString.ShouldBe("/docs/?x=1");
        (await Visitor.GetAsync(url + "%C3%A4%20b")).Headers.Location!.OriginalString.ShouldBe("/%C3%A4%20b/");
        var other = await PublishedAsync(("pages/start.html", "start"), ("z.txt", "z"));
        (await Visitor.GetAsync(other)).Headers.Location!.OriginalString.ShouldBe("/pages/start.html");
    }

    [Fact]
    public async Task A_folder_that_is_called_like_the_hubs_own_health_is_the_projects()
    {
        var url = await PublishedAsync(("index.html", "home"), ("health/index.html", "fit"));
        (await Visitor.GetStringAsync(url + "health/index.html")).ShouldBe("fit");
        (await Visitor.GetStringAsync(url + "health/")).ShouldBe("fit");
    }

    [Fact]
    public async Task A_page_that_would_cost_a_gigabyte_to_parse_is_served_as_it_is()
    {
        const string Core = """<script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script>""";
        var pages = new[]
        {
            Core + "<p>" + string.Concat(Enumerable.Range(0, 1200).Select(i => $"<b i={i}>")) + "</p>" + string.Concat(Enumerable.Repeat("<p>x", 1200)),
            Core + string.Concat(Enumerable.Repeat("<div>", 20_000)),
            Core + "<p " + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"a{i} ")) + ">",
        };
        var url = await PublishedAsync([("index.html", Page), .. pages.Select((page, i) => ($"{i}.html", page))]);
        for (var i = 0; i < pages.Length; i++) (await Visitor.GetStringAsync($"{url}{i}.html")).ShouldBe(pages[i]);
        (await Visitor.GetStringAsync(url)).ShouldContain(Runtime);
    }

    [Fact]
    public async Task A_missing_file_and_a_missing_project_have_a_page_that_says_so()
    {
        var url = await PublishedAsync(("index.html", Page));
        foreach (var address in new[] { url + "nothing.html", url + ".hub/nothing.js", $"http://nobody-here.localhost:{shared.Hub.Options.PublicUrl.Port}/" })
        {
            var response = await Visitor.GetAsync(address);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            response.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        }
    }

    [Fact]
    public async Task A_project_takes_nothing_and_knows_no_cookie_and_no_token()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", Page));
        var post = await Visitor.PostAsync(project.Text("contentUrl"), new StringContent("x"));
        post.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        var made = await ada.CreateAsync(new { name = "secret", visibility = "private", files = new Dictionary<string, string> { ["index.html"] = "secret" } });
        await ada.PublishAsync(made.Text("id"));
        await using var db = shared.Hub.OpenDatabase();
        var label = (await db.Projects.SingleAsync(p => p.Id == ProjectId.Parse(made.Text("id"), null))).Label;
        (await ada.GetAsync($"http://{label}.localhost:{shared.Hub.Options.PublicUrl.Port}/")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_was_taken_down_is_gone_and_takes_its_service_worker_with_it()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", Page), ("sw.js", "self.x = 1"));
        await using var db = shared.Hub.OpenDatabase();
        var row = await db.Projects.SingleAsync(p => p.Id == ProjectId.Parse(project.Text("id"), null));
        row.TakeDown(DateTimeOffset.UtcNow);
        await db.SaveChangesAsync();
        var url = project.Text("contentUrl");
        var gone = await Visitor.GetAsync(url);
        gone.StatusCode.ShouldBe(HttpStatusCode.Gone);
        gone.Headers.GetValues("Clear-Site-Data").ShouldBe(["\"storage\", \"cache\""]);
        var request = new HttpRequestMessage(HttpMethod.Get, url + "sw.js");
        request.Headers.Add("Service-Worker", "script");
        var worker = await Visitor.SendAsync(request);
        worker.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await worker.Content.ReadAsStringAsync()).ShouldContain("unregister");
        (await ada.PostAsync($"/api/v1/projects/{project.Text("id")}/publish", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_lapsed_preview_is_gone_and_comes_back_under_the_same_address()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync(new { name = "x", files = new Dictionary<string, string> { ["index.html"] = "draft" } })).Text("id");
        var url = (await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync()).Text("url");
        await using var db = shared.Hub.OpenDatabase();
        await db.ContentGrants.Where(g => g.ProjectId == ProjectId.Parse(id, null)).ExecuteUpdateAsync(set => set.SetProperty(g => g.ExpiresAt, DateTimeOffset.UtcNow.AddMinutes(-1)));
        (await Visitor.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync()).Text("url").ShouldBe(url);
        (await Visitor.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_pin_decides_at_once_and_publishing_again_does_not_undo_it()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", Page));
        var (id, url) = (project.Text("id"), project.Text("contentUrl"));
        (await Visitor.GetStringAsync(url)).ShouldContain("/pyscript/0.7.31/core.js");
        await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { runtimeRelease = "2024.1.1" })).JsonAsync();
        (await Visitor.GetStringAsync(url)).ShouldContain("/pyscript/0.3.14/core.js");
        (await ada.PublishAsync(id)).Text("runtimeRelease").ShouldBe("2024.1.1");
    }

    [Theory]
    [InlineData("https://pyscript.net/releases/2026.7.3/core.js", "0.7.31")]
    [InlineData("https://pyscript.net/releases/2024.1.1/core.js", "0.3.14")]
    [InlineData("https://pyscript.net/latest/core.js", "0.7.31")]
    [InlineData("https://pyscript.net/unstable/core.js", "0.7.31")]
    [InlineData("https://pyscript.net/releases/2026.1.1/core.js", "0.7.18")]
    [InlineData("https://pyscript.net/releases/2025.2.1/core.js", "0.7.11")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core", "0.7.31")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.11/dist/core.js", "0.7.11")]
    [InlineData("https://unpkg.com/@pyscript/core@0.7.12/dist/core.js", "0.7.18")]
    [InlineData("https://esm.run/@pyscript/core@^0.3.0", "0.3.14")]
    public async Task An_address_of_PyScript_leads_to_the_release_that_the_rule_says(string address, string core)
    {
        var url = await PublishedAsync(("index.html", $"""<script type="module" src="{address}"></script>"""));
        (await Visitor.GetStringAsync(url)).ShouldContain($"""<script type="module" src="{Runtime}/pyscript/{core}/core.js"></script>""");
    }

    private string Runtime => $"http://runtime.localhost:{shared.Hub.Options.PublicUrl.Port}";

    private async Task<HttpResponseMessage> ConditionalAsync(string url, EntityTagHeaderValue tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.IfNoneMatch.Add(tag);
        return await Visitor.SendAsync(request);
    }

    private async Task<string> PublishedAsync(params (string Path, string Text)[] files) =>
        (await (await UserAsync()).PublishedAsync(files)).Text("contentUrl");

    private Task<HttpClient> UserAsync() => shared.Hub.UserAsync($"user-c{Interlocked.Increment(ref s_users)}");
}
