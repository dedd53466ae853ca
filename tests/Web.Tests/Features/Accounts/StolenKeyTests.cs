using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

/// <summary>What somebody who found a token, a screen or an old password cannot make of it, and how an owner gets rid of them.</summary>
public sealed class StolenKeyTests
{
    private const string NewPassword = "nine slow tractors";

    [Fact]
    public async Task A_token_opens_no_page_of_the_account_or_the_administration()
    {
        await using var hub = await HubServer.StartAsync();
        var thief = await hub.UserAsync("robbed", isAdministrator: true);
        foreach (var path in new[] { "/account", "/account/erase", "/admin", "/admin/users", "/admin/users/robbed", "/admin/registration", "/admin/texts" })
            (await thief.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        foreach (var path in new[] { "/account?handler=PasskeyOptions", "/account?handler=Passkey", "/account?handler=Email", "/account?handler=Download", "/admin/users/robbed?handler=Reset" })
            (await thief.PostAsync(path, null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        // The API goes on.
        (await thief.PostAsJsonAsync("/api/v1/me/tokens", new { name = "another" })).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_screen_that_was_left_open_makes_neither_a_token_nor_a_passkey()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var person = await Visitor.SignedInAsync(hub, "leftopen");
        var (_, form) = await person.FillAsync("/account", ("name", "at once"));
        (await person.PostAsync("/account?handler=PasskeyOptions", form)).StatusCode.ShouldBe(HttpStatusCode.OK, "who signed in a moment ago is asked nothing");

        clock.Advance(TimeSpan.FromMinutes(11));
        var token = await SignInTests.TokenOfAsync(person);
        var problem = await (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "later" }, hub.Url, token)).ProblemAsync(400, "malformed");
        problem.GetProperty("errors").TryGetProperty("password", out _).ShouldBeTrue();
        (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "later", password = Visitor.Password }, hub.Url, token)).StatusCode.ShouldBe(HttpStatusCode.Created);
        var refused = await person.SubmitAsync("/account", ("name", "later still"), ("tokenPassword", "not it at all"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("The password is wrong.");
        (await person.SubmitAsync("/account", ("name", "later still"), ("tokenPassword", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await person.PostAsync("/account?handler=PasskeyOptions", form)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        form["passkeyName"] = "Thief's phone";
        var added = await person.PostAsync("/account?handler=Passkey", form);
        (await added.Content.ReadAsStringAsync()).ShouldContain("The password is wrong.");
        form["passkeyPassword"] = Visitor.Password;
        (await person.PostAsync("/account?handler=PasskeyOptions", form)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_reset_ends_tokens_and_passkeys_and_says_so_before()
    {
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, "robbed");
        var program = await KeysAsync(hub, person, "robbed");
        var link = await LinkAsync(hub, "robbed");
        (await (await hub.Client.GetAsync(link)).Content.ReadAsStringAsync()).ShouldContain("Its access tokens and passkeys end as well.");
        (await new Visitor(hub).SubmitAsync(link, ("password", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await KeysLeftAsync(hub, program)).ShouldBe((HttpStatusCode.Unauthorized, 0));
    }

    [Fact]
    public async Task The_first_password_of_an_account_leaves_its_token_alone()
    {
        await using var hub = await HubServer.StartAsync();
        var program = await hub.UserAsync("automation");
        var link = await LinkAsync(hub, "automation");
        (await (await hub.Client.GetAsync(link)).Content.ReadAsStringAsync()).ShouldNotContain("Its access tokens");
        (await new Visitor(hub).SubmitAsync(link, ("password", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await program.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_new_password_ends_tokens_and_passkeys_where_that_is_ticked_as_it_is()
    {
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, "changes");
        var program = await KeysAsync(hub, person, "changes");
        (await (await person.GetAsync("/account")).Content.ReadAsStringAsync()).ShouldContain("name=\"endsOtherWays\" value=\"true\" checked");

        (await person.SubmitAsync("/account", ("current", Visitor.Password), ("newPassword", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await KeysLeftAsync(hub, program)).ShouldBe((HttpStatusCode.OK, 1), "it was not ticked");
        (await person.SubmitAsync("/account", ("current", NewPassword), ("newPassword", Visitor.Password), ("endsOtherWays", "true"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await KeysLeftAsync(hub, program)).ShouldBe((HttpStatusCode.Unauthorized, 0));
        (await person.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_e_mail_address_ends_the_links_that_went_to_the_old_one()
    {
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, "moves");
        var link = await LinkAsync(hub, "moves");
        (await hub.Client.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await person.SubmitAsync("/account", ("email", "new@school.example"), ("emailPassword", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await hub.Client.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<HttpClient> KeysAsync(HubServer hub, Visitor person, string userName)
    {
        var token = await (await person.PostJsonAsync("/api/v1/me/tokens", new { name = "thief" }, hub.Url, await SignInTests.TokenOfAsync(person))).JsonAsync(HttpStatusCode.Created);
        await using var scope = hub.Services.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<HubUser>>();
        var user = (await users.FindByNameAsync(userName))!;
        (await users.AddOrUpdatePasskeyAsync(user, new UserPasskeyInfo([1, 2, 3], [4], DateTimeOffset.UtcNow, 0, [], true, false, false, [5], [6]))).Succeeded.ShouldBeTrue();
        return hub.ClientFor(token.Text("token"));
    }

    private static async Task<(HttpStatusCode Token, int Passkeys)> KeysLeftAsync(HubServer hub, HttpClient program)
    {
        await using var db = hub.OpenDatabase();
        return ((await program.GetAsync("/api/v1/me")).StatusCode, await db.Set<IdentityUserPasskey<Guid>>().CountAsync());
    }

    private static async Task<string> LinkAsync(HubServer hub, string userName)
    {
        await using var scope = hub.Services.CreateAsyncScope();
        await using var db = hub.OpenDatabase();
        var id = await db.Users.Where(user => user.UserName == userName).Select(user => user.Id).SingleAsync();
        return (await scope.ServiceProvider.GetRequiredService<ResetLinks>().IssueAsync(id, CancellationToken.None)).AbsolutePath;
    }
}
