using System.Net;
using System.Text;
using System.Text.Json;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

public sealed class EditPageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_project_is_made_from_a_template_and_opens_in_the_editor()
    {
        var owner = await OwnerAsync();
        using var made = await owner.SendFormAsync("/new", "", ("name", "My lesson"), ("template", "canvas"));
        var html = await owner.PageAsync(made.Leads());
        html.ShouldContain("My lesson");
        html.ShouldContain("def draw_flower");
    }

    [Theory]
    [InlineData("", "A name has at least one character")]
    [InlineData("   ", "A name has at least one character")]
    public async Task A_name_that_is_none_is_refused_beside_its_field(string name, string why)
    {
        using var refused = await (await OwnerAsync()).SendFormAsync("/new", "", ("name", name), ("template", "hello"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(why);
    }

    [Fact]
    public async Task An_archive_that_is_none_is_refused_beside_its_field()
    {
        using var refused = await (await OwnerAsync()).SendFormAsync("/new", "Import");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("Choose a zip archive.");
    }

    [Theory]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("\r\n\r\n  x", "\n\n  x")]
    [InlineData("日本 <b> & \"q\"", "日本 <b> & \"q\"")]
    public async Task A_save_stores_what_was_written_with_the_files_own_line_ends(string sent, string stored)
    {
        var owner = await OwnerAsync();
        var project = await owner.CreateAsync(new { name = "Lesson", template = "hello" });
        using var saved = await owner.SendFormAsync(
            Edit(project), "Save", ("file", "main.py"), ("text", sent), ("revision", "1"), ("crlf", "false"));
        saved.Leads().ShouldContain("saved=2");
        (await FileAsync(owner, project, "main.py")).ShouldBe(stored);
        var html = await owner.PageAsync($"{Edit(project)}?file=main.py");
        var area = html[html.IndexOf("<textarea", StringComparison.Ordinal)..html.IndexOf("</textarea>", StringComparison.Ordinal)];
        area.ShouldNotContain("<b>");
        // The parser swallows one line end after the tag.
        WebUtility.HtmlDecode(area[(area.IndexOf('>', StringComparison.Ordinal) + 1)..]).ShouldBe("\n" + stored);
    }

    [Fact]
    public async Task A_file_with_line_ends_of_two_characters_keeps_them()
    {
        var owner = await OwnerAsync();
        var project = await owner.CreateAsync(new { name = "Lesson", files = new Dictionary<string, string> { ["a.py"] = "x\r\ny\r\n" } });
        (await owner.PageAsync(Edit(project))).ShouldContain("name=\"crlf\" value=\"true\"");
        await owner.SendFormAsync(Edit(project), "Save", ("file", "a.py"), ("text", "x\r\nz\r\n"), ("revision", "1"), ("crlf", "true"));
        (await FileAsync(owner, project, "a.py")).ShouldBe("x\r\nz\r\n");
    }

    [Fact]
    public async Task A_stale_save_overwrites_nothing_and_keeps_the_text()
    {
        var owner = await OwnerAsync();
        var project = await owner.CreateAsync(new { name = "Lesson", template = "hello" });
        (await owner.PutFileAsync(project.Text("id"), "main.py", "theirs = 1\n", 1)).EnsureSuccessStatusCode();
        using var refused = await owner.SendFormAsync(
            Edit(project), "Save", ("file", "main.py"), ("text", "mine = 2\n"), ("revision", "1"), ("crlf", "false"));
        refused.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        var html = await refused.Content.ReadAsStringAsync();
        html.ShouldContain("mine = 2");
        html.ShouldContain("theirs = 1");
        html.ShouldContain("Save mine over it");
        html.ShouldContain("name=\"revision\" value=\"2\"");
        (await FileAsync(owner, project, "main.py")).ShouldBe("theirs = 1\n");
    }

    [Theory]
    [InlineData("../up.py", "leaves the project")]
    [InlineData(".hub/x.js", "the hub&#x27;s own")]
    [InlineData("", "is empty")]
    public async Task A_name_that_a_file_may_not_have_is_refused_beside_its_field(string path, string why)
    {
        var owner = await OwnerAsync();
        var project = await owner.CreateAsync(new { name = "Lesson", template = "hello" });
        using var refused = await owner.SendFormAsync(Edit(project), "Add", ("path", path), ("revision", "1"));
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadAsStringAsync()).ShouldContain(why);
    }

    [Fact]
    public async Task Files_are_added_and_deleted()
    {
        var owner = await OwnerAsync();
        var project = await owner.CreateAsync(new { name = "Lesson", template = "hello" });
        (await owner.SendFormAsync(Edit(project), "Add", ("path", "words/list.py"), ("revision", "1"))).Leads().ShouldContain("file=words%2Flist.py");
        (await owner.PageAsync(Edit(project))).ShouldContain("words/list.py");
        await owner.SendFormAsync(Edit(project), "Delete", ("file", "words/list.py"), ("revision", "2"));
        (await owner.PageAsync(Edit(project))).ShouldNotContain("words/list.py");
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_not_put_into_a_text_area()
    {
        var owner = await OwnerAsync();
        var project = await (await owner.ImportAsync(Zip.Of([("index.html", "x"u8.ToArray()), ("data.bin", [255, 0, 1])]))).JsonAsync(HttpStatusCode.Created);
        (await owner.PageAsync($"{Edit(project)}?file=data.bin")).ShouldContain("cannot be edited as text");
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_led_to_sign_in()
    {
        var project = await (await OwnerAsync()).CreateAsync(new { name = "Lesson", template = "hello" });
        (await Hub.Client.GetAsync(Edit(project))).Leads().ShouldContain("/sign-in?returnUrl=");
        (await Hub.Client.GetAsync("/new")).Leads().ShouldContain("/sign-in?returnUrl=");
    }

    private Task<HttpClient> OwnerAsync() => Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);

    private static string Edit(JsonElement project) => project.PagePath() + "/edit";

    private static async Task<string> FileAsync(HttpClient client, JsonElement project, string path) =>
        Encoding.UTF8.GetString(await client.GetByteArrayAsync($"/api/v1/projects/{project.Text("id")}/files/{path}"));
}
