using System.Net;
using System.Net.Sockets;
using System.Text;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

/// <summary>Bringing a project along: files and folders from a device, an archive from the web.</summary>
public sealed class ImportPageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_folder_becomes_a_project_of_its_name_without_the_folder_in_its_paths()
    {
        var owner = await OwnerAsync();
        using var made = await UploadAsync(owner, ("my_lesson/index.html", "<h1>Hi</h1>"), ("my_lesson/data/a.csv", "1"), ("my_lesson/.DS_Store", "x"));
        var url = (await made.JsonAsync()).Text("url");
        (await owner.PageAsync(url)).ShouldContain("my lesson");
        var project = (await (await owner.GetAsync("/api/v1/projects")).JsonAsync()).GetProperty("items")[0];
        var files = await (await owner.GetAsync($"/api/v1/projects/{project.Text("id")}/files")).JsonAsync();
        files.GetProperty("files").EnumerateArray().Select(file => file.Text("path")).ShouldBe(["data/a.csv", "index.html"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("../escape.html", 422)]
    [InlineData("folder/../../escape.html", 422)]
    [InlineData(".hub/storage.js", 422)]
    public async Task A_name_that_no_file_may_have_is_told_and_nothing_is_made(string path, int status)
    {
        var owner = await OwnerAsync();
        using var refused = await UploadAsync(owner, ("index.html", "x"), (path, "y"));
        ((int)refused.StatusCode).ShouldBe(status, await refused.Content.ReadAsStringAsync());
        (await refused.JsonAsync((HttpStatusCode)status)).Text("error").ShouldNotBeEmpty();
        (await (await owner.GetAsync("/api/v1/projects")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_broken_archive_is_told_in_the_visitors_language()
    {
        var owner = await OwnerAsync();
        owner.DefaultRequestHeaders.Add("Accept-Language", "de");
        using var refused = await UploadAsync(owner, ("broken.zip", "no zip"));
        (await refused.JsonAsync(HttpStatusCode.UnprocessableEntity)).Text("error").ShouldContain("kein Zip-Archiv");
    }

    [Theory]
    [InlineData("http://127.0.0.1:{port}/a.zip")]
    [InlineData("http://localhost:{port}/a.zip")]
    [InlineData("http://[::1]:{port}/a.zip")]
    [InlineData("http://[::ffff:127.0.0.1]:{port}/a.zip")]
    [InlineData("http://2130706433:{port}/a.zip")]
    [InlineData("http://0.0.0.0:{port}/a.zip")]
    public async Task The_hub_reaches_into_no_private_network(string address)
    {
        using var site = new ZipSite();
        using var refused = await (await OwnerAsync()).SendFormAsync(
            "/new", "Fetch", ("address", address.Replace("{port}", $"{site.Port}", StringComparison.Ordinal)));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("cannot be reached from here");
        site.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.org/a.zip")]
    [InlineData("http://user:secret@example.org/a.zip")]
    [InlineData("example.org/a.zip")]
    public async Task What_is_no_web_address_is_refused(string address)
    {
        using var refused = await (await OwnerAsync()).SendFormAsync("/new", "Fetch", ("address", address));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("begins with https://");
    }

    [Fact]
    public async Task An_archive_is_fetched_from_a_host_that_is_let_through_and_a_redirect_elsewhere_is_looked_at_again()
    {
        using var site = new ZipSite();
        await using var hub = await HubServer.StartAsync(options => options with { PrivateImportHosts = [$"127.0.0.1:{site.Port}"] });
        var owner = await hub.UserAsync("owner");
        using var made = await owner.SendFormAsync("/new", "Fetch", ("address", $"http://127.0.0.1:{site.Port}/my_lesson.zip"));
        (await owner.PageAsync(made.Leads())).ShouldContain("my lesson");
        using var led = await owner.SendFormAsync("/new", "Fetch", ("address", $"http://127.0.0.1:{site.Port}/redirect"));
        (await led.Content.ReadAsStringAsync()).ShouldContain("cannot be reached from here");
        using var missing = await owner.SendFormAsync("/new", "Fetch", ("address", $"http://127.0.0.1:{site.Port}/nothing"));
        (await missing.Content.ReadAsStringAsync()).ShouldContain("answered 404");
    }

    [Fact]
    public async Task An_archive_that_is_too_large_or_never_ends_is_given_up()
    {
        using var site = new ZipSite();
        await using var hub = await HubServer.StartAsync(options => options with { PrivateImportHosts = ["127.0.0.1"], Limits = new() { ZipBytes = 50_000 } });
        var owner = await hub.UserAsync("owner");
        foreach (var path in new[] { "long", "endless" })
        {
            using var refused = await owner.SendFormAsync("/new", "Fetch", ("address", $"http://127.0.0.1:{site.Port}/{path}"));
            refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        }
    }

    [Fact]
    public async Task The_hub_knocks_at_other_hosts_only_so_often()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = new() { ImportsPerHour = 2 } });
        var owner = await hub.UserAsync("owner");
        for (var i = 0; i < 2; i++) (await owner.SendFormAsync("/new", "Fetch", ("address", "http://127.0.0.1:1/"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var busy = await owner.SendFormAsync("/new", "Fetch", ("address", "http://127.0.0.1:1/"));
        busy.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        busy.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1", true)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Which_addresses_everybody_can_reach(string address, bool isPublic) =>
        Infrastructure.Fetching.PublicAddresses.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Fact]
    public void Neither_this_machine_by_its_public_address_nor_another_port_is_reached()
    {
        IPAddress[] named = [IPAddress.Parse("8.8.8.8"), IPAddress.Parse("2606:4700::1"), IPAddress.Parse("10.0.0.1"), IPAddress.Parse("::ffff:8.8.4.4")];
        IPAddress[] own = [IPAddress.Parse("2606:4700::1"), IPAddress.Parse("8.8.4.4")];
        Infrastructure.Fetching.PublicAddresses.Reachable(named, 443, own).ShouldBe([IPAddress.Parse("8.8.8.8")]);
        Infrastructure.Fetching.PublicAddresses.Reachable(named, 80, own).ShouldBe([IPAddress.Parse("8.8.8.8")]);
        foreach (var port in new[] { 22, 5432, 5080, 8080 }) Infrastructure.Fetching.PublicAddresses.Reachable(named, port, own).ShouldBeEmpty();
        Infrastructure.Fetching.PublicAddresses.Own().ShouldContain(IPAddress.Loopback);
    }

    [Fact]
    public async Task Whatever_cannot_be_reached_is_answered_alike()
    {
        using var site = new ZipSite();
        await using var hub = await HubServer.StartAsync(options => options with { PrivateImportHosts = ["127.0.0.1:1"] });
        var owner = await hub.UserAsync("owner");
        var answers = new List<string>();
        // Nothing listens, something listens that is private, and another port of a public host.
        foreach (var address in new[] { "http://127.0.0.1:1/a.zip", $"http://127.0.0.1:{site.Port}/a.zip", "http://8.8.8.8:5432/a.zip" })
        {
            using var refused = await owner.SendFormAsync("/new", "Fetch", ("address", address));
            var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await refused.Content.ReadAsStringAsync());
            answers.Add(html.QuerySelector("[role=alert].error:not([hidden])")!.TextContent);
        }
        answers.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldContain("cannot be reached from here");
        site.Requests.ShouldBe(0);
    }

    private Task<HttpClient> OwnerAsync() => Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);

    // As the page's script sends what was dropped.
    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, params (string Path, string Text)[] files)
    {
        using var opened = await client.GetAsync("/new");
        var html = await opened.Content.ReadAsStringAsync();
        using var form = new MultipartFormDataContent();
        form.Add(new StringContent(PageClient.TokenOf(html)), "__RequestVerificationToken");
        foreach (var (path, text) in files) form.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", path);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/new?handler=Import") { Content = form };
        request.Headers.Add("Accept", "application/json");
        request.Headers.Add("Cookie", opened.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        return await client.SendAsync(request);
    }

    /// <summary>A host with an archive on it, on this machine's loopback.</summary>
    private sealed class ZipSite : IDisposable
    {
        private static readonly byte[] s_zip = Zip.Of(("index.html", "<h1>Fetched</h1>"));

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private int _requests;

        public ZipSite()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public int Requests => _requests;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                for (; ; )
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    Interlocked.Increment(ref _requests);
                    await AnswerAsync(client.GetStream());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            try
            {
                var path = (await new StreamReader(stream, leaveOpen: true).ReadLineAsync())!.Split(' ')[1];
                var (head, body) = path switch
                {
                    "/my_lesson.zip" => ($"200 OK\r\nContent-Length: {s_zip.Length}", s_zip),
                    "/redirect" => ($"302 Found\r\nLocation: http://localhost:{Port}/my_lesson.zip\r\nContent-Length: 0", []),
                    "/long" => ("200 OK\r\nContent-Length: 50001", new byte[1]),
                    "/endless" => ("200 OK", new byte[200_000]),
                    _ => ("404 Not Found\r\nContent-Length: 0", Array.Empty<byte>()),
                };
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nConnection: close\r\n\r\n"));
                await stream.WriteAsync(body);
            }
            catch (IOException)
            {
                // Whoever asked has heard enough.
            }
        }
    }
}
