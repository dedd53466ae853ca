using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>An acknowledged save survives the death of the hub, of its database, or of both. The full form is <c>bench/kill-series</c>.</summary>
public sealed class KillSeriesTests
{
    private const int Writers = 4;

    [Fact]
    public async Task What_was_answered_is_there_after_hub_and_database_were_killed_while_saves_came_in()
    {
        var kills = FullForm.Times(4, 100);
        var seed = FullForm.IsAsked ? Random.Shared.Next() : 20261121;
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        await using var hub = await HubChild.StartAsync();
        var page = await hub.Admin.PublishedAsync(("index.html", "<p>published"));
        using var over = new CancellationTokenSource();
        var writers = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Writer.CreateAsync(hub, i)));
        var reader = new Reader(hub, page.Text("contentUrl"));
        var working = Task.WhenAll([.. writers.Select(writer => writer.WorkAsync(over.Token)), reader.WorkAsync(over.Token)]);

        var (hubKills, databaseKills) = (0, 0);
        var healing = TimeSpan.Zero;
        for (var kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(50, 1_200));
            // Of four: the hub, its database, both at once, the database and soon after it the hub.
            var kind = FullForm.IsAsked ? random.Next(4) : kill % 4;
            if (kind is 1 or 2 or 3)
            {
                if (kind == 1) reader.ExpectNoGap();
                hub.KillDatabase().ShouldBeTrue("the database is to run when it is killed");
                databaseKills++;
            }
            if (kind == 3) await Task.Delay(random.Next(0, 500));
            if (kind is 0 or 2 or 3)
            {
                await hub.KillAsync();
                reader.Forget();
                hubKills++;
                await hub.StartAgainAsync();
            }
            var healed = await hub.HealedAsync();
            if (healed > healing) healing = healed;
            foreach (var writer in writers) await writer.SavesAgainAsync();
        }
        await over.CancelAsync();
        await working;

        var mistakes = hub.Log.Split('\n').Where(line => line.Contains("Exception", StringComparison.Ordinal) && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal);
        writers.SelectMany(writer => writer.Unexpected).ShouldBeEmpty($"seed {seed}, in the log {string.Join('\n', mistakes)}");
        reader.Unexpected.ShouldBeEmpty($"seed {seed}");
        var saved = writers.Sum(writer => writer.Answered.Count);
        saved.ShouldBeGreaterThan(kills);
        await using var db = HubServer.Open(await hub.ConnectionStringAsync());
        var lost = new List<string>();
        foreach (var writer in writers) lost.AddRange(await writer.LostAsync(hub, db));
        FullForm.Report("kill-series", ("kills", kills), ("of the hub", hubKills), ("of the database", databaseKills), ("saves answered", saved), ("lost", lost.Count),
            ("503 meanwhile", writers.Sum(w => w.Unavailable)), ("pages meanwhile", reader.Served), ("longest healing s", healing.TotalSeconds), ("seconds", watch.Elapsed.TotalSeconds));
        lost.ShouldBeEmpty($"seed {seed}");
        await StoredState.ShouldBeWholeAsync(db);
    }

    /// <summary>Saves one file of a project of its own, again and again, whatever happens to the hub.</summary>
    private sealed class Writer(HubChild hub, string id, int number)
    {
        private const string Path = "main.py";

        // Sent, and not known to be saved or refused.
        private readonly HashSet<string> _open = new(StringComparer.Ordinal);
        private int _head = 1;
        private int _count;

        /// <summary>What was answered with 200: the revision and its content.</summary>
        public List<(int Revision, string Content)> Answered { get; } = [];

        public ConcurrentQueue<string> Unexpected { get; } = [];

        public int Unavailable { get; private set; }

        public static async Task<Writer> CreateAsync(HubChild hub, int number) =>
            new(hub, (await hub.Admin.CreateAsync(new { name = $"Writer {number}", files = new Dictionary<string, string> { ["index.html"] = "x" } })).Text("id"), number);

        public async Task WorkAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                try
                {
                    await SaveAsync();
                }
                catch (HttpRequestException)
                {
                    await Task.Delay(20, CancellationToken.None);
                }
            }
        }

        /// <summary>Waits until a save that began after this call was answered.</summary>
        public async Task SavesAgainAsync()
        {
            var (watch, before) = (Stopwatch.StartNew(), Volatile.Read(ref _count));
            while (Volatile.Read(ref _count) < before + 2)
            {
                if (watch.Elapsed > TimeSpan.FromSeconds(60)) throw new TimeoutException($"Writer {number} does not get through. {string.Join('\n', Unexpected)} {hub.Log}");
                await Task.Delay(10);
            }
        }

        /// <summary>What was answered and is not there, in the database and over HTTP.</summary>
        public async Task<List<string>> LostAsync(HubChild hub, Infrastructure.Persistence.HubDb db)
        {
            var lost = new List<string>();
            var projectId = ProjectId.Parse(id, null);
            var revisions = await db.Revisions.AsNoTracking().Where(r => r.ProjectId == projectId).OrderBy(r => r.Number).ToListAsync();
            revisions.Select(r => r.Number).ShouldBe(Enumerable.Range(1, revisions.Count), "revisions are numbered without a gap");
            foreach (var (revision, content) in Answered)
            {
                var found = revisions.ElementAtOrDefault(revision - 1)?.Manifest.Find(Path);
                if (found?.Hash != BlobHash.Of(Encoding.UTF8.GetBytes(content))) lost.Add($"writer {number}, revision {revision}");
            }
            var head = await hub.Admin.GetStringAsync($"/api/v1/projects/{id}/files/{Path}");
            if (head != Answered[^1].Content && !_open.Contains(head)) lost.Add($"writer {number}, head");
            var files = (await (await hub.Admin.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync()).GetProperty("files");
            foreach (var file in files.EnumerateArray())
            {
                var bytes = await hub.Admin.GetByteArrayAsync($"/api/v1/projects/{id}/files/{file.Text("path")}");
                if (BlobHash.Of(bytes).ToString() != file.Text("sha256")) lost.Add($"writer {number}, bytes of {file.Text("path")}");
            }
            return lost;
        }

        private async Task SaveAsync()
        {
            var content = string.Create(CultureInfo.InvariantCulture, $"# writer {number} save {Answered.Count} {Guid.NewGuid()}\n{new string('#', 2_000)}");
            _open.Add(content);
            using var answer = await hub.Admin.PutFileAsync(id, Path, content, _head);
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    _head = (await answer.JsonAsync()).GetProperty("revision").GetInt32();
                    Answered.Add((_head, content));
                    _open.Clear();
                    Interlocked.Increment(ref _count);
                    break;
                case HttpStatusCode.PreconditionFailed:
                    // An earlier save came through although its answer did not.
                    _open.Remove(content);
                    _head = int.Parse(answer.Headers.ETag!.Tag.Trim('"'), CultureInfo.InvariantCulture);
                    break;
                case HttpStatusCode.ServiceUnavailable:
                    Unavailable++;
                    if (answer.Headers.RetryAfter is null) Unexpected.Enqueue("503 without Retry-After");
                    await answer.ProblemAsync(503, "database_unavailable");
                    break;
                default:
                    Unexpected.Enqueue($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                    break;
            }
        }
    }

    /// <summary>Opens a published page again and again: a hub that served it once needs no database for it.</summary>
    private sealed class Reader(HubChild hub, string url)
    {
        private volatile bool _isKnown;

        public ConcurrentQueue<string> Unexpected { get; } = [];

        public int Served { get; private set; }

        /// <summary>The hub is a new process, which has not served the page yet.</summary>
        public void Forget() => _isKnown = false;

        /// <summary>Asserts that the page is known to the hub before its database goes.</summary>
        public void ExpectNoGap() => SpinWait.SpinUntil(() => _isKnown, TimeSpan.FromSeconds(30)).ShouldBeTrue("the page is to be served before the database goes");

        public async Task WorkAsync(CancellationToken over)
        {
            while (!over.IsCancellationRequested)
            {
                var wasKnown = _isKnown;
                try
                {
                    using var answer = await hub.Anyone.GetAsync(url, CancellationToken.None);
                    var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
                    if (answer.StatusCode == HttpStatusCode.OK && text == "<p>published")
                    {
                        Served++;
                        _isKnown = true;
                    }
                    else if (wasKnown && _isKnown) Unexpected.Enqueue($"page {(int)answer.StatusCode} {text}");
                }
                catch (HttpRequestException)
                {
                    // The hub is being killed or started.
                }
                await Task.Delay(10, CancellationToken.None);
            }
        }
    }
}
