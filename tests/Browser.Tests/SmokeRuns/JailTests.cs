using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>What a page in the jail reaches and what not, and that nothing is left of it: the real browser, a real hub.</summary>
[Collection(SmokeStage.OneAfterTheOther)]
public sealed class JailTests(JailTests.Stage stage) : IClassFixture<JailTests.Stage>
{
    // Each way that a page has to ask for something; what it answers is "refused", or what it got.
    private const string TryAll = """
        async ([targets, stun]) => {
          const within = (promise, ms = 60000) => Promise.race([promise, new Promise(done => setTimeout(done, ms, 'nothing came'))]);
          const tag = (name, set) => within(new Promise(done => {
            const element = document.createElement(name);
            element.onload = () => done('LOADED');
            element.onerror = () => done('refused');
            set(element);
            document.body.append(element);
          }));
          const ways = {
            fetch: host => within(fetch(`http://${host}/fetch`).then(r => `GOT ${r.status}`, () => 'refused')),
            secure: host => within(fetch(`https://${host}/secure`).then(r => `GOT ${r.status}`, () => 'refused')),
            image: host => tag('img', e => { e.src = `http://${host}/image` }),
            script: host => tag('script', e => { e.src = `http://${host}/script` }),
            style: host => tag('link', e => { e.rel = 'stylesheet'; e.href = `http://${host}/style` }),
            socket: host => within(new Promise(done => {
              const socket = new WebSocket(`ws://${host}/socket`);
              socket.onopen = () => done('OPENED');
              socket.onerror = () => done('refused');
            })),
            events: host => within(new Promise(done => {
              const events = new EventSource(`http://${host}/events`);
              events.onopen = () => done('OPENED');
              events.onerror = () => { events.close(); done('refused') };
            })),
            worker: host => within(new Promise(done => {
              const code = `fetch('http://${host}/worker').then(r => postMessage('GOT ' + r.status), () => postMessage('refused'))`;
              const worker = new Worker(URL.createObjectURL(new Blob([code])));
              worker.onmessage = event => { worker.terminate(); done(event.data) };
            })),
          };
          const answers = {};
          // Some at a time: all workers at once come near the bound of tasks, where a browser that a busy machine holds up stands still.
          for (let at = 0; at < targets.length; at += 4) {
            await Promise.all(targets.slice(at, at + 4).flatMap(host => Object.entries(ways).map(async ([way, ask]) => { answers[`${way} ${host}`] = await ask(host) })));
          }
          // These say nothing to the page: the listener and the proxy tell.
          for (const host of targets) {
            navigator.sendBeacon(`http://${host}/beacon`, 'x');
            const frame = document.createElement('iframe');
            frame.src = `http://${host}/frame`;
            document.body.append(frame);
            const form = document.createElement('form');
            Object.assign(form, { action: `http://${host}/form`, method: 'post', target: (document.body.appendChild(document.createElement('iframe'))).name = `form-${host}` });
            document.body.append(form);
            form.submit();
            const hint = document.createElement('link');
            Object.assign(hint, { rel: 'preconnect', href: `http://${host}` });
            document.head.append(hint);
          }
          const peer = new RTCPeerConnection({ iceServers: [{ urls: stun.map(host => `stun:${host}`) }] });
          peer.createDataChannel('x');
          const candidates = [];
          const gathered = new Promise(done => { peer.onicecandidate = event => event.candidate ? candidates.push(event.candidate.candidate) : done() });
          await peer.setLocalDescription(await peer.createOffer());
          await within(gathered);
          // A candidate that another gave: the browser then speaks to that address by itself.
          for (const host of stun) {
            const [, address, port] = /^(.*):(\d+)$/.exec(host);
            await peer.setRemoteDescription({ type: 'answer', sdp: peer.localDescription.sdp.replace('a=setup:actpass', 'a=setup:active') }).catch(() => {});
            await peer.addIceCandidate({ candidate: `candidate:1 1 udp 2113937151 ${address} ${port} typ host`, sdpMid: '0', sdpMLineIndex: 0 }).catch(() => {});
          }
          answers.transport = await within((async () => new WebTransport(`https://${targets[0]}/`).ready)().then(() => 'OPENED', () => 'refused'));
          await new Promise(done => setTimeout(done, 2000));
          return JSON.stringify({ answers, candidates });
        }
        """;

    private static readonly string[] s_elsewhere =
    [
        "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.0.1", "[fe80::1]", "[fd00::1]", "example.com", "pyscript.net", "metadata.google.internal", "0x7f.1",
    ];

    [Fact]
    public async Task The_browsers_own_sandbox_is_on()
    {
        await using var lease = await stage.Pool.TakeAsync(TestContext.Current.CancellationToken);
        var page = await lease.Browser.NewPageAsync();
        await page.GotoAsync("chrome://sandbox");
        (await page.InnerTextAsync("body")).ShouldContain("You are adequately sandboxed.");
    }

    [Fact]
    public async Task A_page_reaches_its_project_and_the_runtime_and_nothing_else_by_any_way()
    {
        using var four = new TcpListener(IPAddress.Loopback, 0);
        using var all = new TcpListener(IPAddress.Any, 0);
        using var six = new TcpListener(IPAddress.IPv6Loopback, 0);
        using var datagrams = new UdpClient(new IPEndPoint(IPAddress.Any, 0));
        foreach (var listener in (TcpListener[])[four, all, six]) listener.Start();
        var secret = await stage.Author.PublishedAsync(("index.html", "<p>another project</p>"));
        var project = await PublishedAsync("<p>tries everything</p>");
        await using var visit = await BeginAsync(project);

        var port = PortOf(datagrams.Client.LocalEndPoint!);
        string[] targets =
        [
            $"127.0.0.1:{PortOf(four.LocalEndpoint)}", $"localhost:{PortOf(four.LocalEndpoint)}", $"127.0.0.1:{PortOf(all.LocalEndpoint)}", $"{OwnAddress()}:{PortOf(all.LocalEndpoint)}",
            $"0.0.0.0:{PortOf(all.LocalEndpoint)}", $"[::1]:{PortOf(six.LocalEndpoint)}", $"localhost:{stage.HubPort}", $"127.0.0.1:{stage.HubPort}", "127.0.0.1:5432",
            new Uri(secret.Text("contentUrl")).Authority, .. s_elsewhere,
        ];
        var text = await visit.Page.EvaluateAsync<string>(TryAll, new object[] { targets, new[] { $"127.0.0.1:{port}", $"{OwnAddress()}:{port}" } }).WaitAsync(TimeSpan.FromMinutes(3));
        var said = JsonDocument.Parse(text).RootElement;

        foreach (var answer in said.GetProperty("answers").EnumerateObject()) answer.Value.GetString().ShouldBe("refused", answer.Name);
        said.GetProperty("candidates").GetArrayLength().ShouldBe(0, said.ToString());
        foreach (var listener in (TcpListener[])[four, all, six]) listener.Pending().ShouldBeFalse();
        datagrams.Available.ShouldBe(0);
        visit.Lease.Refused.ShouldContain(text => text.StartsWith($"http://127.0.0.1:{PortOf(four.LocalEndpoint)}/", StringComparison.Ordinal));
        visit.Lease.Refused.ShouldContain($"127.0.0.1:{PortOf(four.LocalEndpoint)}", "a WebSocket asks for a tunnel");

        // And its own is reached still, and the runtime's.
        (await visit.Page.EvaluateAsync<int>("() => fetch('/').then(r => r.status)")).ShouldBe(200);
        (await visit.Page.EvaluateAsync<bool>($"() => fetch('http://runtime.localhost:{stage.HubPort}/').then(() => true)")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_refused_request_is_told_and_what_the_browser_asks_by_itself_is_not()
    {
        var quiet = await PublishedAsync("<p>asks nothing</p>");
        await using (var visit = await BeginAsync(quiet))
        {
            // Chromium's own first requests come within seconds of its start.
            await Task.Delay(5_000, TestContext.Current.CancellationToken);
            visit.Lease.Refused.ShouldBeEmpty();
        }
        var asking = await PublishedAsync("<img src='http://example.com/picture.png'><img src='https://example.com/picture.png'>");
        await using (var visit = await BeginAsync(asking)) visit.Lease.Refused.ShouldBe(["http://example.com/picture.png", "example.com:443"], ignoreOrder: true);
        await using (var visit = await BeginAsync(quiet)) visit.Lease.Refused.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_private_projects_page_is_reached_by_the_run_that_has_its_address_alone()
    {
        var project = await (await stage.Author.ImportAsync(Zip.Of(("index.html", "<p>private</p>")))).JsonAsync(HttpStatusCode.Created);
        var grant = await (await stage.Author.PostAsync($"/api/v1/projects/{project.Text("id")}/grants", null)).JsonAsync();
        var other = await PublishedAsync("<p>wants to see it</p>");
        await using (var visit = await BeginAsync(other))
        {
            (await Should.ThrowAsync<PlaywrightException>(() => visit.Page.GotoAsync(grant.Text("url")))).Message.ShouldContain("ERR_HTTP_RESPONSE_CODE_FAILURE");
            visit.Lease.Refused.ShouldBe([grant.Text("url")]);
        }
        await using var own = await BeginAsync(new Uri(grant.Text("url")));
        (await own.Page.InnerTextAsync("p")).ShouldBe("private");
    }

    // The short form has one for each way in which memory is taken, with control groups or without.
    public static TheoryData<bool, string> Hogs()
    {
        const string Arrays = "const kept = []; for (;;) kept.push(new Array(1e6).fill(Math.random()))";
        const string Wasm = "const kept = []; for (;;) { const m = new WebAssembly.Memory({ initial: 8192, maximum: 65536 }); new Uint8Array(m.buffer).fill(1); kept.push(m) }";
        const string Workers = $"for (let i = 0; i < 40; i++) new Worker(URL.createObjectURL(new Blob(['{Arrays}'])))";
        var hogs = new TheoryData<bool, string> { { true, Arrays }, { false, Wasm }, { false, Workers } };
        if (FullForm.IsAsked) hogs.AddRange((false, Arrays), (true, Wasm), (true, "for (const kept = []; ;) kept.push(new Blob([new Uint8Array(5e7).fill(1)]))"));
        return hogs;
    }

    [Theory]
    [MemberData(nameof(Hogs))]
    public async Task A_page_that_takes_all_memory_ends_by_itself_and_the_next_runs(bool usesControlGroups, string hog)
    {
        var bounds = new JailBounds { UsesControlGroups = usesControlGroups };
        await using var pool = stage.NewPool(new SmokeOptions { Bounds = bounds, Parallel = 1 });
        var project = await PublishedAsync("<p>hungry</p>");
        long? peak;
        await using (var visit = await BeginAsync(project, pool))
        {
            var over = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            visit.Page.Crash += (_, _) => over.TrySetResult("crashed");
            visit.Page.PageError += (_, error) => over.TrySetResult(error);
            visit.Lease.Browser.Disconnected += (_, _) => over.TrySetResult("the browser ended");
            visit.Page.Console += (_, message) => over.TrySetResult(message.Text);
            await visit.Page.EvaluateAsync($$"""() => { setTimeout(() => { {{hog}} }) }""");
            // What does not end is a time-out of the run: memory is bounded all the same.
            await Task.WhenAny(over.Task, Task.Delay(30_000, TestContext.Current.CancellationToken));
            peak = visit.Lease.PeakMemory;
            visit.Lease.Spoil();
        }
        peak.ShouldNotBeNull().ShouldBeLessThan(bounds.Memory + (usesControlGroups ? 64L << 20 : 1024L << 20));
        peak.Value.ShouldBeGreaterThan(300L << 20, "it was hungry");
        await using var next = await BeginAsync(project, pool);
        (await next.Page.InnerTextAsync("p")).ShouldBe("hungry");
    }

    [Fact]
    public async Task A_browser_is_kept_for_20_runs_unless_it_is_spoilt_or_gone()
    {
        await using var pool = stage.NewPool(new SmokeOptions { Parallel = 1 });
        var runs = new List<int>();
        for (var i = 0; i < 21; i++)
        {
            await using var lease = await pool.TakeAsync(TestContext.Current.CancellationToken);
            runs.Add(lease.Run);
        }
        // One that is kept ready may take a turn.
        runs.Max().ShouldBeLessThanOrEqualTo(20);
        runs.Count(run => run == 1).ShouldBeInRange(2, 3);

        await using (var lease = await pool.TakeAsync(TestContext.Current.CancellationToken)) lease.Spoil();
        IBrowser killed;
        await using (var lease = await pool.TakeAsync(TestContext.Current.CancellationToken))
        {
            killed = lease.Browser;
            await killed.CloseAsync();
        }
        await using (var lease = await pool.TakeAsync(TestContext.Current.CancellationToken))
        {
            lease.Browser.ShouldNotBe(killed);
            lease.Browser.IsConnected.ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Nothing_is_left_of_a_pool_that_has_ended()
    {
        var before = Leftovers();
        var pool = stage.NewPool(new SmokeOptions { Parallel = 2 });
        var held = await pool.TakeAsync(TestContext.Current.CancellationToken);
        await using (await pool.TakeAsync(TestContext.Current.CancellationToken)) held.Browser.IsConnected.ShouldBeTrue();
        var folder = Leftovers().Except(before).ShouldHaveSingleItem();
        await pool.DisposeAsync();
        await held.DisposeAsync();
        Directory.Exists(folder).ShouldBeFalse();
        ProcessesNaming(folder).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_runs_on_when_the_hub_is_killed_and_the_next_hub_removes_its_folder()
    {
        var folder = "";
        await using (var hub = await HubChild.StartAsync(await HubServer.NewDatabaseAsync(), ("Hub:Roles", "web,worker")))
        {
            // The worker tries its browser as soon as it is there. Pools of other tests begin and end meanwhile.
            await UntilAsync(() =>
            {
                var own = ProcessTree.Of(hub.Pid).Select(ProcessTree.CommandOf).ToList();
                folder = Leftovers().Find(made => own.Exists(command => command.Contains(made, StringComparison.Ordinal))) ?? "";
                return folder.Length > 0 && own.Exists(command => command.Contains("--type=zygote", StringComparison.Ordinal));
            });
            await hub.KillAsync();
            await UntilAsync(() => ProcessesNaming(folder).Count == 0);
        }
        await using var pool = stage.NewPool(new SmokeOptions());
        await pool.CheckAsync(TestContext.Current.CancellationToken);
        Directory.Exists(folder).ShouldBeFalse();
    }

    [Fact]
    public async Task A_browser_that_does_not_start_is_told_with_what_it_said()
    {
        var program = Path.Combine(Path.GetTempPath(), $"no-chromium-{Guid.NewGuid():N}", "chromium");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        try
        {
            File.Copy("/bin/ls", program);
            await using var pool = stage.NewPool(new SmokeOptions { Browser = program });
            var off = await Should.ThrowAsync<SmokeTestsOffException>(() => pool.CheckAsync(TestContext.Current.CancellationToken));
            off.Message.ShouldStartWith("the browser does not start.");
            off.Message.ShouldContain("unrecognized option");
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(program)!, recursive: true);
        }
    }

    [Fact]
    public async Task When_Playwrights_own_process_ends_another_is_started()
    {
        await using var pool = stage.NewPool(new SmokeOptions { Parallel = 1 });
        var before = Leftovers();
        await pool.CheckAsync(TestContext.Current.CancellationToken);
        var launchers = Leftovers().Except(before).SelectMany(ProcessesNaming).ToList();
        var driver = launchers.Select(ProcessTree.ParentOf).First(parent => parent is { } pid && !launchers.Contains(pid));
        ProcessTree.CommandOf(driver!.Value).ShouldContain("playwright");
        using (var process = Process.GetProcessById(driver.Value)) process.Kill();
        var project = await PublishedAsync("<p>again</p>");
        // What is idle does not know yet.
        await using var visit = await UntilItRunsAsync(() => BeginAsync(project, pool));
        (await visit.Page.InnerTextAsync("p")).ShouldBe("again");
    }

    [Fact]
    public async Task Without_a_browser_it_is_said_what_to_install()
    {
        await using var pool = stage.NewPool(new SmokeOptions { Browser = "/nowhere/chromium" });
        (await Should.ThrowAsync<SmokeTestsOffException>(() => pool.CheckAsync(TestContext.Current.CancellationToken))).Message.ShouldStartWith("no browser");
        pool.BrowserName.ShouldBeNull();
    }

    [Fact]
    public async Task Without_the_jail_the_allow_list_holds_all_the_same()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var pool = stage.NewPool(new SmokeOptions { Sandbox = SmokeSandbox.None });
        var project = await PublishedAsync($"<p>no jail</p><img src='http://127.0.0.1:{PortOf(listener.LocalEndpoint)}/x.png'>");
        await using var visit = await BeginAsync(project, pool);
        (await visit.Page.InnerTextAsync("p")).ShouldBe("no jail");
        visit.Lease.Refused.ShouldBe([$"http://127.0.0.1:{PortOf(listener.LocalEndpoint)}/x.png"]);
        listener.Pending().ShouldBeFalse();
    }

    private Task<Visit> BeginAsync(Uri page, BrowserPool? pool = null) => Visit.BeginAsync(pool ?? stage.Pool, page);

    private async Task<Uri> PublishedAsync(string body) =>
        new((await stage.Author.PublishedAsync(("index.html", $"<!doctype html><html lang=en><body>{body}</body></html>"))).Text("contentUrl"));

    // As the worker does: a fault of the browser is no verdict.
    private static async Task<Visit> UntilItRunsAsync(Func<Task<Visit>> begin)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await begin();
            }
            catch (Exception e) when (attempt < 3 && e is BrowserFaultException or PlaywrightException)
            {
                await Task.Delay(500);
            }
        }
    }

    private static int PortOf(EndPoint endpoint) => ((IPEndPoint)endpoint).Port;

    private static string OwnAddress() =>
        Dns.GetHostAddresses(Dns.GetHostName()).FirstOrDefault(a => a.AddressFamily is AddressFamily.InterNetwork && !IPAddress.IsLoopback(a))?.ToString() ?? "127.0.0.2";

    private static List<string> Leftovers() => [.. Directory.EnumerateDirectories(Path.GetTempPath(), "pyscript-hub-browsers-*")];

    private static List<int> ProcessesNaming(string folder) =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && ProcessTree.CommandOf(pid).Contains(folder, StringComparison.Ordinal))];

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var watch = Stopwatch.StartNew(); !isSo(); await Task.Delay(100))
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90));
    }

    /// <summary>A page that is open, in a lease of its own.</summary>
    private sealed class Visit : IAsyncDisposable
    {
        private readonly IBrowserContext _context;

        private Visit(BrowserLease lease, IBrowserContext context, IPage page) => (Lease, _context, Page) = (lease, context, page);

        public BrowserLease Lease { get; }

        public IPage Page { get; }

        public static async Task<Visit> BeginAsync(BrowserPool pool, Uri address)
        {
            var lease = await pool.TakeAsync(address, TestContext.Current.CancellationToken);
            try
            {
                var context = await lease.Browser.NewContextAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Block });
                var page = await context.NewPageAsync();
                await page.GotoAsync(address.AbsoluteUri, new() { Timeout = 60_000 });
                return new Visit(lease, context, page);
            }
            catch
            {
                lease.Spoil();
                await lease.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                if (Lease.Browser.IsConnected) await _context.CloseAsync().WaitAsync(TimeSpan.FromSeconds(10));
            }
            catch (Exception e) when (e is PlaywrightException or TimeoutException)
            {
                Lease.Spoil();
            }
            await Lease.DisposeAsync();
        }
    }

    /// <summary>One hub and one pool for the class.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private HubServer _hub = null!;

        public HttpClient Author { get; private set; } = null!;

        public BrowserPool Pool { get; private set; } = null!;

        public int HubPort => _hub.Options.PublicUrl.Port;

        public BrowserPool NewPool(SmokeOptions options) =>
            new(options, new SmokeSurroundings { PublicUrl = _hub.Options.PublicUrl, ContentDomain = "localhost" }, NullLogger<BrowserPool>.Instance);

        public async ValueTask InitializeAsync()
        {
            _hub = await HubServer.StartAsync();
            Author = await _hub.UserAsync("author", isAdministrator: true);
            Pool = NewPool(new SmokeOptions());
        }

        public async ValueTask DisposeAsync()
        {
            await Pool.DisposeAsync();
            await _hub.DisposeAsync();
        }
    }
}
