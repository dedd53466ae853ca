using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>No lost update: many writers, two hubs, one database. The full form is <c>bench/races</c>.</summary>
public sealed class RaceTests
{
    private const int Writers = 6;

    [Fact]
    public async Task Of_many_writers_with_the_same_version_and_differing_contents_one_wins_and_nothing_is_overwritten()
    {
        await using var hubs = await TwoHubs.StartAsync();
        var watch = Stopwatch.StartNew();
        var races = FullForm.Times(60, 1_000);
        var id = (await hubs.Nodes[0].CreateAsync(new { name = "Race", files = new Dictionary<string, string> { ["main.py"] = "start", ["index.html"] = "<p>" } })).Text("id");
        var winners = new List<(string Path, string? Content)>();
        var there = new SortedSet<string>(StringComparer.Ordinal) { "main.py", "index.html" };
        for (var race = 0; race < races; race++)
        {
            var head = race + 1;
            var entries = Enumerable.Range(0, Writers).Select(writer => Entry(race, writer, there)).ToList();
            var answers = await Task.WhenAll(entries.Select((entry, writer) => entry.Content is { } text
                ? hubs.Nodes[writer % 2].PutFileAsync(id, entry.Path, text, head)
                : hubs.Nodes[writer % 2].DeleteFileAsync(id, entry.Path, head)));
            answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1, $"race {race}: {string.Join(' ', answers.Select(a => (int)a.StatusCode))}");
            for (var writer = 0; writer < Writers; writer++)
            {
                if (answers[writer].StatusCode == HttpStatusCode.OK)
                {
                    (await answers[writer].JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(head + 1);
                    winners.Add(entries[writer]);
                    if (entries[writer].Content is null) there.Remove(entries[writer].Path);
                    else there.Add(entries[writer].Path);
                }
                else
                {
                    await answers[writer].ProblemAsync(412, "stale");
                    answers[writer].Headers.ETag!.Tag.ShouldBe($"\"{head + 1}\"");
                }
            }
        }

        // Each revision holds its winner's change on top of the one before, and nothing of those who lost.
        await using var db = HubServer.Open(hubs.ConnectionString);
        var projectId = ProjectId.Parse(id, null);
        var revisions = await db.Revisions.AsNoTracking().Where(r => r.ProjectId == projectId).OrderBy(r => r.Number).ToListAsync();
        revisions.Select(r => r.Number).ShouldBe(Enumerable.Range(1, races + 1));
        var expected = new SortedDictionary<string, BlobHash>(StringComparer.Ordinal) { ["main.py"] = HashOf("start"), ["index.html"] = HashOf("<p>") };
        for (var race = 0; race < races; race++)
        {
            var (path, content) = winners[race];
            if (content is null) expected.Remove(path);
            else expected[path] = HashOf(content);
            revisions[race + 1].Manifest.Files.Select(file => (file.Key.Value, file.Value.Hash)).ShouldBe(expected.Select(file => (file.Key, file.Value)), $"race {race}");
        }
        await StoredState.ShouldBeWholeAsync(db);
        FullForm.Report("races", ("races", races), ("writers", Writers), ("hubs", 2), ("won by one", winners.Count), ("overwritten", 0), ("seconds", watch.Elapsed.TotalSeconds));
    }

    [Fact]
    public async Task Of_many_writers_with_the_same_contents_all_are_answered_by_the_one_revision()
    {
        await using var hubs = await TwoHubs.StartAsync(inProcess: true);
        var id = (await hubs.Nodes[0].CreateAsync()).Text("id");
        for (var race = 0; race < 10; race++)
        {
            var head = race + 1;
            var answers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => hubs.Nodes[writer % 2].PutFileAsync(id, "main.py", $"race {race}", head)));
            foreach (var answer in answers) (await answer.JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(head + 1);
        }
    }

    [Fact]
    public async Task A_save_that_changes_nothing_is_answered_by_the_head_however_old_its_version()
    {
        await using var hubs = await TwoHubs.StartAsync(inProcess: true);
        var (one, two) = (hubs.Nodes[0], hubs.Nodes[1]);
        var id = (await one.CreateAsync(new { name = "Twice", files = new Dictionary<string, string> { ["a.py"] = "1", ["b.py"] = "2" } })).Text("id");
        (await one.PutFileAsync(id, "a.py", "changed", 1)).EnsureSuccessStatusCode();
        (await two.DeleteFileAsync(id, "b.py", 2)).EnsureSuccessStatusCode();

        (await RevisionAsync(two.PutFileAsync(id, "a.py", "changed", 1))).ShouldBe(3);
        (await RevisionAsync(one.DeleteFileAsync(id, "b.py", 1))).ShouldBe(3);
        (await RevisionAsync(one.DeleteFileAsync(id, "never-there.py", 1))).ShouldBe(3);
        (await RevisionAsync(SaveManyAsync(two, id, 1, "?delete=b.py", ("a.py", "changed")))).ShouldBe(3);
        await (await SaveManyAsync(two, id, 1, "", ("a.py", "changed"), ("c.py", "new"))).ProblemAsync(412, "stale");
        await (await one.PutFileAsync(id, "a.py", "1", 1)).ProblemAsync(412, "stale");
        (await RevisionAsync(SaveManyAsync(two, id, 3, "", ("a.py", "changed"), ("c.py", "new")))).ShouldBe(4);
    }

    // Two of them write other files: a version is the whole project's. In every second race one deletes a file.
    private static (string Path, string? Content) Entry(int race, int writer, SortedSet<string> there) => writer switch
    {
        4 => ("other.py", $"race {race}"),
        5 => ($"new-{race % 3}.py", $"race {race} writer {writer}"),
        3 when race % 2 == 1 && there.Count > 0 => (there.Min!, null),
        2 when race % 2 == 1 => ("index.html", $"<p>race {race}"),
        _ => ("main.py", $"race {race} writer {writer}"),
    };

    private static async Task<int> RevisionAsync(Task<HttpResponseMessage> answer) => (await (await answer).JsonAsync()).GetProperty("revision").GetInt32();

    private static Task<HttpResponseMessage> SaveManyAsync(HttpClient client, string id, int revision, string query, params (string Path, string Text)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var (path, text) in files) form.Add(new StringContent(text), path);
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/files{query}") { Content = form };
        request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{revision}\""));
        return client.SendAsync(request);
    }

    private static BlobHash HashOf(string text) => BlobHash.Of(Encoding.UTF8.GetBytes(text));

    /// <summary>Two hubs on one database: in this process, or two processes in the full form. One user calls both.</summary>
    private sealed class TwoHubs : IAsyncDisposable
    {
        private readonly List<IAsyncDisposable> _hubs = [];

        public required string ConnectionString { get; init; }

        public List<HttpClient> Nodes { get; } = [];

        public static async Task<TwoHubs> StartAsync(bool inProcess = false)
        {
            var hubs = new TwoHubs { ConnectionString = await HubServer.NewDatabaseAsync() };
            string? token = null;
            for (var node = 0; node < 2; node++)
            {
                if (FullForm.IsAsked && !inProcess)
                {
                    var child = await HubChild.StartAsync(hubs.ConnectionString);
                    hubs._hubs.Add(child);
                    hubs.Nodes.Add(child.Admin);
                    continue;
                }
                var server = await HubServer.StartAsync(connectionString: hubs.ConnectionString);
                hubs._hubs.Add(server);
                token ??= (await server.UserAsync("ada")).DefaultRequestHeaders.Authorization!.Parameter;
                hubs.Nodes.Add(server.ClientFor(token));
            }
            return hubs;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var hub in _hubs) await hub.DisposeAsync();
        }
    }
}
