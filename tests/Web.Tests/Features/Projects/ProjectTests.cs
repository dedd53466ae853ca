using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Projects;

public sealed class ProjectTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_users;

    [Fact]
    public async Task A_new_project_is_unlisted_unpublished_and_at_revision_1()
    {
        var ada = await UserAsync();
        var project = await ada.CreateAsync(new { name = "Prime numbers", files = new Dictionary<string, string> { ["index.html"] = "<p>hi", ["main.py"] = "print(1)" } });
        project.Text("visibility").ShouldBe("unlisted");
        project.GetProperty("revision").GetInt32().ShouldBe(1);
        project.GetProperty("contentUrl").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        project.GetProperty("publishedRevision").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        project.Text("startPage").ShouldBe("index.html");
        project.Text("slug").ShouldStartWith("prime-numbers-");
        var files = await (await ada.GetAsync($"/api/v1/projects/{project.Text("id")}/files")).JsonAsync();
        files.GetProperty("files").EnumerateArray().Select(f => f.Text("path")).ShouldBe(["index.html", "main.py"]);
    }

    [Fact]
    public async Task A_project_begins_with_the_files_of_its_template()
    {
        var ada = await UserAsync();
        var project = await ada.CreateAsync(new { name = "Quiz", template = "quiz" });
        project.Text("startPage").ShouldBe("index.html");
        await (await ada.PostAsJsonAsync("/api/v1/projects", new { name = "x", template = "nope" })).ProblemAsync(400, "malformed");
    }

    [Theory]
    [InlineData("""{"name":"x","colour":"red"}""", "colour")]
    [InlineData("""{"visibility":"public"}""", "name")]
    [InlineData("""{"name":"x","visibility":"secret"}""", "visibility")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":"x","slug":"Not A Slug"}""", "slug")]
    [InlineData("""{"name":"x","slug":"edit"}""", "slug")]
    [InlineData("""{"name":""", "name")]
    [InlineData("""[1]""", "body")]
    public async Task A_request_with_unknown_missing_or_wrong_fields_is_refused_by_the_fields_name(string json, string field)
    {
        var ada = await UserAsync();
        var problem = await (await ada.PostAsync("/api/v1/projects", new StringContent(json, System.Text.Encoding.UTF8, "application/json"))).ProblemAsync(400, "malformed");
        problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldContain(field, problem.ToString());
    }

    [Fact]
    public async Task A_name_of_10_000_characters_is_refused_and_one_with_HTML_is_kept_as_text()
    {
        var ada = await UserAsync();
        await (await ada.PostAsJsonAsync("/api/v1/projects", new { name = new string('x', 10_000) })).ProblemAsync(400, "malformed");
        (await ada.CreateAsync(new { name = "<img src=x onerror=alert(1)>" })).Text("name").ShouldBe("<img src=x onerror=alert(1)>");
    }

    [Fact]
    public async Task A_second_project_of_the_same_name_gets_an_address_of_its_own_and_a_slug_that_was_asked_for_is_not_shared()
    {
        var ada = await UserAsync();
        await ada.CreateAsync(new { name = "Lesson", visibility = "public" });
        (await ada.CreateAsync(new { name = "Lesson", visibility = "public" })).Text("slug").ShouldStartWith("lesson-");
        await ada.CreateAsync(new { name = "Lesson", visibility = "public", slug = "mine" });
        await (await ada.PostAsJsonAsync("/api/v1/projects", new { name = "Lesson", visibility = "public", slug = "mine" })).ProblemAsync(409, "slug_taken");
    }

    [Fact]
    public async Task Nobody_signed_in_makes_no_project() =>
        await (await shared.Hub.Client.PostAsJsonAsync("/api/v1/projects", new { name = "x" })).ProblemAsync(401, "unauthenticated");

    [Fact]
    public async Task A_change_answers_the_new_state_and_a_stale_condition_changes_nothing()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync()).Text("id");
        var read = await ada.GetAsync($"/api/v1/projects/{id}");
        var tag = read.Headers.ETag!;
        (await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { name = "New", isolation = "off", embedding = "anyone" })).JsonAsync()).Text("isolation").ShouldBe("off");
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/projects/{id}") { Content = JsonContent.Create(new { name = "Newer" }) };
        request.Headers.IfMatch.Add(tag);
        await (await ada.SendAsync(request)).ProblemAsync(412, "stale");
        (await (await ada.GetAsync($"/api/v1/projects/{id}")).JsonAsync()).Text("name").ShouldBe("New");
    }

    [Fact]
    public async Task What_becomes_unlisted_is_not_found_by_its_old_address_and_its_slug_does_not_grow()
    {
        var ada = await UserAsync("ada-unlisted");
        var made = await ada.CreateAsync(new { name = "Hello", slug = "hello", visibility = "public", files = new Dictionary<string, string> { ["index.html"] = "x" } });
        var id = made.Text("id");
        await ada.PublishAsync(id);
        var slug = "";
        for (var i = 0; i < 5; i++)
        {
            slug = (await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { visibility = "unlisted" })).JsonAsync()).Text("slug");
            slug.Length.ShouldBe("hello-12345678".Length);
            await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { visibility = "public" })).JsonAsync();
        }
        (await shared.Hub.Client.GetAsync("/@ada-unlisted/hello")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shared.Hub.Client.GetAsync($"/@ada-unlisted/{slug}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { slug = "greeting" })).JsonAsync();
        (await shared.Hub.Client.GetAsync($"/@ada-unlisted/{slug}")).Headers.Location!.OriginalString.ShouldEndWith("/@ada-unlisted/greeting");
    }

    [Fact]
    public async Task A_condition_that_came_too_late_is_answered_with_the_tag_that_will_do()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync()).Text("id");
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/projects/{id}") { Content = JsonContent.Create(new { name = "A" }) };
        request.Headers.TryAddWithoutValidation("If-Match", "\"0-0\"");
        var stale = await ada.SendAsync(request);
        await stale.ProblemAsync(412, "stale");
        var again = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/projects/{id}") { Content = JsonContent.Create(new { name = "A" }) };
        again.Headers.IfMatch.Add(stale.Headers.ETag!);
        (await (await ada.SendAsync(again)).JsonAsync()).Text("name").ShouldBe("A");
    }

    [Fact]
    public async Task Many_tabs_that_ask_for_a_preview_at_once_get_one_address()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync()).Text("id");
        var urls = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => (await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync()).Text("url")));
        urls.Distinct().ShouldHaveSingleItem();
        var replaced = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ada.PostAsync($"/api/v1/projects/{id}/grants?replace=true", null)));
        replaced.ShouldAllBe(response => response.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_character_that_no_name_may_have_is_a_callers_mistake()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync()).Text("id");
        await (await ada.GetAsync("/api/v1/projects?q=%00")).ProblemAsync(400, "malformed");
        await (await ada.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "\0" })).ProblemAsync(400, "malformed");
        await (await ada.PostAsJsonAsync("/api/v1/projects", new { name = "\u202egpj.exe" })).ProblemAsync(400, "malformed");
        await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}/revisions/1", new { name = "a\u2066b" })).ProblemAsync(400, "malformed");
    }

    [Fact]
    public async Task A_pin_names_a_held_release_and_null_takes_it_off()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync()).Text("id");
        (await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { runtimeRelease = "2024.1.1" })).JsonAsync()).Text("runtimeRelease").ShouldBe("2024.1.1");
        await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { runtimeRelease = "1999.1.1" })).ProblemAsync(400, "malformed");
        (await (await ada.PatchAsJsonAsync($"/api/v1/projects/{id}", new { name = "Kept" })).JsonAsync()).Text("runtimeRelease").ShouldBe("2024.1.1");
        var off = await ada.PatchAsync($"/api/v1/projects/{id}", new StringContent("""{"runtimeRelease":null}""", System.Text.Encoding.UTF8, "application/json"));
        (await off.JsonAsync()).GetProperty("runtimeRelease").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Fact]
    public async Task A_deleted_project_is_gone_and_comes_back_when_it_is_restored()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", "<p>hi"));
        var id = project.Text("id");
        (await ada.DeleteAsync($"/api/v1/projects/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await (await ada.GetAsync($"/api/v1/projects/{id}")).ProblemAsync(404, "not_found");
        (await shared.Hub.Client.GetAsync(project.Text("contentUrl"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await (await ada.PostAsync($"/api/v1/projects/{id}/undelete", null)).JsonAsync();
        (await shared.Hub.Client.GetAsync(project.Text("contentUrl"))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Lists_hold_public_publications_and_the_callers_own()
    {
        var (ada, bob, word) = (await UserAsync(), await UserAsync(), Guid.NewGuid().ToString("N"));
        foreach (var visibility in new[] { "private", "unlisted", "public" })
        {
            var made = await ada.CreateAsync(new { name = $"{word} {visibility}", visibility, files = new Dictionary<string, string> { ["index.html"] = "x" } });
            await ada.PublishAsync(made.Text("id"));
        }
        await ada.CreateAsync(new { name = $"{word} draft", visibility = "public" });
        (await NamesAsync(ada)).ShouldBe([$"{word} draft", $"{word} public", $"{word} unlisted", $"{word} private"]);
        (await NamesAsync(bob)).ShouldBe([$"{word} public"]);
        (await NamesAsync(shared.Hub.Client)).ShouldBe([$"{word} public"]);

        async Task<string[]> NamesAsync(HttpClient client) => [.. (await (await client.GetAsync($"/api/v1/projects?q={word}")).JsonAsync())
            .GetProperty("items").EnumerateArray().Select(p => p.Text("name"))];
    }

    [Fact]
    public async Task A_list_goes_on_where_its_page_ended_and_refuses_a_cursor_that_it_did_not_give()
    {
        var (ada, word) = (await UserAsync(), Guid.NewGuid().ToString("N"));
        for (var i = 0; i < 5; i++) await ada.CreateAsync(new { name = $"{word} {i}" });
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = await (await ada.GetAsync($"/api/v1/projects?q={word}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}")).JsonAsync();
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(p => p.Text("name")));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        names.ShouldBe([$"{word} 4", $"{word} 3", $"{word} 2", $"{word} 1", $"{word} 0"]);
        foreach (var bad in new[] { "cursor=abc", "limit=0", "limit=101", "limit=x" })
            await (await ada.GetAsync($"/api/v1/projects?{bad}")).ProblemAsync(400, "malformed");
    }

    [Fact]
    public async Task A_remix_is_the_callers_own_holds_the_publication_and_names_its_parent()
    {
        var (ada, bob) = (await UserAsync(), await UserAsync());
        var parent = await ada.PublishedAsync(("index.html", "published"));
        (await ada.PutFileAsync(parent.Text("id"), "index.html", "draft", 1)).EnsureSuccessStatusCode();
        var remix = await (await bob.PostAsync($"/api/v1/projects/{parent.Text("id")}/remix", null)).JsonAsync(HttpStatusCode.Created);
        remix.Text("remixOf").ShouldBe(parent.Text("id"));
        remix.Text("owner").ShouldNotBe(parent.Text("owner"));
        (await bob.GetStringAsync($"/api/v1/projects/{remix.Text("id")}/files/index.html")).ShouldBe("published");
    }

    [Fact]
    public async Task Members_work_on_a_project_as_their_role_says_and_lose_their_preview_when_they_leave()
    {
        var (ada, bob) = (await UserAsync("ada-m"), await UserAsync("bob-m"));
        var id = (await ada.CreateAsync(new { name = "Ours", files = new Dictionary<string, string> { ["index.html"] = "x" } })).Text("id");
        await (await bob.PutFileAsync(id, "a.py", "1", 1)).ProblemAsync(404, "not_found");
        await (await ada.PutAsJsonAsync($"/api/v1/projects/{id}/members/bob-m", new { role = "editor" })).JsonAsync();
        await (await bob.PutFileAsync(id, "a.py", "1", 1)).JsonAsync();
        (await bob.DeleteAsync($"/api/v1/projects/{id}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await bob.PutAsJsonAsync($"/api/v1/projects/{id}/members/bob-m", new { role = "owner" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var grant = await (await bob.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync();
        (await shared.Hub.Client.GetAsync(grant.Text("url"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await bob.DeleteAsync($"/api/v1/projects/{id}/members/bob-m")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await shared.Hub.Client.GetAsync(grant.Text("url"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await (await bob.GetAsync($"/api/v1/projects/{id}")).ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_project_that_is_handed_over_has_a_new_owner_and_the_old_one_may_still_edit()
    {
        var (ada, bob) = (await UserAsync("ada-t"), await UserAsync("bob-t"));
        var id = (await ada.CreateAsync()).Text("id");
        (await (await ada.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "bob-t" })).JsonAsync()).Text("owner").ShouldBe("ada-t");
        var offer = (await (await bob.GetAsync("/api/v1/me/offers")).JsonAsync()).GetProperty("items")[0];
        (offer.Text("projectId"), offer.Text("from")).ShouldBe((id, "ada-t"));
        (await (await ada.GetAsync("/api/v1/me/offers")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await bob.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await bob.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await bob.GetAsync($"/api/v1/projects/{id}")).JsonAsync()).Text("owner").ShouldBe("bob-t");
        (await ada.DeleteAsync($"/api/v1/projects/{id}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await (await ada.PutFileAsync(id, "a.py", "1", 1)).JsonAsync();
        (await bob.DeleteAsync($"/api/v1/projects/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_project_that_nobody_accepted_stays_where_it_is()
    {
        var (ada, bob, eve) = (await UserAsync("ada-o"), await UserAsync("bob-o"), await UserAsync("eve-o"));
        var id = (await ada.CreateAsync()).Text("id");
        await (await ada.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "bob-o" })).JsonAsync();
        (await eve.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await bob.DeleteAsync($"/api/v1/me/offers/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await bob.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        // Offered to another, and then taken back by its owner.
        await (await ada.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "bob-o" })).JsonAsync();
        await (await ada.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "eve-o" })).JsonAsync();
        (await bob.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await (await ada.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "ada-o" })).JsonAsync();
        (await eve.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await ada.GetAsync($"/api/v1/projects/{id}")).JsonAsync()).Text("owner").ShouldBe("ada-o");
    }

    [Fact]
    public async Task An_offer_of_somebody_who_is_no_owner_any_more_is_worth_nothing()
    {
        var (ada, bob, eve) = (await UserAsync("ada-x"), await UserAsync("bob-x"), await UserAsync("eve-x"));
        var id = (await ada.CreateAsync()).Text("id");
        await (await ada.PutAsJsonAsync($"/api/v1/projects/{id}/members/bob-x", new { role = "owner" })).JsonAsync();
        await (await bob.PostAsJsonAsync($"/api/v1/projects/{id}/transfer", new { userName = "eve-x" })).JsonAsync();
        (await ada.DeleteAsync($"/api/v1/projects/{id}/members/bob-x")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await eve.PostAsync($"/api/v1/me/offers/{id}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Saves_and_new_projects_have_bounds_which_say_when_to_go_on()
    {
        await using var hub = await HubServer.StartAsync(
            options => options with { Limits = options.Limits with { SavesPerMinute = 3, ProjectsPerHour = 2 } },
            services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        var ada = await hub.UserAsync("ada");
        var id = (await ada.CreateAsync()).Text("id");
        for (var i = 1; i <= 3; i++) await (await ada.PutFileAsync(id, "a.py", $"{i}", i)).JsonAsync();
        var busy = await ada.PutFileAsync(id, "a.py", "4", 4);
        await busy.ProblemAsync(429, "too_many_requests");
        busy.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 60);
        await (await ada.PostAsync($"/api/v1/projects/{id}/revisions/2/restore", null)).ProblemAsync(429, "too_many_requests");
        // What is there already is no save.
        await (await ada.PutFileAsync(id, "a.py", "3", 1)).JsonAsync();

        await ada.CreateAsync();
        await (await ada.PostAsJsonAsync("/api/v1/projects", new { name = "third" })).ProblemAsync(429, "too_many_requests");
        await (await ada.PostAsync($"/api/v1/projects/{id}/remix", null)).ProblemAsync(429, "too_many_requests");
        // Each has bounds of their own, and administrators none.
        await (await hub.UserAsync("bob")).CreateAsync();
        var chief = await hub.UserAsync("chief", isAdministrator: true);
        for (var i = 0; i < 3; i++) await chief.CreateAsync();
    }

    [Fact]
    public async Task A_template_that_there_is_not_is_told_without_being_repeated()
    {
        var ada = await UserAsync();
        var answer = await ada.PostAsJsonAsync("/api/v1/projects", new { name = "x", template = new string('z', 1_000_000) });
        var problem = await answer.ProblemAsync(400, "malformed");
        problem.GetProperty("errors").GetProperty("template")[0].GetString().ShouldNotBeNull().ShouldStartWith("There is no such template. There are: ");
        problem.GetRawText().Length.ShouldBeLessThan(1_000);
    }

    [Fact]
    public async Task A_preview_address_stays_until_it_is_replaced()
    {
        var ada = await UserAsync();
        var id = (await ada.CreateAsync(new { name = "x", files = new Dictionary<string, string> { ["index.html"] = "draft" } })).Text("id");
        var first = await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync();
        (await (await ada.PostAsync($"/api/v1/projects/{id}/grants", null)).JsonAsync()).Text("url").ShouldBe(first.Text("url"));
        var second = await (await ada.PostAsync($"/api/v1/projects/{id}/grants?replace=true", null)).JsonAsync();
        second.Text("url").ShouldNotBe(first.Text("url"));
        (await shared.Hub.Client.GetAsync(first.Text("url"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var preview = await shared.Hub.Client.GetAsync(second.Text("url"));
        (await preview.Content.ReadAsStringAsync()).ShouldStartWith("draft");
        preview.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Publishing_says_which_release_and_why_and_taking_it_back_ends_it()
    {
        var ada = await UserAsync();
        var project = await ada.PublishedAsync(("index.html", """<script type="module" src="https://pyscript.net/releases/2026.6.1/core.js"></script>"""));
        project.Text("runtimeRelease").ShouldBe("2026.7.3");
        project.Text("runtimeReason").ShouldContain("2026.6.1");
        await (await ada.DeleteAsync($"/api/v1/projects/{project.Text("id")}/publish")).JsonAsync();
        (await shared.Hub.Client.GetAsync(project.Text("contentUrl"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var empty = (await ada.CreateAsync()).Text("id");
        await (await ada.PostAsync($"/api/v1/projects/{empty}/publish", null)).ProblemAsync(422, "no_start_page");
    }

    private Task<HttpClient> UserAsync(string? name = null) => shared.Hub.UserAsync(name ?? $"user-p{Interlocked.Increment(ref s_users)}");
}
