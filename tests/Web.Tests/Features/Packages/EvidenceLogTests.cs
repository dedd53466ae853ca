using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>Facts are kept once, and statuses follow from all of them.</summary>
public sealed class EvidenceLogTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static readonly DateTimeOffset s_day = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task What_the_hub_knows_without_asking_is_recorded_once()
    {
        await using var hub = await HubServer.StartAsync();
        await hub.KnowPackagesAsync();
        var catalog = hub.Services.GetRequiredService<RuntimeCatalog>();
        var pyodides = hub.Services.GetRequiredService<HeldPyodides>();
        await using var db = hub.OpenDatabase();
        foreach (var release in catalog.Releases)
        {
            var entries = pyodides.Find(release.Pyodide)!.Lock.Packages;
            var rows = await db.PackageEvidence.Where(entry => entry.Kind == EvidenceKind.Lock && entry.Release == release.Name).ToListAsync();
            rows.Select(row => (row.Package, row.Version)).ShouldBe(entries.Select(entry => (entry.Name.Key, (string?)entry.Version)), ignoreOrder: true);
        }
        var standing = await db.PackageStatuses.Where(row => row.Package == "numpy").ToListAsync();
        standing.Where(row => row.Interpreter == Interpreter.Pyodide).Select(row => row.Release).ShouldBe(catalog.Releases.Select(release => release.Name), ignoreOrder: true);
        (await db.PackageModules.Where(row => row.Module == "PIL").Select(row => row.Package).ToListAsync()).ShouldBe(["pillow"]);
        (await db.PackageStatuses.SingleAsync(row => row.Package == "array" && row.Interpreter == Interpreter.Micropython && row.Release == catalog.Default.Name)).Status.ShouldBe(PackageStatus.Works);
        // It fails without a config and works with one: what it needs is to be asked for.
        (await db.PackageStatuses.SingleAsync(row => row.Package == "sqlite3" && row.Interpreter == Interpreter.Pyodide && row.Release == "2026.3.1")).Status.ShouldBe(PackageStatus.Works);

        var count = await db.PackageEvidence.CountAsync();
        await hub.KnowPackagesAsync();
        await db.Settings.ExecuteDeleteAsync();
        await hub.KnowPackagesAsync();
        (await db.PackageEvidence.CountAsync()).ShouldBe(count);
        (await db.PackageStatuses.CountAsync(row => row.Package == "numpy")).ShouldBe(standing.Count);
    }

    [Fact]
    public async Task Writers_on_two_nodes_keep_a_fact_once_and_lose_none()
    {
        await Hub.KnowPackagesAsync();
        var release = Hub.Release();
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), async (i, ct) =>
        {
            await using var db = Hub.OpenDatabase();
            // The same by all, and one of its own by each, in orders that would lock crosswise.
            string[] names = i % 2 == 0 ? ["Two.Nodes", "two-others"] : ["two_others", "two-nodes"];
            await new EvidenceLog(db).AddAsync(
                [.. names.Select(name => new PackageFacts(name, [Fact(name, "all", PackageStatus.Works, 0), Fact(name, $"node {i}", PackageStatus.Fails, i + 1)]))], ct);
        });
        await using var read = Hub.OpenDatabase();
        (await read.PackageEvidence.CountAsync(entry => entry.Package == "two-nodes")).ShouldBe(17);
        (await read.PackageStatuses.SingleAsync(row => row.Package == "two-nodes" && row.Interpreter == Interpreter.Pyodide && row.Release == release)).Status.ShouldBe(PackageStatus.Fails);
        (await read.Packages.SingleAsync(package => package.Name == "two-nodes")).Weight.ShouldBe(17);

        EvidenceEntry Fact(string name, string source, PackageStatus outcome, int minute) => EvidenceEntry.Of(
            PackageName.NormalForm(name), new PackageEvidence(EvidenceKind.Tested, source, Interpreter.Pyodide, release, "1", outcome, s_day.AddMinutes(minute), null));
    }

    [Fact]
    public async Task A_release_that_is_added_gets_statuses_from_facts_that_name_none()
    {
        await using var hub = await HubServer.StartAsync();
        await using var db = hub.OpenDatabase();
        var log = new EvidenceLog(db);
        await log.HoldAsync(["2025.1.1"], CancellationToken.None);
        var fact = new PackageEvidence(EvidenceKind.Community, "a list", Interpreter.Pyodide, null, null, PackageStatus.Partly, s_day, null);
        (await log.AddAsync([new PackageFacts("later", [EvidenceEntry.Of("later", fact)]) { Summary = "Comes later." }], CancellationToken.None)).ShouldBe(1);
        (await db.PackageStatuses.Select(row => row.Release).ToListAsync()).ShouldBe(["2025.1.1"]);
        await log.HoldAsync(["2026.1.1", "2025.1.1"], CancellationToken.None);
        (await db.PackageStatuses.Select(row => row.Release).Order().ToListAsync()).ShouldBe(["2025.1.1", "2026.1.1"]);
        await log.HoldAsync(["2026.1.1"], CancellationToken.None);
        (await db.PackageStatuses.Select(row => row.Release).ToListAsync()).ShouldBe(["2026.1.1"]);
    }
}
