using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Features.SmokeRuns;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.SmokeRuns;

/// <summary>Progress as server-sent events.</summary>
public sealed class SmokeStreamTests
{
    [Fact]
    public async Task A_stream_tells_of_each_state_from_waiting_to_the_verdict_and_ends_with_the_caller()
    {
        await using var hub = await HubServer.StartAsync();
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"));
        using (var stream = await OpenAsync(owner, project))
        {
            stream.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
            stream.Headers.CacheControl!.NoStore.ShouldBeTrue();
            using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
            (await NextAsync(reader)).ShouldBe(("queued", null));
            var run = Guid.ParseExact((await (await owner.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke")).JsonAsync()).GetProperty("pyodide").Text("run"), "N");
            var lease = await hub.BeginAsync(run);
            (await NextAsync(reader)).ShouldBe(("running", null));
            await using (var db = hub.OpenDatabase())
                (await new Infrastructure.SmokeRuns.SmokeQueue(db).FinishAsync(run, lease, SmokeResult.Of(SmokeOutcome.Passed), null, CancellationToken.None)).ShouldBeTrue();
            (await NextAsync(reader)).ShouldBe(("done", "passed"));
        }
        await NoneOpenAsync(hub);

        static async Task<(string? State, string? Outcome)> NextAsync(StreamReader reader)
        {
            var standing = JsonDocument.Parse(await reader.NextEventAsync()).RootElement.GetProperty("pyodide");
            return (standing.GetProperty("state").GetString(), standing.GetProperty("outcome").GetString());
        }
    }

    [Fact]
    public async Task A_stream_ends_when_its_reader_may_see_the_project_no_more()
    {
        await using var hub = await HubServer.StartAsync();
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"));
        using var stream = await OpenAsync(hub.Client, project);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await reader.NextEventAsync();
        (await owner.PutFileAsync(project.Text("id"), "index.html", "draft", 1)).EnsureSuccessStatusCode();
        var draft = await hub.HaveRunAsync(project.ProjectId(), 2, SmokeResult.Of(SmokeOutcome.Failed));
        (await owner.DeleteAsync($"/api/v1/projects/{project.Text("id")}/publish")).EnsureSuccessStatusCode();
        // What was said before goes through still, and nothing of the draft.
        while (await reader.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(45)).Token) is { } line) line.ShouldNotContain(draft);
        (await OpenAsync(hub.Client, project)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_account_has_so_many_streams_and_no_more_and_none_keeps_a_connection_to_the_database()
    {
        await using var hub = await HubServer.StartAsync();
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"));
        var streams = new List<HttpResponseMessage>();
        for (var i = 0; i < SmokeStreams.OfAccount; i++)
        {
            streams.Add(await OpenAsync(owner, project));
            streams[^1].StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        var refused = await OpenAsync(owner, project);
        await refused.ProblemAsync(429, "too_many_requests");
        refused.Headers.RetryAfter.ShouldNotBeNull();
        // Somebody else is not kept out by that, and the one who is can still ask.
        using (var other = await OpenAsync(hub.Client, project)) other.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await owner.GetAsync($"/api/v1/projects/{project.Text("id")}/smoke")).StatusCode.ShouldBe(HttpStatusCode.OK);
        streams.ForEach(stream => stream.Dispose());
        await NoneOpenAsync(hub);
        using (var again = await OpenAsync(owner, project)) again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_hub_that_stops_does_not_wait_for_those_who_listen()
    {
        var hub = await HubServer.StartAsync();
        var owner = await hub.UserAsync("ada");
        var project = await owner.PublishedAsync(("index.html", "start"));
        using var stream = await OpenAsync(owner, project);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        await reader.NextEventAsync();
        // The host would give open requests 30 seconds.
        await hub.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(25));
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, JsonElement project) => client.SendAsync(
        new HttpRequestMessage(HttpMethod.Get, $"/api/v1/projects/{project.Text("id")}/smoke-runs/events"), HttpCompletionOption.ResponseHeadersRead);

    private static async Task NoneOpenAsync(HubServer hub)
    {
        var streams = hub.Services.GetRequiredService<SmokeStreams>();
        for (var i = 0; streams.Count > 0 && i < 300; i++) await Task.Delay(100);
        streams.Count.ShouldBe(0);
    }
}
