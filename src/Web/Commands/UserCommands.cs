using System.CommandLine;
using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Features.Accounts;

namespace PyScriptHub.Web.Commands;

/// <summary><c>user create</c> and <c>token create</c>.</summary>
static class UserCommands
{
    public static Command User()
    {
        var name = new Argument<string>("name") { Description = "The @name in addresses: lower-case letters, digits, hyphens." };
        var administrator = new Option<bool>("--administrator") { Description = "Lets the user run the hub." };
        var password = new Option<bool>("--password-stdin") { Description = "Reads the password from standard input; without it the user signs in by token alone." };
        var create = new Command("create", "Makes an account.") { name, administrator, password };
        create.SetAction((parsed, ct) => HubVerbs.RunAsync(async services =>
        {
            var secret = parsed.GetValue(password) ? (await Console.In.ReadToEndAsync(ct)).TrimEnd('\r', '\n') : null;
            var made = await services.GetRequiredService<IMediator>().Send(new CreateUser(parsed.GetRequiredValue(name), secret, parsed.GetValue(administrator)), ct);
            return Say(made, user => $"User {user.UserName} was made.");
        }, ct));
        return new Command("user", "Accounts.") { create };
    }

    public static Command Token()
    {
        var user = new Argument<string>("user") { Description = "Whose token it is." };
        var name = new Option<string>("--name") { Description = "What the token is called.", DefaultValueFactory = _ => "command line" };
        var create = new Command("create", "Makes a personal access token and prints its secret, this once.") { user, name };
        create.SetAction((parsed, ct) => HubVerbs.RunAsync(async services =>
            Say(await services.GetRequiredService<IMediator>().Send(new CreateToken(parsed.GetRequiredValue(name), parsed.GetRequiredValue(user)), ct), token => token.Token), ct));
        return new Command("token", "Personal access tokens.") { create };
    }

    private static int Say<T>(Result<T> result, Func<T, string> text)
    {
        if (result.IsOk)
        {
            Console.Out.WriteLine(text(result.Value));
            return 0;
        }
        var fields = (result.Error as Error.Malformed)?.Errors.SelectMany(field => field.Value) ?? [result.Error.Sentence];
        foreach (var line in fields) Console.Error.WriteLine(line.ToString());
        return 1;
    }
}
