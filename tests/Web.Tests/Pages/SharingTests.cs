using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

/// <summary>How a project looks in a chat, on the board of a classroom and in other people's pages.</summary>
public sealed class SharingTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Theory]
    [InlineData("public")]
    [InlineData("unlisted")]
    public async Task A_link_to_a_shared_project_shows_title_words_and_picture(string visibility)
    {
        var (_, project) = await PublishedAsync(new { name = "Planets & \"moons\"", visibility, template = "quiz" });
        var html = await Hub.Client.PageAsync(project.PagePath());
        html.ShouldContain("<meta property=\"og:title\" content=\"Planets &amp; &quot;moons&quot;\">");
        html.ShouldContain($"<meta property=\"og:url\" content=\"{project.Text("url")}\">");
        html.ShouldContain($"<meta property=\"og:image\" content=\"{Hub.Url}/pictures/quiz.png\">");
        html.ShouldContain("twitter:card");
        html.Contains("noindex", StringComparison.Ordinal).ShouldBe(visibility == "unlisted");
    }

    [Fact]
    public async Task A_draft_has_no_picture_for_links()
    {
        var owner = await Hub.UserAsync(Name());
        var draft = await owner.CreateAsync(new { name = "Draft", template = "hello" });
        (await owner.PageAsync(draft.PagePath())).ShouldNotContain("og:");
    }

    [Theory]
    [InlineData("/pictures/hello.png")]
    [InlineData("/pictures/canvas.png")]
    [InlineData("/pictures/quiz.png")]
    [InlineData("/pictures/worker.png")]
    [InlineData("/pictures/project.png")]
    public async Task Each_picture_is_there_in_the_size_that_is_promised(string path)
    {
        using var response = await Hub.Client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        response.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        var png = await response.Content.ReadAsByteArrayAsync();
        // Width and height of the IHDR chunk (PNG, 11.2.2).
        (System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))).ShouldBe((1200, 630));
        png.Length.ShouldBeLessThan(300_000);
    }

    [Fact]
    public async Task A_project_of_ones_own_files_has_the_neutral_picture()
    {
        var owner = await Hub.UserAsync(Name());
        var project = await owner.PublishedAsync(("index.html", "<meta property=og:image content=https://evil.example/x.png>"));
        var html = await Hub.Client.PageAsync(project.PagePath());
        html.ShouldContain($"{Hub.Url}/pictures/project.png");
        html.ShouldNotContain("evil.example");
    }

    [Fact]
    public async Task The_board_shows_a_code_to_scan_and_the_address_to_type()
    {
        var (_, project) = await PublishedAsync(new { name = "Lesson", template = "hello" });
        var html = await Hub.Client.PageAsync(new Uri(project.Text("shortUrl")).AbsolutePath + "/board");
        html.ShouldContain("<svg class=\"qr\"");
        html.ShouldContain(project.Text("shortUrl").Split("//")[1]);
        await Hub.Client.PageAsync("/s/nothing1/board", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_project_that_everybody_may_embed_describes_itself_to_other_sites()
    {
        var (owner, project) = await PublishedAsync(new { name = "<b>Lesson</b>", template = "hello" });
        (await owner.SendFormAsync(project.PagePath(), "Embedding", ("embedding", "Anyone"))).Leads().ShouldBe(project.PagePath());
        var page = await Hub.Client.PageAsync(project.PagePath());
        page.ShouldContain("application/json+oembed");
        page.ShouldContain("Embed it in another page");

        var described = await (await Hub.Client.GetAsync(DescriptionOf(project.Text("url")) + "&maxwidth=400")).JsonAsync();
        described.Text("type").ShouldBe("rich");
        described.Text("title").ShouldBe("<b>Lesson</b>");
        described.GetProperty("width").GetInt32().ShouldBe(400);
        var code = described.Text("html");
        code.ShouldContain($"<iframe src=\"{project.Text("contentUrl")}\"");
        code.ShouldContain("sandbox=\"allow-scripts");
        code.ShouldNotContain("<b>");

        using var xml = await Hub.Client.GetAsync(DescriptionOf(project.Text("shortUrl")) + "&format=xml");
        xml.Content.Headers.ContentType!.MediaType.ShouldBe("text/xml");
        XDocument.Parse(await xml.Content.ReadAsStringAsync()).Root!.Element("html")!.Value.ShouldContain(project.Text("contentUrl"));
    }

    [Fact]
    public async Task A_project_that_only_the_hub_may_frame_is_described_to_nobody()
    {
        var (owner, project) = await PublishedAsync(new { name = "Lesson", template = "hello" });
        (await Hub.Client.PageAsync(project.PagePath())).ShouldNotContain("oembed");
        await (await owner.GetAsync(DescriptionOf(project.Text("url")))).ProblemAsync(404, "not_found");
        (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { embedding = "anyone", visibility = "private" })).EnsureSuccessStatusCode();
        await (await owner.GetAsync(DescriptionOf(project.Text("shortUrl")))).ProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("https://evil.example/@ada/lesson")]
    [InlineData("")]
    [InlineData("not an address")]
    public async Task What_is_no_project_of_this_hub_is_not_described(string url) =>
        await (await Hub.Client.GetAsync(DescriptionOf(url))).ProblemAsync(404, "not_found");

    [Fact]
    public async Task Codes_are_searched_for_by_asking_how_to_embed_them_no_faster_than_by_following_them()
    {
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        var owner = await hub.UserAsync("owner");
        var project = await owner.PublishAsync((await owner.CreateAsync(new { name = "Lesson", template = "hello" })).Text("id"));
        (await owner.PatchAsJsonAsync($"/api/v1/projects/{project.Text("id")}", new { embedding = "anyone" })).EnsureSuccessStatusCode();
        await (await hub.Client.GetAsync(DescriptionOf(project.Text("shortUrl").ToUpperInvariant().Replace("HTTP://LOCALHOST", "http://localhost", StringComparison.Ordinal).Replace("/S/", "/s/", StringComparison.Ordinal)))).JsonAsync();
        for (var i = 0; i < 60; i++) await (await hub.Client.GetAsync(DescriptionOf($"{hub.Url}/s/guess{i:000}"))).ProblemAsync(404, "not_found");

        var busy = await hub.Client.GetAsync(DescriptionOf($"{hub.Url}/s/guess999"));
        await busy.ProblemAsync(429, "too_many_requests");
        busy.Headers.RetryAfter.ShouldNotBeNull();
        (await hub.Client.GetAsync("/s/guess999")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "both count together");
        await (await hub.Client.GetAsync(DescriptionOf((await owner.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{project.Text("id")}")).Text("url")))).JsonAsync();
    }

    private static string DescriptionOf(string url) => $"/oembed?url={Uri.EscapeDataString(url)}";

    private async Task<(HttpClient Owner, JsonElement Project)> PublishedAsync(object request)
    {
        var owner = await Hub.UserAsync(Name());
        var made = await owner.CreateAsync(request);
        return (owner, await owner.PublishAsync(made.Text("id")));
    }

    private static string Name() => $"u{Guid.NewGuid():N}"[..20];
}
