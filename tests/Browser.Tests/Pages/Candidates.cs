using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Browser.Tests.Pages;

/// <summary>Arranges a candidate of which something is known: it breaks one project and mends another, and a third waits.</summary>
static class Candidates
{
    private const string Candidate = "2026.3.1";

    public static async Task ArrangeAsync(HubServer hub, HttpClient administrator)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in new[] { "A clock with hands", "Dice, thrown a thousand times", "Weather of last summer" })
        {
            var project = await administrator.CreateAsync(new
            {
                name,
                files = new Dictionary<string, string> { ["index.html"] = "<!doctype html><script type=\"module\" src=\"https://pyscript.net/latest/core.js\"></script><script type=\"py\">print(1)</script>" },
            });
            names[project.Text("id")] = name;
            await administrator.PublishAsync(project.Text("id"));
        }
        (await administrator.PostAsync($"/api/v1/runtime/releases/{Candidate}/candidate", null)).EnsureSuccessStatusCode();
        await using var db = hub.OpenDatabase();
        for (var end = DateTime.UtcNow.AddSeconds(60); await db.CanaryPublications.CountAsync() < await db.Projects.CountAsync(p => p.PublicationId != null); await Task.Delay(50))
            (DateTime.UtcNow < end).ShouldBeTrue("the candidate is not looked at");
        // As a worker would have written them; the runs of the other projects are left as they are.
        foreach (var (id, name) in names.Where(project => !project.Value.StartsWith("Weather", StringComparison.Ordinal)))
        {
            foreach (var release in new[] { "2026.7.3", Candidate })
            {
                var outcome = (release == Candidate) == name.StartsWith("Dice", StringComparison.Ordinal) ? SmokeOutcome.Failed : SmokeOutcome.Passed;
                await db.Database.ExecuteSqlAsync(
                    $"UPDATE smoke_runs SET state = 'Done', outcome = {outcome.ToString()}, finished_at = clock_timestamp() WHERE project_id = {Guid.ParseExact(id, "N")} AND release = {release}");
            }
        }
    }
}
