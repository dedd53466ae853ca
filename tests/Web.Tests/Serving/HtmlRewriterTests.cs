using System.Text;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Serving.Rewriting;
using static PyScriptHub.Web.Tests.Serving.RewriteFixture;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class HtmlRewriterTests
{
    private const string BridgeLine = "<script src=\"http://x.localhost:5080/.hub/bridge.abc.js\" data-hub=\"http://localhost:5080\"></script>";
    private static readonly RewriteRequest s_draft = Request with { Bridge = new("http://x.localhost:5080/.hub/bridge.abc.js", "http://localhost:5080") };

    private const string Core = "https://pyscript.net/releases/2026.7.3/core.js";
    private const string Here = RuntimeUrl + "/pyscript/0.7.31/core.js";
    private const string CoreScript = "<script type=module src=\"" + Core + "\"></script>";

    [Fact]
    public void A_page_for_the_CDN_comes_from_the_hub()
    {
        const string Page = """
            <!doctype html>
            <html><head><meta charset="utf-8"><title>Größe 😀</title>
            <link rel="stylesheet" href="https://pyscript.net/releases/2026.7.3/core.css">
            <script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script>
            </head><body><script type="mpy" worker>print(1)</script></body></html>
            """;

        Rewrite(Page).ShouldBe($"""
            <!doctype html>
            <html><head><meta charset="utf-8"><title>Größe 😀</title>
            <link rel="stylesheet" href="{RuntimeUrl}/pyscript/0.7.31/core.css">
            {CoreLinks}{StorageLines}<script type="module" src="{Here}"></script>
            </head><body><script type="mpy" worker>print(1)</script></body></html>
            """);
    }

    [Theory]
    [InlineData("<script src='@'></script>")]
    [InlineData("<script src=@></script>")]
    [InlineData("<SCRIPT TYPE=module SRC = \"@\" async></SCRIPT>")]
    [InlineData("<script\n\tsrc\n=\n'@'\n></script>")]
    [InlineData("<script src=\" @ \"></script>", "<script src=\"@\"></script>")]
    [InlineData("<script src='@' src='@'></script>", "<script src='@' src='#'></script>")]
    [InlineData("<script src=\"@?a=1&amp;b=2\"></script>")]
    [InlineData("<link rel=modulepreload href=@>")]
    [InlineData("<script type=module>import '@'</script>")]
    [InlineData("<script>import(\"@\")</script>")]
    [InlineData("<script type=importmap>{\"imports\":{\"p\":\"@\"}}</script>")]
    [InlineData("<template><script src='@'></script></template>")]
    [InlineData("<noframes><p></noframes><script src='@'></script>")]
    [InlineData("<svg><title><script src='@'></script></title></svg>")]
    [InlineData("<table><script src='@'></script></table>")]
    [InlineData("<script src='@' data-x='&lt;\u0000'></script>")]
    public void An_address_is_led_and_all_around_it_stays(string page, string? expected = null)
    {
        var whole = page + "\r\n" + CoreScript;

        RewriteInPlace(whole.Replace("@", Core, StringComparison.Ordinal)).ShouldBe(
            ((expected ?? page) + "\r\n" + CoreScript.Replace(Core, "@", StringComparison.Ordinal))
                .Replace("@", Here, StringComparison.Ordinal).Replace("#", Core, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("<!-- <script src='@'></script> -->")]
    [InlineData("<noscript><script src='@'></script></noscript>")]
    [InlineData("<textarea><script src='@'></script></textarea>")]
    [InlineData("<title><script src='@'></script></title>")]
    [InlineData("<a href='@'>core</a>")]
    [InlineData("<p data-src='@'>@</p>")]
    [InlineData("<iframe src='@'></iframe>")]
    [InlineData("<script type=py>x = '@'</script>")]
    [InlineData("<script type=application/json>{\"x\": \"@\"}</script>")]
    [InlineData("<py-config>x = '@'</py-config>")]
    [InlineData("<script>// '@'\n</script>")]
    [InlineData("<svg><script href='@'></script></svg>")]
    public void What_loads_nothing_stays(string part)
    {
        var page = CoreScript + part.Replace("@", Core, StringComparison.Ordinal);

        RewriteInPlace(page).ShouldBe(CoreScript.Replace(Core, Here, StringComparison.Ordinal) + part.Replace("@", Core, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<h1>Hello</h1><script>alert(1)</script>")]
    [InlineData("<script type=module src=./app.js></script><link rel=stylesheet href=https://fonts.example/a.css>")]
    [InlineData("<p>https://pyscript.net/latest/core.js</p>")]
    [InlineData("<script src=https://cdn.jsdelivr.net/pyodide/v0.29.3/full/pyodide.js></script>")]
    [InlineData("<link rel=stylesheet href=https://pyscript.net/latest/pyscript.css><script defer src=https://pyscript.net/latest/pyscript.js></script><py-script>1</py-script>")]
    public void A_page_without_the_runtime_is_handed_back_itself(string page)
    {
        var bytes = Encoding.UTF8.GetBytes(page);

        HtmlRewriter.Rewrite(bytes, Request with { Interpreter = Interpreter.Micropython }).Bytes.ShouldBeSameAs(bytes);
    }

    [Theory]
    [InlineData("<script type=\"py\">1</script>", "<script type=\"mpy\">1</script>")]
    [InlineData("<script type=py worker>1</script>", "<script type=mpy worker>1</script>")]
    [InlineData("<script type='PY'></script>", "<script type='MPY'></script>")]
    [InlineData("<script type=py-editor setup></script>", "<script type=mpy-editor setup></script>")]
    [InlineData("<script type=py-game></script>", "<script type=py-game></script>")]
    [InlineData("<script type=pyodide></script>", "<script type=pyodide></script>")]
    [InlineData("<py-script>print(1)</py-script>", "<mpy-script>print(1)</mpy-script>")]
    [InlineData("<PY-SCRIPT\n></PY-SCRIPT >", "<MPY-SCRIPT\n></MPY-SCRIPT >")]
    [InlineData("<py-config>name = 'py'</py-config>", "<mpy-config>name = 'py'</mpy-config>")]
    [InlineData("<button py-click=\"f\" id=py-click>py-click</button>", "<button mpy-click=\"f\" id=py-click>py-click</button>")]
    [InlineData("<button py-click=\"f\" mpy-click=g>x</button>", "<button py-click=\"f\" mpy-click=g>x</button>")]
    [InlineData("<!-- <py-script> --><template><py-script></py-script></template>", "<!-- <py-script> --><template><mpy-script></mpy-script></template>")]
    [InlineData("<style>script[type=py]{}</style><script>'<py-script>'</script>", "<style>script[type=py]{}</style><script>'<py-script>'</script>")]
    [InlineData("<py-scripts></py-scripts>", "<py-scripts></py-scripts>")]
    [InlineData("<py-script>never closed", "<mpy-script>never closed")]
    public void The_interpreter_is_switched_and_back(string pyodide, string micropython)
    {
        var script = CoreScript.Replace(Core, Here, StringComparison.Ordinal);

        RewriteInPlace(CoreScript + pyodide, Interpreter.Micropython).ShouldBe(script + micropython);
        RewriteInPlace(CoreScript + pyodide, Interpreter.Pyodide).ShouldBe(script + pyodide.Replace("mpy-click=g", "mpy-click=g", StringComparison.Ordinal));
        RewriteInPlace(CoreScript + micropython, Interpreter.Pyodide).ShouldBe(script + pyodide);
    }

    [Fact]
    public void The_other_config_stays_where_a_page_brings_one_for_each()
    {
        const string Configs = "<py-config>a = 1</py-config><mpy-config>b = 1</mpy-config>";

        RewriteInPlace(CoreScript + Configs, Interpreter.Micropython).ShouldEndWith(Configs);
        RewriteInPlace(CoreScript + Configs, Interpreter.Pyodide).ShouldEndWith(Configs);
    }

    [Fact]
    public void A_bare_PolyScript_page_keeps_its_interpreter()
    {
        const string Page = "<script type=module src=https://esm.run/polyscript></script><script type=micropython>1</script><py-script>x</py-script>";

        RewriteInPlace(Page, Interpreter.Micropython).ShouldBe(Page.Replace("https://esm.run/polyscript", RuntimeUrl + "/polyscript/0.20.20/dist/index.js", StringComparison.Ordinal));
        Inspect(Page).Interpreters.ShouldBe([Interpreter.Micropython]);
    }

    [Fact]
    public void A_sum_over_the_CDNs_bytes_goes_and_cookies_are_not_asked_for() =>
        RewriteInPlace($"<script src='{Core}' integrity=\"sha384-x\" crossorigin='use-credentials'></script>")
            .ShouldBe($"<script src='{Here}'  crossorigin='anonymous'></script>");

    [Fact]
    public void What_the_interpreter_on_the_main_thread_needs_is_preloaded() =>
        Rewrite(CoreScript + "<script type=py src=./main.py config=./pyscript.toml></script>", Request with { ReadProjectFile = _ => "packages = []" }).ShouldBe(
            CoreLinks
            + $"<link rel=\"modulepreload\" href=\"{RuntimeUrl}/pyodide/314.0.2/pyodide.mjs\" crossorigin>"
            + $"<link rel=\"modulepreload\" href=\"{RuntimeUrl}/pyodide/314.0.2/pyodide.asm.mjs\" crossorigin>"
            + $"<link rel=\"preload\" as=\"fetch\" href=\"{RuntimeUrl}/pyodide/314.0.2/pyodide.asm.wasm\" crossorigin>"
            + $"<link rel=\"preload\" as=\"fetch\" href=\"{RuntimeUrl}/pyodide/314.0.2/python_stdlib.zip\" crossorigin>"
            + $"<link rel=\"preload\" as=\"fetch\" href=\"{RuntimeUrl}/pyodide/314.0.2/pyodide-lock.json\" crossorigin>"
            + "<link rel=\"preload\" as=\"fetch\" href=\"./main.py\" crossorigin>"
            + "<link rel=\"preload\" as=\"fetch\" href=\"./pyscript.toml\" crossorigin>"
            + StorageLines + CoreScript.Replace(Core, Here, StringComparison.Ordinal)
            + "<script type=py src=./main.py config=./pyscript.toml></script>");

    [Theory]
    [InlineData("<script type=py>1</script>", "pyodide", true)]
    [InlineData("<py-script>1</py-script>", "pyodide", true)]
    [InlineData("<script type=mpy>1</script>", "micropython", true)]
    [InlineData("<script type=mpy>1</script>", "pyodide", false)]
    [InlineData("<script type=py worker>1</script>", "pyodide", false)]
    [InlineData("<script type=py-editor>1</script>", "pyodide", false)]
    [InlineData("<template><script type=py>1</script></template>", "pyodide", false)]
    [InlineData("<script type=py>1</script><py-config>interpreter = '0.29.3'</py-config>", "pyodide", false)]
    [InlineData("<script type=py>1</script><mpy-config>interpreter = '1'</mpy-config>", "pyodide", true)]
    [InlineData("<script type=py config='{\"interpreter\": \"x\"}'>1</script>", "pyodide", false)]
    [InlineData("<script type=py config=./unknown.toml>1</script>", "pyodide", false)]
    [InlineData("<script type=mpy>1</script><mpy-config>debug = true</mpy-config>", "micropython.wasm", false)]
    [InlineData("<script type=mpy>1</script><mpy-config>packages = ['ulab']</mpy-config>", "micropython.wasm", false)]
    public void Only_what_will_be_used_is_preloaded(string part, string name, bool isPreloaded) =>
        Rewrite(CoreScript + part).Contains("/" + name, StringComparison.Ordinal).ShouldBe(isPreloaded);

    [Fact]
    public void An_offline_core_brings_its_own_interpreters() =>
        Rewrite(CoreScript.Replace("type=module", "type=module offline", StringComparison.Ordinal) + "<script type=py></script>").ShouldNotContain("/pyodide/");

    [Fact]
    public void Switching_switches_what_is_preloaded()
    {
        var page = Rewrite(CoreScript + "<script type=py>1</script>", Interpreter.Micropython);

        page.ShouldContain("/micropython/1.28.0-6/micropython.wasm");
        page.ShouldNotContain("/pyodide/");
    }

    [Theory]
    [InlineData("<base href=/x/>", true)]
    [InlineData("", true)]
    public void Files_of_the_project_are_preloaded_as_the_page_names_them(string before, bool isPreloaded) =>
        Rewrite(before + CoreScript + "<script type=py src=\"a&amp;b.py\"></script>").Contains("href=\"a&amp;b.py\"", StringComparison.Ordinal).ShouldBe(isPreloaded);

    [Fact]
    public void Files_of_the_project_are_not_preloaded_before_a_base_that_follows() =>
        Rewrite(CoreScript + "<base href=/x/><script type=py src=a.py></script>").ShouldNotContain("href=\"a.py\"");

    [Fact]
    public void Preloads_come_after_an_import_map_and_the_storage_test_before_it()
    {
        const string ImportMap = "<script type=importmap>{\"imports\":{}}</script>";

        Rewrite(ImportMap + CoreScript).ShouldBe(StorageLines + ImportMap + CoreLinks + CoreScript.Replace(Core, Here, StringComparison.Ordinal));
    }

    [Fact]
    public void The_storage_test_stands_before_the_pages_own_policy_and_out_of_svg()
    {
        const string Policy = "<meta http-equiv=Content-Security-Policy content=\"script-src 'self' https://pyscript.net; img-src *\">";
        Rewrite("<title>x</title>" + Policy + CoreScript).ShouldStartWith("<title>x</title>" + CoreLinks + StorageLines
            + $"<meta http-equiv=Content-Security-Policy content=\"script-src 'self' https://pyscript.net {RuntimeUrl}; img-src *\">");
        Rewrite("<p><svg><g><script>1</script></g></svg>" + CoreScript).ShouldStartWith("<p>" + CoreLinks + StorageLines + "<svg><g><script>");
    }

    [Theory]
    [InlineData("https://pyscript.net/releases/2024.1.1/core.js", "https://pyscript.net/latest/core.js", "Tag { Text = 2024.1.1 }")]
    [InlineData("https://pyscript.net/latest/core.js", "https://pyscript.net/releases/2024.1.1/core.js", "Unspecified { Word = latest }")]
    [InlineData("https://unpkg.com/@pyscript/core@0.7.12/dist/storage.js", "https://pyscript.net/releases/2024.1.1/core.js", "Tag { Text = 2024.1.1 }")]
    [InlineData("https://pyscript.net/latest/pyscript.js", "https://esm.sh/@pyscript/core@0.7", "Npm { Text = 0.7 }")]
    [InlineData("./app.js", "https://esm.run/polyscript@0.12", null)]
    public void The_first_core_names_the_release(string first, string second, string? named) =>
        Inspect($"<link rel=stylesheet href=https://pyscript.net/releases/2023.11.1/core.css><script src={first}></script><script type=module>import '{second}'</script>"
                .Replace(named is null ? "<link rel=stylesheet href=https://pyscript.net/releases/2023.11.1/core.css>" : "\u0001", "", StringComparison.Ordinal))
            .Named?.ToString().ShouldBe(named);

    [Fact]
    public void A_page_tells_what_it_is_made_of()
    {
        var facts = Inspect("""
            <script type=module src=https://esm.run/@pyscript/core></script>
            <script src=https://code.example/jquery.js></script>
            <script type=py src=a.py></script><script type=mpy worker=w.py></script><mpy-script>1</mpy-script>
            <script type=py-editor></script><script type=py-game src=g.py></script>
            <template><script type=py></script></template>
            <script type=module>import 'https://esm.run/coincident/main'</script>
            """);

        (facts.ReferencesPyScript, facts.ReferencesPolyScript, facts.ReferencesCoincident).ShouldBe((true, false, true));
        facts.Interpreters.ShouldBe([Interpreter.Pyodide, Interpreter.Micropython], ignoreOrder: true);
        facts.OutsideAddresses.ShouldBe(["https://code.example/jquery.js"]);
        facts.Scripts.ShouldBe(
        [
            new("py", Interpreter.Pyodide, "a.py", IsWorker: false),
            new("mpy", Interpreter.Micropython, "w.py", IsWorker: true),
            new("mpy", Interpreter.Micropython, null, IsWorker: false),
            new("py-editor", Interpreter.Pyodide, null, IsWorker: true),
            new("py-game", Interpreter.Pyodide, "g.py", IsWorker: false),
        ]);
    }

    [Fact]
    public void Tags_with_a_PyScript_of_the_projects_own_count_as_PyScript()
    {
        const string Page = "<script type=module src=./pyscript/core.js></script><script type=py>1</script>";

        Inspect(Page).ReferencesPyScript.ShouldBeTrue();
        Rewrite(Page).ShouldBe(StorageLines + Page);
    }

    [Theory]
    [InlineData("<!doctype html>\n<html><head>", "<title>x</title>\n<p>no script at all")]
    [InlineData("<!doctype html>\n", "<p>neither head nor body")]
    [InlineData("<!doctype html>", "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"><script src=app.js></script>")]
    [InlineData("<p>", "<svg><script>1</script></svg>")]
    [InlineData("only text", "")]
    public void A_drafts_page_carries_the_bridge_before_its_scripts_on_no_line_of_its_own(string before, string after) =>
        Rewrite(before + after, s_draft).ShouldBe(before + BridgeLine + after);

    [Fact]
    public void The_bridge_stands_before_the_storage_test_and_a_published_page_has_none()
    {
        Rewrite(CoreScript, s_draft).ShouldContain(BridgeLine + StorageLines);
        Rewrite(CoreScript).ShouldNotContain("bridge");
    }

    [Fact]
    public void A_page_whose_own_script_loads_the_runtime_gets_the_storage_test()
    {
        const string Page = "<script type=module src=./app.js></script>";

        Rewrite(Page, Request with { LoadsRuntimeElsewhere = true }).ShouldBe(StorageLines + Page);
    }

    [Theory]
    [InlineData("utf-8", "<meta charset=utf-8>", "ÄÖ€😀", "utf-8")]
    [InlineData("utf-8", "", "ÄÖ€😀", "utf-8")]
    [InlineData("windows-1252", "<meta charset=windows-1252>", "ÄÖ€", "windows-1252")]
    [InlineData("windows-1252", "<meta charset=iso-8859-1>", "ÄÖ€", "windows-1252")]
    [InlineData("windows-1252", "<meta http-equiv=Content-Type content='text/html; charset=latin1'>", "ÄÖ", "windows-1252")]
    [InlineData("shift_jis", "<meta charset=Shift_JIS>", "表ソ能", "shift_jis")]
    [InlineData("gb18030", "<meta charset=gb2312>", "中文", "gb18030")]
    [InlineData("koi8-r", "<meta charset=koi8-r>", "Привет", "koi8-r")]
    [InlineData("utf-16", "", "ÄÖ€😀", "utf-16")]
    [InlineData("utf-16BE", "", "ÄÖ€😀", "utf-16BE")]
    public void A_page_keeps_its_charset(string name, string meta, string text, string charset)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var encoding = Encoding.GetEncoding(name);
        byte[] Bytes(string page) => name.StartsWith("utf-16", StringComparison.Ordinal) ? [.. encoding.GetPreamble(), .. encoding.GetBytes(page)] : encoding.GetBytes(page);

        var rewritten = HtmlRewriter.Rewrite(Bytes($"{meta}<p>{text}</p>{CoreScript}{text}"), Request);

        rewritten.Charset.ShouldBe(charset);
        rewritten.Bytes.ShouldBe(Bytes($"{meta}<p>{text}</p>{CoreLinks}{StorageLines}{CoreScript.Replace(Core, Here, StringComparison.Ordinal)}{text}"));
    }

    [Fact]
    public void A_byte_order_mark_stays_in_front()
    {
        byte[] mark = [0xEF, 0xBB, 0xBF];

        HtmlRewriter.Rewrite([.. mark, .. Encoding.UTF8.GetBytes(CoreScript)], Request).Bytes
            .ShouldBe([.. mark, .. Encoding.UTF8.GetBytes(CoreLinks + StorageLines + CoreScript.Replace(Core, Here, StringComparison.Ordinal))]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<meta charset=utf-8>")]
    [InlineData("<meta charset=utf-7>")]
    [InlineData("<meta charset=no-such-charset>")]
    public void Bytes_that_do_not_decode_are_handed_back_themselves(string meta)
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes(meta + CoreScript), 0xFF, 0xC0];

        var page = HtmlRewriter.Rewrite(bytes, Request);

        page.Bytes.ShouldBeSameAs(bytes);
        page.Charset.ShouldBeNull();
        page.Facts.ReferencesRuntime.ShouldBeFalse();
    }
}
