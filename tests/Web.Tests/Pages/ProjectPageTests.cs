using System.Net;
using System.Net.Http.Json;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

public sealed class ProjectPageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private const string Frame = "sandbox=\"allow-scripts allow-same-origin allow-forms allow-modals allow-popups "
        + "allow-popups-to-escape-sandbox allow-pointer-lock allow-downloads\"\n        allow=\"cross-origin-isolated; fullscreen; autoplay; clipboard-write\"";

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_published_project_stands_in_a_frame_on_its_own_origin()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(("index.html", "<h1>Hi</h1>"));
        using var response = await Hub.Client.GetAsync(project.PagePath());
        var html = await response.Content.ReadAsStringAsync();
        html.ShouldContain($"<iframe src=\"{project.Text("contentUrl")}\"");
        html.ShouldContain(Frame);
        html.ShouldContain(project.Text("shortUrl"));
        html.ShouldContain("PyScript 2026.7.3");
        html.ShouldNotContain("camera");
        response.Headers.GetValues("Cross-Origin-Opener-Policy").ShouldBe(["same-origin"]);
        response.Headers.GetValues("Cross-Origin-Embedder-Policy").ShouldBe(["require-corp"]);
    }

    [Fact]
    public async Task A_page_whose_project_is_not_isolated_is_not_isolated_either()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(("index.html", "<h1>Hi</h1>"));
        (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { isolation = "off" })).EnsureSuccessStatusCode();
        using var response = await Hub.Client.GetAsync(project.PagePath());
        (await response.Content.ReadAsStringAsync()).ShouldContain("<iframe");
        response.Headers.Contains("Cross-Origin-Embedder-Policy").ShouldBeFalse();
        response.Headers.Contains("Cross-Origin-Opener-Policy").ShouldBeFalse();
    }

    [Theory]
    [InlineData("pyodide", "?interpreter=pyodide")]
    [InlineData("micropython", "?interpreter=micropython")]
    [InlineData("\"><script>", "")]
    public async Task The_interpreter_is_handed_on_to_the_frame_if_it_is_one(string interpreter, string expected)
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(("index.html", "<h1>Hi</h1>"));
        var html = await Hub.Client.PageAsync($"{project.PagePath()}?interpreter={Uri.EscapeDataString(interpreter)}");
        html.ShouldContain($"<iframe src=\"{project.Text("contentUrl")}{expected}\"");
        html.ShouldNotContain("\"><script>");
    }

    [Fact]
    public async Task A_name_with_HTML_in_it_is_shown_as_text()
    {
        const string name = "<img src=x onerror=alert(1)> \"quoted\" '&amp;";
        var owner = await Hub.UserAsync(Name());
        var project = await owner.CreateAsync(new { name, visibility = "public", files = new Dictionary<string, string> { ["index.html"] = "x" } });
        await owner.PublishAsync(project.Text("id"));
        foreach (var path in new[] { "/", project.PagePath(), $"{project.PagePath()}/edit", $"/@{project.Text("owner")}", $"/?q={Uri.EscapeDataString(name)}" })
        {
            var html = await owner.PageAsync(path);
            html.ShouldContain("&lt;img src=x onerror=alert(1)&gt;", customMessage: path);
            html.ShouldNotContain("<img");
        }
    }

    [Fact]
    public async Task What_is_not_shared_looks_like_nothing_at_all()
    {
        var owner = await Hub.UserAsync(Name());
        var stranger = await Hub.UserAsync(Name());
        var draft = await owner.CreateAsync(new { name = "Secret plan", template = "hello" });
        var nothing = await stranger.PageAsync("/@nobody/nothing", HttpStatusCode.NotFound);
        foreach (var path in new[] { draft.PagePath(), $"{draft.PagePath()}/edit", $"/s/{draft.Text("shortUrl").Split('/')[^1]}", $"/@{draft.Text("owner")}" })
        {
            var html = await stranger.PageAsync(path, HttpStatusCode.NotFound);
            html.ShouldNotContain("Secret plan");
            WithoutNonce(html).ShouldBe(WithoutNonce(nothing));
        }
    }

    [Fact]
    public async Task The_short_address_leads_to_the_project()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(("index.html", "<h1>Hi</h1>"));
        var code = project.Text("shortUrl").Split('/')[^1];
        (await Hub.Client.GetAsync($"/s/{code}")).Leads().ShouldBe(project.PagePath());
        (await Hub.Client.GetAsync($"/s/{code.ToUpperInvariant()}")).Leads().ShouldBe(project.PagePath());
    }

    [Fact]
    public async Task Codes_cannot_be_searched_for_by_one_address_nor_by_all_of_a_network_of_IPv6()
    {
        await using var hub = await HubServer.StartAsync(options => options with { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("::1/128")] });
        Task<HttpResponseMessage> AskAsync(string code, int host)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"/s/{code}");
            request.Headers.Add("X-Forwarded-For", $"2001:db8::{host:x}");
            return hub.Client.SendAsync(request);
        }
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 130; i++) statuses.Add((await AskAsync($"nothing{i}", i + 1)).StatusCode);
        statuses[0].ShouldBe(HttpStatusCode.NotFound);
        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
        using var busy = await AskAsync("another", 1_000);
        busy.Headers.RetryAfter.ShouldNotBeNull();
        busy.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
    }

    [Fact]
    public async Task An_old_address_leads_to_the_new_one()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.CreateAsync(new { name = "First", visibility = "public", template = "hello" });
        await owner.PublishAsync(project.Text("id"));
        (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { slug = "second" })).EnsureSuccessStatusCode();
        (await Hub.Client.GetAsync($"{project.PagePath()}?interpreter=pyodide")).Leads().ShouldBe($"/@{project.Text("owner")}/second?interpreter=pyodide");
    }

    [Fact]
    public async Task Looking_at_a_page_changes_nothing_and_the_draft_has_an_address_only_after_it_was_asked_for()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.CreateAsync(new { name = "Draft", template = "hello" });
        (await owner.PageAsync(project.PagePath())).ShouldNotContain("<iframe");
        (await owner.PageAsync(project.PagePath())).ShouldContain("handler=Preview");
        using var asked = await owner.SendFormAsync(project.PagePath(), "Preview");
        var html = await owner.PageAsync(asked.Leads());
        html.ShouldContain("<iframe src=\"http://");
        html.ShouldNotContain(Hub.Url + "/@draft");
    }

    [Fact]
    public async Task A_form_without_the_antiforgery_token_is_refused()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(("index.html", "<h1>Hi</h1>"));
        using var response = await owner.PostAsync($"{project.PagePath()}?handler=Unpublish", new FormUrlEncodedContent([]));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Hub.Client.PageAsync(project.PagePath())).ShouldContain("<iframe");
    }

    [Fact]
    public async Task Publishing_and_taking_back_work_from_the_page()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.CreateAsync(new { name = "Lesson", template = "quiz" });
        (await owner.PageAsync(project.PagePath())).ShouldContain("name=\"revision\" value=\"1\"");
        // Somebody else saves while the page is looked at: what was seen is published.
        await (await owner.PutFileAsync(project.Text("id"), "later.html", "<p>", 1)).JsonAsync();
        (await owner.SendFormAsync(project.PagePath(), "Publish", ("revision", "1"))).Leads().ShouldBe(project.PagePath());
        (await (await owner.GetAsync($"/api/v1/projects/{project.Text("id")}")).JsonAsync()).GetProperty("publishedRevision").GetInt32().ShouldBe(1);
        (await owner.SendFormAsync(project.PagePath(), "Publish", ("revision", "2"))).Leads().ShouldBe(project.PagePath());
        (await Hub.Client.PageAsync(project.PagePath())).ShouldContain("<iframe");
        (await owner.SendFormAsync(project.PagePath(), "Unpublish")).Leads().ShouldBe(project.PagePath());
        await Hub.Client.PageAsync(project.PagePath(), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_visitor_remixes_and_gets_an_editor_of_their_own()
    {
        var owner = await Hub.UserAsync(Name());
        var visitorName = Name();
        var visitor = await Hub.UserAsync(visitorName);
        var project = await owner.PublishedAsync(("index.html", "<h1>Hi</h1>"));
        using var remixed = await visitor.SendFormAsync(project.PagePath(), "Remix");
        remixed.Leads().ShouldStartWith($"/@{visitorName}/");
        remixed.Leads().ShouldEndWith("/edit");
        (await visitor.PageAsync(remixed.Leads()[..^5])).ShouldContain("remixed from");
    }

    private static string Name() => $"u{Guid.NewGuid():N}"[..20];

    // Nor where the language switch leads back to: that is what was asked for.
    private static string WithoutNonce(string html) => System.Text.RegularExpressions.Regex.Replace(
        html, "nonce=\"[^\"]*\"|name=\"returnUrl\" value=\"[^\"]*\"", "", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
