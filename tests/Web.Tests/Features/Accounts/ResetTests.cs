using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed partial class ResetTests
{
    private const string NewPassword = "nine slow tractors";

    [Fact]
    public async Task An_administrators_link_sets_a_password_once_and_ends_all_sessions()
    {
        await using var hub = await HubServer.StartAsync();
        var pupil = await Visitor.SignedInAsync(hub, "forgot");
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        var link = await LinkAsync(chief, "forgot");

        var person = new Visitor(hub);
        (await person.SubmitAsync(link, ("password", "short"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await person.SubmitAsync(link, ("password", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await pupil.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await new Visitor(hub).SignInAsync("forgot")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await new Visitor(hub).SignInAsync("forgot", NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await hub.Client.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_link_is_good_for_a_day_and_the_newest_alone()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        await Visitor.RegisterAsync(hub, "forgot");
        var chief = await Visitor.SignedInAsync(hub, "chief", isAdministrator: true);
        var first = await LinkAsync(chief, "forgot");
        var second = await LinkAsync(chief, "forgot");
        (await hub.Client.GetAsync(first)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync(second)).StatusCode.ShouldBe(HttpStatusCode.OK);
        clock.Advance(TimeSpan.FromHours(24));
        (await hub.Client.GetAsync(second)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_two_who_use_a_link_at_once_one_does()
    {
        await using var hub = await HubServer.StartAsync();
        await Visitor.RegisterAsync(hub, "forgot");
        var link = await LinkAsync(await Visitor.SignedInAsync(hub, "chief", isAdministrator: true), "forgot");
        var visitors = Enumerable.Range(0, 6).Select(_ => new Visitor(hub)).ToList();
        var forms = await Task.WhenAll(visitors.Select(visitor => visitor.FillAsync(link, ("password", NewPassword))));
        var answers = await Task.WhenAll(visitors.Zip(forms, (visitor, form) => visitor.PostAsync(link, form.Values)));
        answers.Count(answer => answer.StatusCode is HttpStatusCode.Redirect).ShouldBe(1);
        answers.Count(answer => answer.StatusCode is HttpStatusCode.NotFound).ShouldBe(5);
    }

    [Fact]
    public async Task A_letter_brings_the_link_and_the_page_says_the_same_to_everybody()
    {
        await using var mail = new MailServer();
        await using var hub = await HubServer.StartAsync(options => options with { Smtp = mail.Options });
        await WithEmailAsync(hub, "writes", "writes@school.example");
        await Visitor.RegisterAsync(hub, "nomail");

        var answers = new List<string>();
        foreach (var who in new[] { "writes@school.example", "WRITES", "nomail", "nobody@school.example" })
            answers.Add(WordsOf(await new Visitor(hub).SubmitAsync("/reset", ("who", who))));
        answers.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem().ShouldContain("a letter is on its way");
        await SendAsync(hub);

        mail.Letters.Select(letter => letter.To).Distinct(StringComparer.Ordinal).ShouldBe(["writes@school.example"]);
        mail.Letters.Count.ShouldBe(2);
        // Quoted-printable (RFC 2045, 6.7) breaks long lines.
        var link = Link().Match(mail.Letters.Last().Text.Replace("=\n", "", StringComparison.Ordinal)).Value;
        link.ShouldStartWith(hub.Url);
        (await new Visitor(hub).SubmitAsync(new Uri(link).AbsolutePath, ("password", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await new Visitor(hub).SignInAsync("writes", NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var secret = new Uri(link).Segments[^1];
        hub.Log.All.ShouldAllBe(line => !line.Contains(secret));
    }

    [Fact]
    public async Task A_letter_that_the_server_refuses_is_sent_later()
    {
        await using var mail = new MailServer { Refusals = 1 };
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(options => options with { Smtp = mail.Options }, services: services => services.AddSingleton<TimeProvider>(clock));
        await WithEmailAsync(hub, "later", "later@school.example");
        await new Visitor(hub).SubmitAsync("/reset", ("who", "later"));
        await SendAsync(hub);
        mail.Letters.ShouldBeEmpty();
        clock.Advance(TimeSpan.FromMinutes(5));
        await SendAsync(hub);
        mail.Letters.Count.ShouldBe(1);
        clock.Advance(TimeSpan.FromMinutes(5));
        await SendAsync(hub);
        mail.Letters.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_is_flooded_with_letters()
    {
        await using var mail = new MailServer();
        await using var hub = await HubServer.StartAsync(
            options => options with { Smtp = mail.Options }, services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        await WithEmailAsync(hub, "flooded", "flooded@school.example");
        for (var i = 0; i < 6; i++) (await new Visitor(hub).SubmitAsync("/reset", ("who", "flooded"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await SendAsync(hub);
        mail.Letters.Count.ShouldBe(3);
    }

    [Fact]
    public async Task One_mailbox_gets_no_more_letters_because_many_accounts_have_it()
    {
        await using var mail = new MailServer();
        var clock = new SetClock(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
        await using var hub = await HubServer.StartAsync(options => options with { Smtp = mail.Options }, services: services => services.AddSingleton<TimeProvider>(clock));
        foreach (var name in new[] { "zoe", "aaa", "bbb", "ccc", "ddd" })
        {
            await WithEmailAsync(hub, name, name == "zoe" ? "zoe@school.example" : "Zoe@School.example");
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        await WithEmailAsync(hub, "moves", "attacker@school.example");
        // Asked for by one name after the other, and by one whose address becomes hers before the letter goes out.
        foreach (var who in new[] { "moves", "zoe@school.example", "aaa", "bbb", "ccc", "ddd", "zoe" })
        {
            (await new Visitor(hub).SubmitAsync("/reset", ("who", who))).StatusCode.ShouldBe(HttpStatusCode.OK);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        await using (var db = hub.OpenDatabase())
        {
            (await db.ResetMails.CountAsync()).ShouldBe(4);
            await db.Users.Where(user => user.UserName == "moves").ExecuteUpdateAsync(
                set => set.SetProperty(user => user.Email, "zoe@school.example").SetProperty(user => user.NormalizedEmail, "ZOE@SCHOOL.EXAMPLE"));
        }
        await SendAsync(hub);
        mail.Letters.Count.ShouldBe(3);

        // A letter lists all accounts of its address, the oldest of them first, each with a link of its own that works.
        var letter = mail.Letters.Select(letter => letter.Text.Replace("=\n", "", StringComparison.Ordinal)).First(text => text.Contains("Subject: A new password for @zoe", StringComparison.Ordinal));
        var links = Link().Matches(letter).Select(match => new Uri(match.Value).AbsolutePath).ToList();
        links.Distinct(StringComparer.Ordinal).Count().ShouldBe(6);
        letter.IndexOf("@aaa: ", StringComparison.Ordinal).ShouldBeLessThan(letter.IndexOf("@ddd: ", StringComparison.Ordinal));
        (await new Visitor(hub).SubmitAsync(links[0], ("password", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await new Visitor(hub).SignInAsync("zoe", NewPassword)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await new Visitor(hub).SignInAsync("aaa")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_letter_that_anybody_asks_for_voids_no_link_of_an_administrators()
    {
        await using var mail = new MailServer();
        await using var hub = await HubServer.StartAsync(options => options with { Smtp = mail.Options });
        await WithEmailAsync(hub, "forgot", "forgot@school.example");
        var link = await LinkAsync(await Visitor.SignedInAsync(hub, "chief", isAdministrator: true), "forgot");
        await new Visitor(hub).SubmitAsync("/reset", ("who", "forgot"));
        await SendAsync(hub);
        mail.Letters.Count.ShouldBe(1);
        (await hub.Client.GetAsync(link)).StatusCode.ShouldBe(HttpStatusCode.OK);
        // Once one was used, all others of the account are worth nothing.
        var sent = Link().Match(mail.Letters.Single().Text.Replace("=\n", "", StringComparison.Ordinal)).Value;
        (await new Visitor(hub).SubmitAsync(link, ("password", NewPassword))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await hub.Client.GetAsync(new Uri(sent).AbsolutePath)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Without_a_mail_server_the_page_names_whom_to_ask()
    {
        await using var hub = await HubServer.StartAsync();
        var page = await (await hub.Client.GetAsync("/reset")).Content.ReadAsStringAsync();
        page.ShouldContain("Ask an administrator");
        page.ShouldNotContain("name=\"who\"");
    }

    private static async Task<string> LinkAsync(Visitor chief, string userName)
    {
        var (_, form) = await chief.FillAsync($"/admin/users/{userName}", ("disabled", "true"));
        var page = await chief.PostAsync($"/admin/users/{userName}?handler=Reset", form);
        var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await page.Content.ReadAsStringAsync());
        return new Uri(html.QuerySelector("#reset-link")!.TextContent).AbsolutePath;
    }

    private static async Task WithEmailAsync(HubServer hub, string userName, string email)
    {
        var person = await Visitor.SignedInAsync(hub, userName);
        (await person.SubmitAsync("/account", ("email", email), ("emailPassword", Visitor.Password))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    private static async Task SendAsync(HubServer hub)
    {
        await using var scope = hub.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ResetLetters>().SendDueAsync(CancellationToken.None);
    }

    private static string WordsOf(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var stream = response.Content.ReadAsStream();
        return new AngleSharp.Html.Parser.HtmlParser().ParseDocument(stream).QuerySelector("main")!.TextContent;
    }

    [GeneratedRegex(@"http://\S+/reset/[a-z2-7]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
