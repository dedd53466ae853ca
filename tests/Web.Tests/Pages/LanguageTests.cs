using System.Net;
using System.Net.Http.Json;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

public sealed class LanguageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Theory]
    [InlineData(null, null, "en", "Begin a project")]
    [InlineData("de-AT, en;q=0.5", null, "de", "Projekt beginnen")]
    [InlineData("fr, ja", null, "en", "Begin a project")]
    [InlineData("en", "de", "de", "Projekt beginnen")]
    [InlineData("de", "en", "en", "Begin a project")]
    [InlineData("de", "xx\"><script>", "de", "Projekt beginnen")]
    public async Task A_page_speaks_what_was_chosen_else_what_the_browser_prefers(string? accepted, string? chosen, string language, string text)
    {
        var html = await ReadAsync("/", accepted, chosen);
        html.ShouldContain($"<html lang=\"{language}\">");
        html.ShouldContain(text);
    }

    [Theory]
    [InlineData("/no/such/page", "Hier ist nichts")]
    [InlineData("/@nobody/nothing", "Hier ist nichts")]
    [InlineData("/?cursor=!", "Das kam nicht an")]
    public async Task An_error_speaks_it_too(string path, string text) => (await ReadAsync(path, "de", null)).ShouldContain(text);

    [Fact]
    public async Task The_choice_is_kept_and_leads_back()
    {
        using var chosen = await ChooseAsync("de", "/?q=quiz", Hub.Url);
        chosen.Leads().ShouldBe("/?q=quiz");
        chosen.Headers.GetValues("Set-Cookie").Single().ShouldStartWith("hub-language=de;");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task It_leads_nowhere_else(string returnUrl)
    {
        using var chosen = await ChooseAsync("de", returnUrl, Hub.Url);
        chosen.Leads().ShouldBe("/");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task No_other_site_chooses_for_a_visitor(string origin)
    {
        using var refused = await ChooseAsync("de", "/", origin);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        refused.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task A_language_that_the_hub_does_not_speak_is_not_kept()
    {
        using var refused = await ChooseAsync("tlh", "/", Hub.Url);
        refused.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, "There is no such address of the API")]
    [InlineData("de", "Diese Adresse gibt es in der API nicht")]
    public async Task A_program_is_answered_in_the_language_that_it_asks_for_and_else_in_English(string? language, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nothing");
        if (language is not null) request.Headers.Add("Accept-Language", language);
        using var response = await Hub.Client.SendAsync(request);
        var problem = await response.JsonAsync(HttpStatusCode.NotFound);
        problem.Text("detail").ShouldContain(expected);
        problem.Text("code").ShouldBe("not_found");
    }

    [Fact]
    public async Task What_is_wrong_with_a_field_is_said_in_German_with_its_values()
    {
        var ada = await Hub.UserAsync($"ada-{Guid.NewGuid():n}"[..12]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects") { Content = JsonContent.Create(new { name = new string('x', 101) }) };
        request.Headers.Add("Accept-Language", "de-CH, en;q=0.5");
        using var response = await ada.SendAsync(request);
        (await response.JsonAsync(HttpStatusCode.BadRequest)).GetProperty("errors").GetProperty("name")[0].GetString().ShouldBe("Ein Name hat höchstens 100 Zeichen.");
    }

    [Fact]
    public async Task A_page_carries_the_translations_of_its_scripts_and_an_English_one_none()
    {
        (await ReadAsync("/", "de", null)).ShouldContain("Darin ist keine Datei.");
        (await ReadAsync("/", "en", null)).ShouldNotContain("id=\"texts\"");
    }

    private async Task<string> ReadAsync(string path, string? accepted, string? chosen)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accepted is not null) request.Headers.Add("Accept-Language", accepted);
        if (chosen is not null) request.Headers.Add("Cookie", $"hub-language={Uri.EscapeDataString(chosen)}");
        using var response = await Hub.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }

    private Task<HttpResponseMessage> ChooseAsync(string language, string returnUrl, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/language")
        {
            Content = new FormUrlEncodedContent([new("language", language), new("returnUrl", returnUrl)]),
        };
        request.Headers.Add("Origin", origin);
        return Hub.Client.SendAsync(request);
    }
}
