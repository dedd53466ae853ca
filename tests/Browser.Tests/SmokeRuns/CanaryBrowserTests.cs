using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>A candidate over real projects in a real browser: Python itself has changed between the two releases.</summary>
public sealed class CanaryBrowserTests
{
    private const string Standard = "2026.3.1";
    private const string Candidate = "2026.7.3";

    // Python 3.14 has no ast.Num any more, and string.templatelib for the first time. MicroPython has neither in either release.
    private static readonly Dictionary<string, string> s_pages = new(StringComparer.Ordinal)
    {
        ["breaks"] = "import ast; print(ast.Num)",
        ["mends"] = "import string.templatelib",
        ["stays"] = "print(1)",
    };

    [Fact]
    public async Task A_candidate_is_judged_by_what_pages_really_do_in_it()
    {
        var connection = await HubServer.NewDatabaseAsync();
        await using (var db = HubServer.Open(connection)) await db.Database.ExecuteSqlAsync($"INSERT INTO settings (key, value) VALUES ('default_release', {Standard})");
        await using var hub = await HubServer.StartAsync(
            options => options with { IsWorker = true, Smoke = new SmokeOptions { Sandbox = SmokeSandbox.None, Parallel = 2, Within = TimeSpan.FromSeconds(60) } },
            packsRuntime: true, connection);
        var (chief, ada) = (await hub.UserAsync("chief", isAdministrator: true), await hub.UserAsync("ada"));
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, python) in s_pages)
        {
            var project = await ada.PublishedAsync(("index.html",
                $"""<!doctype html><script type="module" src="https://pyscript.net/latest/core.js"></script><script type="py">{python}</script>"""));
            project.Text("runtimeRelease").ShouldBe(Standard);
            ids[name] = project.Text("id");
        }
        (await chief.PostAsync($"/api/v1/runtime/releases/{Candidate}/candidate", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        JsonElement canary;
        for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(10); ; await Task.Delay(500))
        {
            canary = await ListAsync("breaks");
            if (canary.GetProperty("looked").GetInt32() == 3 && canary.GetProperty("waiting").GetInt32() == 0 && canary.GetProperty("stays").GetInt32() == 1) break;
            (DateTime.UtcNow < end).ShouldBeTrue($"{canary} {string.Join('\n', hub.Log.All.TakeLast(20))}");
        }
        foreach (var change in s_pages.Keys)
            (await ListAsync(change)).GetProperty("items").EnumerateArray().Select(item => item.Text("id")).ShouldBe([ids[change]], change);
        var evidence = (await ListAsync("breaks")).GetProperty("items")[0].GetProperty("pyodide");
        evidence.Text("now").ShouldBe("passed");
        evidence.Text("then").ShouldNotBe("passed");

        (await chief.PostAsJsonAsync($"/api/v1/runtime/releases/{Candidate}/default", new { keep = new[] { ids["breaks"] } })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(1); (await ProjectAsync("mends")).Text("runtimeRelease") != Candidate; await Task.Delay(200))
            (DateTime.UtcNow < end).ShouldBeTrue();
        (await ProjectAsync("mends")).GetProperty("smoke").Text("pyodide").ShouldBe("passed");
        (await ProjectAsync("breaks")).Text("runtimeRelease").ShouldBe(Standard);
        (await ProjectAsync("breaks")).GetProperty("smoke").Text("pyodide").ShouldBe("passed");

        async Task<JsonElement> ListAsync(string change) => await (await chief.GetAsync($"/api/v1/runtime/releases/{Candidate}/canary?change={change}")).JsonAsync();
        async Task<JsonElement> ProjectAsync(string name) => await (await ada.GetAsync($"/api/v1/projects/{ids[name]}")).JsonAsync();
    }
}
