using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Begins, checks and ends sessions of people. A cookie is worth as much as the row that it names.</summary>
sealed class Sessions(HubDb db, SignInManager<HubUser> signIn, RequestOrigin from, KnownBrowser browser, CurrentUser caller, TimeProvider time)
{
    /// <summary>Begins a session and sends its cookie.</summary>
    /// <param name="stays">Whether the cookie outlives the browser.</param>
    public async Task BeginAsync(HubUser user, bool stays, CancellationToken ct)
    {
        var session = Session.Begin(user.Id, from.Network, from.Browser, time.GetUtcNow());
        db.Add(session);
        await db.SaveChangesAsync(ct);
        await signIn.SignInWithClaimsAsync(user, new AuthenticationProperties { IsPersistent = stays }, [ClaimOf(session.Id)]);
        browser.Remember(user.Id);
    }

    /// <summary>Ends the caller's session, cookie and row.</summary>
    public async Task EndOwnAsync(CancellationToken ct)
    {
        if (caller.SessionId is { } id) await db.Sessions.Where(session => session.Id == id).ExecuteDeleteAsync(ct);
        await signIn.SignOutAsync();
    }

    /// <summary>Ends all sessions of a user, but the caller's own where it is theirs.</summary>
    public Task<int> EndOthersAsync(Guid userId, CancellationToken ct)
    {
        var own = caller.SessionId;
        return db.Sessions.Where(session => session.UserId == userId && session.Id != own).ExecuteDeleteAsync(ct);
    }

    /// <summary>Whether the caller signed in a moment ago.</summary>
    public async Task<bool> IsFreshAsync(CancellationToken ct)
    {
        var (own, since) = (caller.SessionId, time.GetUtcNow() - Session.FreshFor);
        return await db.Sessions.AnyAsync(session => session.Id == own && session.CreatedAt > since, ct);
    }

    /// <summary>Looks a cookie's session up, at each request: what was ended is over everywhere at once.</summary>
    public static Task ValidateAsync(CookieValidatePrincipalContext context) =>
        context.HttpContext.RequestServices.GetRequiredService<Sessions>().CheckAsync(context);

    private async Task CheckAsync(CookieValidatePrincipalContext context)
    {
        var ct = context.HttpContext.RequestAborted;
        var id = CurrentUser.SessionOf(context.Principal);
        var found = id is null ? null : await db.Sessions.Where(session => session.Id == id)
            .Join(db.Users.Where(user => user.DisabledAt == null), session => session.UserId, user => user.Id, (session, user) => new { session.LastUsedAt, User = user })
            .AsNoTracking().SingleOrDefaultAsync(ct);
        var now = time.GetUtcNow();
        if (found is null || now - found.LastUsedAt > Session.Lifetime)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
            return;
        }
        if (now - found.LastUsedAt > Session.Grain)
            await db.Sessions.Where(session => session.Id == id).ExecuteUpdateAsync(set => set.SetProperty(session => session.LastUsedAt, now), ct);
        // A new stamp says that roles or password changed. Those whom that ends have no row any more; the others go on with new claims.
        var stampClaim = signIn.Options.ClaimsIdentity.SecurityStampClaimType;
        if (context.Principal!.FindFirstValue(stampClaim) == found.User.SecurityStamp) return;
        var principal = await signIn.CreateUserPrincipalAsync(found.User);
        ((ClaimsIdentity)principal.Identity!).AddClaim(ClaimOf(id!.Value));
        context.ReplacePrincipal(principal);
        context.ShouldRenew = true;
    }

    private static Claim ClaimOf(Guid id) => new(CurrentUser.SessionClaim, id.ToString("N"));
}
