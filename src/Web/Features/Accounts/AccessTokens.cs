using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>A token as its owner sees it: never its secret.</summary>
/// <param name="LastUsedAt">To the minute; null if never.</param>
public sealed record TokenSummary(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

sealed record ListTokens(PageRequest Page) : IRequest<Result<Page<TokenSummary>>>;

sealed class ListTokensHandler(HubDb db, CurrentUser user) : IRequestHandler<ListTokens, Result<Page<TokenSummary>>>
{
    public async Task<Result<Page<TokenSummary>>> Handle(ListTokens command, CancellationToken ct)
    {
        var owner = user.Id;
        var tokens = db.AccessTokens.AsNoTracking().Where(token => token.UserId == owner && token.RevokedAt == null);
        if (command.Page.After is { } after)
            tokens = tokens.Where(token => EF.Functions.LessThan(ValueTuple.Create(token.CreatedAt, token.Id), ValueTuple.Create(after.At, after.Id)));
        var rows = await tokens.OrderByDescending(token => token.CreatedAt).ThenByDescending(token => token.Id).Take(command.Page.Limit + 1).ToListAsync(ct);
        return command.Page.Answer(rows, token => (token.CreatedAt, token.Id), token =>
            new TokenSummary(token.Id.ToString("N"), token.Name, token.CreatedAt, token.LastUsedAt));
    }
}

/// <summary>A token to make.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Password">The caller's password: asked for from a page, ten minutes after signing in and later. A token needs none.</param>
public sealed record CreateTokenRequest(string Name, string? Password = null);

/// <summary>A new token, with the secret that is shown this once.</summary>
public sealed record NewToken(string Id, string Name, string Token, DateTimeOffset CreatedAt);

/// <summary>Makes a token for a user; the caller where none is named (the command line names one).</summary>
/// <param name="Password">The caller's, where a page asks that was left open.</param>
/// <param name="PasswordField">What the password's field is called there.</param>
sealed record CreateToken(string Name, string? UserName = null, string? Password = null, string PasswordField = "password") : IRequest<Result<NewToken>>;

sealed class CreateTokenHandler(HubDb db, UserManager<HubUser> users, Proof proof, CurrentUser user, TimeProvider time) : IRequestHandler<CreateToken, Result<NewToken>>
{
    public async Task<Result<NewToken>> Handle(CreateToken command, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(command.Name) || command.Name.Length > AccessToken.NameLength || command.Name.Any(char.IsControl))
            return Error.Field("name", $"A token's name has 1 to {AccessToken.NameLength} characters, and none that cannot be seen.");
        var owner = command.UserName is { } name
            ? await db.Users.Where(u => u.UserName == name).Select(u => (Guid?)u.Id).SingleOrDefaultAsync(ct)
            : user.Id;
        if (owner is not { } id) return new Error.NotFound("user");
        if (command.UserName is null && user.SessionId is not null)
        {
            // By cookie: a screen that was left open must not be enough for a key that outlives it.
            if (await users.CallerAsync(user) is not { } person) return new Error.Unauthenticated();
            if (await proof.AskUnlessFreshAsync(person, command.Password, command.PasswordField, ct) is { } refusal) return refusal;
        }
        var (token, secret) = AccessToken.Issue(id, command.Name.Trim(), time.GetUtcNow());
        db.Add(token);
        await db.SaveChangesAsync(ct);
        return new NewToken(token.Id.ToString("N"), token.Name, secret, token.CreatedAt);
    }
}

sealed record RevokeToken(string Id) : IRequest<Result<Done>>;

sealed class RevokeTokenHandler(HubDb db, CurrentUser user, TimeProvider time) : IRequestHandler<RevokeToken, Result<Done>>
{
    public async Task<Result<Done>> Handle(RevokeToken command, CancellationToken ct)
    {
        var owner = user.Id;
        if (!Guid.TryParseExact(command.Id, "N", out var id)) return new Error.NotFound("token");
        var token = await db.AccessTokens.SingleOrDefaultAsync(t => t.Id == id && t.UserId == owner && t.RevokedAt == null, ct);
        if (token is null) return new Error.NotFound("token");
        token.Revoke(time.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return default(Done);
    }
}
