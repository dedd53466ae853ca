using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>What passing runs imported counts for packages, and nothing else does.</summary>
public sealed class SeenTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task Modules_of_the_interpreter_and_of_locked_packages_count_once_for_an_owner()
    {
        var owner = await UserAsync();
        var run = await RunAsync(owner, ["index.html"], ["array", "asyncio", "numpy", "pandas", "PIL", "nobody_knows"], ["pandas>=2"]);
        // Pillow is imported, and no config asked for it: it came from nowhere that is known.
        (await SeenByAsync(run)).ShouldBe(["array", "asyncio", "numpy", "pandas"]);
        (await AddAsync(run)).ShouldBe(0);
        var second = await RunAsync(owner, ["index.html", "other.txt"], ["array"], []);
        (await AddAsync(second)).ShouldBe(0);
        (await SeenByAsync(await RunAsync(await UserAsync(), ["index.html"], ["array"], []))).ShouldBe(["array"]);
    }

    [Theory]
    [InlineData("array.py", "start")]
    [InlineData("lib/array/__init__.py", "start")]
    [InlineData("array.mpy", "start")]
    [InlineData("all.zip", "start")]
    [InlineData("wheels/other-1.0-py3-none-any.whl", "start")]
    [InlineData("pyscript.toml", "files = {\"mine.txt\" = \"./array.py\"}")]
    [InlineData("settings.json", "{\"files\": {\"mine\": \"array/__init__.py\"}}")]
    public async Task What_may_come_from_the_projects_own_files_does_not_count(string path, string text)
    {
        var run = await RunAsync(await UserAsync(), ["index.html", path], ["array"], [], text);
        (await SeenByAsync(run)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_did_not_pass_says_nothing()
    {
        var run = await RunAsync(await UserAsync(), ["index.html"], ["array"], [], outcome: SmokeOutcome.Failed);
        (await SeenByAsync(run)).ShouldBeEmpty();
    }

    private Task<HttpClient> UserAsync() => Hub.UserAsync($"seen-{Interlocked.Increment(ref s_users)}");

    private async Task<(Guid Id, SmokeResult Result)> RunAsync(
        HttpClient owner, string[] paths, string[] modules, string[] packages, string text = "start", SmokeOutcome outcome = SmokeOutcome.Passed)
    {
        await Hub.KnowPackagesAsync();
        var project = await owner.CreateAsync(new { name = "Seen", files = paths.ToDictionary(path => path, _ => text, StringComparer.Ordinal) });
        var result = SmokeResult.Of(outcome) with { Evidence = new SmokeEvidence([], [], modules, packages) };
        return (Guid.ParseExact(await Hub.HaveRunAsync(project.ProjectId(), 1, result), "N"), result);
    }

    private async Task<int> AddAsync((Guid Id, SmokeResult Result) run)
    {
        await using var db = Hub.OpenDatabase();
        var row = await db.SmokeRuns.AsNoTracking().SingleAsync(row => row.Id == run.Id);
        return await new SeenPackages(db, new EvidenceLog(db)).AddAsync(row, run.Result, DateTimeOffset.UtcNow, CancellationToken.None);
    }

    private async Task<List<string>> SeenByAsync((Guid Id, SmokeResult Result) run)
    {
        await AddAsync(run);
        await using var db = Hub.OpenDatabase();
        var owner = await db.SmokeRuns.Where(row => row.Id == run.Id).Join(db.Projects, row => row.ProjectId, project => project.Id, (_, project) => project.OwnerId).SingleAsync();
        return await db.PackageEvidence.Where(entry => entry.Kind == EvidenceKind.Seen && entry.PersonId == owner).Select(entry => entry.Package).Order().ToListAsync();
    }
}
