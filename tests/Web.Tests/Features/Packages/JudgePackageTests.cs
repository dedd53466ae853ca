using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Infrastructure.Fetching;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Packages;

/// <summary>Whether a package works of which the hub knows nothing, by the wheels of an upstream.</summary>
public sealed class JudgePackageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_whose_wheels_fit_works_in_each_release_and_is_told_again_when_the_upstream_is_gone()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Add(WheelBuilder.Simple("Judged-Parts", "1.0", "needed>=2; sys_platform == 'emscripten'", "windows-only; sys_platform == 'win32'").Header("Summary", "Parts that are judged."));
        upstream.Add(WheelBuilder.Simple("needed", "2.1", "numpy"));
        await using var hub = await StartAsync(upstream);
        var package = await PackageAsync(hub, "judged-parts");
        (package.Text("displayName"), package.Text("summary")).ShouldBe(("Judged-Parts", "Parts that are judged."));
        foreach (var status in package.GetProperty("statuses").EnumerateArray())
        {
            // For MicroPython a wheel proves nothing.
            var expected = status.Text("interpreter") == "pyodide" ? "works" : "unknown";
            status.Text("status").ShouldBe(expected, status.ToString());
            if (expected == "works") (status.Text("version"), status.GetProperty("deciding").Text("kind"), status.GetProperty("deciding").Text("source")).ShouldBe(("1.0", "wheel", "127.0.0.1"));
        }
        // Only their metadata were looked at; what is in a release's lock was not asked for.
        upstream.Asked.ShouldNotContain(path => path.EndsWith(".whl", StringComparison.Ordinal) || path.Contains("numpy", StringComparison.Ordinal) || path.Contains("windows", StringComparison.Ordinal));
        var asked = upstream.Asked.Count;
        await PackageAsync(hub, "judged-parts");
        upstream.Asked.Count.ShouldBe(asked);
        await upstream.StopAsync();
        (await PackageAsync(hub, "Judged_Parts")).GetProperty("evidence").GetArrayLength().ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task What_blocks_a_package_is_named()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Add(WheelBuilder.Simple("blocked", "1.0", "middle"));
        upstream.Add(WheelBuilder.Simple("middle", "1.0", "native-parts>=3"));
        upstream.Add(WheelBuilder.Simple("native-parts", "3.0").Tag("cp314-cp314-manylinux_2_28_x86_64"));
        upstream.Add(WheelBuilder.Simple("older", "1.0"));
        upstream.Add(WheelBuilder.Simple("older", "2.0", "native-parts"));
        await using var hub = await StartAsync(upstream);
        var blocked = (await PackageAsync(hub, "blocked")).GetProperty("statuses").EnumerateArray().First(status => status.Text("interpreter") == "pyodide");
        blocked.Text("status").ShouldBe("fails");
        blocked.GetProperty("deciding").Text("detail").ShouldContain("native-parts");
        var older = (await PackageAsync(hub, "older")).GetProperty("statuses").EnumerateArray().First(status => status.Text("interpreter") == "pyodide");
        (older.Text("status"), older.Text("version")).ShouldBe(("partly", "1.0"));
        older.GetProperty("deciding").Text("detail").ShouldContain("native-parts");
        (await hub.Client.GetAsync("/api/v1/packages/nobody-has-this", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("Requires-Dist: !!!")]
    [InlineData("no header")]
    public async Task Metadata_that_cannot_be_read_are_said_to_be_so_and_do_not_break_the_answer(string line)
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Add(WheelBuilder.Simple("garbled", "1.0"));
        upstream.Instead("/files/garbled/garbled-1.0-py3-none-any.whl.metadata", System.Text.Encoding.UTF8.GetBytes($"Metadata-Version: 2.1\nName: garbled\nVersion: 1.0\n{line}\n"), "text/plain");
        await using var hub = await StartAsync(upstream);
        var status = (await PackageAsync(hub, "garbled")).GetProperty("statuses").EnumerateArray().First(status => status.Text("interpreter") == "pyodide");
        status.Text("status").ShouldBe("fails");
        status.GetProperty("deciding").Text("detail").ShouldContain("garbled");
    }

    [Fact]
    public async Task An_upstream_that_does_not_answer_for_a_dependency_is_no_evidence_against_the_package()
    {
        await using var upstream = await LoopbackIndex.StartAsync();
        upstream.Add(WheelBuilder.Simple("unsure", "1.0", "silent"));
        upstream.Instead("/simple/silent/", context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await using var hub = await StartAsync(upstream);
        (await hub.Client.GetAsync("/api/v1/packages/unsure", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await using var db = hub.OpenDatabase();
        (await db.PackageEvidence.CountAsync(entry => entry.Package == "unsure", Cancellation)).ShouldBe(0);
    }

    private static Task<HubServer> StartAsync(LoopbackIndex upstream) => HubServer.StartAsync(
        options => options with { Packages = new PackageOptions { Upstreams = [upstream.Index] } },
        services: services => services.AddSingleton(new UpstreamFetch([upstream.Index], [], TimeSpan.FromSeconds(10))));

    private static async Task<System.Text.Json.JsonElement> PackageAsync(HubServer hub, string name) =>
        await (await hub.Client.GetAsync($"/api/v1/packages/{name}", Cancellation)).JsonAsync();
}
