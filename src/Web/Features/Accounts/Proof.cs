using Microsoft.AspNetCore.Identity;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>
/// Asks for the password before what would give an account away: a screen that was left open must not be enough. Whoever has no
/// password must have signed in a moment ago.
/// </summary>
sealed class Proof(UserManager<HubUser> users, Sessions sessions, RateLimits rates)
{
    private const int Tries = 10;

    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(5);

    /// <summary>As <see cref="AskAsync"/>, and without a password for ten minutes after signing in: for what is a way in beside the password.</summary>
    public async Task<Error?> AskUnlessFreshAsync(HubUser user, string? password, string field, CancellationToken ct) =>
        await sessions.IsFreshAsync(ct) ? null : await AskAsync(user, password, field, ct);

    /// <summary>Null where it is the account's owner; else an error of the field <paramref name="field"/>, or too many tries.</summary>
    public async Task<Error?> AskAsync(HubUser user, string? password, string field, CancellationToken ct)
    {
        if (user.PasswordHash is null)
            return await sessions.IsFreshAsync(ct) ? null : Error.Field(field, "Sign out and in again first: this needs a sign-in of the last ten minutes.");
        var key = $"proof:{user.Id:N}";
        if (await rates.TakeAsync(key, Tries, s_window, ct) is { } wait) return new Error.TooManyRequests(wait);
        if (!await users.CheckPasswordAsync(user, password ?? "")) return Error.Field(field, "The password is wrong.");
        await rates.GiveBackAsync(key, s_window, ct);
        return null;
    }
}
