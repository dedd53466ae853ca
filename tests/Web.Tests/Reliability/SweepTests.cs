using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>What is deleted by itself, and that nothing else ever is. The full form of the first is <c>bench/sweep</c>.</summary>
public sealed class SweepTests
{
    // Few contents, so that they come and go all the time.
    private static readonly string[] s_contents = [.. Enumerable.Range(0, 6).Select(i => $"shared content {i}")];

    [Fact]
    public async Task A_sweep_in_a_loop_beside_saves_that_share_contents_fails_no_request_and_leaves_nothing_dangling()
    {
        await using var hub = await HubServer.StartAsync();
        var length = TimeSpan.FromSeconds(FullForm.Times(10, 120));
        using var over = new CancellationTokenSource(length);
        var (requests, refused, swept, thinned, purged) = (0, 0, 0, 0, 0);
        var failures = new ConcurrentQueue<string>();
        var users = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => hub.UserAsync($"user-{i}")));
        var shared = (await users[0].PublishedAsync(("index.html", s_contents[0]), ("a.py", s_contents[1]))).Text("id");

        await Task.WhenAll([.. users.SelectMany(user => new[] { WorkAsync(user, new Random(1)), WorkAsync(user, new Random(2)) }), SweepAsync(), SweepAsync()]);

        failures.ShouldBeEmpty();
        requests.ShouldBeGreaterThan(50);
        swept.ShouldBeGreaterThan(0, "blobs were to come and go");
        thinned.ShouldBeGreaterThan(0, "revisions were to go");
        purged.ShouldBeGreaterThan(0, "projects were to go");
        await using var db = hub.OpenDatabase();
        var revisions = await StoredState.ShouldBeWholeAsync(db);
        FullForm.Report("sweep", ("seconds", length.TotalSeconds), ("requests", requests), ("failed", failures.Count), ("restores of thinned", refused),
            ("blobs swept", swept), ("revisions thinned", thinned), ("projects purged", purged), ("revisions whole", revisions), ("dangling", 0));

        async Task WorkAsync(HttpClient client, Random random)
        {
            while (!over.IsCancellationRequested)
            {
                var created = await AskAsync("create", () => client.PostAsJsonAsync("/api/v1/projects", new { name = "x", files = new Dictionary<string, string> { ["a.py"] = Pick() } }));
                if (created is not { } project) continue;
                var id = project.Text("id");
                for (var (step, head) = (0, 1); step < 12 && !over.IsCancellationRequested; step++)
                {
                    var answer = random.Next(6) switch
                    {
                        0 => await AskAsync("delete", () => client.DeleteFileAsync(id, "b.py", head)),
                        1 => await AskAsync("restore", () => client.PostAsync($"/api/v1/projects/{id}/revisions/{random.Next(1, head + 1)}/restore", null)),
                        2 => await AskAsync("put a", () => client.PutFileAsync(id, "a.py", Pick(), head)),
                        3 => await AskAsync("read", () => client.GetAsync($"/api/v1/projects/{id}/files")),
                        _ => await AskAsync("put b", () => client.PutFileAsync(id, "b.py", Pick(), head)),
                    };
                    if (answer is { } saved) head = saved.GetProperty("revision").GetInt32();
                }
                if (await AskAsync("remix", () => client.PostAsync($"/api/v1/projects/{(random.Next(2) == 0 ? id : shared)}/remix", null)) is { } remix)
                    await AskAsync("delete remix", () => client.DeleteAsync($"/api/v1/projects/{remix.Text("id")}"));
                await AskAsync("delete project", () => client.DeleteAsync($"/api/v1/projects/{id}"));
            }

            string Pick() => s_contents[random.Next(s_contents.Length)];
        }

        async Task<JsonElement?> AskAsync(string what, Func<Task<HttpResponseMessage>> ask)
        {
            using var answer = await ask();
            Interlocked.Increment(ref requests);
            var (status, text) = ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
            if (status < 300) return text.Length > 0 ? JsonDocument.Parse(text).RootElement : null;
            // A thinned revision cannot be restored. Nobody else saves in these projects, so nothing is stale.
            if (status == 404 && what == "restore") Interlocked.Increment(ref refused);
            else failures.Enqueue($"{what} {status} {text} {hub.Log.All.LastOrDefault(line => line.Contains("Exception", StringComparison.Ordinal))}");
            return null;
        }

        // The harshest: no rest for blobs, no day for revisions, no 30 days for projects.
        async Task SweepAsync()
        {
            while (!over.IsCancellationRequested)
            {
                await using var scope = hub.Services.CreateAsyncScope();
                var services = scope.ServiceProvider;
                Interlocked.Add(ref purged, await services.GetRequiredService<ProjectPurge>().RunAsync(DateTimeOffset.UtcNow + TimeSpan.FromDays(31), CancellationToken.None));
                Interlocked.Add(ref thinned, await services.GetRequiredService<RevisionThinning>().RunAsync(DateTimeOffset.UtcNow + TimeSpan.FromDays(2), CancellationToken.None));
                Interlocked.Add(ref swept, await services.GetRequiredService<BlobSweep>().RunAsync(TimeSpan.Zero, CancellationToken.None));
            }
        }
    }

    [Fact]
    public async Task An_old_orphan_that_a_save_meets_again_stays()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync(new { name = "x", files = new Dictionary<string, string> { ["a.py"] = "kept" } })).Text("id");
        await using var db = hub.OpenDatabase();
        foreach (var content in new[] { "orphan"u8.ToArray(), "forgotten"u8.ToArray() })
            await new PostgresBlobs(db).PutAsync(BlobHash.Of(content), content, CancellationToken.None);
        await db.Database.ExecuteSqlAsync($"UPDATE blobs SET touched_at = now() - interval '30 days'");
        (await ada.PutFileAsync(id, "b.py", "orphan", 1)).EnsureSuccessStatusCode();

        (await new BlobSweep(db).RunAsync(BlobSweep.Rest, CancellationToken.None)).ShouldBe(1);

        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/b.py")).ShouldBe("orphan");
        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/a.py")).ShouldBe("kept", "what a revision holds stays, however old");
        await StoredState.ShouldBeWholeAsync(db);
    }

    [Fact]
    public async Task A_blob_that_was_touched_within_a_day_is_left_alone_although_nothing_holds_it()
    {
        await using var hub = await HubServer.StartAsync();
        await using var db = hub.OpenDatabase();
        await new PostgresBlobs(db).PutAsync(BlobHash.Of("new"u8), "new"u8.ToArray(), CancellationToken.None);
        (await new BlobSweep(db).RunAsync(BlobSweep.Rest, CancellationToken.None)).ShouldBe(0);
        (await new BlobSweep(db).RunAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task Of_revisions_one_stays_for_10_minutes_of_the_last_day_and_one_for_each_day_before()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var text = (await ada.CreateAsync(new { name = "x", files = new Dictionary<string, string> { ["index.html"] = "1" } })).Text("id");
        var id = ProjectId.Parse(text, null);
        // At noon, so that neither a day nor ten minutes end between crafted times.
        var now = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        (int Number, TimeSpan Age)[] crafted =
        [
            (2, TimeSpan.FromHours(100)), (3, TimeSpan.FromHours(99)), (4, TimeSpan.FromHours(98)), (5, TimeSpan.FromHours(97)), (6, TimeSpan.FromHours(96.5)),
            (7, TimeSpan.FromHours(75)), (8, TimeSpan.FromHours(74)),
            (9, TimeSpan.FromMinutes(129)), (10, TimeSpan.FromMinutes(125)), (11, TimeSpan.FromMinutes(121)), (12, TimeSpan.FromMinutes(119)),
            (13, TimeSpan.FromMinutes(3)), (14, TimeSpan.FromMinutes(2)), (15, TimeSpan.FromMinutes(1)),
        ];
        await using (var db = hub.OpenDatabase())
        {
            var first = await db.Revisions.AsNoTracking().SingleAsync(r => r.ProjectId == id);
            foreach (var (number, age) in crafted)
            {
                db.Add(new Revision(id, number, first.Manifest, first.AuthorId, now - age));
                foreach (var hash in first.Manifest.Hashes) db.Add(new RevisionBlob(id, number, hash));
            }
            await db.SaveChangesAsync();
            await db.Revisions.Where(r => r.ProjectId == id && r.Number == 1).ExecuteUpdateAsync(set => set.SetProperty(r => r.CreatedAt, now - TimeSpan.FromHours(101)));
            await db.Projects.Where(p => p.Id == id).ExecuteUpdateAsync(set => set.SetProperty(p => p.HeadNumber, 15));
        }
        (await ada.PatchAsJsonAsync($"/api/v1/projects/{text}/revisions/2", new { name = "Handed in" })).EnsureSuccessStatusCode();
        // Shown once, and not any more; the first page that others saw must not be lost either.
        foreach (var number in new[] { 3, 4, 5 }) (await ada.PostAsJsonAsync($"/api/v1/projects/{text}/publish", new { revision = number })).EnsureSuccessStatusCode();

        await using var after = hub.OpenDatabase();
        var gone = await new RevisionThinning(after).RunAsync(now, CancellationToken.None);

        // 1 and 7, 9 and 10, 13 and 14 had a later one in the same day or ten minutes; 2 is named, 3 to 5 were published.
        (await NumbersAsync(after, id)).ShouldBe([2, 3, 4, 5, 6, 8, 11, 12, 15]);
        gone.ShouldBe(6);
        (await new RevisionThinning(after).RunAsync(now, CancellationToken.None)).ShouldBe(0, "a second time there is nothing to do");
        await new RevisionThinning(after).RunAsync(now + TimeSpan.FromDays(2), CancellationToken.None);
        (await NumbersAsync(after, id)).ShouldBe([2, 3, 4, 5, 6, 8, 15], "two days later the ten minutes have become a day");
        await StoredState.ShouldBeWholeAsync(after);
    }

    [Fact]
    public async Task A_revision_that_was_remixed_stays_although_it_is_neither_named_nor_published()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync(new { name = "x", files = new Dictionary<string, string> { ["a.py"] = "1" } })).Text("id");
        (await ada.PutFileAsync(id, "a.py", "2", 1)).EnsureSuccessStatusCode();
        var remix = await (await ada.PostAsync($"/api/v1/projects/{id}/remix", null)).JsonAsync(HttpStatusCode.Created);
        (await ada.PutFileAsync(id, "a.py", "3", 2)).EnsureSuccessStatusCode();
        (await ada.PutFileAsync(id, "a.py", "4", 3)).EnsureSuccessStatusCode();
        await using var db = hub.OpenDatabase();
        await db.Revisions.ExecuteUpdateAsync(set => set.SetProperty(r => r.CreatedAt, new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero)));

        (await new RevisionThinning(db).RunAsync(DateTimeOffset.UtcNow, CancellationToken.None)).ShouldBe(2);

        (await NumbersAsync(db, ProjectId.Parse(id, null))).ShouldBe([2, 4]);
        (await ada.GetStringAsync($"/api/v1/projects/{remix.Text("id")}/files/a.py")).ShouldBe("2");
    }

    [Fact]
    public async Task A_deleted_project_goes_for_good_after_30_days_with_all_that_was_its_own()
    {
        await using var hub = await HubServer.StartAsync();
        var (ada, bob) = (await hub.UserAsync("ada"), await hub.UserAsync("bob"));
        var id = (await ada.PublishedAsync(("index.html", "shared"), ("own.txt", "ada's alone"))).Text("id");
        (await ada.PutAsJsonAsync($"/api/v1/projects/{id}/members/bob", new { role = "editor" })).EnsureSuccessStatusCode();
        (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).EnsureSuccessStatusCode();
        var other = await bob.PublishedAsync(("index.html", "shared"));
        (await ada.DeleteAsync($"/api/v1/projects/{id}")).EnsureSuccessStatusCode();
        await using var db = hub.OpenDatabase();
        var deleted = DateTimeOffset.UtcNow;

        (await new ProjectPurge(db).RunAsync(deleted + TimeSpan.FromDays(29.9), CancellationToken.None)).ShouldBe(0);
        (await ada.PostAsync($"/api/v1/projects/{id}/undelete", null)).EnsureSuccessStatusCode();
        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/own.txt")).ShouldBe("ada's alone");
        (await ada.DeleteAsync($"/api/v1/projects/{id}")).EnsureSuccessStatusCode();
        (await new ProjectPurge(db).RunAsync(deleted + TimeSpan.FromDays(30.1), CancellationToken.None)).ShouldBe(1);

        await (await ada.PostAsync($"/api/v1/projects/{id}/undelete", null)).ProblemAsync(404, "not_found");
        (await db.Revisions.CountAsync()).ShouldBe(1);
        (await db.Publications.CountAsync()).ShouldBe(1);
        (await db.ProjectMembers.CountAsync() + await db.ContentGrants.CountAsync()).ShouldBe(0);
        (await new BlobSweep(db).RunAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBe(1, "the other project still needs the other blob");
        (await hub.Client.GetStringAsync(other.Text("contentUrl"))).ShouldBe("shared");
    }

    private static Task<List<int>> NumbersAsync(Infrastructure.Persistence.HubDb db, ProjectId id) =>
        db.Revisions.Where(r => r.ProjectId == id).OrderBy(r => r.Number).Select(r => r.Number).ToListAsync();
}
