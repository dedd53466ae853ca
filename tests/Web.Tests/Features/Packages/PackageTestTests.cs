using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>Tests of packages as the API has them, and their queue; the tests do what workers do.</summary>
public sealed class PackageTestTests : IAsyncLifetime
{
    private HubServer _hub = null!;
    private HttpClient _ada = null!;

    public async ValueTask InitializeAsync()
    {
        _hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { SmokeRunsPerHour = 8 } });
        _ada = await _hub.UserAsync("ada");
    }

    public async ValueTask DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task Who_is_signed_in_has_a_held_package_tested_in_both_interpreters_once()
    {
        await _hub.HoldAsync(WheelBuilder.Simple("Tea-Pot", "1.0"));
        await (await _hub.Client.PostAsync("/api/v1/packages/tea.pot/tests", null)).ProblemAsync(401, "unauthenticated");
        var asked = await (await _ada.PostAsync("/api/v1/packages/tea.pot/tests", null)).JsonAsync(HttpStatusCode.Accepted);
        asked.GetProperty("items").EnumerateArray().Select(test => $"{test.Text("package")} {test.Text("interpreter")} {test.Text("runtimeRelease")} {test.Text("state")}")
            .ShouldBe([$"tea-pot pyodide {_hub.Release()} queued", $"tea-pot micropython {_hub.Release()} queued"]);
        await (await _ada.PostAsJsonAsync("/api/v1/packages/Tea_Pot/tests", new { interpreters = new[] { "pyodide" } })).JsonAsync(HttpStatusCode.Accepted);
        var listed = await (await _hub.Client.GetAsync("/api/v1/packages/tea-pot/tests")).JsonAsync();
        listed.GetProperty("items").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task What_cannot_be_tested_is_refused_with_what_to_do()
    {
        await _hub.HoldAsync(WheelBuilder.Simple("thirsty", "1.0", "water>=2"));
        await _hub.HoldAsync(WheelBuilder.Simple("native", "1.0").Tag("cp314-cp314-win_amd64"));
        await (await _ada.PostAsync("/api/v1/packages/nobody-made-it/tests", null)).ProblemAsync(404, "not_found");
        (await (await _ada.PostAsJsonAsync("/api/v1/packages/thirsty/tests", new { interpreters = new[] { "pyodide" } })).JsonAsync(HttpStatusCode.UnprocessableEntity)).Text("detail").ShouldContain("water");
        (await (await _ada.PostAsJsonAsync("/api/v1/packages/native/tests", new { interpreters = new[] { "micropython" } })).ProblemAsync(422, "no_pure_wheel")).Text("detail").ShouldContain("packages add");
        (await (await _ada.PostAsJsonAsync("/api/v1/packages/thirsty/tests", new { runtimeReleases = new[] { "1999.1.1" } })).ProblemAsync(400, "malformed")).GetProperty("errors").TryGetProperty("runtimeReleases", out _).ShouldBeTrue();
        await using var db = _hub.OpenDatabase();
        (await db.PackageTests.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Tests_that_are_asked_for_are_bounded_by_the_hour()
    {
        await _hub.HoldAsync(WheelBuilder.Simple("water", "1.0"));
        for (var i = 0; i < 4; i++) (await _ada.PostAsync("/api/v1/packages/water/tests", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await (await _ada.PostAsync("/api/v1/packages/water/tests", null)).ProblemAsync(429, "too_many_requests");
    }

    [Fact]
    public async Task A_test_is_one_workers_until_its_lease_runs_out_and_ends_after_three_attempts()
    {
        await _hub.HoldAsync(WheelBuilder.Simple("water", "1.0"));
        var id = (await WithQueueAsync(queue => queue.AddAsync([new("water", Interpreter.Pyodide, _hub.Release())], null, CancellationToken.None)))[0];
        var first = Guid.NewGuid();
        (await TakeAsync(first))!.Id.ShouldBe(id);
        (await TakeAsync(Guid.NewGuid())).ShouldBeNull();
        (await WithQueueAsync(queue => queue.RenewAsync(id, first, CancellationToken.None))).ShouldBeTrue();

        await LapseAsync();
        var second = Guid.NewGuid();
        var again = (await TakeAsync(second))!;
        again.Attempts.ShouldBe(2);
        (await WithQueueAsync(queue => queue.FinishAsync(again, first, Fact(), CancellationToken.None))).ShouldBeFalse();
        (await WithQueueAsync(queue => queue.FaultAsync(id, second, "the browser broke", CancellationToken.None))).ShouldBeTrue();
        await TakeAsync(Guid.NewGuid());
        await LapseAsync();
        (await TakeAsync(Guid.NewGuid())).ShouldBeNull();
        await using var db = _hub.OpenDatabase();
        var ended = await db.PackageTests.AsNoTracking().SingleAsync();
        (ended.State, ended.Label).ShouldBe((SmokeRunState.Done, null));
        ended.Problem!.ShouldContain("worker");
        (await db.PackageEvidence.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task What_a_test_came_to_is_evidence_once_and_its_page_is_gone()
    {
        await _hub.HoldAsync(WheelBuilder.Simple("water", "1.0"));
        await WithQueueAsync(queue => queue.AddAsync([new("water", Interpreter.Pyodide, _hub.Release())], null, CancellationToken.None));
        var lease = Guid.NewGuid();
        var test = (await TakeAsync(lease))!;
        var address = $"http://{test.Label}.localhost:{_hub.Options.PublicUrl.Port}/";
        var plan = await (await _hub.Client.GetAsync(address + "plan.json")).JsonAsync();
        plan.Text("version").ShouldBe("1.0");
        plan.GetProperty("modules").EnumerateArray().Select(name => name.GetString()).ShouldBe(["water"]);
        var page = await _hub.Client.GetStringAsync(address);
        page.ShouldContain("/locked/");
        (await WithQueueAsync(queue => queue.FinishAsync(test, lease, Fact(), CancellationToken.None))).ShouldBeTrue();
        (await WithQueueAsync(queue => queue.FinishAsync(test, lease, Fact(), CancellationToken.None))).ShouldBeFalse();
        (await _hub.Client.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await using var db = _hub.OpenDatabase();
        var evidence = await db.PackageEvidence.AsNoTracking().SingleAsync();
        (evidence.Package, evidence.Kind, evidence.Outcome).ShouldBe(("water", EvidenceKind.Tested, PackageStatus.Works));
    }

    [Fact]
    public async Task Each_night_uploaded_packages_are_tested_once_in_each_release()
    {
        await _hub.HoldAsync(WheelBuilder.Simple("water", "1.0"));
        await using (var db = _hub.OpenDatabase()) await new EvidenceLog(db).HoldAsync([_hub.Release()], CancellationToken.None);
        (await WithQueueAsync(queue => queue.PlanAsync(CancellationToken.None))).ShouldBe(1);
        (await WithQueueAsync(queue => queue.PlanAsync(CancellationToken.None))).ShouldBe(0);
        var lease = Guid.NewGuid();
        var test = (await TakeAsync(lease))!;
        await WithQueueAsync(queue => queue.FinishAsync(test, lease, Fact(), CancellationToken.None));
        (await WithQueueAsync(queue => queue.PlanAsync(CancellationToken.None))).ShouldBe(0);
        await _hub.HoldAsync(WheelBuilder.Simple("water", "1.1"));
        (await WithQueueAsync(queue => queue.PlanAsync(CancellationToken.None))).ShouldBe(1);
    }

    private PackageEvidence Fact() => new(EvidenceKind.Tested, "hub", Interpreter.Pyodide, _hub.Release(), "1.0", PackageStatus.Works, DateTimeOffset.UtcNow, "imported water");

    private async Task LapseAsync()
    {
        await using var db = _hub.OpenDatabase();
        await db.Database.ExecuteSqlAsync($"UPDATE package_tests SET leased_until = clock_timestamp() - interval '1 second'");
    }

    private Task<PackageTest?> TakeAsync(Guid lease) => WithQueueAsync(queue => queue.TakeAsync(lease, Domain.RandomText.Base32(26), CancellationToken.None));

    private async Task<T> WithQueueAsync<T>(Func<PackageTestQueue, Task<T>> use)
    {
        await using var scope = _hub.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PackageTestQueue>());
    }
}
