using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Reliability;

/// <summary>
/// Every operation of the API's own description: it is mapped, described and documented, and gives nobody what is another's. An
/// operation that is not in the table below fails the sweep, so that each new one is added.
/// </summary>
public sealed partial class ApiTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private const string Draft = "nobody else may read this draft";
    private const string Published = "everybody with the address may read this";
    private const string SecretMember = "secret-member";

    private static int s_users;

    /// <summary>What a stranger gets for somebody else's thing, by whether it is private or published and unlisted; and who is not signed in.</summary>
    /// <param name="Make">A request that its owner would be granted.</param>
    /// <param name="OnPrivate">Statuses for a stranger: the thing is not there.</param>
    /// <param name="OnPublished">Statuses for a stranger on a published unlisted project.</param>
    /// <param name="NeedsSignIn">Whether who is not signed in gets 401; else they get what a stranger gets.</param>
    private sealed record Operation(Func<Target, HttpRequestMessage> Make, int OnPrivate, int OnPublished, bool NeedsSignIn);

    /// <summary>Somebody's project with all that belongs to it, and one of their tokens.</summary>
    /// <param name="Run">A smoke run of its publication, or of its draft where nothing is published; it has a screenshot.</param>
    /// <param name="DraftRun">A smoke run of its draft.</param>
    private sealed record Target(string Id, string TokenId, string Member, string Stranger, string Run, string DraftRun);

    private static readonly Dictionary<string, Operation> s_operations = new(StringComparer.Ordinal)
    {
        // The caller's own things: another's are not among them.
        ["GET /api/v1/me"] = new(_ => Get("/me"), 200, 200, NeedsSignIn: true),
        ["GET /api/v1/me/antiforgery"] = new(_ => Get("/me/antiforgery"), 200, 200, NeedsSignIn: true),
        ["GET /api/v1/me/offers"] = new(_ => Get("/me/offers"), 200, 200, NeedsSignIn: true),
        ["POST /api/v1/me/offers/{id}"] = new(t => Plain("POST", $"/me/offers/{t.Id}"), 404, 404, NeedsSignIn: true),
        ["DELETE /api/v1/me/offers/{id}"] = new(t => Plain("DELETE", $"/me/offers/{t.Id}"), 404, 404, NeedsSignIn: true),
        ["GET /api/v1/me/tokens"] = new(_ => Get("/me/tokens"), 200, 200, NeedsSignIn: true),
        ["POST /api/v1/me/tokens"] = new(_ => Json("POST", "/me/tokens", new { name = "mine" }), 201, 201, NeedsSignIn: true),
        ["DELETE /api/v1/me/tokens/{id}"] = new(t => Plain("DELETE", $"/me/tokens/{t.TokenId}"), 404, 404, NeedsSignIn: true),
        ["GET /api/v1/packages/{name}/tests"] = new(_ => Get("/packages/nobody-knows-this/tests"), 404, 404, NeedsSignIn: false),
        ["POST /api/v1/packages/{name}/tests"] = new(_ => Plain("POST", "/packages/nobody-knows-this/tests"), 404, 404, NeedsSignIn: true),
        ["GET /api/v1/projects"] = new(_ => Get("/projects?limit=100"), 200, 200, NeedsSignIn: false),
        ["POST /api/v1/projects"] = new(_ => Json("POST", "/projects", new { name = "mine" }), 201, 201, NeedsSignIn: true),
        ["POST /api/v1/projects/import"] = new(_ => Import(), 201, 201, NeedsSignIn: true),
        ["GET /api/v1/runtime/releases"] = new(_ => Get("/runtime/releases"), 200, 200, NeedsSignIn: false),
        ["GET /api/v1/packages"] = new(_ => Get("/packages?q=numpy"), 200, 200, NeedsSignIn: false),
        ["GET /api/v1/packages/{name}"] = new(_ => Get("/packages/nobody-knows-this"), 404, 404, NeedsSignIn: false),
        ["GET /api/all.json"] = new(_ => Get("/../all.json"), 200, 200, NeedsSignIn: false),
        ["GET /api/top_100_pypi_packages.json"] = new(_ => Get("/../top_100_pypi_packages.json"), 200, 200, NeedsSignIn: false),
        ["GET /api/last_run.json"] = new(_ => Get("/../last_run.json"), 200, 200, NeedsSignIn: false),
        ["GET /api/package/{name}.json"] = new(_ => Get("/../package/nobody-knows-it.json"), 404, 404, NeedsSignIn: false),
        ["POST /api/v1/packages/{name}/reports"] = new(_ => Json("POST", "/packages/numpy/reports", new { interpreter = "pyodide", release = "2026.3.1", outcome = "works", note = "It does." }), 201, 201, NeedsSignIn: true),

        // For administrators alone.
        ["POST /api/v1/packages/files"] = new(_ => Json("POST", "/packages/files", new { }), 403, 403, NeedsSignIn: true),
        ["POST /api/v1/runtime/releases/{name}/candidate"] = new(_ => Plain("POST", "/runtime/releases/2026.3.1/candidate"), 403, 403, NeedsSignIn: true),
        ["DELETE /api/v1/runtime/releases/{name}/candidate"] = new(_ => Plain("DELETE", "/runtime/releases/2026.3.1/candidate"), 403, 403, NeedsSignIn: true),
        ["POST /api/v1/runtime/releases/{name}/default"] = new(_ => Json("POST", "/runtime/releases/2026.3.1/default", new { }), 403, 403, NeedsSignIn: true),
        ["GET /api/v1/runtime/releases/{name}/canary"] = new(_ => Get("/runtime/releases/2026.3.1/canary"), 403, 403, NeedsSignIn: true),

        // Another's project: the publication can be read, and made into one's own.
        ["GET /api/v1/projects/{id}"] = new(t => Get($"/projects/{t.Id}"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/archive"] = new(t => Get($"/projects/{t.Id}/archive"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/locks"] = new(t => Get($"/projects/{t.Id}/locks?draft=true"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/files"] = new(t => Get($"/projects/{t.Id}/files"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/files/{path}"] = new(t => Get($"/projects/{t.Id}/files/index.html"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/smoke"] = new(t => Get($"/projects/{t.Id}/smoke"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/badge.svg"] = new(t => Get($"/projects/{t.Id}/badge.svg"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/smoke-runs"] = new(t => Get($"/projects/{t.Id}/smoke-runs"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/projects/{id}/smoke-runs/events"] = new(t => Get($"/projects/{t.Id}/smoke-runs/events"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/smoke-runs/{id}"] = new(t => Get($"/smoke-runs/{t.Run}"), 404, 200, NeedsSignIn: false),
        ["GET /api/v1/smoke-runs/{id}/screenshot"] = new(t => Get($"/smoke-runs/{t.Run}/screenshot"), 404, 200, NeedsSignIn: false),
        ["POST /api/v1/projects/{id}/trials"] = new(t => Trial("POST", $"/projects/{t.Id}/trials"), 404, 201, NeedsSignIn: false),
        ["PUT /api/v1/trials/{id}"] = new(_ => Trial("PUT", $"/trials/{new string('a', 26)}"), 404, 404, NeedsSignIn: false),
        ["POST /api/v1/projects/{id}/remix"] = new(t => Plain("POST", $"/projects/{t.Id}/remix"), 404, 201, NeedsSignIn: true),

        // Everything else is for those who work on it.
        ["GET /api/v1/projects/{id}/revisions"] = new(t => Get($"/projects/{t.Id}/revisions"), 404, 404, NeedsSignIn: false),
        ["PATCH /api/v1/projects/{id}"] = new(t => Json("PATCH", $"/projects/{t.Id}", new { name = "taken", visibility = "public" }), 404, 403, NeedsSignIn: true),
        ["DELETE /api/v1/projects/{id}"] = new(t => Plain("DELETE", $"/projects/{t.Id}"), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/undelete"] = new(t => Plain("POST", $"/projects/{t.Id}/undelete"), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/publish"] = new(t => Json("POST", $"/projects/{t.Id}/publish", new { revision = 2 }), 404, 403, NeedsSignIn: true),
        ["DELETE /api/v1/projects/{id}/publish"] = new(t => Plain("DELETE", $"/projects/{t.Id}/publish"), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/grants"] = new(t => Plain("POST", $"/projects/{t.Id}/grants"), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/smoke-runs"] = new(t => Json("POST", $"/projects/{t.Id}/smoke-runs", new { revision = 1 }), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/files"] = new(t => Saving("POST", $"/projects/{t.Id}/files", new MultipartFormDataContent { { new StringContent("taken"), "index.html" } }), 404, 403, NeedsSignIn: true),
        ["PUT /api/v1/projects/{id}/files/{path}"] = new(t => Saving("PUT", $"/projects/{t.Id}/files/index.html", new StringContent("taken")), 404, 403, NeedsSignIn: true),
        ["DELETE /api/v1/projects/{id}/files/{path}"] = new(t => Saving("DELETE", $"/projects/{t.Id}/files/index.html", null), 404, 403, NeedsSignIn: true),
        ["PATCH /api/v1/projects/{id}/revisions/{number}"] = new(t => Json("PATCH", $"/projects/{t.Id}/revisions/1", new { name = "taken" }), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/revisions/{number}/restore"] = new(t => Saving("POST", $"/projects/{t.Id}/revisions/1/restore", null), 404, 403, NeedsSignIn: true),
        ["GET /api/v1/projects/{id}/members"] = new(t => Get($"/projects/{t.Id}/members"), 404, 403, NeedsSignIn: true),
        ["PUT /api/v1/projects/{id}/members/{userName}"] = new(t => Json("PUT", $"/projects/{t.Id}/members/{t.Stranger}", new { role = "owner" }), 404, 403, NeedsSignIn: true),
        ["DELETE /api/v1/projects/{id}/members/{userName}"] = new(t => Plain("DELETE", $"/projects/{t.Id}/members/{t.Member}"), 404, 403, NeedsSignIn: true),
        ["POST /api/v1/projects/{id}/transfer"] = new(t => Json("POST", $"/projects/{t.Id}/transfer", new { userName = t.Stranger }), 404, 403, NeedsSignIn: true),
    };

    [Theory]
    [InlineData("private", true)]
    [InlineData("unlisted", false)]
    [InlineData("public", false)]
    [InlineData("unlisted", true)]
    [InlineData("unlisted", true, true)]
    public async Task No_operation_reads_or_changes_what_is_anothers(string visibility, bool isPublished, bool isDeleted = false)
    {
        var number = Interlocked.Increment(ref s_users);
        var (owner, member) = ($"owner-{number}", $"{SecretMember}-{number}");
        var ada = await shared.Hub.UserAsync(owner);
        await shared.Hub.UserAsync(member);
        var target = await ArrangeAsync(ada, member, $"stranger-{number}", visibility, isPublished);
        if (isDeleted) (await ada.DeleteAsync($"/api/v1/projects/{target.Id}")).EnsureSuccessStatusCode();
        var isSeen = isPublished && visibility != "private" && !isDeleted;
        var stranger = await shared.Hub.UserAsync(target.Stranger);
        var before = await StateAsync(target);

        foreach (var key in await OperationsAsync())
        {
            var operation = s_operations.GetValueOrDefault(key).ShouldNotBeNull($"{key} is new: add it to the table, with what a stranger gets");
            foreach (var client in new[] { stranger, shared.Hub.Client })
            {
                var isSignedIn = client == stranger;
                var expected = !isSignedIn && operation.NeedsSignIn ? 401 : isSeen ? operation.OnPublished : operation.OnPrivate;
                using var answer = await client.SendAsync(operation.Make(target), HttpCompletionOption.ResponseHeadersRead);
                var text = await TextAsync(answer);
                ((int)answer.StatusCode).ShouldBe(expected, $"{key}, {(isSignedIn ? "signed in" : "signed out")}: {text}");
                text.ShouldNotContain(Draft, Case.Sensitive, key);
                text.ShouldNotContain(SecretMember, Case.Sensitive, key);
                text.ShouldNotContain("drafted.txt", Case.Sensitive, key);
                text.ShouldNotContain(target.DraftRun, Case.Sensitive, key);
                if (key.EndsWith("/projects", StringComparison.Ordinal) || key.EndsWith("/tokens", StringComparison.Ordinal))
                {
                    text.ShouldNotContain(target.Id, Case.Sensitive, key);
                    text.ShouldNotContain(target.TokenId, Case.Sensitive, key);
                }
                if (expected == 200 && key is "GET /api/v1/projects/{id}" or "GET /api/v1/projects/{id}/files" && isSeen)
                    JsonDocument.Parse(text).RootElement.GetProperty("revision").GetInt32().ShouldBe(1, "the published one");
            }
        }

        foreach (var client in new[] { stranger, shared.Hub.Client })
        {
            (await client.GetAsync($"/api/v1/smoke-runs/{target.DraftRun}")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
            (await client.GetAsync($"/api/v1/smoke-runs/{target.DraftRun}/screenshot")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        }
        (await StateAsync(target)).ShouldBe(before);
        if (!isDeleted) (await ada.GetStringAsync($"/api/v1/projects/{target.Id}/files/index.html")).ShouldBe(Draft);
    }

    [Fact]
    public async Task A_remix_of_anothers_project_holds_the_publication_and_never_the_draft()
    {
        var number = Interlocked.Increment(ref s_users);
        var ada = await shared.Hub.UserAsync($"owner-{number}");
        await shared.Hub.UserAsync($"{SecretMember}-{number}");
        var target = await ArrangeAsync(ada, $"{SecretMember}-{number}", $"stranger-{number}", "unlisted", isPublished: true);
        var stranger = await shared.Hub.UserAsync(target.Stranger);
        var remix = await (await stranger.PostAsync($"/api/v1/projects/{target.Id}/remix", null)).JsonAsync(System.Net.HttpStatusCode.Created);
        (await stranger.GetStringAsync($"/api/v1/projects/{remix.Text("id")}/files/index.html")).ShouldBe(Published);
        (await stranger.GetStringAsync($"/api/v1/projects/{remix.Text("id")}/files")).ShouldNotContain("drafted.txt");
        (await stranger.GetStringAsync($"/api/v1/projects/{target.Id}/files/index.html")).ShouldBe(Published);
    }

    [Fact]
    public async Task What_a_stranger_sees_of_a_project_does_not_change_with_its_draft()
    {
        var number = Interlocked.Increment(ref s_users);
        var ada = await shared.Hub.UserAsync($"owner-{number}");
        var id = (await ada.PublishedAsync(("index.html", Published))).Text("id");
        var before = await shared.Hub.Client.GetAsync($"/api/v1/projects/{id}");
        (await ada.PutFileAsync(id, "index.html", Draft, 1)).EnsureSuccessStatusCode();
        var after = await shared.Hub.Client.GetAsync($"/api/v1/projects/{id}");
        after.Headers.ETag.ShouldBe(before.Headers.ETag);
    }

    [Fact]
    public async Task Every_mapped_operation_is_in_the_description_with_a_summary_and_its_answers()
    {
        var mapped = shared.Hub.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} {Parameter().Replace(endpoint.RoutePattern.RawText!, "{${name}}").TrimEnd('/')}")).Order(StringComparer.Ordinal).ToList();
        mapped.Count.ShouldBeGreaterThan(20);
        (await OperationsAsync()).Order(StringComparer.Ordinal).ShouldBe(mapped);

        foreach (var (key, operation) in await DescriptionAsync())
        {
            operation.TryGetProperty("summary", out var summary).ShouldBeTrue(key);
            summary.GetString()!.ShouldEndWith(".", Case.Sensitive, key);
            var answers = operation.GetProperty("responses").EnumerateObject().ToList();
            answers.ShouldContain(answer => answer.Name.StartsWith('2'), key);
            var problem = answers.SingleOrDefault(answer => answer.Name == "default").Value;
            problem.ValueKind.ShouldBe(JsonValueKind.Object, key);
            problem.GetProperty("content").TryGetProperty("application/problem+json", out _).ShouldBeTrue(key);
            if (s_operations[key].NeedsSignIn) answers.ShouldContain(answer => answer.Name == "401", key);
            var headers = operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(p => p.Text("in") == "header").Select(p => p.Text("name")).ToList() : [];
            if (s_operations[key].Make(new Target("i", "t", "m", "s", "r", "d")).Headers.IfMatch.Count > 0) headers.ShouldContain("If-Match", key);
        }
    }

    [Fact]
    public async Task The_documented_operations_are_those_that_there_are()
    {
        var documented = (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "api.md")))
            .Select(line => Row().Match(line)).Where(match => match.Success).Select(match => $"{match.Groups["method"].Value} /api{match.Groups["path"].Value}").ToList();
        documented.ShouldBeUnique();
        documented.Order(StringComparer.Ordinal).ShouldBe((await OperationsAsync()).Order(StringComparer.Ordinal));
    }

    // A published revision, then a draft with another file, a member, a preview address and a name in the history.
    private async Task<Target> ArrangeAsync(HttpClient owner, string member, string stranger, string visibility, bool isPublished)
    {
        var id = (await owner.CreateAsync(new { name = "Theirs", visibility, files = new Dictionary<string, string> { ["index.html"] = Published } })).Text("id");
        if (isPublished) await owner.PublishAsync(id);
        (await owner.PutFileAsync(id, "index.html", Draft, 1)).EnsureSuccessStatusCode();
        (await owner.PutFileAsync(id, "drafted.txt", Draft, 2)).EnsureSuccessStatusCode();
        (await owner.PutAsJsonAsync($"/api/v1/projects/{id}/members/{member}", new { role = "editor" })).EnsureSuccessStatusCode();
        (await owner.PostAsync($"/api/v1/projects/{id}/grants", null)).EnsureSuccessStatusCode();
        var token = await (await owner.PostAsJsonAsync("/api/v1/me/tokens", new { name = "theirs" })).JsonAsync(System.Net.HttpStatusCode.Created);
        var project = new Domain.Projects.ProjectId(Guid.ParseExact(id, "N"));
        var draftRun = await shared.Hub.HaveRunAsync(project, 3, SmokeResult.Of(SmokeOutcome.Failed, new SmokeError("E", Draft, null, null, null)), screenshot: Encoding.UTF8.GetBytes(Draft));
        var run = isPublished ? await shared.Hub.HaveRunAsync(project, 1, SmokeResult.Of(SmokeOutcome.Passed), screenshot: "picture"u8.ToArray()) : draftRun;
        return new Target(id, token.Text("id"), member, stranger, run, draftRun);
    }

    // All rows of the project and its owner, each with the transaction that wrote it last. When a token was used is no change.
    private async Task<string> StateAsync(Target target)
    {
        await using var db = shared.Hub.OpenDatabase();
        var (id, token) = (Guid.ParseExact(target.Id, "N"), Guid.ParseExact(target.TokenId, "N"));
        var rows = await db.Database.SqlQuery<string>(
            $"""
            SELECT 'project ' || xmin || p::text AS "Value" FROM projects p WHERE id = {id}
            UNION ALL SELECT 'revision ' || xmin || r::text FROM revisions r WHERE project_id = {id}
            UNION ALL SELECT 'blob ' || xmin || b::text FROM revision_blobs b WHERE project_id = {id}
            UNION ALL SELECT 'publication ' || xmin || p::text FROM publications p WHERE project_id = {id}
            UNION ALL SELECT 'member ' || xmin || m::text FROM project_members m WHERE project_id = {id}
            UNION ALL SELECT 'grant ' || xmin || g::text FROM content_grants g WHERE project_id = {id}
            UNION ALL SELECT 'redirect ' || xmin || s::text FROM slug_redirects s WHERE project_id = {id}
            UNION ALL SELECT 'smoke run ' || xmin || r::text FROM smoke_runs r WHERE project_id = {id}
            UNION ALL SELECT 'token ' || xmin || t::text FROM access_tokens t WHERE id = {token}
            """).ToListAsync();
        rows.Count.ShouldBeGreaterThan(8);
        return string.Join('\n', rows.Order(StringComparer.Ordinal));
    }

    private async Task<IReadOnlyList<string>> OperationsAsync() => [.. (await DescriptionAsync()).Select(operation => operation.Key)];

    private async Task<List<(string Key, JsonElement Operation)>> DescriptionAsync()
    {
        var description = await (await shared.Hub.Client.GetAsync("/openapi/v1.json")).JsonAsync();
        return [.. description.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Select(operation => ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value)))];
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer)
    {
        // A stream goes on until the caller goes: what it says first is everything that it knows.
        if (answer.Content.Headers.ContentType?.MediaType == "text/event-stream") return await answer.FirstEventAsync();
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        if (!answer.IsSuccessStatusCode || !answer.RequestMessage!.RequestUri!.AbsolutePath.EndsWith("/archive", StringComparison.Ordinal)) return Encoding.UTF8.GetString(bytes);
        await using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(bytes));
        var text = new StringBuilder();
        foreach (var entry in zip.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync());
            text.Append(entry.FullName).Append('\n').Append(await reader.ReadToEndAsync());
        }
        text.ToString().ShouldContain(Published);
        return text.ToString();
    }

    private static HttpRequestMessage Plain(string method, string path) => new(HttpMethod.Parse(method), "/api/v1" + path);

    private static HttpRequestMessage Get(string path) => Plain("GET", path);

    private static HttpRequestMessage Json(string method, string path, object body)
    {
        var request = Plain(method, path);
        request.Content = JsonContent.Create(body);
        return request;
    }

    // The version that its owner would send.
    private static HttpRequestMessage Saving(string method, string path, HttpContent? content)
    {
        var request = Plain(method, path);
        request.Content = content;
        request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"3\""));
        return request;
    }

    private static HttpRequestMessage Trial(string method, string path)
    {
        var request = Plain(method, path);
        request.Content = new MultipartFormDataContent { { new StringContent("tried"), "tried.py" } };
        return request;
    }

    private static HttpRequestMessage Import()
    {
        var request = Plain("POST", "/projects/import?name=mine");
        request.Content = new ByteArrayContent(Zip.Of(("index.html", "mine")));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return request;
    }

    [GeneratedRegex(@"\{\**(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^\| `(?<method>GET|POST|PUT|PATCH|DELETE) (?<path>/\S*)` \|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Row();
}
