using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Projects;

public sealed class FileTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    [Fact]
    public async Task A_write_needs_the_version_that_it_changes()
    {
        var (ada, id) = await ProjectAsync();
        await (await ada.PutFileAsync(id, "a.py", "1", null)).ProblemAsync(428, "precondition_required");
        (await (await ada.PutFileAsync(id, "a.py", "1", 1)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(2);
        var stale = await ada.PutFileAsync(id, "a.py", "2", 1);
        await stale.ProblemAsync(412, "stale");
        stale.Headers.ETag!.Tag.ShouldBe("\"2\"");
        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/a.py")).ShouldBe("1");
    }

    [Fact]
    public async Task A_write_that_is_sent_again_after_a_lost_answer_is_no_conflict()
    {
        var (ada, id) = await ProjectAsync();
        await (await ada.PutFileAsync(id, "a.py", "1", 1)).JsonAsync();
        (await (await ada.PutFileAsync(id, "a.py", "1", 1)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(2);
        (await (await ada.DeleteFileAsync(id, "a.py", 2)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(3);
        (await (await ada.DeleteFileAsync(id, "a.py", 2)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(3);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("*")]
    [InlineData("\"3")]
    [InlineData("W/\"3\"")]
    [InlineData("\"1\" \"2\"")]
    public async Task A_malformed_condition_is_answered_400(string header)
    {
        var (ada, id) = await ProjectAsync();
        var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/projects/{id}/files/a.py") { Content = new StringContent("x") };
        request.Headers.TryAddWithoutValidation("If-Match", header);
        var problem = await (await ada.SendAsync(request)).ProblemAsync(400, "malformed");
        problem.GetProperty("errors").TryGetProperty("If-Match", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("%2e%2e%2fevil.py")]
    [InlineData("a%2f..%2f..%2fevil.py")]
    [InlineData(".hub/x.js")]
    [InlineData("con.py")]
    [InlineData("a%00b")]
    [InlineData("a%0ab")]
    [InlineData("a//b.py")]
    public async Task A_bad_path_is_refused_and_nothing_is_written(string path)
    {
        var (ada, id) = await ProjectAsync();
        var response = await ada.PutFileAsync(id, path, "x", 1);
        ((int)response.StatusCode).ShouldBeOneOf(422, 400, 404);
        (await (await ada.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Many_changes_are_one_revision()
    {
        var (ada, id) = await ProjectAsync();
        await (await ada.PutFileAsync(id, "old.py", "x", 1)).JsonAsync();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("a"), "a.py" },
            { new ByteArrayContent([0xFF, 0xFE]), "dir/b.bin", "b.bin" },
        };
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/files?delete=old.py&delete=gone.py") { Content = form };
        request.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
        (await (await ada.SendAsync(request)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(3);
        var files = await (await ada.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync();
        files.GetProperty("files").EnumerateArray().Select(f => f.Text("path")).ShouldBe(["a.py", "dir/b.bin", "index.html"]);
        (await ada.GetByteArrayAsync($"/api/v1/projects/{id}/files/dir/b.bin")).ShouldBe([0xFF, 0xFE]);
    }

    [Fact]
    public async Task A_large_folder_is_deleted_as_one_revision()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var many = Enumerable.Range(0, 600).Select(n => $"data/a rather long name of a file that somebody brought along {n}.txt").ToList();
        var files = many.ToDictionary(path => path, path => path, StringComparer.Ordinal);
        files["index.html"] = "<p>";
        var id = (await ada.CreateAsync(new { name = "Lesson", files })).Text("id");
        using var form = new MultipartFormDataContent { { new StringContent("new"), "data/new.txt" } };
        foreach (var path in many) form.Add(new StringContent(path), ".hub/delete");
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/files") { Content = form };
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        (await (await ada.SendAsync(request)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(2);
        (await (await ada.GetAsync($"/api/v1/projects/{id}/files")).JsonAsync()).GetProperty("files").EnumerateArray().Select(f => f.Text("path")).ShouldBe(["data/new.txt", "index.html"]);

        using var bad = new MultipartFormDataContent { { new StringContent("../x"), ".hub/delete" } };
        var refused = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/projects/{id}/files") { Content = bad };
        refused.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
        await (await ada.SendAsync(refused)).ProblemAsync(422, "path_traversal");
    }

    [Fact]
    public async Task The_history_is_read_page_by_page_in_the_order_of_its_numbers_whatever_the_clock_did()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync()).Text("id");
        for (var revision = 1; revision < 6; revision++) await (await ada.PutFileAsync(id, "a.py", $"{revision}", revision)).JsonAsync();
        await using (var db = hub.OpenDatabase())
        {
            var projectId = ProjectId.Parse(id, null);
            var same = DateTimeOffset.UnixEpoch.AddYears(50);
            await db.Revisions.Where(r => r.ProjectId == projectId && r.Number > 1).ExecuteUpdateAsync(set => set.SetProperty(r => r.CreatedAt, same));
        }
        var seen = new List<int>();
        string? cursor = null;
        do
        {
            var page = await (await ada.GetAsync($"/api/v1/projects/{id}/revisions?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("revision").GetInt32()));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        seen.ShouldBe([6, 5, 4, 3, 2, 1]);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_answered_with_limit_and_size_and_nothing_is_lost()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = new ProjectLimits { FileBytes = 1000 } });
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync()).Text("id");
        await (await ada.PutFileAsync(id, "a.py", new string('x', 1000), 1)).JsonAsync();
        var problem = await (await ada.PutFileAsync(id, "a.py", new string('x', 1001), 2)).ProblemAsync(413, "too_large");
        (problem.GetProperty("limit").GetInt64(), problem.GetProperty("size").GetInt64()).ShouldBe((1000, 1001));
        var chunked = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/projects/{id}/files/a.py") { Content = new StringContent(new string('y', 2000)) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
        await (await ada.SendAsync(chunked)).ProblemAsync(413, "too_large");
        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/a.py")).ShouldBe(new string('x', 1000));

        // A stranger's upload is not even read.
        await (await (await hub.UserAsync("bob")).PutFileAsync(id, "a.py", new string('x', 1001), 2)).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task An_old_revision_is_read_by_who_edits_and_by_nobody_else()
    {
        await using var hub = await HubServer.StartAsync();
        var (ada, bob) = (await hub.UserAsync("ada"), await hub.UserAsync("bob"));
        var id = (await ada.CreateAsync(new { name = "Lesson", files = new Dictionary<string, string> { ["index.html"] = "one" } })).Text("id");
        await (await ada.PutFileAsync(id, "index.html", "two", 1)).JsonAsync();
        await ada.PublishAsync(id);
        await (await ada.PutFileAsync(id, "index.html", "three", 2)).JsonAsync();

        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/index.html?revision=1")).ShouldBe("one");
        (await (await ada.GetAsync($"/api/v1/projects/{id}/files?revision=1")).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(1);
        (await bob.GetStringAsync($"/api/v1/projects/{id}/files/index.html?revision=2")).ShouldBe("two");
        foreach (var revision in new[] { 1, 3, 4 })
        {
            await (await bob.GetAsync($"/api/v1/projects/{id}/files?revision={revision}")).ProblemAsync(404, "not_found");
            await (await bob.GetAsync($"/api/v1/projects/{id}/files/index.html?revision={revision}")).ProblemAsync(404, "not_found");
        }
        await (await ada.GetAsync($"/api/v1/projects/{id}/files?revision=9")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Bytes_of_a_user_are_a_download_on_the_hub_whatever_they_are_called()
    {
        var (ada, id) = await ProjectAsync();
        await (await ada.PutFileAsync(id, "evil.svg", "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 1)).JsonAsync();
        foreach (var path in new[] { "index.html", "evil.svg" })
        {
            var response = await ada.GetAsync($"/api/v1/projects/{id}/files/{path}");
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
            response.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
            response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            response.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
        }
    }

    [Fact]
    public async Task An_old_revision_comes_back_as_a_new_head()
    {
        var (ada, id) = await ProjectAsync();
        await (await ada.PutFileAsync(id, "index.html", "second", 1)).JsonAsync();
        (await (await ada.PostAsync($"/api/v1/projects/{id}/revisions/1/restore", null)).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(3);
        (await ada.GetStringAsync($"/api/v1/projects/{id}/files/index.html")).ShouldBe("first");
        await (await ada.PostAsync($"/api/v1/projects/{id}/revisions/99/restore", null)).ProblemAsync(404, "not_found");
        var named = await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}/revisions/2", new { name = "Before the exam" })).JsonAsync();
        named.Text("name").ShouldBe("Before the exam");
        var history = await (await ada.GetAsync($"/api/v1/projects/{id}/revisions")).JsonAsync();
        history.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("revision").GetInt32()).ShouldBe([3, 2, 1]);
    }

    [Fact]
    public async Task Others_see_the_publication_and_neither_the_draft_nor_the_history()
    {
        var ada = await shared.Hub.UserAsync($"user-f{Interlocked.Increment(ref s_users)}");
        var bob = await shared.Hub.UserAsync($"user-f{Interlocked.Increment(ref s_users)}");
        var id = (await ada.PublishedAsync(("index.html", "published"))).Text("id");
        await (await ada.PutFileAsync(id, "index.html", "draft", 1)).JsonAsync();
        foreach (var other in new[] { bob, shared.Hub.Client })
        {
            (await other.GetStringAsync($"/api/v1/projects/{id}/files/index.html")).ShouldBe("published");
            (await (await other.GetAsync($"/api/v1/projects/{id}")).JsonAsync()).GetProperty("revision").GetInt32().ShouldBe(1);
            (await other.GetAsync($"/api/v1/projects/{id}/revisions")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        (await bob.PutFileAsync(id, "index.html", "mine now", 1)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await shared.Hub.Client.PutFileAsync(id, "index.html", "mine now", 1)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<(HttpClient Client, string Id)> ProjectAsync()
    {
        var ada = await shared.Hub.UserAsync($"user-f{Interlocked.Increment(ref s_users)}");
        return (ada, (await ada.CreateAsync(new { name = "Lesson", files = new Dictionary<string, string> { ["index.html"] = "first" } })).Text("id"));
    }
}
