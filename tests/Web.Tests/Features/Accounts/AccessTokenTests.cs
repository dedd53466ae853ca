using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed class AccessTokenTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private const string Tokens = "/api/v1/me/tokens";

    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_token_says_who_is_calling()
    {
        var plain = await Hub.UserAsync("teller");
        var me = await (await plain.GetAsync("/api/v1/me")).JsonAsync();
        me.Text("userName").ShouldBe("teller");
        me.GetProperty("roles").GetArrayLength().ShouldBe(0);

        var administrator = await Hub.UserAsync("ruler", isAdministrator: true);
        var roles = (await (await administrator.GetAsync("/api/v1/me")).JsonAsync()).GetProperty("roles");
        roles.EnumerateArray().Select(role => role.GetString()).ShouldBe(["administrator"]);
    }

    [Fact]
    public async Task A_new_token_is_shown_once_works_and_is_kept_as_a_hash_alone()
    {
        var client = await Hub.UserAsync("maker");
        var answer = await client.PostAsJsonAsync(Tokens, new { name = "  laptop " });
        var made = await answer.JsonAsync(HttpStatusCode.Created);
        var secret = made.Text("token");
        secret.ShouldStartWith("pyhub_");
        made.Text("name").ShouldBe("laptop");
        answer.Headers.Location!.OriginalString.ShouldBe($"{Tokens}/{made.Text("id")}");
        (await (await Hub.ClientFor(secret).GetAsync("/api/v1/me")).JsonAsync()).Text("userName").ShouldBe("maker");

        var list = await (await client.GetAsync(Tokens)).Content.ReadAsStringAsync();
        list.ShouldContain("laptop");
        list.ShouldNotContain(secret);
        list.ShouldNotContain("hash", Case.Insensitive);
        await using var db = Hub.OpenDatabase();
        var hash = AccessToken.HashOf(secret);
        (await db.AccessTokens.CountAsync(token => token.Hash == hash)).ShouldBe(1);
        (await db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM access_tokens AS t WHERE t::text LIKE '%' || {secret} || '%'").SingleAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_at_once_everywhere()
    {
        var client = await Hub.UserAsync("revoker");
        var made = await (await client.PostAsJsonAsync(Tokens, new { name = "lost" })).JsonAsync(HttpStatusCode.Created);
        var lost = Hub.ClientFor(made.Text("token"));
        (await lost.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await client.DeleteAsync($"{Tokens}/{made.Text("id")}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var path in new[] { "/api/v1/me", "/api/v1/projects", "/sign-in" })
            (await lost.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, path);
        (await (await client.GetAsync(Tokens)).Content.ReadAsStringAsync()).ShouldNotContain("lost");
        await (await client.DeleteAsync($"{Tokens}/{made.Text("id")}")).ProblemAsync(404, "not_found");
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer pyhub_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("Basic YWRtaW46YWRtaW4=")]
    [InlineData("pyhub_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("Bearer ' OR 1=1 --")]
    public async Task A_header_that_names_nobody_is_refused_even_beside_a_good_cookie(string header)
    {
        var person = await Visitor.SignedInAsync(Hub, $"u{Guid.NewGuid():N}"[..20]);
        foreach (var path in new[] { "/api/v1/me", "/api/v1/projects" })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", header).ShouldBeTrue();
            var answer = await person.SendAsync(request);
            await answer.ProblemAsync(401, "unauthenticated");
            answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Bearer");
        }
    }

    [Fact]
    public async Task With_a_token_the_cookie_does_not_count_and_no_antiforgery_token_is_needed()
    {
        var person = await Visitor.SignedInAsync(Hub, "cookieperson");
        var program = await Hub.UserAsync("program");
        var request = new HttpRequestMessage(HttpMethod.Post, Tokens) { Content = JsonContent.Create(new { name = "from afar" }) };
        request.Headers.Authorization = program.DefaultRequestHeaders.Authorization;
        (await person.SendAsync(request, "https://evil.example")).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await (await program.GetAsync(Tokens)).Content.ReadAsStringAsync()).ShouldContain("from afar");
        (await (await person.GetAsync(Tokens)).Content.ReadAsStringAsync()).ShouldNotContain("from afar");
    }

    [Fact]
    public async Task Without_a_token_the_answer_says_what_to_send()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var answer = await Hub.Client.SendAsync(new HttpRequestMessage(method, Tokens) { Content = JsonContent.Create(new { name = "x" }) });
            await answer.ProblemAsync(401, "unauthenticated");
        }
    }

    [Fact]
    public async Task Last_use_is_kept_to_the_minute()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var hub = await HubServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var client = await hub.UserAsync("used");
        (await LastUsedAsync(hub)).ShouldBeNull();

        var first = clock.GetUtcNow();
        await client.GetAsync("/api/v1/me");
        (await LastUsedAsync(hub)).ShouldNotBeNull().ShouldBe(first, TimeSpan.FromMilliseconds(1));
        clock.Advance(TimeSpan.FromSeconds(59));
        await client.GetAsync("/api/v1/me");
        (await LastUsedAsync(hub)).ShouldNotBeNull().ShouldBe(first, TimeSpan.FromMilliseconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        var list = await (await client.GetAsync(Tokens)).JsonAsync();
        list.GetProperty("items")[0].GetProperty("lastUsedAt").GetDateTimeOffset().ShouldBe(clock.GetUtcNow(), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_blocked_accounts_token_is_refused()
    {
        var client = await Hub.UserAsync("blocked");
        (await client.GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await using var db = Hub.OpenDatabase();
        await db.Users.Where(user => user.UserName == "blocked").ExecuteUpdateAsync(
            set => set.SetProperty(user => user.DisabledAt, DateTimeOffset.UtcNow));
        await (await client.GetAsync("/api/v1/me")).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Another_persons_token_is_not_there()
    {
        var owner = await Hub.UserAsync("owner-of-token");
        var made = await (await owner.PostAsJsonAsync(Tokens, new { name = "private" })).JsonAsync(HttpStatusCode.Created);
        var stranger = await Hub.UserAsync("stranger");
        await (await stranger.DeleteAsync($"{Tokens}/{made.Text("id")}")).ProblemAsync(404, "not_found");
        await (await stranger.DeleteAsync($"{Tokens}/no-id")).ProblemAsync(404, "not_found");
        (await (await stranger.GetAsync(Tokens)).Content.ReadAsStringAsync()).ShouldNotContain("private");
        (await Hub.ClientFor(made.Text("token")).GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":"  "}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"a","secret":"b"}""", "secret")]
    [InlineData("""{"name":7}""", "name")]
    public async Task A_token_needs_a_name_and_takes_nothing_else(string body, string field)
    {
        var client = await Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);
        var answer = await client.PostAsync(Tokens, new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
        (await answer.ProblemAsync(400, "malformed")).GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_of_100_characters_is_taken_and_one_of_101_is_not()
    {
        var client = await Hub.UserAsync("long-names");
        (await client.PostAsJsonAsync(Tokens, new { name = new string('n', 100) })).StatusCode.ShouldBe(HttpStatusCode.Created);
        await (await client.PostAsJsonAsync(Tokens, new { name = new string('n', 101) })).ProblemAsync(400, "malformed");
    }

    [Fact]
    public async Task The_list_comes_in_pages_newest_first_and_holds_each_token_once()
    {
        var client = await Hub.UserAsync("pager");
        for (var i = 0; i < 6; i++) await client.PostAsJsonAsync(Tokens, new { name = string.Create(CultureInfo.InvariantCulture, $"token {i}") });
        var names = new List<string>();
        var pages = 0;
        for (string? cursor = ""; cursor is not null; pages++)
        {
            var page = await (await client.GetAsync($"{Tokens}?limit=3&cursor={Uri.EscapeDataString(cursor)}")).JsonAsync();
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text("name")));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        pages.ShouldBe(3);
        // "test" is the token that the client itself uses.
        names.ShouldBe(["token 5", "token 4", "token 3", "token 2", "token 1", "token 0", "test"]);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("cursor=!!", "cursor")]
    [InlineData("cursor=YWJj", "cursor")]
    public async Task A_malformed_page_is_refused_by_its_field(string query, string field)
    {
        var client = await Hub.UserAsync($"u{Guid.NewGuid():N}"[..20]);
        var problem = await (await client.GetAsync($"{Tokens}?{query}")).ProblemAsync(400, "malformed");
        problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task The_account_page_makes_a_token_shows_it_once_and_revokes_it()
    {
        var person = await Visitor.SignedInAsync(Hub, "pageuser");
        var made = await person.SubmitAsync("/account", ("name", "<b>my</b> phone"));
        made.StatusCode.ShouldBe(HttpStatusCode.OK);
        made.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var html = await made.Content.ReadAsStringAsync();
        html.ShouldNotContain("<b>my</b>");
        var secret = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html).QuerySelector("#new-token")!.TextContent;
        (await Hub.ClientFor(secret).GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await (await person.GetAsync("/account")).Content.ReadAsStringAsync()).ShouldNotContain(secret);

        var id = (await (await person.GetAsync(Tokens)).JsonAsync()).GetProperty("items")[0].Text("id");
        (await person.SubmitAsync("/account", ("id", id))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Hub.ClientFor(secret).GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Secrets_are_in_no_log()
    {
        await using var hub = await HubServer.StartAsync(options => options with { AdminToken = "the-administrators-first-token" });
        await Web.Features.Accounts.FirstAdministrator.EnsureAsync(hub.Services, TextWriter.Null, TestContext.Current.CancellationToken);
        await hub.ClientFor("the-administrators-first-token").GetAsync("/api/v1/me");
        var person = await Visitor.SignedInAsync(hub, "discreet");
        await new Visitor(hub).SignInAsync("discreet", "mistyped secret");
        var made = await (await person.PostJsonAsync(Tokens, new { name = "named in no log" }, hub.Url, await SignInTests.TokenOfAsync(person))).JsonAsync(HttpStatusCode.Created);
        var secret = made.Text("token");
        await hub.ClientFor(secret).GetAsync("/api/v1/me");
        await hub.ClientFor(secret + "x").GetAsync("/api/v1/me");
        await hub.Client.GetAsync("/setup/a-secret-in-an-address");

        var log = string.Join('\n', hub.Log.All);
        log.ShouldContain("CreateToken");
        foreach (var hidden in new[]
        {
            "the-administrators-first-token", Visitor.Password, "mistyped secret", "named in no log", secret, "a-secret-in-an-address",
            person.Cookies[person.SessionCookie], Convert.ToHexString(AccessToken.HashOf(secret)),
        })
        {
            log.ShouldNotContain(hidden, Case.Insensitive);
        }
    }

    private static async Task<DateTimeOffset?> LastUsedAsync(HubServer hub)
    {
        await using var db = hub.OpenDatabase();
        return await db.AccessTokens.Select(token => token.LastUsedAt).SingleAsync();
    }
}
