using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Web.Tests.Reliability;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>
/// A candidate over real projects in a real browser: Python itself has changed between the two releases. The full form is
/// <c>bench/canary</c>.
/// </summary>
[Collection(SmokeStage.OneAfterTheOther)]
public sealed class CanaryBrowserTests
{
    private const string Standard = "2026.3.1";
    private const string Candidate = "2026.7.3";

    // Python 3.14 has no ast.Num any more, and string.templatelib for the first time. MicroPython has neither in either release.
    private static readonly Dictionary<string, string> s_changes = new(StringComparer.Ordinal)
    {
        ["breaks"] = "import ast; print(ast.Num)",
        ["mends"] = "import string.templatelib",
        ["stays"] = "print(1)",
    };

    [Fact]
    public async Task A_candidate_is_judged_by_what_pages_really_do_in_it()
    {
        var all = FullForm.Times(3, 200);
        var (breaking, mending) = (Math.Max(1, all / 20), Math.Max(1, all / 40));
        var watch = Stopwatch.StartNew();
        var connection = await HubServer.NewDatabaseAsync();
        await using (var db = HubServer.Open(connection)) await db.Database.ExecuteSqlAsync($"INSERT INTO settings (key, value) VALUES ('default_release', {Standard})");
        await using var hub = await HubServer.StartAsync(
            options => options with { IsWorker = true, Smoke = new SmokeOptions { Parallel = 2, Within = TimeSpan.FromSeconds(60) } }, packsRuntime: true, connection);
        // More than one person may import in an hour.
        var (chief, ada) = (await hub.UserAsync("chief", isAdministrator: true), await hub.UserAsync("ada", isAdministrator: true));
        var ids = s_changes.Keys.ToDictionary(change => change, _ => new List<string>(), StringComparer.Ordinal);
        string[] changes = [.. Enumerable.Repeat("breaks", breaking), .. Enumerable.Repeat("mends", mending), .. Enumerable.Repeat("stays", all - breaking - mending)];
        new Random(20261126).Shuffle(changes);
        foreach (var (number, change) in changes.Index())
        {
            var project = await ada.PublishedAsync(
                ("index.html", $"""<!doctype html><p>Lesson {number}</p><script type="module" src="https://pyscript.net/latest/core.js"></script><script type="py" src="main.py"></script>"""),
                ("main.py", $"{s_changes[change]}\nprint('lesson {number}')"));
            project.Text("runtimeRelease").ShouldBe(Standard);
            ids[change].Add(project.Text("id"));
        }
        (await chief.PostAsync($"/api/v1/runtime/releases/{Candidate}/candidate", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(FullForm.IsAsked ? 90 : 10); ; await Task.Delay(500))
        {
            var canary = await ListAsync("breaks");
            if (canary.GetProperty("looked").GetInt32() == all && canary.GetProperty("waiting").GetInt32() == 0 && canary.GetProperty("stays").GetInt32() == all - breaking - mending) break;
            (DateTime.UtcNow < end).ShouldBeTrue($"{canary} {string.Join('\n', hub.Log.All.TakeLast(20))}");
        }
        var listed = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var change in s_changes.Keys) listed[change] = [.. (await ItemsAsync(change)).Select(item => item.Text("id"))];
        FullForm.Report("canary", ("publications", all), ("that break", breaking), ("listed", listed["breaks"].Count),
            ("listed wrongly", listed["breaks"].Except(ids["breaks"]).Count()), ("minutes", watch.Elapsed.TotalMinutes));
        foreach (var change in s_changes.Keys) listed[change].Order().ShouldBe(ids[change].Order(), change);
        foreach (var item in await ItemsAsync("breaks"))
        {
            var evidence = item.GetProperty("pyodide");
            evidence.Text("now").ShouldBe("passed");
            evidence.Text("then").ShouldBe("failed");
        }

        (await chief.PostAsJsonAsync($"/api/v1/runtime/releases/{Candidate}/default", new { keep = ids["breaks"] })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var id in ids["mends"])
        {
            for (var end = DateTime.UtcNow + TimeSpan.FromMinutes(1); (await ProjectAsync(id)).Text("runtimeRelease") != Candidate; await Task.Delay(200))
                (DateTime.UtcNow < end).ShouldBeTrue();
            (await ProjectAsync(id)).GetProperty("smoke").Text("pyodide").ShouldBe("passed");
        }
        foreach (var id in ids["breaks"])
        {
            (await ProjectAsync(id)).Text("runtimeRelease").ShouldBe(Standard);
            (await ProjectAsync(id)).GetProperty("smoke").Text("pyodide").ShouldBe("passed");
        }

        async Task<JsonElement> ListAsync(string query) => await (await chief.GetAsync($"/api/v1/runtime/releases/{Candidate}/canary?change={query}")).JsonAsync();

        async Task<List<JsonElement>> ItemsAsync(string change)
        {
            var items = new List<JsonElement>();
            for (string? next = ""; next is not null;)
            {
                var page = await ListAsync(next.Length == 0 ? change : $"{change}&cursor={Uri.EscapeDataString(next)}");
                items.AddRange(page.GetProperty("items").EnumerateArray());
                next = page.GetProperty("nextCursor").GetString();
            }
            return items;
        }

        async Task<JsonElement> ProjectAsync(string id) => await (await ada.GetAsync($"/api/v1/projects/{id}")).JsonAsync();
    }
}
