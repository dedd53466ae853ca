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

    private static async Task<string> TokenAsync(HubServer hub, Visitor visitor) => (await (await visitor.PostJsonAsync(
        "/api/v1/me/tokens", new { name = "test" }, hub.Url, await SignInTests.TokenOfAsync(visitor))).JsonAsync(HttpStatusCode.Created)).Text("token");

    private static async Task<string> ReadAsync(ZipArchive zip, string name)
    {
        using var reader = new StreamReader(await zip.GetEntry(name).ShouldNotBeNull(string.Join('\n', zip.Entries.Select(entry => entry.FullName))).OpenAsync());
        return await reader.ReadToEndAsync();
    }
}
