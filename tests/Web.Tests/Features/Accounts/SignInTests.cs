using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed class SignInTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_person_signs_in_is_known_and_signs_out()
    {
        var person = await Visitor.SignedInAsync(Hub, "nora");
        (await (await person.GetAsync("/api/v1/me")).JsonAsync()).Text("userName").ShouldBe("nora");

        var left = await person.SubmitAsync("/account");
        left.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        person.IsSignedIn.ShouldBeFalse();
        await (await person.GetAsync("/api/v1/me")).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task A_name_may_be_typed_with_capitals_and_spaces_around_it()
    {
        await Visitor.RegisterAsync(Hub, "capital");
        var person = new Visitor(Hub);
        await person.SignInAsync(" Capital ");
        person.IsSignedIn.ShouldBeTrue();
    }

    [Fact]
    public async Task Over_plain_HTTP_the_cookies_carry_the_port_and_no_script_reads_them()
    {
        await Visitor.RegisterAsync(Hub, "plain");
        var person = new Visitor(Hub);
        var port = Hub.Options.PublicUrl.Port.ToString(CultureInfo.InvariantCulture);
        var form = Attributes(await person.GetAsync("/sign-in"), $"hub-form-{port}");
        var session = Attributes(await person.SignInAsync("plain"), $"hub-{port}");
        foreach (var cookie in new[] { form, session })
        {
            cookie.ShouldBe(["httponly", "path=/", "samesite=lax"], ignoreOrder: true);
        }
    }

    [Fact]
    public async Task A_person_who_stays_keeps_the_cookie_when_the_browser_is_closed()
    {
        await Visitor.RegisterAsync(Hub, "stays");
        var person = new Visitor(Hub);
        var response = await person.SubmitAsync("/sign-in", ("userName", "stays"), ("password", Visitor.Password), ("stays", "true"));
        Attributes(response, person.SessionCookie).ShouldContain(attribute => attribute.StartsWith("expires=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Over_HTTPS_the_cookies_are_bound_to_the_host()
    {
        await using var hub = await HubServer.StartAsync(options => options with
        {
            PublicUrl = new UriBuilder(options.PublicUrl) { Scheme = "https", Host = "hub.school.example" }.Uri,
            ContentDomain = "usercontent.example",
        });
        await Visitor.RegisterAsync(hub, "secure");
        // TLS ends before the hub: what reaches it is plain.
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, hub.Options.PublicUrl.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var address = new UriBuilder(hub.Options.PublicUrl) { Scheme = "http", Path = "/sign-in" }.Uri;
        var page = await client.GetAsync(address);
        Attributes(page, "__Host-hub-form").ShouldBe(["httponly", "path=/", "samesite=lax", "secure"], ignoreOrder: true);

        var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await page.Content.ReadAsStringAsync());
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["userName"] = "secure",
                ["password"] = Visitor.Password,
                ["__RequestVerificationToken"] = html.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!,
            }),
        };
        request.Headers.Add("Origin", hub.Url);
        request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        var done = await client.SendAsync(request);
        done.StatusCode.ShouldBe(HttpStatusCode.Redirect, await done.Content.ReadAsStringAsync());
        Attributes(done, "__Host-hub").ShouldBe(["httponly", "path=/", "samesite=lax", "secure"], ignoreOrder: true);
    }

    [Fact]
    public async Task Who_opens_a_page_that_asks_who_they_are_comes_back_to_it()
    {
        await Visitor.RegisterAsync(Hub, "comesback");
        var person = new Visitor(Hub);
        var asked = await person.GetAsync("/account?cursor=");
        asked.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var signIn = asked.Headers.Location!.PathAndQuery;
        signIn.ShouldBe("/sign-in?returnUrl=%2Faccount%3Fcursor%3D");
        (await person.SignInAsync("comesback", page: signIn)).Headers.Location!.OriginalString.ShouldBe("/account?cursor=");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("\\\\evil.example/")]
    [InlineData("/\t/evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http:evil.example")]
    [InlineData("@evil.example")]
    public async Task Signing_in_leads_to_no_other_site(string returnUrl)
    {
        var name = $"redirect-{Guid.NewGuid():N}"[..20];
        var person = await Visitor.SignedInAsync(Hub, name);
        var page = $"/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}";
        (await person.GetAsync(page)).Headers.Location!.OriginalString.ShouldBe("/");

        var newcomer = new Visitor(Hub);
        (await newcomer.SignInAsync(name, page: page)).Headers.Location!.OriginalString.ShouldBe("/");

        // Nor where the field itself is changed.
        var (action, values) = await new Visitor(Hub).FillAsync("/sign-in", ("userName", name), ("password", Visitor.Password));
        action.ShouldBe("/sign-in");
        var tampered = new Visitor(Hub);
        (await tampered.SubmitAsync("/sign-in", ("userName", name), ("password", Visitor.Password), ("returnUrl", returnUrl)))
            .Headers.Location!.OriginalString.ShouldBe("/");
        values["returnUrl"].ShouldBe("/");
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_name_are_answered_alike()
    {
        await Visitor.RegisterAsync(Hub, "known");
        var wrong = await new Visitor(Hub).SignInAsync("known", "not the password");
        var unknown = await new Visitor(Hub).SignInAsync("unknown", "not the password");
        var odd = await new Visitor(Hub).SignInAsync("No <such> name!", "not the password");
        foreach (var answer in new[] { wrong, unknown, odd })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync());
            html.QuerySelector("[role=alert]").ShouldNotBeNull(html.Body!.TextContent).TextContent.ShouldStartWith("User name or password is wrong.");
            answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Ten_wrong_passwords_make_one_address_wait_and_harm_nobody_elsewhere()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(
            options => options with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }, services: services => services.AddSingleton<TimeProvider>(clock));
        var before = await Visitor.SignedInAsync(hub, "locked");
        var token = (await (await before.PostJsonAsync("/api/v1/me/tokens", new { name = "script" }, hub.Url, await TokenOfAsync(before))).JsonAsync(HttpStatusCode.Created)).Text("token");
        var guesser = new Visitor(hub) { From = "203.0.113.9" };
        for (var i = 0; i < 10; i++) (await guesser.SignInAsync("locked", "a wrong password")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        // Even the right password waits there, and the page says how long.
        var refused = await guesser.SignInAsync("locked");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 300);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("Try again in");
        guesser.IsSignedIn.ShouldBeFalse();

        (await before.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await hub.ClientFor(token).GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await new Visitor(hub) { From = "198.51.100.7" }.SignInAsync("locked")).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        clock.Advance(TimeSpan.FromMinutes(5));
        (await guesser.SignInAsync("locked")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Guesses_at_once_get_no_more_tries_than_guesses_one_by_one()
    {
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        await Visitor.RegisterAsync(hub, "burst");
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => new Visitor(hub).SignInAsync("burst", "a wrong password")));
        answers.Count(answer => answer.StatusCode is HttpStatusCode.BadRequest).ShouldBe(10);
        answers.Count(answer => answer.StatusCode is HttpStatusCode.TooManyRequests).ShouldBe(20);
    }

    [Fact]
    public async Task Many_addresses_together_make_an_account_wait_but_not_where_its_owner_is()
    {
        var clock = new SetClock(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
        await using var hub = await HubServer.StartAsync(
            options => options with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }, services: services => services.AddSingleton<TimeProvider>(clock));
        await Visitor.RegisterAsync(hub, "wanted");
        (await new Visitor(hub) { From = "192.0.2.1" }.SignInAsync("wanted")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await using (var db = hub.OpenDatabase())
        {
            // 200 wrong tries from all over the world, within the hour.
            await db.Database.ExecuteSqlAsync($"UPDATE rate_windows SET count = 200 WHERE key = 'sign-in:@wanted'");
        }
        (await new Visitor(hub) { From = "198.51.100.8" }.SignInAsync("wanted")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await new Visitor(hub) { From = "192.0.2.1" }.SignInAsync("wanted")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task What_a_stranger_says_of_its_own_address_counts_for_nothing()
    {
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        await Visitor.RegisterAsync(hub, "spoofed");
        var last = HttpStatusCode.OK;
        for (var i = 0; i < 11; i++)
            last = (await new Visitor(hub) { From = string.Create(CultureInfo.InvariantCulture, $"203.0.113.{i}") }.SignInAsync("spoofed", "a wrong password")).StatusCode;
        last.ShouldBe(HttpStatusCode.TooManyRequests);
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        request.Headers.Add("X-Forwarded-Proto", "https");
        (await hub.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_trusted_proxys_word_on_the_host_is_taken_and_a_strangers_before_it_is_not()
    {
        await using var hub = await HubServer.StartAsync(options => options with { TrustedProxies = [IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("::1/128")] });
        var elsewhere = new HttpRequestMessage(HttpMethod.Get, "/");
        elsewhere.Headers.Add("X-Forwarded-Host", "evil.example");
        elsewhere.Headers.Add("X-Forwarded-For", "203.0.113.1");
        await (await hub.Client.SendAsync(elsewhere)).ProblemAsync(421, "misdirected");

        // The list is read from its end: what a client wrote at its beginning is no proxy's word.
        await Visitor.RegisterAsync(hub, "chain");
        (await new Visitor(hub) { From = "10.9.9.9, 203.0.113.77" }.SignInAsync("chain")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await using var db = hub.OpenDatabase();
        (await db.Sessions.SingleAsync()).Network.ShouldBe("203.0.113.77");
    }

    [Fact]
    public async Task A_guesser_who_tries_one_password_on_everybody_is_stopped()
    {
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        var guesser = new Visitor(hub);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 101; i++)
            statuses.Add((await guesser.SignInAsync(string.Create(CultureInfo.InvariantCulture, $"pupil-{i}"), "winter holidays")).StatusCode);
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);
        var refused = await guesser.SignInAsync("anybody");
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 300);
    }

    [Fact]
    public async Task A_whole_class_behind_one_address_signs_in_with_a_mistake_each()
    {
        await using var hub = await HubServer.StartAsync();
        var names = Enumerable.Range(0, 30).Select(i => string.Create(CultureInfo.InvariantCulture, $"pupil-{i}")).ToList();
        foreach (var name in names) await Visitor.RegisterAsync(hub, name);
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, _) =>
        {
            var pupil = new Visitor(hub);
            (await pupil.SignInAsync(name, "caps lock was on")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            await pupil.SignInAsync(name);
            pupil.IsSignedIn.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task One_pupil_who_is_wrong_all_the_time_locks_nobody_out_who_is_known()
    {
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        foreach (var name in new[] { "elsewhere", "returns", "shared-pc", "newcomer" }) await Visitor.RegisterAsync(hub, name);
        // One is signed in here with another device, one signed out of this very browser, and one sits down where that one sat.
        await new Visitor(hub).SignInAsync("elsewhere");
        var (returns, sharedPc) = (new Visitor(hub), new Visitor(hub));
        foreach (var browser in new[] { returns, sharedPc })
        {
            await browser.SignInAsync("returns");
            var (_, form) = await browser.FillAsync("/account", ("name", "x"));
            await browser.PostAsync("/sign-out", form);
            browser.IsSignedIn.ShouldBeFalse();
        }

        var naughty = new Visitor(hub);
        for (var i = 0; i < 11; i++) await naughty.SignInAsync("returns", "winter holidays");
        await CountAsync(hub, "sign-in:127.0.0.1", 100);
        (await naughty.SignInAsync("newcomer")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests, "spraying is still slowed");

        (await new Visitor(hub).SignInAsync("elsewhere")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await returns.SignInAsync("returns")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await sharedPc.SignInAsync("shared-pc")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Whoever_has_an_account_gets_no_more_guesses_by_signing_in_to_it_again_and_again()
    {
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(new SetClock(DateTimeOffset.UtcNow)));
        await Visitor.RegisterAsync(hub, "guesser");
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
        {
            var browser = new Visitor(hub);
            (await browser.SignInAsync("guesser")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
            browser.Cookies.Remove(browser.SessionCookie);
            statuses.Add((await browser.SignInAsync(string.Create(CultureInfo.InvariantCulture, $"pupil-{i}"), "winter holidays")).StatusCode);
            if (i > 0) continue;
            // All but one of the guesses that the address has, and all but one of those that its browsers have beside.
            await CountAsync(hub, "sign-in:127.0.0.1", 99);
            await CountAsync(hub, "sign-in:browser:", 29);
        }
        statuses.ShouldBe([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests]);

        // A cookie that somebody made up makes no browser known.
        var forger = new Visitor(hub);
        forger.Cookies[$"hub-known-{hub.Options.PublicUrl.Port}"] = "CfDJ8AAAAA";
        (await forger.SignInAsync("pupil-1")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_session_is_good_on_every_node()
    {
        await using var first = await HubServer.StartAsync();
        var person = await Visitor.SignedInAsync(first, "nodes");
        await using var second = await HubServer.StartAsync(options => options, connectionString: first.ConnectionString);
        var there = new Visitor(second);
        there.Cookies[there.SessionCookie] = person.Cookies[person.SessionCookie];
        (await (await there.GetAsync("/api/v1/me")).JsonAsync()).Text("userName").ShouldBe("nodes");
    }

    [Fact]
    public async Task A_session_cookie_that_was_tampered_with_is_nobodys()
    {
        var person = await Visitor.SignedInAsync(Hub, "tampered");
        var cookie = person.Cookies[person.SessionCookie];
        person.Cookies[person.SessionCookie] = cookie[..^8] + (cookie[^8] == 'A' ? 'B' : 'A') + cookie[^7..];
        await (await person.GetAsync("/api/v1/me")).ProblemAsync(401, "unauthenticated");
    }

    // So many tries more would take minutes: each password costs its time to check.
    private static async Task CountAsync(HubServer hub, string key, int count)
    {
        await using var db = hub.OpenDatabase();
        (await db.RateWindows.Where(window => window.Key == key || (key.EndsWith(':') && window.Key.StartsWith(key)))
            .ExecuteUpdateAsync(set => set.SetProperty(window => window.Count, count))).ShouldBe(1);
    }

    internal static async Task<string> TokenOfAsync(Visitor visitor) => (await visitor.FillAsync("/account")).Values["__RequestVerificationToken"];

    private static List<string> Attributes(HttpResponseMessage response, string cookie) =>
        [.. response.Headers.GetValues("Set-Cookie").Single(set => set.StartsWith(cookie + "=", StringComparison.Ordinal))
            .Split(';').Skip(1).Select(attribute => attribute.Trim().ToLowerInvariant())];
}
