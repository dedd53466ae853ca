using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed class EraseAccountTests
{
    [Fact]
    public async Task An_erased_account_is_gone_with_all_that_was_its_own_and_what_others_made_of_it_stays()
    {
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, "leaves");
        var api = hub.ClientFor(await TokenAsync(hub, person));
        var (friend, stranger) = (await hub.UserAsync("friend"), await hub.UserAsync("remixer"));
        var own = await api.PublishedAsync(("index.html", "their own words"));
        var shared = await api.PublishedAsync(("index.html", "what they share"));
        (await api.PutAsJsonAsync($"/api/v1/projects/{shared.Text("id")}/members/friend", new { role = "owner" })).EnsureSuccessStatusCode();
        (await friend.PostAsync($"/api/v1/me/offers/{shared.Text("id")}", null)).EnsureSuccessStatusCode();
        var trash = await api.CreateAsync(new { name = "Trash" });
        (await api.DeleteAsync($"/api/v1/projects/{trash.Text("id")}")).EnsureSuccessStatusCode();
        var remix = await (await stranger.PostAsync($"/api/v1/projects/{own.Text("id")}/remix", null)).JsonAsync(HttpStatusCode.Created);

        var page = await (await person.GetAsync("/account/erase")).Content.ReadAsStringAsync();
        page.ShouldContain("Projects: 1, of which others can see 1 now.");
        page.ShouldContain("@friend");
        page.ShouldContain("Remixes that others made of your projects: 1.");

        // A wrong password or another's name erases nothing.
        (await person.SubmitAsync("/account/erase", ("userName", "leaves"), ("password", "not it at all"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await person.SubmitAsync("/account/erase", ("userName", "friend"), ("password", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await api.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await person.SubmitAsync("/account/erase", ("userName", "leaves"), ("password", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        person.IsSignedIn.ShouldBeFalse();
        (await api.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await new Visitor(hub).SignInAsync("leaves")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await hub.Client.GetAsync(own.Text("contentUrl"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync($"/@leaves/{own.Text("slug")}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await (await hub.Client.GetAsync(shared.Text("contentUrl"))).Content.ReadAsStringAsync()).ShouldContain("what they share");
        (await (await friend.GetAsync($"/api/v1/projects/{shared.Text("id")}")).JsonAsync()).Text("owner").ShouldBe("friend");
        (await stranger.GetStringAsync($"/api/v1/projects/{remix.Text("id")}/files/index.html")).ShouldBe("their own words");
        await using var db = hub.OpenDatabase();
        (await db.Projects.CountAsync()).ShouldBe(2);
        (await db.Sessions.CountAsync()).ShouldBe(0);
        // Nobody takes the name, and the name itself is stored no more.
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        (await chief.SubmitAsync("/admin/users", ("userName", "leaves"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await db.Database.SqlQuery<string>($"SELECT r::text AS \"Value\" FROM retired_names r").ToListAsync()).ShouldHaveSingleItem().ShouldNotContain("leaves");
    }

    [Fact]
    public async Task Nobody_inherits_a_project_that_they_were_only_named_an_owner_of_and_whom_the_old_owner_let_in_is_out()
    {
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, "attacker");
        var api = hub.ClientFor(await TokenAsync(hub, person));
        var (victim, writer, second) = (await hub.UserAsync("victim"), await hub.UserAsync("writer"), await hub.UserAsync("second"));
        var planted = await api.PublishedAsync(("index.html", "vile words"));
        var shared = await api.PublishedAsync(("index.html", "what they share"));
        foreach (var (project, member, role) in new[] { (planted, "victim", "owner"), (planted, "second", "editor"), (shared, "writer", "owner"), (shared, "second", "editor") })
        {
            var named = await api.PutAsJsonAsync($"/api/v1/projects/{project.Text("id")}/members/{member}", new { role });
            (await named.JsonAsync()).Text("role").ShouldBe(role);
        }
        (await writer.PutFileAsync(shared.Text("id"), "index.html", "written by the heir", 1)).EnsureSuccessStatusCode();
        (await second.PutFileAsync(shared.Text("id"), "a.py", "1", 2)).EnsureSuccessStatusCode();

        var page = await (await person.GetAsync("/account/erase")).Content.ReadAsStringAsync();
        page.ShouldContain("@victim is named as another owner and has not accepted");
        page.ShouldContain("it has another owner, @writer");
        (await person.SubmitAsync("/account/erase", ("userName", "attacker"), ("password", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        // What the victim never said yes to is gone; who saved in it as its owner keeps it, alone.
        await (await victim.GetAsync($"/api/v1/projects/{planted.Text("id")}")).ProblemAsync(404, "not_found");
        (await hub.Client.GetAsync(planted.Text("contentUrl"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync("/@victim")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await writer.GetAsync($"/api/v1/projects/{shared.Text("id")}")).JsonAsync()).Text("owner").ShouldBe("writer");
        (await second.PostAsync($"/api/v1/projects/{shared.Text("id")}/publish", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await writer.GetAsync($"/api/v1/projects/{shared.Text("id")}/members")).JsonAsync()).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_membership_is_among_ones_own_projects_once_it_was_accepted_and_can_be_declined()
    {
        await using var hub = await HubServer.StartAsync();
        var ada = await hub.UserAsync("ada");
        var person = await Visitor.SignedInAsync(hub, "named");
        var api = hub.ClientFor(await TokenAsync(hub, person));
        var (wanted, unwanted) = ((await ada.CreateAsync(new { name = "Wanted work" })).Text("id"), (await ada.CreateAsync(new { name = "Unwanted work" })).Text("id"));
        foreach (var id in new[] { wanted, unwanted }) (await ada.PutAsJsonAsync($"/api/v1/projects/{id}/members/named", new { role = "owner" })).EnsureSuccessStatusCode();

        (await (await person.GetAsync("/")).Content.ReadAsStringAsync()).ShouldNotContain("wanted work", Case.Insensitive);
        var offers = (await (await api.GetAsync("/api/v1/me/offers")).JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        offers.Select(offer => (offer.Text("projectId"), offer.Text("from"), offer.Text("kind"))).ShouldBe([(unwanted, "ada", "owner"), (wanted, "ada", "owner")]);
        (await (await person.GetAsync("/account")).Content.ReadAsStringAsync()).ShouldContain("You were named as an owner beside @ada.");

        (await api.PostAsync($"/api/v1/me/offers/{wanted}", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await api.PostAsync($"/api/v1/me/offers/{wanted}", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.DeleteAsync($"/api/v1/me/offers/{unwanted}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var start = await (await person.GetAsync("/")).Content.ReadAsStringAsync();
        start.ShouldContain("Wanted work");
        start.ShouldNotContain("Unwanted work");
        await (await api.GetAsync($"/api/v1/projects/{unwanted}")).ProblemAsync(404, "not_found");
        // What was accepted is left as a member leaves, not by answering again.
        (await api.DeleteAsync($"/api/v1/me/offers/{wanted}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await api.GetAsync($"/api/v1/projects/{wanted}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_last_administrator_can_neither_be_erased_nor_shut_out_nor_demoted()
    {
        await using var hub = await HubServer.StartAsync();
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        (await (await chief.GetAsync("/account/erase")).Content.ReadAsStringAsync()).ShouldContain("You are the last administrator");
        var (_, form) = await chief.FillAsync("/account", ("name", "x"));
        (form["userName"], form["password"]) = ("chief", Visitor.Password);
        (await chief.PostAsync("/account/erase", form)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        foreach (var (field, value) in new[] { ("disabled", "true"), ("administrator", "false") })
            (await chief.SubmitAsync("/admin/users/chief", (field, value))).StatusCode.ShouldBe(HttpStatusCode.Conflict, field);
        (await chief.GetAsync("/admin")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Two_last_administrators_who_leave_at_once_leave_one_behind()
    {
        await using var hub = await HubServer.StartAsync();
        var chiefs = new[] { await Visitor.SignedInAsync(hub, "chief-a", isAdministrator: true), await Visitor.SignedInAsync(hub, "chief-b", isAdministrator: true) };
        var answers = await Task.WhenAll(chiefs.Select((chief, i) =>
            chief.SubmitAsync("/account/erase", ("userName", i == 0 ? "chief-a" : "chief-b"), ("password", Visitor.Password))));
        answers.Select(answer => answer.StatusCode).Order().ShouldBe([HttpStatusCode.Redirect, HttpStatusCode.Conflict]);
    }

    [Fact]
    public async Task Everything_of_an_account_comes_in_one_zip_and_nothing_of_anybody_elses()
    {
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, "takes");
        var api = hub.ClientFor(await TokenAsync(hub, person));
        var other = await hub.UserAsync("other");
        await other.PublishedAsync(("index.html", "somebody else's"));
        var project = await api.PublishedAsync(("index.html", "published"), ("Bücher/日本.txt", "kept"));
        await (await api.PutFileAsync(project.Text("id"), "index.html", "drafted", 1)).JsonAsync();
        var (_, form) = await person.FillAsync("/account", ("name", "x"));
        var answer = await person.PostAsync("/account?handler=Download", form);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/octet-stream");
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("takes.zip");

        await using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync());
        var folder = $"projects/{project.Text("slug")}";
        (await ReadAsync(zip, $"{folder}/files/index.html")).ShouldBe("drafted");
        (await ReadAsync(zip, $"{folder}/published/index.html")).ShouldBe("published");
        (await ReadAsync(zip, $"{folder}/files/Bücher/日本.txt")).ShouldBe("kept");
        var history = JsonDocument.Parse(await ReadAsync(zip, $"{folder}/history.json")).RootElement;
        history.EnumerateArray().Select(revision => revision.GetProperty("number").GetInt32()).ShouldBe([2, 1]);
        var account = await ReadAsync(zip, "account.json");
        account.ShouldContain("\"userName\": \"takes\"");
        account.ShouldNotContain("hash", Case.Insensitive);
        zip.Entries.Count.ShouldBe(7);
        (await hub.Client.PostAsync("/account?handler=Download", null)).StatusCode.ShouldNotBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_is_written_once_at_a_time_and_repeats_the_same_bytes_only_so_often()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Limits = options.Limits with { AccountBytes = 30_000_000 } });
        var person = await Visitor.SignedInAsync(hub, "takes");
        var api = hub.ClientFor(await TokenAsync(hub, person));
        var bytes = new byte[12_000_000];
        new Random(17).NextBytes(bytes);
        var project = await (await api.ImportAsync(Zip.Of([.. new[] { "a", "b", "c", "d" }.Select(name => ($"{name}.bin", bytes))]))).JsonAsync(HttpStatusCode.Created);

        // Somebody who does not read it to its end has it still.
        var (_, form) = await person.FillAsync("/account", ("name", "x"));
        using var slow = new HttpRequestMessage(HttpMethod.Post, "/account?handler=Download") { Content = new FormUrlEncodedContent(form) };
        slow.Headers.Add("Origin", hub.Url);
        slow.Headers.Add("Cookie", string.Join("; ", person.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        using (var answer = await hub.Client.SendAsync(slow, HttpCompletionOption.ResponseHeadersRead))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            var second = await person.PostAsync("/account?handler=Download", form);
            second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            second.Headers.RetryAfter.ShouldNotBeNull();
            await using var zip = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()));
            zip.Entries.Count(entry => entry.Name.EndsWith(".bin", StringComparison.Ordinal)).ShouldBe(3);
            (await ReadAsync(zip, "account.json")).ShouldContain($"\"projects/{project.Text("slug")}/files/d.bin\": \"projects/{project.Text("slug")}/files/a.bin\"");
        }
        HttpResponseMessage again;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        do again = await person.PostAsync("/account?handler=Download", form);
        while (again.StatusCode is HttpStatusCode.TooManyRequests && watch.Elapsed < TimeSpan.FromSeconds(30));
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<string> TokenAsync(HubServer hub, Visitor visitor) => (await (await visitor.PostJsonAsync(
        "/api/v1/me/tokens", new { name = "test" }, hub.Url, await SignInTests.TokenOfAsync(visitor))).JsonAsync(HttpStatusCode.Created)).Text("token");

    private static async Task<string> ReadAsync(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(await zip.GetEntry(name).ShouldNotBeNull(string.Join('\n', zip.Entries.Select(entry => entry.FullName))).OpenAsync());
        return await reader.ReadToEndAsync();
    }
}
