using System.Net;
using Microsoft.Playwright;
using PyScriptHub.Bundled;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Packages;

/// <summary>What the hub ships on modules, found again in a browser; <c>tools/bundled-modules --check</c> does so for all of it.</summary>
public sealed class BundledModulesTests(BundledModulesTests.Stage stage) : IClassFixture<BundledModulesTests.Stage>
{
    // Some that work, some that do so partly, that cannot be imported, that can but do not work, and that take the interpreter's own ways.
    private static readonly string[] s_sample =
    [
        "abc", "asyncio", "collections", "dataclasses", "datetime", "functools", "hashlib", "json", "os", "random", "re", "subprocess", "threading", "time",
        "tkinter", "unittest", "xml.etree.ElementTree",
    ];

    [Theory]
    [InlineData(Interpreter.Pyodide)]
    [InlineData(Interpreter.Micropython)]
    public async Task A_sample_of_the_shipped_findings_is_found_again(Interpreter interpreter)
    {
        var shipped = BundledModules.Read()
            .Where(module => module.Interpreter == interpreter && module.Release == stage.Release)
            .ToDictionary(module => module.Name, module => (module.Outcome, module.Detail));
        await using var trial = new ModuleTrial(stage.Playwright, stage.Address(interpreter), interpreter, new Dictionary<string, string>());
        foreach (var name in s_sample)
        {
            var found = await trial.TryAsync(name);
            (found.Outcome, found.Detail).ShouldBe(shipped[name], name);
        }
    }

    [Fact]
    public async Task A_module_that_takes_the_interpreter_with_it_leaves_the_next_one_a_new_page()
    {
        await using var trial = new ModuleTrial(stage.Playwright, stage.Address(Interpreter.Micropython), Interpreter.Micropython, new Dictionary<string, string>());
        await trial.ListAsync();
        var lost = await trial.TryAsync("json\nwhile True: pass");
        lost.Outcome.ShouldBe(PackageStatus.Fails);
        lost.Detail!.ShouldStartWith("It hangs");
        (await trial.TryAsync("json")).Outcome.ShouldNotBe(PackageStatus.Fails);
    }

    [Fact]
    public async Task What_to_use_instead_in_MicroPython_runs_there()
    {
        await using var page = await InterpreterPage.OpenAsync(stage.Playwright, stage.Address(Interpreter.Micropython));
        var failed = new List<string>();
        foreach (var entry in MicropythonInstead.All.Where(entry => entry.Code is not null))
        {
            var raised = await page.UseAsync(new ModuleUse(entry.Name, Side: null, Interpreter: null, $"async def main():\n    {string.Join("\n    ", entry.Code!)}"));
            if (raised.Length > 0) failed.Add($"{entry.Name}: {raised}");
        }
        failed.ShouldBeEmpty();
    }

    /// <summary>One hub with the project in whose pages modules are tried.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private HubServer _hub = null!;
        private Uri _content = null!;

        public IPlaywright Playwright { get; private set; } = null!;

        /// <summary>The release that pages get which name none.</summary>
        public string Release { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _hub = await HubServer.StartAsync(packsRuntime: true);
            var author = await _hub.UserAsync("author");
            var releases = await (await author.GetAsync("/api/v1/runtime/releases")).JsonAsync();
            Release = releases.EnumerateArray().Single(release => release.GetProperty("isDefault").GetBoolean()).Text("name");
            var project = await (await author.ImportAsync(Bundled.Pages.Zip(Release))).JsonAsync(HttpStatusCode.Created);
            _content = new Uri((await author.PublishAsync(project.Text("id"))).Text("contentUrl"));
            Playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        }

        internal Uri Address(Interpreter interpreter) => new(_content, Bundled.Pages.PathOf(interpreter));

        public async ValueTask DisposeAsync()
        {
            Playwright.Dispose();
            await _hub.DisposeAsync();
        }
    }
}
