using System.Text;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class ScriptRewriterTests
{
    private const string Core = "https://pyscript.net/latest/core.js";
    private const string Here = RewriteFixture.RuntimeUrl + "/pyscript/0.7.31/core.js";

    [Theory]
    [InlineData("import '@';")]
    [InlineData("import{x}from\"@\"")]
    [InlineData("await import(`@`)")]
    [InlineData("export * from '@'\r\n")]
    [InlineData("a = b / c; import('@') // d / e")]
    [InlineData("const r = /['\"`]/g; import('@')")]
    [InlineData("if (x) /['\"]/.test(y); import('@')")]
    [InlineData("x = a / b / '@'")]
    [InlineData("f(/[/'\"]/, '@')")]
    [InlineData("`a ${ `b ${ '@' } c` } d`")]
    [InlineData("`'${ x }'`; import '@'")]
    [InlineData("const o = { a: 1 } / 2; import '@'")]
    [InlineData("function f() { } /'/.test(x); import '@'")]
    [InlineData("x++ / 2; import '@'; y / 3")]
    [InlineData("#!/usr/bin/env '\nimport '@'")]
    [InlineData("return /'/; import '@'")]
    [InlineData("o.return / 2; '@'; 1 / 2")]
    [InlineData("s = 'it\\'s'; import '@'")]
    [InlineData("'broken\nimport '@'")]
    [InlineData("/* ' */ import '@' /* \" */")]
    [InlineData("x = {'a': '@'}")]
    public void A_whole_literal_is_led_to_the_hub(string script) => Rewrite("a.mjs", script.Replace("@", Core, StringComparison.Ordinal))
        .ShouldBe(script.Replace("@", Here, StringComparison.Ordinal));

    [Theory]
    [InlineData("// import '@'")]
    [InlineData("/* import '@' */")]
    [InlineData("/*\n'@'\n*/")]
    [InlineData("x = 'see @'")]
    [InlineData("x = '@ '+y", "x = '@ and more'")]
    [InlineData("x = `${y}@`")]
    [InlineData("x = `@${y}`")]
    [InlineData("x = /'@'/", "x = /'https:\\/\\/pyscript.net\\/latest\\/core.js'/")]
    [InlineData("x = \"'@'\"")]
    [InlineData("raw`@`")]
    [InlineData("x = '@")]
    [InlineData("x = '\\x68ttps://pyscript.net/latest/core.js'")]
    public void What_is_no_whole_literal_stays(string script, string? other = null)
    {
        var text = (other ?? script).Replace("@", Core, StringComparison.Ordinal);

        Rewrite("a.js", text).ShouldBe(text);
    }

    [Fact]
    public void Slashes_that_JSON_escapes_are_read() =>
        Rewrite("a.js", "{\"x\": \"https:\\/\\/pyscript.net\\/latest\\/core.js\"}").ShouldBe($"{{\"x\": \"{Here}\"}}");

    [Fact]
    public void A_classic_scripts_html_comment_is_a_comment()
    {
        var text = $"<!-- '{Core}'\n'{Core}'";

        Rewrite("a.js", text).ShouldBe($"<!-- '{Core}'\n'{Here}'");
        Rewrite("a.mjs", text).ShouldBe($"<!-- '{Here}'\n'{Here}'");
    }

    [Theory]
    [InlineData("@import \"@@\";", true)]
    [InlineData("@import url(@@);", true)]
    [InlineData("@import url( '@@' ) screen;", true)]
    [InlineData("@IMPORT URL(\"@@\")", true)]
    [InlineData("a { background: url(@@) }", true)]
    [InlineData("/* @import \"@@\"; */", false)]
    [InlineData("a::after { content: \"@@\" }", false)]
    [InlineData("a { b: my-url(@@) }", false)]
    [InlineData("@import \"@@", false)]
    public void A_style_sheet_has_its_imports_and_urls_led(string style, bool isLed)
    {
        const string Css = "https://pyscript.net/releases/2026.7.3/core.css";

        Rewrite("a.css", style.Replace("@@", Css, StringComparison.Ordinal))
            .ShouldBe(style.Replace("@@", isLed ? RewriteFixture.RuntimeUrl + "/pyscript/0.7.31/core.css" : Css, StringComparison.Ordinal));
    }

    [Fact]
    public void Bytes_of_any_charset_come_through()
    {
        byte[] bytes = [0xEF, 0xBB, 0xBF, .. Enumerable.Range(0, 256).Where(b => b is not ('`' or '\'' or '"' or '/' or '\\')).Select(b => (byte)b), .. Encoding.ASCII.GetBytes($"\nimport '{Core}'"), 0xFF];

        var rewritten = ScriptRewriter.Rewrite("a.mjs", bytes, RewriteFixture.Map);

        rewritten.ShouldBe([.. bytes[..^(Core.Length + 2)], .. Encoding.ASCII.GetBytes(Here), (byte)'\'', 0xFF]);
    }

    [Fact]
    public void A_file_without_such_an_address_is_handed_back_itself()
    {
        var bytes = Encoding.UTF8.GetBytes("console.log('é')");

        ScriptRewriter.Rewrite("a.js", bytes, RewriteFixture.Map).ShouldBeSameAs(bytes);
    }

    [Fact]
    public void Addresses_are_told_in_order() =>
        ScriptRewriter.Addresses("a.js", Encoding.UTF8.GetBytes($"import 'https://esm.run/polyscript'; import '{Core}'; import './x.js'"))
            .Select(address => address.Product).ShouldBe([RuntimeProduct.PolyScript, RuntimeProduct.PyScript]);

    [Theory]
    [InlineData("a.js", true)]
    [InlineData("a.MJS", true)]
    [InlineData("a.css", true)]
    [InlineData("a.json", false)]
    [InlineData("js", false)]
    public void Scripts_and_styles_are_handled(string path, bool handled) => ScriptRewriter.Handles(path).ShouldBe(handled);

    // The scanner must neither fail nor change anything but literals, whatever it is fed.
    [Fact]
    public void Nothing_but_whole_literals_changes_in_ten_thousand_random_scripts()
    {
        string[] parts =
        [
            "'", "\"", "`", "${", "}", "{", "(", ")", "/", "/*", "*/", "//", "\n", "\r\n", "\\", "[", "]", "return ", "if", "=", "+", "++", "a", " ",
            "<!--", "é", "\u2028", "😀", $"'{Core}'", $"\"{Core}\"", $"`{Core}`", Core, ";", ",", ":", "=>", ".",
        ];
        var random = new Random(20261121);
        for (var run = 0; run < 10_000; run++)
        {
            var script = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));

            var rewritten = Rewrite("a.js", script);

            rewritten.Replace(Here, Core, StringComparison.Ordinal).ShouldBe(script);
        }
    }

    private static string Rewrite(string path, string text) =>
        Encoding.UTF8.GetString(ScriptRewriter.Rewrite(path, Encoding.UTF8.GetBytes(text), RewriteFixture.Map));
}
