using System.Net.Mail;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>An account as its owner sees it.</summary>
/// <param name="IsFresh">Whether they signed in a moment ago, and need not prove again who they are for a token or a passkey.</param>
/// <param name="Passkeys">Newest first.</param>
/// <param name="Sessions">The caller's own first, then by last use.</param>
sealed record AccountSummary(
    string UserName, string? Email, bool HasPassword, bool IsFresh, IReadOnlyList<PasskeySummary> Passkeys, IReadOnlyList<SessionSummary> Sessions);

/// <param name="Browser">Its short name; empty where it is not known.</param>
sealed record SessionSummary(Guid Id, string Browser, string Network, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, bool IsThis);

sealed record GetAccount : IRequest<Result<AccountSummary>>;

sealed class GetAccountHandler(HubDb db, UserManager<HubUser> users, Sessions open, CurrentUser caller, TimeProvider time) : IRequestHandler<GetAccount, Result<AccountSummary>>
{
    public async Task<Result<AccountSummary>> Handle(GetAccount command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        var (own, since) = (caller.SessionId, time.GetUtcNow() - Session.Lifetime);
        var passkeys = await users.GetPasskeysAsync(user);
        var sessions = await db.Sessions.AsNoTracking().Where(session => session.UserId == user.Id && session.LastUsedAt > since)
            .OrderByDescending(session => session.Id == own).ThenByDescending(session => session.LastUsedAt).Take(100).ToListAsync(ct);
        return new AccountSummary(
            user.UserName!, user.Email, user.PasswordHash is not null, await open.IsFreshAsync(ct),
            [.. passkeys.OrderByDescending(passkey => passkey.CreatedAt).Select(PasskeySummary.Of)],
            sessions.ConvertAll(session => new SessionSummary(
                session.Id, session.Browser, session.Network, session.CreatedAt, session.LastUsedAt, session.Id == own)));
    }
}

/// <summary>Sets the caller's password and ends all their other sessions.</summary>
/// <param name="Current">The password so far; null for an account that has none.</param>
/// <param name="EndsOtherWays">Whether tokens and passkeys end too: whoever knew the password may have made some.</param>
sealed record ChangePassword(string? Current, string Password, bool EndsOtherWays) : IRequest<Result<Done>>;

sealed class ChangePasswordHandler(HubDb db, UserManager<HubUser> users, Proof proof, Sessions sessions, CurrentUser caller, TimeProvider time)
    : IRequestHandler<ChangePassword, Result<Done>>
{
    public async Task<Result<Done>> Handle(ChangePassword command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (await proof.AskAsync(user, command.Current, "current", ct) is { } refusal) return refusal;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await users.SetPasswordAsync(user, command.Password) is { } error) return error;
        await sessions.EndOthersAsync(user.Id, ct);
        await db.EndResetsAsync(user.Id, ct);
        if (command.EndsOtherWays) await db.EndKeysAsync(user.Id, time.GetUtcNow(), ct);
        await transaction.CommitAsync(ct);
        return default(Done);
    }
}

/// <summary>Sets the caller's e-mail address, or takes it away.</summary>
sealed record ChangeEmail(string? Email, string? Password) : IRequest<Result<Done>>;

sealed class ChangeEmailHandler(HubDb db, UserManager<HubUser> users, Proof proof, CurrentUser caller) : IRequestHandler<ChangeEmail, Result<Done>>
{
    public async Task<Result<Done>> Handle(ChangeEmail command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (EmailAddresses.Refuse(command.Email) is { } why) return Error.Field("email", why);
        // Whoever has the address can set the password.
        if (await proof.AskAsync(user, command.Password, "emailPassword", ct) is { } refusal) return refusal;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await users.SetEmailAsync(user, EmailAddresses.Read(command.Email));
        // What went to the old address opens nothing any more.
        await db.EndResetsAsync(user.Id, ct);
        await transaction.CommitAsync(ct);
        return default(Done);
    }
}

/// <summary>Ends one of the caller's sessions.</summary>
sealed record EndSession(Guid Id) : IRequest<Result<Done>>;

sealed class EndSessionHandler(HubDb db, CurrentUser caller) : IRequestHandler<EndSession, Result<Done>>
{
    public async Task<Result<Done>> Handle(EndSession command, CancellationToken ct)
    {
        var owner = caller.Id;
        var ended = await db.Sessions.Where(session => session.Id == command.Id && session.UserId == owner).ExecuteDeleteAsync(ct);
        return ended == 0 ? new Error.NotFound("session") : default(Done);
    }
}

/// <summary>Ends all of the caller's sessions but the one that asks.</summary>
sealed record EndOtherSessions : IRequest<Result<Done>>;

sealed class EndOtherSessionsHandler(Sessions sessions, CurrentUser caller) : IRequestHandler<EndOtherSessions, Result<Done>>
{
    public async Task<Result<Done>> Handle(EndOtherSessions command, CancellationToken ct)
    {
        if (caller.Id is not { } id) return new Error.Unauthenticated();
        await sessions.EndOthersAsync(id, ct);
        return default(Done);
    }
}

static class Callers
{
    /// <summary>The caller's account, or null.</summary>
    public static async Task<HubUser?> CallerAsync(this UserManager<HubUser> users, CurrentUser caller) =>
        caller.Id is { } id ? await users.FindByIdAsync(id.ToString()) : null;
}

/// <summary>The ways into an account beside its password.</summary>
static class WaysIn
{
    /// <summary>Revokes all tokens and takes all passkeys away.</summary>
    public static async Task EndKeysAsync(this HubDb db, Guid userId, DateTimeOffset now, CancellationToken ct)
    {
        await db.AccessTokens.Where(token => token.UserId == userId && token.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.RevokedAt, now), ct);
        await db.Set<IdentityUserPasskey<Guid>>().Where(passkey => passkey.UserId == userId).ExecuteDeleteAsync(ct);
    }

    /// <summary>Ends all addresses by which a new password could be set, those in letters that are on their way included.</summary>
    public static async Task EndResetsAsync(this HubDb db, Guid userId, CancellationToken ct)
    {
        await db.ResetLinks.Where(link => link.UserId == userId).ExecuteDeleteAsync(ct);
        await db.ResetMails.Where(mail => mail.UserId == userId).ExecuteDeleteAsync(ct);
    }
}

/// <summary>What an e-mail address may be.</summary>
static class EmailAddresses
{
    /// <summary>The longest, in characters (RFC 5321, 4.5.3.1).</summary>
    public const int Length = 254;

    /// <summary>Says what is wrong with one, or null; none at all is right.</summary>
    public static Sentence? Refuse(string? email) => Read(email) is not { } text
        || (text.Length <= Length && !text.Any(char.IsControl) && MailAddress.TryCreate(text, out var address) && address.Address == text)
            ? null
            : "This is no e-mail address.";

    /// <summary>The address without spaces around it; null where nothing is left.</summary>
    public static string? Read(string? email) => string.IsNullOrWhiteSpace(email) ? null : email.Trim();
}
