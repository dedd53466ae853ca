using System.Text;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Serving.Rewriting;
using static PyScriptHub.Web.Tests.Serving.RewriteFixture;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class HtmlRewriterFuzzTests
{
    private const string Core = "https://pyscript.net/latest/core.js";
    private const string Here = RuntimeUrl + "/pyscript/0.7.31/core.js";

    private static readonly string[] Awkward =
    [
        "<!doctype html>", "\r\n", "\n", "\r", "\0", "&amp;", "&lt;", "&notanentity", "&#0;", "&#x1F600;", "😀", "é", "\uFEFF", "<", ">", "</", "<!", "<?php ?>",
        "<!-- -->", "<!-- <script src='x'> -->", "<!--", "-->", "<![CDATA[ x ]]>", "<svg>", "</svg>", "<svg><![CDATA[<script>]]></svg>", "<math>", "</math>",
        "<svg><script>a<b>c</b></script></svg>", "<svg><script src=x />", "<foreignObject>", "</foreignObject>", "<p a=1 a=2 A=3>", "<P CLASS = 'x\"y'>",
        "<div data-x=\"&quot;\0&#39;\">", "<input value=a&b=c/d>", "<a/b/c=d>", "<br/>", "<img src='\r\n'>", "</p>", "</table>", "<table>", "<tr>", "<select>", "</select>",
        "<textarea>", "</textarea>", "<title>", "</title>", "<noscript>", "</noscript>", "<template>", "</template>", "<style>", "</style>", "<xmp>", "</xmp>",
        "<plaintext-no>", "<frameset>", "<body>", "<html lang=de>", "<head>", "</head>", "</body>", "</html>", "<script>", "</script>", "<script>'</script>",
        "<script>/*<!--<script>*/</script>", "<iframe srcdoc='<script>'>", "</iframe>", "<noembed>", "</noembed>", "<py-script>", "</py-script>", "<py-config>", "</py-config>",
        "<script type=py>print('<p>')</script>", "<script type=\"py\" src='a.py' worker>", "<button py-click=f>", "<script type=py-editor>", "<script type=\"module\">import 'x'</script>",
        "= ", "\"", "'", "`", "<=x>", "< p>", "<p =x>", "<p ='x'>", "<p x='", "<p x=\"", "<!DOCTYPE", "<base href=/y/>", "<meta http-equiv=content-security-policy content=\"default-src 'self'\">",
        $"<script type=module src='{Core}'></script>", $"<script src={Core}></script>", $"<script type=module>import \"{Core}\"</script>",
        $"<link rel=stylesheet href=\"{Core}\">", $"<script type=importmap>{{\"imports\": {{\"c\": \"{Core}\"}}}}</script>", $"<a href='{Core}'>", Core,
    ];

    [Fact]
    public void Everything_else_stays_byte_for_byte_in_ten_thousand_random_pages()
    {
        var random = new Random(1);
        var changed = 0;
        for (var run = 0; run < 10_000; run++)
        {
            var page = RandomPage(random, Awkward);

            var rewritten = RewriteInPlace(page);

            // What is led is the only thing that differs, and it is led to one place.
            rewritten.Replace(Here, Core, StringComparison.Ordinal).ShouldBe(page);
            if (rewritten != page) changed++;
        }

        changed.ShouldBeGreaterThan(2_000);
    }

    [Fact]
    public void Switching_twice_gives_the_page_back_in_five_thousand_random_pages()
    {
        var random = new Random(2);
        var changed = 0;
        for (var run = 0; run < 5_000; run++)
        {
            var page = $"<script type=module src='{Core}'></script>" + RandomPage(random, Awkward);

            var pyodide = RewriteInPlace(page);
            var micropython = RewriteInPlace(page, Interpreter.Micropython);
            // A page that has been led once names the hub: put back, so that it is rewritten again.
            var back = RewriteInPlace(micropython.Replace(Here, Core, StringComparison.Ordinal), Interpreter.Pyodide);

            back.Replace(Here, Core, StringComparison.Ordinal).ShouldBe(page);
            if (micropython != pyodide) changed++;
        }

        changed.ShouldBeGreaterThan(1_000);
    }

    [Fact]
    public void What_is_served_has_the_same_elements_but_for_what_was_added()
    {
        var random = new Random(3);
        for (var run = 0; run < 2_000; run++)
        {
            var page = RandomPage(random, Awkward);

            var before = Inspect(page);
            var after = HtmlRewriter.Inspect(HtmlRewriter.Rewrite(Encoding.UTF8.GetBytes(page), Request).Bytes);

            after.Scripts.ShouldBe(before.Scripts, page);
        }
    }

    [Fact]
    public void Random_bytes_are_served()
    {
        var random = new Random(4);
        for (var run = 0; run < 500; run++)
        {
            var bytes = new byte[random.Next(400)];
            random.NextBytes(bytes);

            HtmlRewriter.Rewrite(bytes, Request).Bytes.ShouldBeSameAs(bytes);
        }
    }

    private static string RandomPage(Random random, string[] parts) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => parts[random.Next(parts.Length)]));
}
