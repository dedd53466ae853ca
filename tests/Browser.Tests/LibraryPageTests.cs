using Microsoft.Playwright;
using PyScriptHub.Web;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests;

/// <summary>Pages that take JavaScript libraries from CDNs: published while a registry is there, opened when there is nobody but the hub.</summary>
public sealed class LibraryPageTests : IAsyncLifetime
{
    private HubServer _hub = null!;
    private IPlaywright _playwright = null!;

    public async ValueTask InitializeAsync() => _playwright = await Playwright.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        _playwright.Dispose();
        await _hub.DisposeAsync();
    }

    [Fact]
    public async Task A_page_with_libraries_by_tag_module_and_config_runs_in_both_interpreters_without_the_registry()
    {
        System.Text.Json.JsonElement project;
        await using (var registry = await RegistryAsync())
        {
            _hub = await HubServer.StartAsync(options => options with { Packages = new PackageOptions { NpmRegistry = registry.Address } }, packsRuntime: true);
            var author = await _hub.UserAsync("author");
            project = await author.PublishedAsync(
                ("index.html", """
                    <!doctype html>
                    <html lang="en">
                    <head><meta charset="utf-8"><title>Lesson</title>
                    <link rel="stylesheet" href="https://unpkg.com/plots@7/plots.css" integrity="sha384-AAAA">
                    <script src="https://cdn.jsdelivr.net/npm/plots@7" integrity="sha384-AAAA" crossorigin="anonymous"></script>
                    <script type="importmap">{"imports": {"stage": "https://esm.run/stage@0.180"}}</script>
                    <script type="module">
                    import { Scene } from "stage";
                    import turn from "https://esm.sh/stage@0.180/turn";
                    window.scene = `${new Scene().add(2)} ${turn(3)}`;
                    </script>
                    <script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script></head>
                    <body><output></output><script type="py" src="main.py" config="pyscript.toml"></script></body>
                    </html>
                    """),
                ("pyscript.toml", "[js_modules.main]\n\"https://cdn.jsdelivr.net/npm/tables@2/+esm\" = \"tables\"\n"),
                ("main.py", """
                    from pyscript import document, window
                    from pyscript.js_modules import tables
                    document.querySelector("output").textContent = " ".join([str(window.plots.version), str(window.scene), str(tables.count(4)), tables.name])
                    """));
        }

        foreach (var interpreter in new[] { "pyodide", "micropython" })
        {
            await using var visit = await PublishedPageTests.Visit.BeginAsync(_playwright, _hub.Options.PublicUrl.Port);
            await visit.Page.GotoAsync($"{project.Text("contentUrl")}?interpreter={interpreter}");
            try
            {
                await visit.Page.WaitForFunctionAsync("document.querySelector('output')?.textContent", null, new() { Timeout = 60_000 });
            }
            catch (TimeoutException)
            {
                visit.Errors.ShouldBeEmpty(interpreter);
                throw;
            }
            (await visit.Page.InnerTextAsync("output")).ShouldBe("7.9.0 scene with 2 turned 3 counted 4 tables", interpreter);
            (await visit.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('output')).fontStyle")).ShouldBe("italic");
            visit.Outside.ShouldBeEmpty();
            visit.Errors.ShouldBeEmpty();
        }
    }

    private static async Task<NpmServer> RegistryAsync() => (await NpmServer.StartAsync())
        .Add("plots", "7.9.0", "\"main\": \"src/index.js\", \"jsdelivr\": \"dist/plots.min.js\"",
            ("src/index.js", "export {}"), ("dist/plots.min.js", "window.plots = { version: '7.9.0' }"), ("plots.css", "output { font-style: italic }"))
        .Add("stage", "0.180.1", "\"type\": \"module\", \"exports\": {\".\": \"./build/stage.module.js\", \"./turn\": {\"browser\": \"./turn.browser.js\"}}, \"dependencies\": {\"numbers\": \"^1\"}",
            ("build/stage.module.js", "import { add } from 'numbers';\nexport class Scene { add(n) { return 'scene with ' + add(n, 0); } }"),
            ("turn.browser.js", "export default n => 'turned ' + n;"))
        .Add("numbers", "1.4.0", "\"main\": \"index.js\"", ("index.js", "'use strict';\nexports.add = (a, b) => a + b;"))
        .Add("tables", "2.0.3", "\"main\": \"lib/tables.js\"",
            ("lib/tables.js", "(function (root, factory) {\n  if (typeof exports === 'object') factory(exports); else factory(root.tables = {});\n})(this, function (exports) { exports.count = n => 'counted ' + n; exports.name = 'tables'; });"));
}
