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

    private Task<HttpClient> OwnerAsync() => Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);

    private static string Edit(JsonElement project) => project.PagePath() + "/edit";
}
