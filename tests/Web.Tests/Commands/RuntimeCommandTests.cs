using System.Net;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Commands;

/// <summary>The verbs on a candidate: what they write, a running hub acts on.</summary>
public sealed class RuntimeCommandTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_candidate_is_made_withdrawn_and_made_the_default_from_the_command_line()
    {
        var chief = await Hub.UserAsync("chief", isAdministrator: true);
        foreach (var (words, arguments) in new (string, string[])[]
        {
            ("does not hold '2019.1.1'", ["runtime", "candidate", "2019.1.1"]),
            ("is the default already", ["runtime", "candidate", "2026.7.3"]),
            ("is not the candidate", ["runtime", "default", "2026.3.1"]),
            ("is not the candidate", ["runtime", "candidate", "2026.3.1", "--withdraw"]),
        })
        {
            var refused = await HubVerb.RunAsync(Hub, "", arguments);
            refused.Exit.ShouldBe(1, refused.Output);
            refused.Error.ShouldContain(words);
            refused.Error.ShouldNotContain("   at ");
        }

        (await HubVerb.RunAsync(Hub, "", "runtime", "candidate", "2026.3.1")).Output.ShouldContain("/admin/releases");
        (await chief.GetAsync("/api/v1/runtime/releases/2026.3.1/canary")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await HubVerb.RunAsync(Hub, "", "runtime", "candidate", "2026.3.1", "--withdraw")).Exit.ShouldBe(0);
        (await chief.GetAsync("/api/v1/runtime/releases/2026.3.1/canary")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await HubVerb.RunAsync(Hub, "", "runtime", "candidate", "2026.3.1")).Exit.ShouldBe(0);
        (await HubVerb.RunAsync(Hub, "", "runtime", "default", "2026.3.1", "--keep-breaking")).Output.ShouldContain("2026.3.1 is the default now");
        for (var end = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(200))
        {
            var releases = await (await Hub.Client.GetAsync("/api/v1/runtime/releases")).JsonAsync();
            if (releases.EnumerateArray().Single(release => release.GetProperty("isDefault").GetBoolean()).Text("name") == "2026.3.1") break;
            (DateTime.UtcNow < end).ShouldBeTrue("the running hub does not hear of it");
        }
    }
}
