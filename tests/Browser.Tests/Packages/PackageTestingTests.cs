using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Browser.Tests.SmokeRuns;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Packages;

/// <summary>Packages that a worker installs and imports in a real browser.</summary>
[Collection(SmokeStage.OneAfterTheOther)]
public sealed class PackageTestingTests(PackageTestingTests.Stage stage) : IClassFixture<PackageTestingTests.Stage>
{
    [Fact]
    public async Task A_package_whose_modules_all_import_works_in_both_interpreters()
    {
        await stage.Hub.HoldAsync(new WheelBuilder("good-tea", "2.1").File("good_tea.py", "leaves = 3\n").File("good_pot/__init__.py", "import good_tea\n"));
        var found = await stage.TestAsync("good-tea", "pyodide", "micropython");
        foreach (var evidence in found)
            (evidence.Outcome, evidence.Version, evidence.Detail).ShouldBe((PackageStatus.Works, "2.1", "imported good_pot, good_tea"), evidence.Interpreter.ToString());
    }

    [Fact]
    public async Task Of_two_modules_one_raises_and_what_it_raised_is_kept()
    {
        await stage.Hub.HoldAsync(new WheelBuilder("half-tea", "1.0").File("half_good.py", "x = 1\n").File("half_bad.py", "raise RuntimeError('no kettle here')\n"));
        var evidence = (await stage.TestAsync("half-tea", "pyodide")).Single();
        (evidence.Outcome, evidence.Detail).ShouldBe((PackageStatus.Partly, "half_bad: RuntimeError: no kettle here"));
    }

    [Fact]
    public async Task A_module_that_hangs_fails_by_time()
    {
        await stage.Hub.HoldAsync(new WheelBuilder("slow-tea", "1.0").File("slow_tea.py", "while True: pass\n"));
        var evidence = (await stage.TestAsync("slow-tea", "pyodide")).Single();
        evidence.Outcome.ShouldBe(PackageStatus.Fails);
        evidence.Detail!.ShouldStartWith("slow_tea: ");
    }

    [Fact]
    public async Task A_module_that_comes_with_MicroPython_works_without_being_installed()
    {
        await using (var db = stage.Hub.OpenDatabase())
        {
            await db.Database.ExecuteSqlAsync($"INSERT INTO packages (name, display_name, weight, updated_at) VALUES ('struct', 'struct', 0, now()) ON CONFLICT DO NOTHING");
            db.Add(EvidenceEntry.Of("struct", new PackageEvidence(EvidenceKind.Bundled, "a browser", Interpreter.Micropython, stage.Hub.Release(), null, PackageStatus.Works, DateTimeOffset.UtcNow, null)));
            await db.SaveChangesAsync();
        }
        var evidence = (await stage.TestAsync("struct", "micropython")).Single();
        (evidence.Outcome, evidence.Version, evidence.Detail).ShouldBe((PackageStatus.Works, null, "imported struct"));
    }

    /// <summary>A hub whose worker tests packages.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        private HttpClient _ada = null!;

        public HubServer Hub { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Hub = await HubServer.StartAsync(options => options with { IsWorker = true, Smoke = new SmokeOptions { Parallel = 1, Within = TimeSpan.FromSeconds(30) } }, packsRuntime: true);
            _ada = await Hub.UserAsync("ada");
        }

        /// <summary>Has a package tested over the API, and waits for the evidence.</summary>
        public async Task<IReadOnlyList<EvidenceEntry>> TestAsync(string package, params string[] interpreters)
        {
            await (await _ada.PostAsJsonAsync($"/api/v1/packages/{package}/tests", new { interpreters })).JsonAsync(HttpStatusCode.Accepted);
            for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(5); ; await Task.Delay(200))
            {
                var tests = (await (await Hub.Client.GetAsync($"/api/v1/packages/{package}/tests")).JsonAsync()).GetProperty("items").EnumerateArray().ToList();
                if (tests.TrueForAll(test => test.Text("state") == "done")) break;
                (DateTime.UtcNow < end).ShouldBeTrue(string.Join('\n', Hub.Log.All.TakeLast(20)));
            }
            await using var db = Hub.OpenDatabase();
            var found = await db.PackageEvidence.AsNoTracking().Where(row => row.Package == package && row.Kind == EvidenceKind.Tested).ToListAsync();
            found.Count.ShouldBe(interpreters.Length, string.Join('\n', Hub.Log.All.TakeLast(20)));
            return found;
        }

        public ValueTask DisposeAsync() => Hub.DisposeAsync();
    }
}
