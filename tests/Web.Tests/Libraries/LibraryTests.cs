using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Libraries;

public sealed class LibraryTests(LibraryStage stage) : IClassFixture<LibraryStage>
{
    private const string Core = """<script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script>""";

    private HttpClient Visitor => stage.Hub.Client;

    [Fact]
    public async Task Addresses_in_tags_modules_maps_styles_and_configs_lead_to_the_hub_and_stay_when_the_registry_is_gone()
    {
        var ada = await stage.UserAsync();
        var page = """
            <link rel="stylesheet" href="https://unpkg.com/classic@1/dist/classic.css" integrity="sha384-x" crossorigin>
            <script src="https://cdn.jsdelivr.net/npm/classic@1" integrity="sha384-y"></script>
            <script type="importmap">{"imports": {"scene": "https:\/\/esm.run\/scene", "scene/addons/": "https://cdn.jsdelivr.net/npm/scene@0.5/addons/"}}</script>
            <script type="module">import "https://esm.sh/v135/scene@0.5.1/tools?bundle";</script>
            CORE
            <py-config>{"js_modules": {"main": {"https://cdn.jsdelivr.net/npm/@maths/vectors@2/+esm": "vectors"}}}</py-config>
            <script type="mpy" src="main.py" config='{"js_modules": {"main": {"https://esm.run/scene@0.5": "scene"}}}'></script>
            """.Replace("CORE", Core, StringComparison.Ordinal);
        var config = "name = \"x\" # \"https://esm.run/scene\"\n[js_modules.main]\n\"https://esm.run/scene@0.5.1\" = \"scene\"\n";
        var data = """{"from": "https://esm.run/scene"}""";
        var project = await ada.PublishedAsync(
            ("index.html", page), ("main.py", "url = 'https://esm.run/scene'"), ("app.mjs", "import a from 'https://cdn.jsdelivr.net/npm/scene/+esm'"),
            ("style.css", "@import url(https://unpkg.com/classic@1.9.3/dist/classic.css);"), ("pyscript.toml", config), ("data.json", data));
        var url = project.Text("contentUrl");

        var served = await Visitor.GetStringAsync(url);
        served.ShouldContain($"""href="{stage.Runtime}/npm/classic@1.9.3/dist/classic.css"  crossorigin>""");
        served.ShouldContain($"""<script src="{stage.Runtime}/npm/classic@1.9.3/dist/classic.min.js" ></script>""");
        served.ShouldContain($"\"scene\": \"{stage.Runtime}/npm/scene@0.5.1/+esm\"");
        served.ShouldContain($"\"scene/addons/\": \"{stage.Runtime}/npm/scene@0.5.1/addons/\"");
        served.ShouldContain($"import \"{stage.Runtime}/npm/scene@0.5.1/tools/+esm\"");
        served.ShouldContain($"{{\"{stage.Runtime}/npm/@maths/vectors@2.4.0/+esm\": \"vectors\"}}");
        served.ShouldContain($"{{\"{stage.Runtime}/npm/scene@0.5.1/+esm\": \"scene\"}}");
        foreach (var host in new[] { "jsdelivr", "unpkg", "esm.run", "esm.sh" }) served.ShouldNotContain(host);
        (await Visitor.GetStringAsync(url + "app.mjs")).ShouldBe($"import a from '{stage.Runtime}/npm/scene@0.5.1/+esm'");
        (await Visitor.GetStringAsync(url + "style.css")).ShouldBe($"@import url({stage.Runtime}/npm/classic@1.9.3/dist/classic.css);");
        (await Visitor.GetStringAsync(url + "pyscript.toml")).ShouldBe($"name = \"x\" # \"https://esm.run/scene\"\n[js_modules.main]\n\"{stage.Runtime}/npm/scene@0.5.1/+esm\" = \"scene\"\n");
        (await Visitor.GetStringAsync(url + "data.json")).ShouldBe(data);
        (await Visitor.GetStringAsync(url + "main.py")).ShouldBe("url = 'https://esm.run/scene'");

        // Another node, which has never asked a registry and has none.
        await using var other = await HubServer.StartAsync(connectionString: stage.Hub.ConnectionString, configure: options => options with { PublicUrl = new Uri($"http://localhost:{HubClients.FreePort()}") });
        var label = new Uri(url).Host;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Host = $"{label}:{other.Options.PublicUrl.Port}";
        var there = await (await other.Client.SendAsync(request)).Content.ReadAsStringAsync();
        there.ShouldContain("/npm/scene@0.5.1/tools/+esm");
        (await GetAsync(other, "/npm/scene@0.5.1/+esm")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_module_is_one_file_with_what_it_needs_in_the_form_for_browsers_and_production()
    {
        var ada = await stage.UserAsync();
        await ada.PublishedAsync(("index.html", """
            <script type="module">
            import "https://esm.run/scene"; import "https://esm.run/scene/tools"; import "https://esm.run/scene/addons/orbit.js";
            import "https://esm.run/scene/src/hidden.js"; import "https://esm.run/@maths/vectors@2";
            </script>
            """));
        var scene = await ModuleAsync("/npm/scene@0.5.1/+esm");
        scene.ShouldContain("Math.hypot");
        scene.ShouldNotContain("development");
        scene.ShouldContain("sceneLength");
        (await ModuleAsync("/npm/scene@0.5.1/tools/+esm")).ShouldContain("production");
        (await ModuleAsync("/npm/scene@0.5.1/addons/orbit.js/+esm")).ShouldContain("Math.hypot");
        (await ModuleAsync("/npm/scene@0.5.1/src/hidden.js/+esm")).ShouldContain("hidden-part");
        // CommonJS: the names that it assigns are exported, and the whole as default.
        var vectors = await ModuleAsync("/npm/@maths/vectors@2.4.0/+esm");
        foreach (var name in new[] { "length", "unit", "default" }) vectors.ShouldMatch($@"export\s*\{{[^}}]*\b{name}\b");
    }

    [Fact]
    public async Task A_file_is_served_to_every_origin_for_ever_with_ranges_tags_and_codings()
    {
        var ada = await stage.UserAsync();
        await ada.PublishedAsync(("index.html", """<script src="https://unpkg.com/classic@1.9.3"></script>"""));
        var response = await GetAsync(stage.Hub, "/npm/classic@1.9.3/dist/classic.js");
        var bytes = await response.Content.ReadAsByteArrayAsync();
        response.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        response.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
        response.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.ETag!.Tag.ShouldBe($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"");
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");

        (await GetAsync(stage.Hub, "/npm/classic@1.9.3/dist/classic.js", request => request.Headers.IfNoneMatch.Add(response.Headers.ETag))).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        var part = await GetAsync(stage.Hub, "/npm/classic@1.9.3/dist/classic.js", request => request.Headers.Range = new RangeHeaderValue(2, 5));
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync()).ShouldBe(bytes[2..6]);
        var head = await GetAsync(stage.Hub, "/npm/classic@1.9.3/dist/classic.js", request => request.Method = HttpMethod.Head);
        (head.StatusCode, head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.OK, bytes.Length, 0));
        (await GetAsync(stage.Hub, "/npm/classic@1.9.3/dist/img/dot.png")).Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
    }

    [Theory]
    [InlineData("/npm/nothing@1.0.0/index.js", "npm add nothing@1.0.0")]
    [InlineData("/npm/classic@1.9.3/dist/none.js", "classic@1.9.3 has no dist/none.js")]
    [InlineData("/npm/classic@1.9.3/none.js/+esm", "No module was made")]
    [InlineData("/npm/classic", "with the whole version")]
    public async Task What_is_not_there_is_answered_with_what_to_do(string path, string reason)
    {
        var ada = await stage.UserAsync();
        await ada.PublishedAsync(("index.html", """<script src="https://unpkg.com/classic@1.9.3"></script>"""));
        var response = await GetAsync(stage.Hub, path);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await response.Content.ReadAsStringAsync()).ShouldContain(reason);
    }

    [Fact]
    public async Task What_cannot_be_served_stays_as_it_is_and_the_projects_page_says_so()
    {
        var ada = await stage.UserAsync();
        var page = """
            <script src="https://cdn.jsdelivr.net/npm/unheard-of@1/x.js" integrity="sha384-a"></script>
            <script src="https://cdn.jsdelivr.net/combine/npm/classic@1,npm/scene"></script>
            <script src="https://unpkg.com/classic@1/none.js"></script><script src="https://unpkg.com/classic@7"></script>
            """;
        var project = await ada.PublishedAsync(("index.html", page));
        (await Visitor.GetStringAsync(project.Text("contentUrl"))).ShouldBe(page);
        var shown = WebUtility.HtmlDecode(await Visitor.GetStringAsync(project.Text("url")));
        shown.ShouldContain("https://cdn.jsdelivr.net/npm/unheard-of@1/x.js");
        shown.ShouldContain("has no package unheard-of");
        shown.ShouldContain("joins several files");
        shown.ShouldContain("classic@1.9.3 has no none.js");
        shown.ShouldContain("has no version of classic that is 7");
    }

    [Fact]
    public async Task A_publication_keeps_its_versions_until_it_is_published_again()
    {
        stage.Registry.Add("growing", "1.0.0", "", ("index.js", "1"));
        var ada = await stage.UserAsync();
        var project = await ada.PublishedAsync(("index.html", """<script src="https://unpkg.com/growing"></script>"""));
        stage.Registry.Add("growing", "1.1.0", "", ("index.js", "2"));
        (await Visitor.GetStringAsync(project.Text("contentUrl"))).ShouldContain("/npm/growing@1.0.0/index.js");
        await ada.PublishAsync(project.Text("id"));
        (await Visitor.GetStringAsync(project.Text("contentUrl"))).ShouldContain("/npm/growing@1.1.0/index.js");
    }

    [Fact]
    public async Task A_draft_is_shown_with_its_libraries()
    {
        stage.Registry.Add("sketched", "1.0.0", "", ("index.js", "1"));
        var ada = await stage.UserAsync();
        var project = await (await ada.ImportAsync(Zip.Of(("index.html", """<script src="https://unpkg.com/sketched"></script>""")))).JsonAsync(HttpStatusCode.Created);
        var grant = await (await ada.PostAsync($"/api/v1/projects/{project.Text("id")}/grants", null)).JsonAsync();
        (await Visitor.GetStringAsync(grant.Text("url"))).ShouldContain("/npm/sketched@1.0.0/index.js");
    }

    private async Task<string> ModuleAsync(string path)
    {
        var response = await GetAsync(stage.Hub, path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> GetAsync(HubServer hub, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, hub.Url.Replace("//", "//runtime.", StringComparison.Ordinal) + path);
        change?.Invoke(request);
        return await hub.Client.SendAsync(request);
    }
}
