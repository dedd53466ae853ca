using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed class RegistrationTests
{
    private const string Words = "four loud kettles";

    [Fact]
    public async Task Registration_is_closed_until_an_administrator_opens_it()
    {
        await using var hub = await HubServer.StartAsync();
        var page = await (await hub.Client.GetAsync("/register")).Content.ReadAsStringAsync();
        page.ShouldContain("made by the administrators");
        page.ShouldNotContain("name=\"password\"");
        // A form that somebody kept from before is answered 403.
        var late = new Visitor(hub);
        var (_, values) = await late.FillAsync("/sign-in", ("userName", "late"), ("password", Words));
        (await late.PostAsync("/register", values)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        (await chief.SubmitAsync("/admin/registration", ("registration", nameof(Registration.Open)))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var person = new Visitor(hub);
        var made = await person.SubmitAsync("/register?returnUrl=%2Fnew", ("userName", "pupil"), ("password", Words), ("email", ""));
        made.Headers.Location!.OriginalString.ShouldBe("/new");
        (await (await person.GetAsync("/api/v1/me")).JsonAsync()).Text("userName").ShouldBe("pupil");
        (await new Visitor(hub).SignInAsync("pupil", Words)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Theory]
    [InlineData("Capital")]
    [InlineData("<b>bold</b>")]
    [InlineData("\u202egnp.exe")]
    [InlineData("🐍🐍🐍")]
    [InlineData("שלום")]
    [InlineData("admin")]
    [InlineData("support")]
    [InlineData("register")]
    [InlineData("-a-")]
    [InlineData("a")]
    [InlineData("")]
    public async Task A_name_that_cannot_be_an_address_is_refused_beside_its_field(string name)
    {
        await using var hub = await HubServer.StartAsync(options => options with { Registration = Registration.Open });
        var answer = await new Visitor(hub).SubmitAsync("/register", ("userName", name), ("password", Words), ("email", ""));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
        html.QuerySelector("#userName-about.error").ShouldNotBeNull().TextContent.ShouldNotBeEmpty();
        html.QuerySelectorAll("main b").ShouldBeEmpty();
    }

    [Fact]
    public async Task Ten_thousand_characters_are_refused_wherever_they_come()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Registration = Registration.Open });
        var text = new string('a', 10_000);
        foreach (var (name, password, email) in new[] { (text, Words, ""), ("long-one", text, ""), ("long-two", Words, text + "@a.example") })
            (await new Visitor(hub).SubmitAsync("/register", ("userName", name), ("password", password), ("email", email))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await new Visitor(hub).SignInAsync(text, text)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_taken_name_is_refused_and_of_many_at_once_one_gets_it()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Registration = Registration.Open });
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            new Visitor(hub).SubmitAsync("/register", ("userName", "wanted"), ("password", Words), ("email", ""))));
        answers.Count(answer => answer.StatusCode is HttpStatusCode.Redirect).ShouldBe(1);
        answers.Count(answer => answer.StatusCode is HttpStatusCode.BadRequest).ShouldBe(5);
    }

    [Fact]
    public async Task An_invitation_makes_as_many_accounts_as_it_is_for_however_many_come_at_once()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Registration = Registration.Invite });
        (await (await hub.Client.GetAsync("/register")).Content.ReadAsStringAsync()).ShouldContain("You need an invitation");
        var address = await InviteAsync(hub, uses: "3", days: "1");

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            new Visitor(hub).SubmitAsync(address, ("userName", $"invited-{i}"), ("password", Words), ("email", ""))));
        answers.Count(answer => answer.StatusCode is HttpStatusCode.Redirect).ShouldBe(3);
        answers.Count(answer => answer.StatusCode is HttpStatusCode.Forbidden).ShouldBe(5);
        await using var db = hub.OpenDatabase();
        (await db.Users.CountAsync(user => user.UserName!.StartsWith("invited-"))).ShouldBe(3);
        (await (await hub.Client.GetAsync(address)).Content.ReadAsStringAsync()).ShouldContain("used up or no longer good");
    }

    [Fact]
    public async Task A_refused_name_uses_nothing_of_an_invitation_up()
    {
        await using var hub = await HubServer.StartAsync(options => options with { Registration = Registration.Invite });
        var address = await InviteAsync(hub, uses: "1", days: "1");
        await Visitor.RegisterAsync(hub, "taken");
        (await new Visitor(hub).SubmitAsync(address, ("userName", "taken"), ("password", Words), ("email", ""))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await new Visitor(hub).SubmitAsync(address, ("userName", "free"), ("password", Words), ("email", ""))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task An_invitation_that_is_too_old_or_revoked_or_invented_makes_none()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(options => options with { Registration = Registration.Invite }, services: services => services.AddSingleton<TimeProvider>(clock));
        var old = await InviteAsync(hub, uses: "5", days: "2");
        clock.Advance(TimeSpan.FromDays(2));
        var revoked = await InviteAsync(hub, uses: "5", days: "2");
        var chief = new Visitor(hub);
        await chief.SignInAsync("chief");
        await using (var db = hub.OpenDatabase())
        {
            var newest = await db.Invitations.OrderByDescending(i => i.CreatedAt).FirstAsync();
            var (_, form) = await chief.FillAsync("/admin/registration", ("registration", nameof(Registration.Invite)));
            form["id"] = newest.Id.ToString();
            (await chief.PostAsync("/admin/registration?handler=Revoke", form)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
            // The secret itself is nowhere in the database.
            (await db.Database.SqlQuery<string>($"SELECT i::text AS \"Value\" FROM invitations i").ToListAsync()).ShouldAllBe(row => !row.Contains(revoked.Split('=')[1]));
        }
        foreach (var address in new[] { old, revoked, "/register?invitation=invented" })
            (await (await hub.Client.GetAsync(address)).Content.ReadAsStringAsync()).ShouldContain("used up or no longer good", Case.Sensitive, address);
    }

    [Fact]
    public async Task A_thousand_bad_invitations_from_a_class_stop_nobody_there_who_has_a_good_one()
    {
        await using var hub = await HubServer.StartAsync(
            options => options with { Registration = Registration.Invite }, services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        var address = await InviteAsync(hub, uses: "2", days: "1");
        var naughty = new Visitor(hub);
        var (_, form) = await naughty.FillAsync(address, ("userName", "naughty"), ("password", Words), ("email", ""));
        form["invitation"] = "invented";
        for (var i = 0; i < 3; i++) (await naughty.PostAsync("/register", form)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await using (var db = hub.OpenDatabase())
        {
            (await db.RateWindows.CountAsync(window => window.Key.StartsWith("register:"))).ShouldBe(0, "no account was made");
            (await db.RateWindows.Where(window => window.Key.StartsWith("register-miss:")).ExecuteUpdateAsync(set => set.SetProperty(window => window.Count, 1_000))).ShouldBe(1);
        }
        (await naughty.PostAsync("/register", form)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await new Visitor(hub).SubmitAsync(address, ("userName", "neighbour"), ("password", Words), ("email", ""))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        // A taken name is not told to who has tried so many.
        (await new Visitor(hub).SubmitAsync(address, ("userName", "neighbour"), ("password", Words), ("email", ""))).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    private static async Task<string> InviteAsync(HubServer hub, string uses, string days)
    {
        var chief = new Visitor(hub);
        await using (var db = hub.OpenDatabase())
        {
            if (!await db.Users.AnyAsync(user => user.UserName == "chief")) await Visitor.RegisterAsync(hub, "chief", isAdministrator: true);
        }
        await chief.SignInAsync("chief");
        var page = await chief.SubmitAsync("/admin/registration", ("note", "Class 7b <b>"), ("uses", uses), ("days", days));
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await page.Content.ReadAsStringAsync());
        return new Uri(html.QuerySelector("#invitation-link")!.TextContent).PathAndQuery;
    }
}
