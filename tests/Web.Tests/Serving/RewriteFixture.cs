using System.Text;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Tests.Serving;

/// <summary>A runtime origin with a few files, and short ways to rewrite text.</summary>
static class RewriteFixture
{
    public const string RuntimeUrl = "http://runtime.localhost:5080";

    public static readonly RuntimeRelease Release = new("2026.7.3", "0.7.31", "0.20.18", "314.0.2", "1.28.0-6", IsDefault: true);

    public static readonly RuntimeFiles Files = new(
    [
        "/pyscript/0.7.31/core.js", "/pyscript/0.7.31/core-C9KDLldu.js", "/pyscript/0.7.31/core.css", "/pyscript/0.7.31/storage.js",
        "/pyscript/0.7.31/xterm.css", "/pyscript/0.3.14/core.js", "/pyscript/0.3.14/core.css",
        "/pyodide/314.0.2/pyodide.mjs", "/pyodide/314.0.2/pyodide.asm.mjs", "/pyodide/314.0.2/pyodide.asm.wasm",
        "/pyodide/314.0.2/python_stdlib.zip", "/pyodide/314.0.2/pyodide-lock.json",
        "/micropython/1.28.0-6/micropython.mjs", "/micropython/1.28.0-6/micropython.wasm",
        "polyscript/0.20.20/dist/index.js", "/polyscript/0.20.20/dist/toml-V4Savzlc.js", "/polyscript/0.20.20/esm/xworker.js",
        "/coincident/4.1.1/dist/main.js", "/coincident/4.1.1/dist/worker.js", "/coincident/4.1.1/dist/window/main.js", "/coincident/4.1.1/dist/sw.js",
    ]);

    public static readonly AddressMap Map = new(Release, Files, RuntimeUrl);

    public static readonly RewriteRequest Request = new(Map, "/.hub/storage.abc123.js");

    /// <summary>What is put before the first script of a page.</summary>
    public const string StorageLines =
        "<script>try{localStorage.length}catch(e){document.write('<script src=\"'+location.origin+'/.hub/storage.abc123.js\"><\\/script>')}document.currentScript.remove()</script>";

    public const string CoreLinks =
        "<link rel=\"modulepreload\" href=\"http://runtime.localhost:5080/pyscript/0.7.31/core-C9KDLldu.js\" crossorigin>"
        + "<link rel=\"modulepreload\" href=\"http://runtime.localhost:5080/pyscript/0.7.31/core.js\" crossorigin>";

    public static string Rewrite(string page, RewriteRequest? request = null) =>
        Encoding.UTF8.GetString(HtmlRewriter.Rewrite(Encoding.UTF8.GetBytes(page), request ?? Request).Bytes);

    public static string Rewrite(string page, Interpreter interpreter) => Rewrite(page, Request with { Interpreter = interpreter });

    /// <summary>The page without what is added: the places that were changed remain.</summary>
    public static string RewriteInPlace(string page, Interpreter? interpreter = null)
    {
        var rewritten = Rewrite(page, Request with { Interpreter = interpreter }).Replace(StorageLines, "", StringComparison.Ordinal);
        foreach (var rel in new[] { "<link rel=\"modulepreload\" href=\"" + RuntimeUrl, "<link rel=\"preload\" as=\"fetch\" href=\"" })
        {
            for (var at = rewritten.IndexOf(rel, StringComparison.Ordinal); at >= 0; at = rewritten.IndexOf(rel, StringComparison.Ordinal))
            {
                rewritten = rewritten.Remove(at, rewritten.IndexOf('>', at) + 1 - at);
            }
        }

        return rewritten;
    }

    public static PageFacts Inspect(string page) => HtmlRewriter.Inspect(Encoding.UTF8.GetBytes(page));
}
