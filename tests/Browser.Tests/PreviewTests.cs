using System.Text.Json;
using Microsoft.Playwright;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests;

/// <summary>A draft runs beside the editor: what it prints is heard, and whatever it does, the editor stays alive and itself.</summary>
public sealed class PreviewTests(PublishedPageTests.Stage stage) : IClassFixture<PublishedPageTests.Stage>
{
    private const string Core = "<script type=\"module\" src=\"https://pyscript.net/releases/2026.7.3/core.js\"></script>";

    [Theory]
    [InlineData("py", "")]
    [InlineData("mpy", "")]
    [InlineData("py", " worker")]
    [InlineData("mpy", " worker")]
    public async Task Prints_are_shown_and_a_traceback_names_the_lines_of_the_project(string type, string worker)
    {
        await using var editor = await OpenAsync(
            ("index.html", $"{Core}\n<script type=\"{type}\" src=\"main.py\" config=\"pyscript.toml\"{worker}></script>"),
            ("main.py", "import tool\nprint('hello')\n\ntool.boom()\n"),
            ("tool.py", "def boom():\n    return 1 / 0\n"),
            ("pyscript.toml", "[files]\n\"tool.py\" = \"\"\n"));
        await editor.RunAsync("failed");
        (await editor.LinesAsync()).ShouldContain("log hello");
        (await editor.PlacesAsync()).ShouldBe(["Open main.py, line 4", "Open tool.py, line 2"]);
        (await editor.LinesAsync()).Count(line => line.Contains("ZeroDivisionError", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData("py", "")]
    [InlineData("mpy", " worker")]
    public async Task A_traceback_of_a_script_in_the_page_names_lines_of_the_page(string type, string worker)
    {
        await using var editor = await OpenAsync(("index.html", $"<!doctype html>\n{Core}\n<p>\n<script type=\"{type}\"{worker}>\n    x = 1\n    nobody_knows\n</script>"));
        await editor.RunAsync("failed");
        (await editor.PlacesAsync()).ShouldBe(["Open index.html, line 6"]);
    }

    [Theory]
    [InlineData("py")]
    [InlineData("mpy")]
    public async Task Input_in_a_worker_is_answered_in_the_console(string type)
    {
        await using var editor = await OpenAsync(("index.html", $"{Core}<script type=\"{type}\" worker>\nname = input('Name? ')\nprint('Hello', name, len(input()))</script>"));
        await editor.RunAsync("running");
        await editor.AnswerAsync("The project asks: Name?", "Ada ß €");
        await editor.AnswerAsync("The project waits for input", "");
        await editor.UntilLineAsync("log Hello Ada ß € 0");
    }

    [Theory]
    [InlineData("py")]
    [InlineData("mpy")]
    public async Task Input_on_the_main_thread_fails_with_what_to_do(string type)
    {
        await using var editor = await OpenAsync(("index.html", $"{Core}<script type=\"{type}\">\ninput('Name? ')</script>"));
        await editor.RunAsync("failed");
        (await editor.LinesAsync()).ShouldContain(line => line.StartsWith("error", StringComparison.Ordinal) && line.Contains("Add the attribute worker to the script", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" worker")]
    public async Task What_goes_to_stderr_is_said_once_though_PyScript_shows_it_in_the_page_too(string worker)
    {
        await using var editor = await OpenAsync(("index.html", $"{Core}<script type=\"py\"{worker}>\nimport sys\nprint('careful', file=sys.stderr)</script>"));
        await editor.RunAsync("done");
        (await editor.LinesAsync()).Where(line => line.Contains("careful", StringComparison.Ordinal)).ShouldBe(["error careful"]);
        (await editor.Page.Locator(".console-count").CountAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData("py")]
    [InlineData("mpy")]
    public async Task A_loop_without_end_is_said_stopped_and_run_again_while_the_editor_answers(string type)
    {
        await using var editor = await OpenAsync(("index.html", $"{Core}<script type=\"{type}\">\nprint('before')\nprint('and')\nwhile True: pass</script>"));
        for (var run = 0; run < 3; run++)
        {
            await editor.RunAsync("unresponsive");
            await editor.UntilLineAsync("log and");
            (await editor.MedianDelayAsync()).ShouldBeLessThan(100);
            await editor.StopAsync();
        }
    }

    [Theory]
    [InlineData("py", "")]
    [InlineData("mpy", "")]
    [InlineData("mpy", " worker")]
    public async Task Output_without_end_neither_freezes_the_editor_nor_grows_it(string type, string worker)
    {
        await using var editor = await OpenAsync(("index.html", $"{Core}<script type=\"{type}\"{worker}>\ni = 0\nwhile True:\n    i += 1\n    print('line', i)</script>"));
        await editor.RunAsync("running|unresponsive");
        await editor.UntilLineAsync("are left out", part: true);
        (await editor.MedianDelayAsync()).ShouldBeLessThan(100);
        await editor.Page.WaitForTimeoutAsync(2_000);
        (await editor.MedianDelayAsync()).ShouldBeLessThan(100);
        (await editor.LinesAsync()).Count.ShouldBeLessThanOrEqualTo(2_000);
    }

    [Fact]
    public async Task One_line_printed_without_end_is_counted()
    {
        await using var editor = await OpenAsync(("index.html", $"{Core}<script type=\"mpy\">\nwhile True: print('x')</script>"));
        await editor.RunAsync("unresponsive");
        (await editor.LinesAsync()).ShouldBe(["log x"]);
        (await editor.MedianDelayAsync()).ShouldBeLessThan(100);
    }

    [Fact]
    public async Task Dialogs_without_end_are_answered()
    {
        await using var editor = await OpenAsync(("index.html", "<script>for (let n = 0; n < 500; n++) alert('again'); console.log('over', confirm('sure?'), prompt('who?'))</script>"));
        await editor.RunAsync("done");
        var lines = await editor.LinesAsync();
        lines.ShouldContain("log over false null");
        lines.ShouldContain(line => line.Contains("many dialogs in a row", StringComparison.Ordinal));
        lines.Count.ShouldBeLessThan(20);
    }

    [Fact]
    public async Task Whatever_a_page_logs_is_text_and_bounded()
    {
        await using var editor = await OpenAsync(("index.html", """
            <p>a page without Python
            <script>
            const circle = {}; circle.self = circle;
            console.log(circle);
            console.log('<img src=x onerror="parent.hacked = 1">');
            console.log(new Proxy({}, { get() { throw 1 }, ownKeys() { throw 1 }, has() { throw 1 } }));
            console.warn('y'.repeat(1 << 20));
            console.log('\u001b[31mred\u001b[0m');
            setTimeout(() => { missing() }, 100);
            Promise.reject(new TypeError('nobody waits'));
            </script>
            <img src="no-such.png">
            """));
        await editor.RunAsync("failed");
        await editor.UntilLineAsync("missing is not defined", part: true);
        var lines = await editor.LinesAsync();
        lines.ShouldContain("log {self: (circular)}");
        lines.ShouldContain("log <img src=x onerror=\"parent.hacked = 1\">");
        lines.ShouldContain("log (something that cannot be shown)");
        lines.ShouldContain("log red");
        lines.ShouldContain("error <img> could not be loaded: no-such.png");
        lines.ShouldContain(line => line.Contains("TypeError: nobody waits", StringComparison.Ordinal));
        lines.Single(line => line.StartsWith("warn", StringComparison.Ordinal)).Length.ShouldBeLessThan(10_100);
        (await editor.PlacesAsync()).ShouldContain("Open index.html, line 9");
        (await editor.Page.EvaluateAsync<bool>("document.querySelector('.ansi-red') !== null && !document.querySelector('.console img')")).ShouldBeTrue();
    }

    [Fact]
    public async Task Forged_messages_change_nothing_but_text_in_the_console()
    {
        const string Page = """
            <script>
            // The port that the bridge gets, caught on its way.
            const ports = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'ports').get;
            Object.defineProperty(MessageEvent.prototype, 'ports', { get() {
              const given = ports.call(this);
              if (given[0]) forge(given[0]);
              return given;
            } });
            const forge = port => {
              for (const forged of [
                { kind: 'save', text: 'gone' }, { kind: 'open', url: 'https://evil.example/' }, { kind: 'navigate', href: '/' }, { kind: 'phase', phase: 'stopped' },
                { kind: 'lines', lines: [{ level: 'error', text: 'File "main.py", line 99999', count: 1, time: 1, from: 'main', uncaught: true, place: { file: '../x', line: 1 } }], dropped: 0 },
                { kind: 'lines', lines: [{ level: 'log', text: '<b id=forged>bold</b>', count: 1e9, time: 1e300, from: 'main', html: '<b id=forged>' }], dropped: 1e9 },
                { kind: 'lines', lines: [{ level: 'x onclick=1', text: {}, count: -1 }], dropped: 'many' },
                { kind: 'input', prompt: '<b id=forged>Your password?</b>' }, 'text', null, [1], { __proto__: { kind: 'pong' } },
              ]) port.postMessage(forged);
            };
            for (const target of [parent, top]) for (const message of ['pyscript-hub:hello', { kind: 'save' }, { type: 'open', url: 'https://evil.example/' }, 'pyscript-hub:port'])
              target.postMessage(message, '*');
            parent.postMessage('pyscript-hub:hello', '*');
            try { top.location = 'https://evil.example/' } catch (error) { console.log('kept in:', error.name) }
            try { parent.document.title = 'mine' } catch (error) { console.log('kept out:', error.name) }
            </script>
            <iframe src="data:text/html,<script>top.postMessage('pyscript-hub:hello','*')</script>"></iframe>
            """;
        await using var editor = await OpenAsync(("index.html", Page), ("main.py", "x = 1\n"));
        var before = await editor.RevisionAsync();
        var address = editor.Page.Url;
        var title = await editor.Page.TitleAsync();
        await editor.RunAsync("done|failed|starting|running");
        await editor.UntilLineAsync("log kept out: SecurityError");
        await editor.UntilLineAsync("log <b id=forged>bold</b>");
        await editor.Page.WaitForTimeoutAsync(3_000);
        editor.Page.Url.ShouldBe(address);
        (await editor.Page.TitleAsync()).ShouldBe(title);
        (await editor.Page.EvaluateAsync<int>("document.querySelectorAll('#forged').length")).ShouldBe(0);
        (await editor.RevisionAsync()).ShouldBe(before);
        (await editor.PlacesAsync()).ShouldBeEmpty();
        editor.Visit.Violations.ShouldBeEmpty();
        await editor.StopAsync();
    }

    [Theory]
    [InlineData("<script>setTimeout(() => { document.open(); document.write('<p>written<script>console.log(\"written\"); setTimeout(() => nobody(), 1500)<\\/script>'); document.close() }, 200)</script>", "nobody is not defined")]
    [InlineData("<script>for (const name of ['removeEventListener', 'addEventListener']) window[name] = () => {}; onmessage = onerror = null; setTimeout = () => {}; MessagePort.prototype.postMessage = () => {}; nobody()</script>", "nobody is not defined")]
    [InlineData("<script>if (!location.search) location.href = '?again'; else console.log('second page')</script>", "second page")]
    public async Task The_console_outlives_what_a_page_does_to_itself(string page, string line)
    {
        await using var editor = await OpenAsync(("index.html", page));
        await editor.RunAsync("done|failed|running|starting");
        await editor.UntilLineAsync(line, part: true);
    }

    [Fact]
    public async Task A_page_that_floods_the_port_itself_is_not_listened_to_any_more_and_the_editor_answers()
    {
        const string Page = """
            <script>
            const ports = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'ports').get;
            Object.defineProperty(MessageEvent.prototype, 'ports', { get() {
              const given = ports.call(this);
              if (given[0]) setInterval(() => given[0].postMessage({ kind: 'lines', dropped: 0, lines: Array.from({ length: 50 }, (_, n) =>
                ({ level: 'log', text: `File "a.py", line ${n} `.repeat(400), count: 1, time: 1, from: 'main' })) }), 1);
              return given;
            } });
            </script>
            """;
        await using var editor = await OpenAsync(("index.html", Page), ("a.py", "x = 1\n"));
        await editor.RunAsync("done|failed|starting|running");
        await editor.UntilLineAsync("warn The page sends more than the console can take; it is not listened to any more.");
        (await editor.MedianDelayAsync()).ShouldBeLessThan(100);
        await editor.StopAsync();
    }

    [Fact]
    public async Task A_page_that_takes_the_focus_again_and_again_from_somebody_who_writes_is_stopped()
    {
        const string Page = """
            <input id="trap">
            <script>setInterval(() => document.querySelector('#trap').focus(), 20); onkeydown = event => console.log('caught', event.key)</script>
            """;
        await using var editor = await OpenAsync(("index.html", Page), ("main.py", ""));
        await editor.Page.GetByRole(AriaRole.Treeitem, new() { Name = "main.py" }).ClickAsync();
        await editor.Page.Locator(".cm-content").ClickAsync();
        await editor.RunAsync("done|failed|starting|running");
        await editor.Page.Locator(".cm-content").ClickAsync();
        await editor.UntilLineAsync("warn The page took the focus again and again while you wrote; it was stopped.");
        await editor.Page.Keyboard.TypeAsync("password = 'secret of mine'", new() { Delay = 40 });
        (await editor.Page.Locator(".cm-content").InnerTextAsync()).ShouldContain("secret of mine");
        (await editor.LinesAsync()).ShouldNotContain(line => line.Contains("caught", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_frame_that_goes_elsewhere_is_not_listened_to()
    {
        var other = await stage.Author.PublishedAsync(("index.html", "<script>parent.postMessage('pyscript-hub:hello','*'); addEventListener('message', e => e.ports[0]?.postMessage({kind:'lines',dropped:0,lines:[{level:'log',text:'from elsewhere',count:1,time:1,from:'main'}]}))</script>"));
        await using var editor = await OpenAsync(("index.html", $"<script>console.log('leaving'); setTimeout(() => {{ location.href = '{other.Text("contentUrl")}' }}, 500)</script>"));
        await editor.RunAsync("done");
        await editor.UntilLineAsync("log leaving");
        await editor.Page.WaitForTimeoutAsync(4_000);
        (await editor.LinesAsync()).ShouldBe(["log leaving"]);
        await editor.StopAsync();
    }

    [Fact]
    public async Task A_published_page_carries_no_bridge_and_a_draft_does_with_Python_or_without()
    {
        var project = await stage.Author.PublishedAsync(("index.html", Core + "<script type=py>1</script>"), ("plain.html", "<!doctype html><title>x</title><p>plain"));
        var draft = (await (await stage.Author.PostAsync($"/api/v1/projects/{project.Text("id")}/grants", null)).JsonAsync()).Text("url");
        foreach (var page in new[] { "", "plain.html" })
        {
            (await stage.Author.GetStringAsync(project.Text("contentUrl") + page)).ShouldNotContain("bridge");
            (await stage.Author.GetStringAsync(draft + page)).ShouldContain("/.hub/bridge.");
        }
    }

    private async Task<EditorPage> OpenAsync(params (string Path, string Content)[] files)
    {
        var name = $"teacher-{Guid.NewGuid():n}"[..20];
        var author = await stage.PersonAsync(name);
        var made = await author.CreateAsync(new { name = "Lesson", files = files.ToDictionary(file => file.Path, file => file.Content) });
        var visit = await stage.VisitAsync();
        await stage.SignInAsync(visit.Page, name);
        await visit.Page.GotoAsync(made.Text("editUrl"));
        return new EditorPage(visit, author, made);
    }

    /// <summary>The editor as a person uses it, as far as the preview goes: where things are on the page stands here alone.</summary>
    private sealed class EditorPage(PublishedPageTests.Visit visit, HttpClient author, JsonElement project) : IAsyncDisposable
    {
        public PublishedPageTests.Visit Visit => visit;

        public IPage Page => visit.Page;

        public async Task RunAsync(string until)
        {
            await Page.Locator(".button.run").ClickAsync();
            await UntilStateAsync(until);
        }

        public async Task StopAsync()
        {
            await Page.Locator(".button.stop").ClickAsync();
            await UntilStateAsync("stopped");
        }

        public async Task AnswerAsync(string asked, string answer)
        {
            var field = Page.GetByLabel(asked, new() { Exact = true });
            await field.FillAsync(answer, new() { Timeout = 60_000 });
            await field.PressAsync("Enter");
        }

        public async Task<IReadOnlyList<string>> LinesAsync() => await Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('.console-line')].map(line => line.className.replace('console-line console-', '') + ' ' + line.querySelector('.console-text').textContent.trimEnd())");

        public async Task<IReadOnlyList<string>> PlacesAsync() => await Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.console-place')].map(place => place.title)");

        public Task UntilLineAsync(string line, bool part = false) => Page.WaitForFunctionAsync(
            "([wanted, part]) => [...document.querySelectorAll('.console-line')].some(line => { const text = line.className.replace('console-line console-', '') + ' ' + line.querySelector('.console-text').textContent.trimEnd(); return part ? text.includes(wanted) : text === wanted })",
            new object[] { line, part }, new() { Timeout = 60_000 });

        /// <summary>Milliseconds from a key that is pressed until the page has drawn what follows from it.</summary>
        public Task<double> MedianDelayAsync() => Page.EvaluateAsync<double>("""
            async () => {
              const delays = [];
              for (let n = 0; n < 21; n++) {
                const begun = performance.now();
                await new Promise(done => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0) });
                delays.push(performance.now() - begun);
                await new Promise(done => setTimeout(done, 40));
              }
              return delays.sort((a, b) => a - b)[10];
            }
            """);

        public async Task<int> RevisionAsync() => (await (await author.GetAsync($"/api/v1/projects/{project.Text("id")}")).JsonAsync()).GetProperty("revision").GetInt32();

        public ValueTask DisposeAsync() => visit.DisposeAsync();

        private Task UntilStateAsync(string states) => Page.WaitForFunctionAsync(
            "states => new RegExp(`^(${states})$`).test(document.querySelector('.editor-preview').dataset.state)", states, new() { Timeout = 90_000 });
    }
}
