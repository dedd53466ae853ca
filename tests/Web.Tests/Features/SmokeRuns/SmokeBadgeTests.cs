using System.Net;
using System.Xml.Linq;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.SmokeRuns;

/// <summary>The verdict as a picture.</summary>
public sealed class SmokeBadgeTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_badge_says_the_verdict_in_words_and_changes_with_it()
    {
        var owner = await Hub.UserAsync($"badge-{Interlocked.Increment(ref s_users)}");
        var project = await owner.PublishedAsync(("index.html", "start"));
        var path = $"/api/v1/projects/{project.Text("id")}/badge.svg";
        WordsOf(await Hub.Client.GetStringAsync(path)).ShouldBe(["Pyodide", "not run yet", "MicroPython", "not run yet"]);
        await Hub.EndAllAsync(project.ProjectId(), run => SmokeResult.Of(run.Interpreter is Interpreter.Pyodide ? SmokeOutcome.Passed : SmokeOutcome.Failed));
        var answer = await Hub.Client.GetAsync(path);
        WordsOf(await answer.Content.ReadAsStringAsync()).ShouldBe(["Pyodide", "passed", "MicroPython", "failed"]);
        WordsOf(await Hub.Client.GetStringAsync(path + "?interpreter=pyodide")).ShouldBe(["Pyodide", "passed"]);
        WordsOf(await Hub.Client.GetStringAsync(path + "?interpreter=micropython")).ShouldBe(["MicroPython", "failed"]);

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
        answer.Headers.CacheControl!.ToString().ShouldBe("public, no-cache");
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
        answer.Headers.GetValues("Content-Security-Policy").ShouldBe(["default-src 'none'; sandbox"]);
        (await AgainAsync()).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        await Hub.HaveRunAsync(project.ProjectId(), 1, SmokeResult.Of(SmokeOutcome.TimedOut));
        (await AgainAsync()).StatusCode.ShouldBe(HttpStatusCode.OK);

        async Task<HttpResponseMessage> AgainAsync()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
            return await Hub.Client.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("ruby")]
    [InlineData("Pyodide")]
    [InlineData("<script>")]
    public async Task A_badge_of_an_interpreter_that_is_none_is_refused(string interpreter)
    {
        var owner = await Hub.UserAsync($"badge-{Interlocked.Increment(ref s_users)}");
        var project = await owner.PublishedAsync(("index.html", "start"));
        var problem = await (await Hub.Client.GetAsync($"/api/v1/projects/{project.Text("id")}/badge.svg?interpreter={Uri.EscapeDataString(interpreter)}")).ProblemAsync(400, "malformed");
        problem.GetProperty("errors").TryGetProperty("interpreter", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_badge_of_what_is_not_shared_is_its_owners_and_stays_with_them()
    {
        var owner = await Hub.UserAsync($"badge-{Interlocked.Increment(ref s_users)}");
        var project = await owner.CreateAsync(new { name = "Mine", visibility = "private", files = new Dictionary<string, string> { ["index.html"] = "start" } });
        var path = $"/api/v1/projects/{project.Text("id")}/badge.svg";
        (await Hub.Client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var mine = await owner.GetAsync(path);
        mine.StatusCode.ShouldBe(HttpStatusCode.OK);
        mine.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        mine.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["same-origin"]);
    }

    private static List<string> WordsOf(string svg) =>
        [.. XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value)];
}
