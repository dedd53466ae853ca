using System.Net;
using System.Text.Json;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

public sealed class NewPageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_project_is_made_from_a_template_and_opens_in_the_editor()
    {
        var owner = await OwnerAsync();
        using var made = await owner.SendFormAsync("/new", "", ("name", "My lesson"), ("template", "canvas"));
        var html = await owner.PageAsync(made.Leads());
        html.ShouldContain("My lesson");
        html.ShouldContain("""{"project":{"id":""");
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
        (await refused.Content.ReadAsStringAsync()).ShouldContain("Choose a zip archive or files.");
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_led_to_sign_in()
    {
        var project = await (await OwnerAsync()).CreateAsync(new { name = "Lesson", template = "hello" });
        (await Hub.Client.GetAsync(Edit(project))).Leads().ShouldContain("/sign-in?returnUrl=");
        (await Hub.Client.GetAsync("/new")).Leads().ShouldContain("/sign-in?returnUrl=");
    }

    [Fact]
    public async Task Ten_thousand_characters_are_no_name()
    {
        using var refused = await (await OwnerAsync()).SendFormAsync("/new", "", ("name", new string('ä', 10_000)), ("template", "hello"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("100 characters at most");
    }

    [Theory]
    [InlineData("مرحبا يا صف")]
    [InlineData("👩🏽‍🏫 Loops 🐍")]
    [InlineData("שלום (1)")]
    public async Task A_name_in_any_script_is_shown_as_it_is_and_kept_to_its_own_direction(string name)
    {
        var owner = await OwnerAsync();
        using var made = await owner.SendFormAsync("/new", "", ("name", name), ("template", "hello"));
        WebUtility.HtmlDecode(await owner.PageAsync(made.Leads()[..^"/edit".Length])).ShouldContain($"<bdi>{name}</bdi>");
    }

    [Fact]
    public async Task Each_template_runs_at_an_address_of_its_own_before_anybody_chose_it()
    {
        var html = await (await OwnerAsync()).PageAsync("/new");
        foreach (var template in Web.Features.Projects.ProjectTemplates.All)
        {
            var url = $"http://template-{template.Id}.localhost:{Hub.Options.PublicUrl.Port}/";
            html.ShouldContain($"href=\"{url}\"");
            using var served = await Hub.Client.GetAsync(url);
            served.StatusCode.ShouldBe(HttpStatusCode.OK);
            served.Headers.GetValues("Cross-Origin-Embedder-Policy").ShouldBe(["require-corp"]);
            served.Headers.GetValues("Content-Security-Policy").ShouldBe([$"frame-ancestors {Hub.Url}"]);
            (await served.Content.ReadAsStringAsync()).ShouldContain("runtime.localhost");
            (await Hub.Client.GetStringAsync(url + "main.py")).ShouldBe(System.Text.Encoding.UTF8.GetString(template.Files["main.py"].Span));
            (await Hub.Client.GetAsync(url + "nothing.py")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        (await Hub.Client.GetAsync($"http://template-nothing.localhost:{Hub.Options.PublicUrl.Port}/")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private Task<HttpClient> OwnerAsync() => Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);

    private static string Edit(JsonElement project) => project.PagePath() + "/edit";
}
