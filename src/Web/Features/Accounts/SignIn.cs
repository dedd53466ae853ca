using System.Security.Cryptography;
using MediatR;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

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
        await limits.GiveBackAsync(ct);
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
/// ones are against who tries one password on everybody, or comes from many addresses; they stop nobody who is known: whoever
/// wants to lock a class out from among it must not be able to by being wrong often enough.
/// </summary>
sealed class SignInLimits(HubDb db, RateLimits rates, RequestOrigin from, KnownBrowser browser)
{
    private const int TriesAtAnAccount = 10;
    private const int FailuresOfAnAddress = 100;

    // Beside those of the address: a class has some wrong passwords each lesson.
    private const int FailuresOfABrowser = 30;

    // More than one address can use up: 12 windows of 10 tries.
    private const int FailuresAtAnAccount = 200;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    // What this try was counted in.
    private readonly List<(string Key, TimeSpan Window)> _taken = [];

    /// <summary>Counts a try before the password is looked at; answers how long to wait where there were too many, else null.</summary>
    public async Task<TimeSpan?> TakeAsync(string name, Guid? userId, CancellationToken ct)
    {
        var known = browser.UserId;
        // A browser that this very person signed in with before: nobody else's tries count against it.
        if (known is { } own && own == userId) return await CountAsync($"sign-in:own:{own:N}", TriesAtAnAccount, s_window, ct);

        // In this order: whoever hammers at one account uses up no more than their own tries at it.
        if (await CountAsync(PairKey(name), TriesAtAnAccount, s_window, ct) is { } pair) return pair;
        var isKnownHere = await IsKnownHereAsync(userId, ct);
        if (await CountWideAsync(known, ct) is { } address && !isKnownHere)
        {
            // No password was looked at: who is refused here must not lock accounts one by one as well.
            await rates.GiveBackAsync(PairKey(name), s_window, ct);
            return address;
        }
        var account = await CountAsync(AccountKey(name), FailuresAtAnAccount, s_long, ct);
        // Where the person is signed in already, no crowd from elsewhere keeps them out.
        return isKnownHere ? null : account;
    }

    /// <summary>Takes a try back that was right.</summary>
    public async Task GiveBackAsync(CancellationToken ct)
    {
        foreach (var (key, window) in _taken) await rates.GiveBackAsync(key, window, ct);
    }

    // A browser that somebody signed in with has tries of its own; they are counted for that somebody, who could else make as many
    // such browsers as they like. Where these are used up, those of the address are left.
    private async Task<TimeSpan?> CountWideAsync(Guid? known, CancellationToken ct)
    {
        if (known is { } user && await CountAsync($"sign-in:browser:{user:N}", FailuresOfABrowser, s_window, ct) is null) return null;
        return await CountAsync(AddressKey, FailuresOfAnAddress, s_window, ct);
    }

    private async Task<TimeSpan?> CountAsync(string key, int limit, TimeSpan window, CancellationToken ct)
    {
        _taken.Add((key, window));
        return await rates.TakeAsync(key, limit, window, ct);
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

/// <summary>
/// Whether somebody signed in with this browser before, by a cookie that outlives the session. It lets nobody in; all that it
/// says is that the tries of others behind the same address are not this browser's.
/// </summary>
sealed class KnownBrowser(IHttpContextAccessor accessor, IDataProtectionProvider protection, Origins origins)
{
    private static readonly TimeSpan s_lifetime = TimeSpan.FromDays(365);

    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("known-browser").ToTimeLimitedDataProtector();

    /// <summary>Who signed in with it last; null for a browser that nobody did.</summary>
    public Guid? UserId
    {
        get
        {
            if (accessor.HttpContext?.Request.Cookies[CookieName] is not { Length: < 1_000 } kept) return null;
            try
            {
                return Guid.TryParseExact(_protector.Unprotect(kept), "N", out var id) ? id : null;
            }
            catch (CryptographicException)
            {
                // Of another hub, too old or made up.
                return null;
            }
        }
    }

    private string CookieName => AccountServices.CookieName(origins, "hub-known");

    /// <summary>Remembers who signed in.</summary>
    public void Remember(Guid userId) => accessor.HttpContext?.Response.Cookies.Append(
        CookieName, _protector.Protect(userId.ToString("N"), s_lifetime), new CookieOptions
        {
            MaxAge = s_lifetime,
            Path = "/",
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = origins.IsSecure,
            IsEssential = true,
        });
}
