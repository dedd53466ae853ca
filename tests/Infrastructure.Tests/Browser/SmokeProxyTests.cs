using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PyScriptHub.Infrastructure.Browser;

namespace PyScriptHub.Infrastructure.Tests.Browser;

/// <summary>What the proxy lets out of the jail, seen from a socket that writes whatever it likes.</summary>
public sealed class SmokeProxyTests
{
    private const string Label = "lesson-abcdefghij234567";

    [Theory]
    [InlineData($"http://{Label}.localhost:PORT/main.py?q=a%2fb/../c")]
    [InlineData("http://runtime.localhost:PORT/pyodide/x.wasm")]
    public async Task The_hosts_of_the_run_are_reached_with_the_request_as_it_was_written(string target)
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var url = scene.Fill(target);
        var answer = await scene.AskAsync($"GET {url} HTTP/1.1\r\nHost: {Authority(url)}\r\nProxy-Connection: keep-alive\r\nX-Own: 1\r\nConnection: close\r\n\r\n");
        answer.ShouldStartWith("HTTP/1.1 200 OK\r\n");
        answer.ShouldEndWith("hello");
        var heard = scene.Heard.ShouldHaveSingleItem();
        heard.ShouldStartWith($"GET {url[(url.IndexOf('/', 8))..]} HTTP/1.1\r\n");
        heard.ShouldContain($"Host: {Authority(url)}\r\n", Case.Insensitive);
        heard.ShouldContain("X-Own: 1\r\n");
        heard.ShouldNotContain("Proxy-", Case.Insensitive);
        scene.Proxy.Refused.ShouldBeEmpty();
    }

    public static TheoryData<string> Elsewhere() =>
    [
        "http://localhost:PORT/api/v1/me",
        "http://127.0.0.1:PORT/",
        "http://[::1]:PORT/",
        "http://0.0.0.0:PORT/",
        "http://0x7f000001:PORT/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.0.1/",
        "http://example.com/",
        "http://example.com:PORT/",
        "http://another-abcdefghij234567.localhost:PORT/",
        $"http://{Label}.localhost/",
        $"http://{Label}.localhost:1/",
        $"http://{Label}.localhost:PORT@example.com/",
        $"http://{Label}@localhost:PORT/",
        $"http://user@{Label}.localhost:PORT/",
        $"http://{Label}.localhost.:PORT/",
        $"http://{Label}.localhost.example.com:PORT/",
        $"http://x.{Label}.localhost:PORT/",
        $"http://{Label}%2elocalhost:PORT/",
        $"https://{Label}.localhost:PORT/",
        $"ftp://{Label}.localhost:PORT/",
        "http:///",
        "/",
        "/etc/passwd",
        "*",
    ];

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public async Task Everything_else_is_refused_and_nothing_is_asked(string target)
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var url = scene.Fill(target);
        var method = target == "*" ? "OPTIONS" : "GET";
        var host = url.Contains("://", StringComparison.Ordinal) ? Authority(url) : scene.Fill($"{Label}.localhost:PORT");
        var answer = await scene.AskAsync($"{method} {url} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        // 400 is Kestrel's word for what is no request at all.
        answer.ShouldMatch("^HTTP/1.1 (403|400) ");
        scene.Heard.ShouldBeEmpty();
        if (answer.Contains(" 403 ", StringComparison.Ordinal)) scene.Proxy.Refused.ShouldBe([url]);
    }

    [Theory]
    [InlineData($"{Label}.localhost:PORT")]
    [InlineData("localhost:PORT")]
    [InlineData("127.0.0.1:PORT")]
    [InlineData("example.com:443")]
    public async Task A_tunnel_is_refused_where_the_hub_speaks_plain_HTTP(string target)
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var host = scene.Fill(target);
        (await scene.AskAsync($"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n")).ShouldStartWith("HTTP/1.1 403 ");
        scene.Proxy.Refused.ShouldBe([host]);
        scene.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task Over_TLS_a_tunnel_leads_to_the_hosts_of_the_run_alone()
    {
        await using var scene = await Scene.SetAsync("https");
        scene.Hosts.Allow(scene.Page(Label));
        var own = scene.Fill($"{Label}.localhost:PORT");
        (await scene.AskAsync($"CONNECT {own} HTTP/1.1\r\nHost: {own}\r\n\r\nGET / HTTP/1.1\r\nHost: whatever is inside\r\nConnection: close\r\n\r\n"))
            .ShouldStartWith("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n");
        foreach (var other in (string[])["localhost:PORT", "another-abcdefghij234567.localhost:PORT", $"{Label}.localhost:1", $"{Label}.localhost", "[::1]:PORT", ""])
            (await scene.AskAsync($"CONNECT {scene.Fill(other)} HTTP/1.1\r\nHost: x\r\n\r\n")).ShouldStartWith("HTTP/1.1 403 ", customMessage: other);
        // Plain requests to the same host are not what the hub is.
        (await scene.AskAsync($"GET http://{own}/ HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 403 ");
        scene.Heard.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("GET http://" + Label + ".localhost:PORT/ HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n")]
    [InlineData("GET http://" + Label + ".localhost:PORT/ HTTP/1.1\r\nHost: " + Label + ".localhost:PORT\r\nHost: localhost:PORT\r\n\r\n")]
    [InlineData("GET http://" + Label + ".localhost:PORT/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://" + Label + ".localhost:PORT/ HTTP/1.1\r\nHost : localhost:PORT\r\n\r\n")]
    [InlineData("GET http://" + Label + ".localhost:PORT/ HTTP/1.1\r\nHost: " + Label + ".localhost:PORT\r\nX: a\r\n Host: localhost:PORT\r\n\r\n")]
    [InlineData("POST http://" + Label + ".localhost:PORT/ HTTP/1.1\r\nHost: " + Label + ".localhost:PORT\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST http://" + Label + ".localhost:PORT/ HTTP/1.1\r\nHost: " + Label + ".localhost:PORT\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [InlineData("nonsense\r\n\r\n")]
    public async Task A_request_that_two_could_read_in_two_ways_is_refused(string request)
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        (await scene.AskAsync(scene.Fill(request))).ShouldMatch("^HTTP/1.1 4[0-9][0-9] ");
        scene.Heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_follows_a_body_is_a_request_of_its_own_and_looked_at_as_one()
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var own = scene.Fill($"{Label}.localhost:PORT");
        var hub = scene.Fill("localhost:PORT");
        var answer = await scene.AskAsync(
            $"POST http://{own}/ HTTP/1.1\r\nHost: {own}\r\nContent-Length: 2\r\n\r\nhi"
            + $"GET http://{hub}/secret HTTP/1.1\r\nHost: {hub}\r\n\r\n"
            + $"GET http://{own}/after HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n");
        answer.ShouldContain("HTTP/1.1 403 ");
        scene.Heard.ShouldHaveSingleItem().ShouldEndWith("\r\n\r\nhi");
        scene.Proxy.Refused.ShouldBe([$"http://{hub}/secret"]);
    }

    [Fact]
    public async Task An_upgrade_is_not_passed_on()
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var own = scene.Fill($"{Label}.localhost:PORT");
        await scene.AskAsync($"GET http://{own}/ HTTP/1.1\r\nHost: {own}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        var heard = scene.Heard.ShouldHaveSingleItem();
        heard.ShouldNotContain("Upgrade", Case.Insensitive);
    }

    [Fact]
    public async Task What_a_page_says_of_whom_it_speaks_for_is_not_passed_on()
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var own = scene.Fill($"{Label}.localhost:PORT");
        string[] names = ["Forwarded", "X-Forwarded-For", "x-forwarded-host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Original-For", "X-Original-Host", "X-Real-IP"];
        await scene.AskAsync($"GET http://{own}/ HTTP/1.1\r\nHost: {own}\r\n{string.Concat(names.Select(name => $"{name}: for-another\r\n"))}X-Own: 1\r\nConnection: close\r\n\r\n");
        var heard = scene.Heard.ShouldHaveSingleItem();
        heard.ShouldContain("X-Own: 1\r\n");
        heard.ShouldNotContain("for-another");
    }

    [Fact]
    public async Task Bodies_and_heads_are_bounded()
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        var own = scene.Fill($"{Label}.localhost:PORT");
        (await scene.AskAsync($"POST http://{own}/ HTTP/1.1\r\nHost: {own}\r\nContent-Length: 1000001\r\n\r\n")).ShouldStartWith("HTTP/1.1 413 ");
        (await scene.AskAsync($"GET http://{own}/ HTTP/1.1\r\nHost: {own}\r\nX: {new string('x', 1_100_000)}\r\n\r\n")).ShouldStartWith("HTTP/1.1 431 ");
        (await scene.AskAsync($"CONNECT {own} HTTP/1.1\r\nX: {new string('x', 20_000)}\r\n\r\n")).ShouldMatch("^HTTP/1.1 (400|403) ");
        // A connection may have been opened by then.
        scene.Heard.ShouldAllBe(text => text.Length == 0);
    }

    [Fact]
    public async Task Without_a_page_the_runtime_alone_is_reached()
    {
        await using var scene = await Scene.SetAsync();
        (await scene.GetAsync($"{Label}.localhost:PORT")).ShouldStartWith("HTTP/1.1 403 ");
        (await scene.GetAsync("runtime.localhost:PORT")).ShouldStartWith("HTTP/1.1 200 ");
        scene.Hosts.Allow(scene.Page(Label));
        (await scene.GetAsync($"{Label}.localhost:PORT")).ShouldStartWith("HTTP/1.1 200 ");
        scene.Hosts.AllowNone();
        (await scene.GetAsync($"{Label}.localhost:PORT")).ShouldStartWith("HTTP/1.1 403 ");
    }

    [Fact]
    public async Task Where_all_projects_may_be_reached_one_that_is_named_shuts_out_the_others()
    {
        await using var scene = await Scene.SetAsync(allContent: true);
        (await scene.GetAsync("another-abcdefghij234567.localhost:PORT")).ShouldStartWith("HTTP/1.1 200 ");
        (await scene.GetAsync("localhost:PORT")).ShouldStartWith("HTTP/1.1 403 ");
        scene.Hosts.Allow(scene.Page(Label));
        (await scene.GetAsync("another-abcdefghij234567.localhost:PORT")).ShouldStartWith("HTTP/1.1 403 ");
    }

    [Theory]
    [InlineData("http://localhost:PORT/")]
    [InlineData("http://example.com:PORT/")]
    [InlineData("http://runtime.localhost:PORT/")]
    [InlineData("https://lesson.localhost:PORT/")]
    [InlineData("http://lesson.localhost:1/")]
    [InlineData("http://a.lesson.localhost:PORT/")]
    public async Task Only_a_page_of_the_hub_can_be_allowed(string page)
    {
        await using var scene = await Scene.SetAsync();
        Should.Throw<ArgumentException>(() => scene.Hosts.Allow(new Uri(scene.Fill(page))));
    }

    [Fact]
    public async Task What_Chromium_asks_by_itself_is_refused_but_is_none_of_the_pages()
    {
        await using var scene = await Scene.SetAsync();
        (await scene.AskAsync("CONNECT update.googleapis.com:443 HTTP/1.1\r\nHost: update.googleapis.com:443\r\n\r\n")).ShouldStartWith("HTTP/1.1 403 ");
        (await scene.GetAsync("update.googleapis.com")).ShouldStartWith("HTTP/1.1 403 ");
        scene.Proxy.Refused.ShouldBeEmpty();
        (await scene.GetAsync("fonts.googleapis.com")).ShouldStartWith("HTTP/1.1 403 ");
        scene.Proxy.Refused.ShouldBe(["http://fonts.googleapis.com/"]);
        scene.Proxy.Forget();
        scene.Proxy.Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_refused_requests_two_hundred_are_kept_and_of_each_two_thousand_letters()
    {
        await using var scene = await Scene.SetAsync();
        for (var i = 0; i < 250; i++) await scene.GetAsync("example.com", $"/{i}{new string('x', 3_000)}");
        scene.Proxy.Refused.Count.ShouldBe(200);
        scene.Proxy.Refused.ShouldAllBe(url => url.Length == 2_000);
    }

    [Fact]
    public async Task An_upstream_that_is_away_is_a_502()
    {
        await using var scene = await Scene.SetAsync();
        scene.Hosts.Allow(scene.Page(Label));
        scene.StopListening();
        (await scene.GetAsync($"{Label}.localhost:PORT")).ShouldStartWith("HTTP/1.1 502 ");
    }

    [Fact]
    public async Task An_answer_that_breaks_off_does_not_look_whole()
    {
        await using var scene = await Scene.SetAsync(answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
        scene.Hosts.Allow(scene.Page(Label));
        var answer = await scene.GetAsync($"{Label}.localhost:PORT");
        answer.Length.ShouldBeLessThan(1_000);
    }

    private static string Authority(string url)
    {
        var rest = url[(url.IndexOf("://", StringComparison.Ordinal) + 3)..];
        return rest.Split('/')[0];
    }

    /// <summary>A proxy, and an upstream that notes what it hears.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly SmokeUpstream _upstream = new(null);
        private readonly string _folder = Directory.CreateTempSubdirectory("proxy-").FullName;
        private readonly string _answer;
        private readonly List<string> _heard = [];

        private Scene(string answer) => _answer = answer;

        public ReachableHosts Hosts { get; private set; } = null!;

        public SmokeProxy Proxy { get; private set; } = null!;

        public IReadOnlyList<string> Heard
        {
            get
            {
                lock (_heard) return [.. _heard];
            }
        }

        private int Port { get; set; }

        public static async Task<Scene> SetAsync(
            string scheme = "http", bool allContent = false, string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello")
        {
            var scene = new Scene(answer);
            scene._listener.Start();
            scene.Port = ((IPEndPoint)scene._listener.LocalEndpoint).Port;
            _ = scene.ListenAsync();
            scene.Hosts = new ReachableHosts(
                new SmokeSurroundings { PublicUrl = new Uri(scene.Fill($"{scheme}://localhost:PORT")), ContentDomain = "localhost" }, allContent);
            scene.Proxy = await SmokeProxy.StartAsync(scene.Hosts, scene._upstream, Path.Combine(scene._folder, "s"), CancellationToken.None);
            return scene;
        }

        public string Fill(string text) => text.Replace("PORT", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

        public Uri Page(string label) => new($"{(Hosts.IsSecure ? "https" : "http")}://{label}.localhost:{Port.ToString(CultureInfo.InvariantCulture)}/index.html");

        public void StopListening() => _listener.Stop();

        public Task<string> GetAsync(string host, string path = "/") =>
            AskAsync(Fill($"GET http://{host}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));

        /// <summary>Writes bytes to the proxy and reads until it closes, or says nothing more for a while.</summary>
        public async Task<string> AskAsync(string request)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")));
            await using var stream = new NetworkStream(socket);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            using var answer = new MemoryStream();
            var buffer = new byte[8_192];
            try
            {
                var writing = stream.WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
                for (int read; (read = await stream.ReadAsync(buffer, patience.Token)) > 0; patience.CancelAfter(TimeSpan.FromSeconds(2))) answer.Write(buffer, 0, read);
                await writing;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // Cut off, or kept open.
            }
            return Encoding.Latin1.GetString(answer.ToArray());
        }

        public async ValueTask DisposeAsync()
        {
            await Proxy.DisposeAsync();
            _listener.Stop();
            _upstream.Dispose();
            Directory.Delete(_folder, recursive: true);
        }

        private async Task ListenAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var text = new StringBuilder();
                    var buffer = new byte[8_192];
                    // A body here is as long as its head says, or ends with the chunk of length 0.
                    while (!IsWhole(text.ToString()))
                    {
                        var read = await stream.ReadAsync(buffer);
                        if (read == 0) break;
                        text.Append(Encoding.Latin1.GetString(buffer, 0, read));
                    }
                    lock (_heard) _heard.Add(text.ToString());
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(_answer));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
            {
                // The scene is over.
            }
        }

        private static bool IsWhole(string text)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) return false;
            var length = text[..end].Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            return length is null || text.Length - end - 4 >= int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture);
        }
    }
}
