using System.Net;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Pages;

public sealed class AdministrationPageTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private static int s_names;

    private HubServer Hub => shared.Hub;

    [Theory]
    [InlineData("/admin")]
    [InlineData("/admin/users")]
    [InlineData("/admin/users/somebody")]
    [InlineData("/admin/registration")]
    [InlineData("/admin/releases")]
    [InlineData("/admin/texts")]
    [InlineData("/admin/smoke-tests")]
    public async Task Administration_is_for_administrators_alone(string path)
    {
        (await Hub.Client.GetAsync(path)).Headers.Location!.OriginalString.ShouldContain("/sign-in?returnUrl=");
        var pupil = await Visitor.SignedInAsync(Hub, NewName());
        (await pupil.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var (_, form) = await pupil.FillAsync("/account", ("name", "x"));
        foreach (var handler in new[] { "", "?handler=Set", "?handler=Invite", "?handler=Reset", "?handler=Change", "?handler=Candidate", "?handler=Withdraw", "?handler=Default" })
            (await pupil.PostAsync(path + handler, form)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, handler);
    }

    [Fact]
    public async Task A_new_administrator_is_one_with_the_next_request_and_a_former_one_is_none()
    {
        var chief = await ChiefAsync();
        var name = NewName();
        var person = await Visitor.SignedInAsync(Hub, name);
        await chief.SubmitAsync($"/admin/users/{name}", ("administrator", "true"));
        (await person.GetAsync("/admin")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await chief.SubmitAsync($"/admin/users/{name}", ("administrator", "false"));
        (await person.GetAsync("/admin")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await person.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_account_that_is_shut_has_no_session_no_token_and_no_way_in_until_it_is_opened()
    {
        var chief = await ChiefAsync();
        var name = NewName();
        var person = await Visitor.SignedInAsync(Hub, name);
        await chief.SubmitAsync($"/admin/users/{name}", ("disabled", "true"));
        (await person.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await new Visitor(Hub).SignInAsync(name)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await chief.SubmitAsync($"/admin/users/{name}", ("disabled", "false"));
        (await new Visitor(Hub).SignInAsync(name)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task An_account_is_made_for_somebody_who_sets_the_password_by_the_link()
    {
        var chief = await ChiefAsync();
        var name = NewName();
        var page = await chief.SubmitAsync("/admin/users", ("userName", name));
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var link = new Uri(Parse(page).QuerySelector("#reset-link")!.TextContent).AbsolutePath;
        (await new Visitor(Hub).SubmitAsync(link, ("password", "two green bicycles"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await new Visitor(Hub).SignInAsync(name, "two green bicycles")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await chief.SubmitAsync("/admin/users", ("userName", "<script>"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Users_are_found_by_a_part_of_their_name_and_listed_page_by_page()
    {
        await using var hub = await HubServer.StartAsync();
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        for (var i = 0; i < 60; i++) (await hub.UserAsync($"pupil-{i}")).Dispose();
        var first = Parse(await chief.GetAsync("/admin/users"));
        var names = Names(first);
        names.Count.ShouldBe(50);
        var rest = Names(Parse(await chief.GetAsync("/admin/users" + first.QuerySelector("a[href*=cursor]")!.GetAttribute("href")!.Split("/admin/users")[^1])));
        names.Concat(rest).Distinct(StringComparer.Ordinal).Count().ShouldBe(61);
        Names(Parse(await chief.GetAsync("/admin/users?q=PIL-59"))).ShouldBe(["@pupil-59"]);
        Names(Parse(await chief.GetAsync("/admin/users?q=%25"))).ShouldBeEmpty();

        static List<string> Names(AngleSharp.Dom.IDocument page) => [.. page.QuerySelectorAll("main li strong").Select(name => name.TextContent)];
    }

    [Fact]
    public async Task The_overview_tells_what_there_is()
    {
        var author = await Hub.UserAsync(NewName());
        await author.PublishedAsync(("index.html", "counted"));
        var text = Parse(await (await ChiefAsync()).GetAsync("/admin")).QuerySelector("main")!.TextContent;
        text.ShouldContain("Version");
        text.ShouldContain("runtime add");
        text.ShouldContain("1 publications");
    }

    [Fact]
    public async Task Imprint_and_privacy_are_linked_once_they_are_written_and_can_do_no_harm()
    {
        await using var hub = await HubServer.StartAsync();
        (await hub.Client.GetAsync("/imprint")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.PageAsync("/")).ShouldNotContain("/imprint");
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        const string Text = """
            # Who we are

            School, <script>alert(1)</script> <img src=x onerror=alert(1)> [site](https://school.example) [bad](javascript:alert(1))
            [data](data:text/html,x) ![picture](https://elsewhere.example/x.png) <javascript:alert(2)> [mail](mailto:a@school.example) [rel](/admin)
            """;
        (await chief.SubmitAsync("/admin/texts", ("imprint", Text), ("privacy", ""))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await hub.Client.PageAsync("/imprint"));
        var main = page.QuerySelector("main")!;
        main.QuerySelectorAll("script, img").ShouldBeEmpty();
        main.QuerySelectorAll("a").Select(link => link.GetAttribute("href")).ShouldBe(["https://school.example", "mailto:a@school.example"]);
        main.TextContent.ShouldContain("bad");
        main.QuerySelector("h2")!.TextContent.ShouldBe("Who we are");
        page.QuerySelector("footer a[href='/imprint']").ShouldNotBeNull();
        page.QuerySelector("footer a[href='/privacy']").ShouldBeNull();

        (await chief.SubmitAsync("/admin/texts", ("imprint", new string('x', 50_001)), ("privacy", ""))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await chief.SubmitAsync("/admin/texts", ("imprint", " "), ("privacy", ""));
        (await hub.Client.GetAsync("/imprint")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<Visitor> ChiefAsync() => await Visitor.SignedInAsync(Hub, NewName(), isAdministrator: true);

    private static string NewName() => $"person-{Interlocked.Increment(ref s_names)}";

    private static AngleSharp.Html.Dom.IHtmlDocument Parse(HttpResponseMessage response)
    {
        using var stream = response.Content.ReadAsStream();
        return new AngleSharp.Html.Parser.HtmlParser().ParseDocument(stream);
    }
}
