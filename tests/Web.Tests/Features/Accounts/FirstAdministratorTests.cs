using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Web.Features.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Features.Accounts;

public sealed class FirstAdministratorTests
{
    private const string AdminToken = "a-long-secret-of-the-administrator";

    [Fact]
    public async Task A_token_that_was_set_makes_the_administrator_once()
    {
        await using var hub = await HubServer.StartAsync(options => options with { AdminToken = AdminToken });
        (await EnsureAsync(hub)).ShouldBe("");
        (await EnsureAsync(hub)).ShouldBe("");
        var me = await (await hub.ClientFor(AdminToken).GetAsync("/api/v1/me")).JsonAsync();
        me.Text("userName").ShouldBe("admin");
        me.GetProperty("roles")[0].GetString().ShouldBe("administrator");
        await using var db = hub.OpenDatabase();
        (await db.Users.CountAsync()).ShouldBe(1);
        (await db.AccessTokens.CountAsync()).ShouldBe(1);
        (await db.SetupLinks.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Two_nodes_that_start_at_once_make_one_administrator()
    {
        await using var first = await HubServer.StartAsync(options => options with { AdminToken = AdminToken });
        await using var second = await HubServer.StartAsync(options => options with { AdminToken = AdminToken }, connectionString: first.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => EnsureAsync(i % 2 == 0 ? first : second)));
        await using var db = first.OpenDatabase();
        (await db.Users.CountAsync()).ShouldBe(1);
        (await db.AccessTokens.CountAsync()).ShouldBe(1);
        (await second.ClientFor(AdminToken).GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_is_set_later_gives_no_rights_where_there_are_users()
    {
        await using var hub = await HubServer.StartAsync(options => options with { AdminToken = AdminToken });
        await Visitor.RegisterAsync(hub, "early");
        (await EnsureAsync(hub)).ShouldContain("/setup/");
        (await hub.ClientFor(AdminToken).GetAsync("/api/v1/me")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_printed_address_makes_an_administrator_who_is_signed_in()
    {
        await using var hub = await HubServer.StartAsync();
        var address = await AddressAsync(hub);
        address.ShouldStartWith($"{hub.Url}/setup/");
        var person = new Visitor(hub);
        var done = await SetUpAsync(person, address, "principal");
        done.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var me = await (await person.GetAsync("/api/v1/me")).JsonAsync();
        me.Text("userName").ShouldBe("principal");
        me.GetProperty("roles")[0].GetString().ShouldBe("administrator");
        (await person.GetAsync(new Uri(address).AbsolutePath)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await EnsureAsync(hub)).ShouldBe("");
        string.Join('\n', hub.Log.All).ShouldNotContain(new Uri(address).Segments[^1]);
    }

    [Fact]
    public async Task Of_twenty_who_use_the_address_at_once_one_wins()
    {
        await using var hub = await HubServer.StartAsync();
        var address = await AddressAsync(hub);
        var racers = new List<(Visitor Visitor, string Action, Dictionary<string, string> Values)>();
        for (var i = 0; i < 20; i++)
        {
            var visitor = new Visitor(hub);
            var (action, values) = await visitor.FillAsync(new Uri(address).AbsolutePath, Fields(string.Create(CultureInfo.InvariantCulture, $"racer-{i}")));
            racers.Add((visitor, action, values));
        }
        var answers = await Task.WhenAll(racers.Select(racer => racer.Visitor.PostAsync(racer.Action, racer.Values)));
        answers.Count(answer => answer.StatusCode is HttpStatusCode.Redirect).ShouldBe(1);
        answers.Count(answer => answer.StatusCode is HttpStatusCode.NotFound).ShouldBe(19);
        racers.Count(racer => racer.Visitor.IsSignedIn).ShouldBe(1);
        await using var db = hub.OpenDatabase();
        (await db.Users.CountAsync()).ShouldBe(1);
        (await db.UserRoles.CountAsync()).ShouldBe(1);
    }

    [Theory]
    [InlineData("Big Boss", "five green umbrellas", "five green umbrellas", "userName-about", "lower-case")]
    [InlineData("support", "five green umbrellas", "five green umbrellas", "userName-about", "reserved")]
    [InlineData("boss", "short", "short", "password-about", "at least 8")]
    [InlineData("boss", "five green umbrellas", "five green umbrella", "passwordAgain-about", "differ")]
    public async Task What_is_wrong_is_said_and_the_address_stays_good(string name, string password, string again, string element, string word)
    {
        await using var hub = await HubServer.StartAsync();
        var address = await AddressAsync(hub);
        var person = new Visitor(hub);
        var refused = await person.SubmitAsync(new Uri(address).AbsolutePath, ("userName", name), ("password", password), ("passwordAgain", again));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var html = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await refused.Content.ReadAsStringAsync());
        html.GetElementById(element)!.TextContent.ShouldContain(word, Case.Insensitive);
        html.QuerySelectorAll("input[type=password]").ShouldAllBe(input => !input.HasAttribute("value"));

        (await SetUpAsync(person, address, "boss")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_new_start_prints_a_new_address_and_ends_the_old_one()
    {
        await using var hub = await HubServer.StartAsync();
        var old = new Uri(await AddressAsync(hub));
        var address = new Uri(await AddressAsync(hub));
        address.ShouldNotBe(old);
        (await hub.Client.GetAsync(old)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await hub.Client.GetAsync("/setup/guess")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_administrator_made_on_the_command_line_ends_the_address()
    {
        await using var hub = await HubServer.StartAsync();
        var address = await AddressAsync(hub);
        var person = new Visitor(hub);
        var (action, values) = await person.FillAsync(new Uri(address).AbsolutePath, Fields("second"));
        await Visitor.RegisterAsync(hub, "first", isAdministrator: true);
        (await person.PostAsync(action, values)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await hub.Client.GetAsync(new Uri(address))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        person.IsSignedIn.ShouldBeFalse();
    }

    private static (string, string)[] Fields(string name) => [("userName", name), ("password", Visitor.Password), ("passwordAgain", Visitor.Password)];

    private static Task<HttpResponseMessage> SetUpAsync(Visitor visitor, string address, string name) =>
        visitor.SubmitAsync(new Uri(address).AbsolutePath, Fields(name));

    private static async Task<string> AddressAsync(HubServer hub) =>
        Regex.Match(await EnsureAsync(hub), @"http\S+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;

    private static async Task<string> EnsureAsync(HubServer hub)
    {
        await using var console = new StringWriter(CultureInfo.InvariantCulture);
        await FirstAdministrator.EnsureAsync(hub.Services, console, TestContext.Current.CancellationToken);
        return console.ToString();
    }
}
