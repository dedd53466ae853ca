using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>The promises of the security notes that one hub keeps by itself.</summary>
public sealed class PromiseTests
{
    [Fact]
    public async Task Damaged_bytes_are_answered_with_502_are_never_kept_and_touch_nothing_else()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(("index.html", "<p>whole"), ("data.csv", "1,2,3"), ("other.csv", "4,5,6"));
        var (id, content) = (project.Text("id"), project.Text("contentUrl"));
        await using var db = hub.OpenDatabase();
        await FlipAsync(db, "1,2,3");

        for (var attempt = 0; attempt < 2; attempt++)
        {
            await (await ada.GetAsync($"/api/v1/projects/{id}/files/data.csv")).ProblemAsync(502, "blob_corrupt");
            var served = await hub.Client.GetAsync(content + "data.csv");
            await served.ProblemAsync(502, "blob_corrupt");
            served.Headers.CacheControl!.NoStore.ShouldBeTrue();
            served.Headers.ETag.ShouldBeNull();
        }
        (await hub.Client.GetStringAsync(content + "other.csv")).ShouldBe("4,5,6");
        (await hub.Client.GetStringAsync(content)).ShouldBe("<p>whole");
        var damaged = BlobHash.Of("1,2,3"u8).ToString();
        hub.Log.All.ShouldContain(line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(damaged, StringComparison.Ordinal));

        // As a restored backup would.
        await FlipAsync(db, "1,2,3");
        (await hub.Client.GetStringAsync(content + "data.csv")).ShouldBe("1,2,3");
    }

    [Fact]
    public async Task A_page_whose_bytes_are_damaged_is_answered_with_502_by_a_hub_that_never_read_it()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(("index.html", "<p>whole"), ("second.html", "<p>second"));
        await using var db = hub.OpenDatabase();
        await FlipAsync(db, "<p>second");
        await using var node = await HubServer.StartAsync(connectionString: hub.ConnectionString);
        var host = new Uri(project.Text("contentUrl")).Host;
        await (await node.Client.GetAsync(new UriBuilder(node.Url) { Host = host, Path = "/second.html" }.Uri)).ProblemAsync(502, "blob_corrupt");
        (await node.ClientFor(ada.DefaultRequestHeaders.Authorization!.Parameter).GetStringAsync($"/api/v1/projects/{project.Text("id")}/files/index.html")).ShouldBe("<p>whole");
    }

    [Fact]
    public async Task Without_its_database_the_hub_answers_503_serves_what_it_served_before_and_heals_by_itself()
    {
        var database = await HubServer.NewDatabaseAsync();
        await using var door = new DatabaseDoor(database);
        await using var hub = await HubServer.StartAsync(connectionString: door.ConnectionString);
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(("index.html", "<p>known"), ("style.css", "p { color: red }"), ("photo.png", "bytes"));
        var (id, content) = (project.Text("id"), project.Text("contentUrl"));
        var unknown = (await ada.PublishedAsync(("index.html", "<p>never asked for"))).Text("contentUrl");
        foreach (var file in new[] { "", "style.css", "photo.png" }) (await hub.Client.GetAsync(content + file)).EnsureSuccessStatusCode();

        door.Shut();

        foreach (var ask in new Func<Task<HttpResponseMessage>>[]
        {
            () => ada.GetAsync($"/api/v1/projects/{id}"),
            () => ada.GetAsync("/api/v1/projects"),
            () => ada.PutFileAsync(id, "a.py", "1", 1),
            () => hub.Client.GetAsync("/api/v1/projects"),
        })
        {
            var answer = await ask();
            await answer.ProblemAsync(503, "database_unavailable");
            answer.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        }
        var notKnown = await hub.Client.GetAsync(unknown);
        notKnown.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        notKnown.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
        (await hub.Client.GetStringAsync(content)).ShouldBe("<p>known");
        (await hub.Client.GetStringAsync(content + "style.css")).ShouldBe("p { color: red }");
        (await hub.Client.GetStringAsync(content + "photo.png")).ShouldBe("bytes");
        (await hub.Client.GetAsync("/api/v1/runtime/releases")).StatusCode.ShouldBe(HttpStatusCode.OK);

        door.Open();

        (await (await ada.PutFileAsync(id, "a.py", "1", 1)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(2);
        (await hub.Client.GetStringAsync(unknown)).ShouldBe("<p>never asked for");
    }

    [Theory]
    [InlineData("POST", "/api/v1/projects/import?name=x", "application/zip")]
    [InlineData("PUT", "/api/v1/projects/{id}/files/large.bin", "application/octet-stream")]
    [InlineData("POST", "/api/v1/projects/import?name=x", "multipart/form-data; boundary=b")]
    [InlineData("POST", "/api/v1/projects/{id}/files", "multipart/form-data; boundary=b")]
    public async Task An_upload_of_1_GB_of_unknown_length_is_refused_with_413_while_memory_grows_by_less_than_50_MB(string method, string path, string type)
    {
        await using var hub = await HubChild.StartAsync(await HubServer.NewDatabaseAsync());
        var id = (await hub.Admin.CreateAsync()).Text("id");
        // What the first upload loads is not what the large one costs.
        (await hub.Admin.PutFileAsync(id, "warm.bin", new string('x', 1_000_000), 1)).EnsureSuccessStatusCode();
        await hub.Admin.ImportAsync(Zip.Of(("index.html", "x")));
        var before = hub.ResidentBytes();
        using var over = new CancellationTokenSource();
        var peak = PeakAsync(hub, over.Token);

        var status = await UploadAsync(hub.Url, method, path.Replace("{id}", id, StringComparison.Ordinal), type, bytes: 1_000_000_000);

        await over.CancelAsync();
        status.ShouldBe(413);
        (await peak - before).ShouldBeLessThan(50_000_000);
        (await hub.Admin.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var listed = await (await hub.Admin.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync();
        listed.GetProperty("revision").GetInt32().ShouldBe(2, "a refused upload changes nothing");
    }

    [Fact]
    public async Task An_account_that_is_full_is_answered_with_507_until_something_is_deleted()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { AccountBytes = 10_000 } });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync()).Text("id");
        (await ada.PutFileAsync(id, "a.txt", new string('a', 6_000), 1)).EnsureSuccessStatusCode();
        await (await ada.PutFileAsync(id, "b.txt", new string('b', 6_000), 2)).ProblemAsync(507, "quota");
        await (await ada.ImportAsync(Zip.Of(("index.html", new string('c', 6_000))))).ProblemAsync(507, "quota");
        var files = await (await ada.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync();
        files.GetProperty("revision").GetInt32().ShouldBe(2);
        (await ada.PutFileAsync(id, "copy.txt", new string('a', 6_000), 2)).StatusCode.ShouldBe(HttpStatusCode.OK, "the same bytes are stored once");

        (await ada.DeleteAsync($"/api/v1/projects/{id}")).EnsureSuccessStatusCode();
        await using var db = hub.OpenDatabase();
        await new ProjectPurge(db).RunAsync(DateTimeOffset.UtcNow + TimeSpan.FromDays(31), CancellationToken.None);
        (await ada.ImportAsync(Zip.Of(("index.html", new string('c', 6_000))))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task After_a_takedown_all_addresses_answer_410_clear_what_was_stored_and_end_the_service_worker()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var project = await ada.PublishedAsync(("index.html", "<p>bad"), ("sw.js", "self.addEventListener('fetch', () => {})"));
        var (id, content) = (project.Text("id"), project.Text("contentUrl"));
        var draft = (await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync()).Text("url");
        (await hub.Client.GetStringAsync(content)).ShouldBe("<p>bad");
        await using var db = hub.OpenDatabase();
        await db.Projects.ExecuteUpdateAsync(set => set.SetProperty(p => p.TakenDownAt, DateTimeOffset.UtcNow));

        foreach (var address in new[] { content, content + "index.html", content + "sw.js", content + "nowhere", draft, draft + "sw.js" })
        {
            var gone = await hub.Client.GetAsync(address);
            gone.StatusCode.ShouldBe(HttpStatusCode.Gone, address);
            gone.Headers.GetValues("Clear-Site-Data").Single().ShouldBe("\"storage\", \"cache\"");
            gone.Headers.CacheControl!.NoStore.ShouldBeTrue();
            (await gone.Content.ReadAsStringAsync()).ShouldNotContain("bad");
        }
        var asked = new HttpRequestMessage(HttpMethod.Get, content + "sw.js");
        asked.Headers.Add("Service-Worker", "script");
        var last = await hub.Client.SendAsync(asked);
        last.StatusCode.ShouldBe(HttpStatusCode.OK);
        last.Content.Headers.ContentType!.MediaType.ShouldBe("text/javascript");
        last.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await last.Content.ReadAsStringAsync()).ShouldContain("registration.unregister()");

        await (await hub.Client.GetAsync($"/api/v1/projects/{id}")).ProblemAsync(404, "not_found");
        (await ada.PostAsync($"/api/v1/projects/{id}/publish", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_preview_address_that_lapsed_shows_nothing_and_is_renewed_under_the_same_label()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync(new { name = "x", visibility = "private", files = new Dictionary<string, string> { ["index.html"] = "draft" } })).Text("id");
        var first = (await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync()).Text("url");
        (await hub.Client.GetStringAsync(first)).ShouldStartWith("draft");
        await using var db = hub.OpenDatabase();
        await db.ContentGrants.ExecuteUpdateAsync(set => set.SetProperty(g => g.ExpiresAt, DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1)));

        (await hub.Client.GetAsync(first)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync(first)).StatusCode.ShouldBe(HttpStatusCode.NotFound, "asking for it does not bring it back");
        var again = await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync();
        again.Text("url").ShouldBe(first);
        (await hub.Client.GetStringAsync(first)).ShouldStartWith("draft");
    }

    [Fact]
    public async Task A_hub_refuses_a_database_of_a_newer_one_and_leaves_it_as_it_is()
    {
        var database = await HubServer.NewDatabaseAsync();
        await using var db = HubServer.Open(database);
        await db.Database.ExecuteSqlAsync($"""INSERT INTO "__EFMigrationsHistory" VALUES ('99990101000000_FromTheFuture', '99.0')""");
        var before = await FingerprintAsync(db);

        var (exitCode, said) = await HubChild.RefusedAsync(database);

        exitCode.ShouldBe(1);
        said.ShouldContain("99990101000000_FromTheFuture");
        said.ShouldContain("has changed nothing");
        said.ShouldNotContain("   at ", Case.Sensitive, "an administrator gets a sentence, not a stack");
        (await FingerprintAsync(db)).ShouldBe(before);
        (await db.Users.AnyAsync()).ShouldBeFalse();
    }

    // Turned over twice, a byte is what it was.
    private static Task FlipAsync(DbContext db, string content)
    {
        var hash = BlobHash.Of(Encoding.UTF8.GetBytes(content)).ToArray();
        return db.Database.ExecuteSqlAsync($"UPDATE blobs SET content = set_byte(content, 1, get_byte(content, 1) # 255) WHERE hash = {hash}");
    }

    // Every table with its columns and how many rows it has, and what wrote the history last.
    private static async Task<string> FingerprintAsync(DbContext db) => (await db.Database.SqlQuery<string>(
        $"""
        SELECT (SELECT string_agg(c.table_name || '.' || c.column_name || ' ' || c.data_type, ',' ORDER BY c.table_name, c.column_name)
                FROM information_schema.columns c WHERE c.table_schema = 'public')
            || (SELECT string_agg(query_to_xml(format('SELECT count(*) FROM %I', t.table_name), false, false, '')::text, ',' ORDER BY t.table_name)
                FROM information_schema.tables t WHERE t.table_schema = 'public')
            || (SELECT string_agg(h.xmin::text || h::text, ',' ORDER BY h::text) FROM "__EFMigrationsHistory" h) AS "Value"
        """).ToListAsync())[0];

    private static async Task<long> PeakAsync(HubChild hub, CancellationToken over)
    {
        long peak = 0;
        while (!over.IsCancellationRequested)
        {
            peak = Math.Max(peak, hub.ResidentBytes());
            await Task.Delay(20, CancellationToken.None);
        }
        return peak;
    }

    /// <summary>Sends chunks until all is sent or the hub hangs up; gives the status that it answered.</summary>
    private static async Task<int> UploadAsync(Uri url, string method, string path, string type, long bytes)
    {
        using var socket = await HubClients.ConnectAsync(url, CancellationToken.None);
        await using var stream = new NetworkStream(socket);
        var answer = ReadLineAsync(stream);
        var chunk = new byte[1_000_000];
        new Random(1).NextBytes(chunk);
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"{method} {path} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {HubChild.AdminToken}\r\nIf-Match: \"2\"\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n"));
            if (type.StartsWith("multipart", StringComparison.Ordinal))
            {
                var head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head.Length:x}\r\n{head}\r\n"));
            }
            var frame = Encoding.ASCII.GetBytes($"{chunk.Length.ToString("x", CultureInfo.InvariantCulture)}\r\n");
            for (long sent = 0; sent < bytes; sent += chunk.Length)
            {
                await stream.WriteAsync(frame);
                await stream.WriteAsync(chunk);
                await stream.WriteAsync("\r\n"u8.ToArray());
            }
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray());
        }
        catch (IOException)
        {
            // The hub hung up before the end, as it may.
        }
        return int.Parse((await answer.WaitAsync(TimeSpan.FromSeconds(60))).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static async Task<string> ReadLineAsync(Stream stream)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1 && one[0] != '\n') line.Append((char)one[0]);
        return line.ToString();
    }
}
