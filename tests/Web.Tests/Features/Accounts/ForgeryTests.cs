using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

/// <summary>What a page of another origin, a project's above all, can do with a person's session: nothing.</summary>
public sealed class ForgeryTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    private string ProjectOrigin => Hub.Url.Replace("//", "//lesson-abcdefgh.", StringComparison.Ordinal);

    [Fact]
    public async Task A_script_of_the_hub_changes_things_with_the_antiforgery_token()
    {
        var person = await Visitor.SignedInAsync(Hub, "script");
        var token = await SignInTests.TokenOfAsync(person);
        (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "mine" }, Hub.Url, token)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("project")]
    [InlineData("null")]
    [InlineData("https://evil.example")]
    [InlineData("missing")]
    public async Task Another_origin_changes_nothing_even_with_the_token(string origin)
    {
        var name = $"o{Guid.NewGuid():N}"[..20];
        var person = await Visitor.SignedInAsync(Hub, name);
        var token = await SignInTests.TokenOfAsync(person);
        var sent = origin switch { "project" => ProjectOrigin, "missing" => null, _ => origin };
        await (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "theirs" }, sent, token)).ProblemAsync(403, "csrf");
        await HasNoTokensAsync(name);
    }

    [Fact]
    public async Task The_hubs_origin_alone_is_not_enough()
    {
        var person = await Visitor.SignedInAsync(Hub, "noantiforgery");
        await (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "theirs" }, Hub.Url, null)).ProblemAsync(403, "csrf");
        await (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "theirs" }, Hub.Url, "made up")).ProblemAsync(403, "csrf");
        await HasNoTokensAsync("noantiforgery");
    }

    [Fact]
    public async Task A_token_of_one_person_is_worth_nothing_to_another()
    {
        var thief = await Visitor.SignedInAsync(Hub, "thief");
        var token = await SignInTests.TokenOfAsync(thief);
        var victim = await Visitor.SignedInAsync(Hub, "victim");
        // The thief's form cookie tossed into the victim's browser, and the token that goes with it.
        foreach (var (name, value) in thief.Cookies.Where(cookie => cookie.Key.StartsWith("hub-form", StringComparison.Ordinal))) victim.Cookies[name] = value;
        await (await victim.PostJsonAsync("/api/v1/me/tokens", new { name = "theirs" }, Hub.Url, token)).ProblemAsync(403, "csrf");
        await HasNoTokensAsync("victim");
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("POST")]
    public async Task Every_method_that_changes_things_is_looked_at(string method)
    {
        var person = await Visitor.SignedInAsync(Hub, $"method-{method.ToLowerInvariant()}");
        var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/me/tokens") { Content = new StringContent("{}", MediaTypeHeaderValue.Parse("application/json")) };
        await (await person.SendAsync(request, ProjectOrigin)).ProblemAsync(403, "csrf");
    }

    [Fact]
    public async Task Another_site_signs_nobody_in_and_nobody_out()
    {
        await Visitor.RegisterAsync(Hub, "attacker");
        var newcomer = new Visitor(Hub);
        var (action, values) = await newcomer.FillAsync("/sign-in", ("userName", "attacker"), ("password", Visitor.Password));
        await (await newcomer.PostAsync(action, values, "https://evil.example")).ProblemAsync(403, "csrf");
        newcomer.IsSignedIn.ShouldBeFalse();

        // From the hub's own origin, but without the form's token.
        values.Remove("__RequestVerificationToken");
        (await newcomer.PostAsync(action, values)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        newcomer.IsSignedIn.ShouldBeFalse();

        var person = await Visitor.SignedInAsync(Hub, "staysin");
        var (leave, form) = await person.FillAsync("/account");
        leave.ShouldBe("/sign-out");
        await (await person.PostAsync(leave, form, ProjectOrigin)).ProblemAsync(403, "csrf");
        (await person.PostAsync(leave, [])).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await person.GetAsync("/sign-out")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        person.IsSignedIn.ShouldBeTrue();
        (await person.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    // The choice of a language, which error pages offer while the database is away: from the hub's own pages alone, and nobody's secret.
    private const string Language = "/language";

    [Fact]
    public async Task The_language_is_chosen_on_the_hubs_own_pages_alone()
    {
        var person = new Visitor(Hub);
        await (await person.PostAsync(Language, [KeyValuePair.Create("language", "de")], ProjectOrigin)).ProblemAsync(403, "csrf");
        person.Cookies.ShouldBeEmpty();
        (await person.PostAsync(Language, [KeyValuePair.Create("language", "de")])).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        person.Cookies.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task No_page_takes_a_form_without_its_token()
    {
        var person = await Visitor.SignedInAsync(Hub, "pages", isAdministrator: true);
        var pages = Hub.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null).Select(endpoint => endpoint.RoutePattern).ToList();
        pages.Count.ShouldBeGreaterThan(3);
        foreach (var page in pages)
        {
            // Each parameter gets a value that its page can read, so that routing finds the page.
            var path = "/" + string.Join('/', page.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part =>
                part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "abc"))));
            if (path == Language) continue;
            var answer = await person.PostAsync(path, [KeyValuePair.Create("name", "forged")]);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
        }
    }

    [Fact]
    public async Task A_projects_host_gets_no_answer_that_knows_the_session()
    {
        var person = await Visitor.SignedInAsync(Hub, "stolen");
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{ProjectOrigin}/api/v1/me"));
        var answer = await person.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("stolen");
    }

    [Fact]
    public async Task Other_origins_may_not_read_what_the_hub_answers()
    {
        var person = await Visitor.SignedInAsync(Hub, "unread");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Options })
        {
            var answer = await person.SendAsync(new HttpRequestMessage(method, "/api/v1/me"), ProjectOrigin);
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
            answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        }
    }

    private async Task HasNoTokensAsync(string userName)
    {
        await using var db = Hub.OpenDatabase();
        (await db.AccessTokens.AnyAsync(token => db.Users.Any(user => user.Id == token.UserId && user.UserName == userName))).ShouldBeFalse();
    }
}
