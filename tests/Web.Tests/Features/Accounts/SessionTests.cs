using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed class SessionTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_session_that_is_ended_elsewhere_is_over_with_the_next_request()
    {
        var laptop = await Visitor.SignedInAsync(Hub, "twoplaces");
        var phone = new Visitor(Hub);
        await phone.SignInAsync("twoplaces");
        await IsKnownAsync(phone, true);

        (await laptop.SubmitAsync("/account", ("id", await SessionOfAsync("twoplaces", newest: true)))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await IsKnownAsync(phone, false);
        await IsKnownAsync(laptop, true);
    }

    [Fact]
    public async Task All_others_can_be_ended_at_once_and_another_persons_never()
    {
        var laptop = await Visitor.SignedInAsync(Hub, "allothers");
        var (phone, tablet) = (new Visitor(Hub), new Visitor(Hub));
        await phone.SignInAsync("allothers");
        await tablet.SignInAsync("allothers");
        var stranger = await Visitor.SignedInAsync(Hub, "notothers");

        var (_, form) = await stranger.FillAsync("/account", ("name", "x"));
        form["id"] = await SessionOfAsync("allothers", newest: true);
        (await stranger.PostAsync("/account?handler=EndSession", form)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await IsKnownAsync(tablet, true);

        (_, form) = await laptop.FillAsync("/account", ("name", "x"));
        (await laptop.PostAsync("/account?handler=EndOthers", form)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await IsKnownAsync(phone, false);
        await IsKnownAsync(tablet, false);
        await IsKnownAsync(laptop, true);
        await IsKnownAsync(stranger, true);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_itself_and_a_copy_of_its_cookie_is_worth_nothing()
    {
        var person = await Visitor.SignedInAsync(Hub, "signsout");
        var copy = new Visitor(Hub);
        copy.Cookies[copy.SessionCookie] = person.Cookies[person.SessionCookie];
        await IsKnownAsync(copy, true);
        var (_, form) = await person.FillAsync("/account", ("name", "x"));
        await person.PostAsync("/sign-out", form);
        await IsKnownAsync(copy, false);
    }

    [Fact]
    public async Task A_session_slides_as_long_as_it_is_used_and_ends_thirty_days_after()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var person = await Visitor.SignedInAsync(hub, "slides");
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromDays(20));
            await IsKnownAsync(person, true);
        }
        await using (var db = hub.OpenDatabase())
        {
            (await db.Sessions.SingleAsync()).LastUsedAt.ShouldBe(clock.GetUtcNow(), TimeSpan.FromSeconds(1));
        }
        clock.Advance(TimeSpan.FromDays(31));
        await IsKnownAsync(person, false);
    }

    [Fact]
    public async Task A_new_password_ends_the_other_sessions_and_needs_the_old_one()
    {
        var laptop = await Visitor.SignedInAsync(Hub, "changes");
        var phone = new Visitor(Hub);
        await phone.SignInAsync("changes");

        var wrong = await laptop.SubmitAsync("/account", ("current", "not it at all"), ("newPassword", "seven blue teapots"));
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("The password is wrong.");
        await IsKnownAsync(phone, true);

        (await laptop.SubmitAsync("/account", ("current", Visitor.Password), ("newPassword", "seven blue teapots"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await IsKnownAsync(phone, false);
        await IsKnownAsync(laptop, true);
        (await phone.SignInAsync("changes")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await phone.SignInAsync("changes", "seven blue teapots")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("weakling")]
    [InlineData("Weakling ")]
    [InlineData("password123")]
    [InlineData("aaaaaaaaaaaa")]
    public async Task A_password_that_is_guessed_first_is_refused(string password)
    {
        var name = "weakling";
        await using var hub = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(hub, name);
        (await person.SubmitAsync("/account", ("current", Visitor.Password), ("newPassword", password))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await new Visitor(hub).SignInAsync(name)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task An_e_mail_address_is_changed_with_the_password_alone()
    {
        var person = await Visitor.SignedInAsync(Hub, "mails");
        (await person.SubmitAsync("/account", ("email", "mails@school.example"), ("emailPassword", "wrong wrong"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        foreach (var odd in new[] { "no address", "a@b\r\nBcc: c@d.example", "Name <a@b.example>" })
            (await person.SubmitAsync("/account", ("email", odd), ("emailPassword", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.BadRequest, odd);
        (await person.SubmitAsync("/account", ("email", "mails@school.example"), ("emailPassword", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await (await person.GetAsync("/account")).Content.ReadAsStringAsync()).ShouldContain("mails@school.example");
    }

    [Fact]
    public async Task A_page_that_stayed_open_goes_on_after_a_new_sign_in()
    {
        var person = await Visitor.SignedInAsync(Hub, "goeson");
        var old = await SignInTests.TokenOfAsync(person);
        await using (var db = Hub.OpenDatabase()) await db.Sessions.Where(s => db.Users.Any(u => u.Id == s.UserId && u.UserName == "goeson")).ExecuteDeleteAsync();
        await (await person.PostJsonAsync("/api/v1/projects", new { name = "Kept" }, Hub.Url, old)).ProblemAsync(401, "unauthenticated");

        var page = await person.SubmitAsync("/sign-in?close=1", ("userName", "goeson"), ("password", Visitor.Password));
        page.Headers.Location!.OriginalString.ShouldBe("/signed-in");
        (await (await person.GetAsync("/signed-in")).Content.ReadAsStringAsync()).ShouldContain("You can close this tab.");
        var token = (await (await person.GetAsync("/api/v1/me/antiforgery")).JsonAsync()).Text("token");
        (await person.PostJsonAsync("/api/v1/projects", new { name = "Kept" }, Hub.Url, token)).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private async Task<string> SessionOfAsync(string userName, bool newest)
    {
        await using var db = Hub.OpenDatabase();
        var sessions = await db.Sessions.Where(s => db.Users.Any(u => u.Id == s.UserId && u.UserName == userName)).OrderBy(s => s.CreatedAt).ToListAsync();
        return (newest ? sessions[^1] : sessions[0]).Id.ToString();
    }

    private static async Task IsKnownAsync(Visitor visitor, bool expected) =>
        (await visitor.GetAsync("/api/v1/me")).StatusCode.ShouldBe(expected ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
}
