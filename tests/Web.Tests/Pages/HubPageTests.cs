using System.Net;
using System.Text.RegularExpressions;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

public sealed partial class HubPageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/?q=nothing", 200)]
    [InlineData("/no/such/page", 404)]
    [InlineData("/icon.svg", 200)]
    [InlineData("/api/v1/runtime/releases", 200)]
    public async Task Everything_that_the_hub_answers_has_its_security_headers(string path, int status)
    {
        using var response = await Hub.Client.GetAsync(path);
        ((int)response.StatusCode).ShouldBe(status);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        var nonce = Nonce().Match(policy).Groups["value"].Value;
        var port = Hub.Options.PublicUrl.Port;
        policy.ShouldBe(
            $"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
            + $"font-src 'self'; connect-src 'self'; worker-src 'self'; frame-src http://*.localhost:{port}; form-action 'self'; base-uri 'none'; "
            + "object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'");
        response.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["same-origin"]);
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
        response.Headers.GetValues("Origin-Agent-Cluster").ShouldBe(["?1"]);
        response.Headers.Contains("Cross-Origin-Embedder-Policy").ShouldBeFalse();
    }

    [Fact]
    public async Task Each_answer_has_a_nonce_of_its_own_and_its_scripts_carry_it()
    {
        using var one = await Hub.Client.GetAsync("/");
        using var two = await Hub.Client.GetAsync("/");
        var nonces = new[] { one, two }.Select(r => Nonce().Match(r.Headers.GetValues("Content-Security-Policy").Single()).Groups["value"].Value).ToArray();
        nonces[0].ShouldNotBe(nonces[1]);
        nonces[0].Length.ShouldBeGreaterThanOrEqualTo(22);
        var html = WebUtility.HtmlDecode(await one.Content.ReadAsStringAsync());
        Script().Matches(html).ShouldAllBe(script => script.Value.Contains($"nonce=\"{nonces[0]}\"", StringComparison.Ordinal));
        Script().Count(html).ShouldBeGreaterThan(0);
        html.ShouldNotContain(" style=");
        html.ShouldNotContain(" onclick=");
    }

    [Fact]
    public async Task A_pages_styles_and_scripts_are_kept_for_good()
    {
        var html = await Hub.Client.PageAsync("/");
        var assets = Asset().Matches(html).Select(match => match.Value).ToArray();
        assets.Length.ShouldBe(2);
        foreach (var asset in assets)
        {
            using var response = await Hub.Client.GetAsync(asset);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        }
    }

    [Theory]
    [InlineData("br, gzip", "br")]
    [InlineData("gzip", "gzip")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip")]
    [InlineData("", null)]
    public async Task Styles_and_scripts_are_sent_in_the_smallest_form_that_the_browser_takes(string accepted, string? coding)
    {
        var html = await Hub.Client.PageAsync("/");
        foreach (var asset in Asset().Matches(html).Select(match => match.Value))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, asset);
            if (accepted.Length > 0) request.Headers.Add("Accept-Encoding", accepted);
            using var response = await Hub.Client.SendAsync(request);
            response.Content.Headers.ContentEncoding.ShouldBe(coding is null ? [] : [coding]);
            response.Content.Headers.ContentType!.MediaType.ShouldBe(asset.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : "text/javascript");
            response.Headers.Vary.ShouldBe(["Accept-Encoding"]);
            response.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
            var plain = await Hub.Client.GetByteArrayAsync(asset);
            await using var body = await response.Content.ReadAsStreamAsync();
            await using Stream decoded = coding switch
            {
                "br" => new System.IO.Compression.BrotliStream(body, System.IO.Compression.CompressionMode.Decompress),
                "gzip" => new System.IO.Compression.GZipStream(body, System.IO.Compression.CompressionMode.Decompress),
                _ => body,
            };
            using var bytes = new MemoryStream();
            await decoded.CopyToAsync(bytes);
            bytes.ToArray().ShouldBe(plain);
        }
    }

    [Fact]
    public async Task Under_a_name_that_is_not_the_hubs_people_get_a_page_and_programs_a_problem()
    {
        foreach (var (accepted, type) in new[] { ("text/html", "text/html"), ("*/*", "application/problem+json") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Host = "evil.example";
            request.Headers.Add("Accept", accepted);
            using var response = await Hub.Client.SendAsync(request);
            response.StatusCode.ShouldBe(HttpStatusCode.MisdirectedRequest);
            response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        }
    }

    [Fact]
    public async Task The_gallery_is_in_the_order_of_publication_and_a_saved_draft_changes_nothing()
    {
        var owner = await Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);
        var word = Guid.NewGuid().ToString("N")[..10];
        var ids = new List<string>();
        foreach (var name in new[] { "First", "Second", "Third" })
        {
            var project = await owner.CreateAsync(new { name = $"{name} {word}", visibility = "public", template = "hello" });
            await owner.PublishAsync(project.Text("id"));
            ids.Add(project.Text("id"));
        }
        (await owner.PutFileAsync(ids[0], "main.py", "print(1)", 1)).EnsureSuccessStatusCode();
        await Order("Third", "Second", "First");
        await owner.PublishAsync(ids[0]);
        await Order("First", "Third", "Second");

        async Task Order(params string[] names)
        {
            var html = await Hub.Client.PageAsync($"/?q={word}");
            names.Select(name => html.IndexOf($"{name} {word}", StringComparison.Ordinal)).ShouldBeInOrder();
        }
    }

    [Theory]
    [InlineData("/no/such/page", 404)]
    [InlineData("/@nobody", 404)]
    [InlineData("/?cursor=!", 400)]
    public async Task What_goes_wrong_is_a_page_for_people(string path, int status)
    {
        var html = await Hub.Client.PageAsync(path, (HttpStatusCode)status);
        html.ShouldContain($"<p class=\"problem-code\" aria-hidden=\"true\">{status}</p>");
        html.ShouldContain("To the start page");
    }

    [Theory]
    [InlineData("/api/v1/nothing", "not_found")]
    [InlineData("/api/v1/projects/nothing", "not_found")]
    public async Task What_goes_wrong_in_the_API_is_a_problem_for_programs(string path, string code) =>
        await (await Hub.Client.GetAsync(path)).ProblemAsync(404, code);

    [Fact]
    public async Task A_form_that_is_too_large_is_refused_before_it_is_read()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = new() { ZipBytes = 100_000 } });
        var owner = await hub.UserAsync("owner");
        using var response = await owner.PostAsync("/new?handler=Import", new ByteArrayContent(new byte[600_000]));
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadAsStringAsync()).ShouldContain("100000");
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_on_a_page_with_the_headers_and_when_to_try_again()
    {
        // Nothing listens on port 1.
        await using var hub = await HubServer.StartAsync(connectionString: "Host=127.0.0.1;Port=1;Username=hub;Database=hub;Timeout=3");
        using var response = await hub.Client.GetAsync("/");
        var html = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, html);
        html.ShouldContain("catching its breath");
        response.Headers.RetryAfter.ShouldNotBeNull();
        response.Headers.Contains("Content-Security-Policy").ShouldBeTrue();
    }

    [Fact]
    public async Task The_gallery_shows_what_is_public_and_published_and_finds_it_by_its_name()
    {
        var owner = await Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);
        var word = Guid.NewGuid().ToString("N")[..10];
        foreach (var (name, visibility) in new[] { ("Seen", "public"), ("Unlisted", "unlisted"), ("Private", "private") })
        {
            var project = await owner.CreateAsync(new { name = $"{name} {word}", visibility, template = "hello" });
            await owner.PublishAsync(project.Text("id"));
        }
        await owner.CreateAsync(new { name = $"Draft {word}", visibility = "public", template = "hello" });
        foreach (var client in new[] { Hub.Client, owner })
        {
            var html = await client.PageAsync($"/?q={word}");
            html.ShouldContain($"Seen {word}");
            html.ShouldNotContain($"Unlisted {word}");
            html.ShouldNotContain($"Private {word}");
            html.ShouldNotContain($"Draft {word}");
        }
        (await owner.PageAsync("/")).ShouldContain($"Draft {word}");
    }

    [GeneratedRegex("'nonce-(?<value>[^']+)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Nonce();

    [GeneratedRegex("<script[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Script();

    [GeneratedRegex("/assets/[^\"]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asset();
}
