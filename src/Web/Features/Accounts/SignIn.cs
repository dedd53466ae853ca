using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Begins a session of a person with user name and password.</summary>
/// <param name="Stays">Whether the session outlives the browser's.</param>
sealed record SignIn(string UserName, string Password, bool Stays) : IRequest<Result<Done>>;

sealed class SignInHandler(HubDb db, UserManager<HubUser> users, Sessions sessions, SignInLimits limits) : IRequestHandler<SignIn, Result<Done>>
{
    // Of nobody's password: an unknown name takes as long to refuse as a known one.
    private static readonly Lazy<string> s_nobodysHash = new(() => new PasswordHasher<HubUser>().HashPassword(new HubUser(), Guid.NewGuid().ToString()));

    public async Task<Result<Done>> Handle(SignIn command, CancellationToken ct)
    {
        var name = command.UserName.Trim().ToLowerInvariant();
        var user = UserNames.Refuse(name) is null ? await users.FindByNameAsync(name) : null;
        if (await limits.TakeAsync(name, user?.Id, ct) is { } wait) return new Error.TooManyRequests(wait);
        if (!await IsRightAsync(user, command.Password))
        {
            // One answer for an unknown name, a wrong password and a shut account: it tells a guesser nothing.
            return Error.Field("password", "User name or password is wrong.");
        }
        await limits.GiveBackAsync(name, ct);
        await sessions.BeginAsync(user!, command.Stays, ct);
        return default(Done);
    }

    private async Task<bool> IsRightAsync(HubUser? user, string password)
    {
        if (password.Length > Passwords.MaximumLength) return false;
        if (user?.PasswordHash is not null) return await users.CheckPasswordAsync(user, password) && await IsOpenAsync(user);
        users.PasswordHasher.VerifyHashedPassword(user ?? new HubUser(), s_nobodysHash.Value, password);
        return false;
    }

    private Task<bool> IsOpenAsync(HubUser user) => db.Users.AnyAsync(u => u.Id == user.Id && u.DisabledAt == null);
}

/// <summary>
/// Counts tries to sign in, in the database, so that all nodes count together. The tightest count is for account and address
/// together: thirty pupils behind one address do not stop each other, and a stranger stops nobody who sits elsewhere. Two wider
/// ones are against who tries one password on everybody, or comes from many addresses.
/// </summary>
sealed class SignInLimits(HubDb db, RateLimits rates, RequestOrigin from)
{
    private const int TriesAtAnAccount = 10;
    private const int FailuresOfAnAddress = 100;

    // More than one address can use up: 12 windows of 10 tries.
    private const int FailuresAtAnAccount = 200;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    /// <summary>Counts a try before the password is looked at; answers how long to wait where there were too many, else null.</summary>
    public async Task<TimeSpan?> TakeAsync(string name, Guid? userId, CancellationToken ct)
    {
        // In this order: whoever hammers at one account uses up no more than their own tries at it.
        if (await rates.TakeAsync(PairKey(name), TriesAtAnAccount, s_window, ct) is { } pair) return pair;
        if (await rates.TakeAsync(AddressKey, FailuresOfAnAddress, s_window, ct) is { } address) return address;
        var account = await rates.TakeAsync(AccountKey(name), FailuresAtAnAccount, s_long, ct);
        // Where the person is signed in already, no crowd from elsewhere keeps them out.
        return account is null || await IsKnownHereAsync(userId, ct) ? null : account;
    }

    /// <summary>Takes a try back that was right.</summary>
    public async Task GiveBackAsync(string name, CancellationToken ct)
    {
        await rates.GiveBackAsync(PairKey(name), s_window, ct);
        await rates.GiveBackAsync(AddressKey, s_window, ct);
        await rates.GiveBackAsync(AccountKey(name), s_long, ct);
    }

    private string AddressKey => $"sign-in:{from.Network}";

    private string PairKey(string name) => $"{AddressKey}:{Short(name)}";

    private static string AccountKey(string name) => $"sign-in:@{Short(name)}";

    // What is no user name is one account to the counts, and no place to write to.
    private static string Short(string name) => name.Length <= UserNames.MaximumLength && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? name : "?";

    private async Task<bool> IsKnownHereAsync(Guid? userId, CancellationToken ct)
    {
        var network = from.Network;
        return userId is { } id && await db.Sessions.AnyAsync(session => session.UserId == id && session.Network == network, ct);
    }
}
