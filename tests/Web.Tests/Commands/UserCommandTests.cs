using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Commands;

/// <summary>The verbs on accounts, run as the program that an administrator runs.</summary>
public sealed class UserCommandTests(SharedHub shared) : IClassFixture<SharedHub>
{
    private HubServer Hub => shared.Hub;

    [Fact]
    public async Task A_user_that_was_made_with_a_password_signs_in()
    {
        var made = await RunAsync($"{Visitor.Password}\n", "user", "create", "verb-person", "--password-stdin");
        made.Exit.ShouldBe(0, made.Error);
        made.Output.ShouldContain("verb-person");
        made.Output.ShouldNotContain(Visitor.Password);
        var person = new Visitor(Hub);
        await person.SignInAsync("verb-person");
        (await (await person.GetAsync("/api/v1/me")).JsonAsync()).GetProperty("roles").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_token_is_all_that_is_printed_and_works_at_once()
    {
        (await RunAsync("", "user", "create", "verb-admin", "--administrator")).Exit.ShouldBe(0);
        var token = await RunAsync("", "token", "create", "verb-admin", "--name", "nightly");
        token.Exit.ShouldBe(0, token.Error);
        var secret = token.Output.TrimEnd('\n', '\r');
        secret.ShouldMatch("^pyhub_[a-z2-7]{40}$");
        var me = await (await Hub.ClientFor(secret).GetAsync("/api/v1/me")).JsonAsync();
        me.Text("userName").ShouldBe("verb-admin");
        me.GetProperty("roles")[0].GetString().ShouldBe("administrator");
        await using var db = Hub.OpenDatabase();
        var hash = AccessToken.HashOf(secret);
        (await db.AccessTokens.SingleAsync(t => t.Hash == hash)).Name.ShouldBe("nightly");
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_and_the_exit_code_tells()
    {
        (await RunAsync("", "user", "create", "verb-twice")).Exit.ShouldBe(0);
        foreach (var (words, input, arguments) in new (string, string, string[])[]
        {
            ("taken", "", ["user", "create", "verb-twice"]),
            ("lower-case", "", ["user", "create", "Verb Person"]),
            ("administrator", "", ["user", "create", "admin"]),
            ("at least 8", "short\n", ["user", "create", "verb-short", "--password-stdin"]),
            ("no such user", "", ["token", "create", "verb-nobody", "--name", "x"]),
        })
        {
            var run = await RunAsync(input, arguments);
            run.Exit.ShouldBe(1, run.Output);
            run.Output.ShouldBe("");
            run.Error.ShouldContain(words, Case.Insensitive);
            run.Error.ShouldNotContain("   at ");
        }
        await using var db = Hub.OpenDatabase();
        (await db.Users.AnyAsync(user => user.UserName == "verb-short" || user.UserName == "admin")).ShouldBeFalse();
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(string input, params string[] arguments) => HubVerb.RunAsync(Hub, input, arguments);
}
