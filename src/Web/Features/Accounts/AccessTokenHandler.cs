using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Knows the caller by <c>Authorization: Bearer</c> and a personal access token (RFC 6750, 2.1).</summary>
sealed class AccessTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, HubDb db, SignInManager<HubUser> signIn, TimeProvider time)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "Bearer";

    private const string Prefix = "Bearer ";

    // "Last used" to the minute costs no write for each request.
    private static readonly TimeSpan s_lastUsedGrain = TimeSpan.FromMinutes(1);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.Fail("No bearer token.");
        var hash = AccessToken.HashOf(header[Prefix.Length..].Trim());
        var ct = Context.RequestAborted;
        var found = await db.AccessTokens.AsNoTracking().Where(token => token.Hash == hash && token.RevokedAt == null)
            .Join(db.Users, token => token.UserId, user => user.Id, (token, user) => new { Token = token, User = user }).SingleOrDefaultAsync(ct);
        if (found is null) return AuthenticateResult.Fail("Unknown token.");

        var now = time.GetUtcNow();
        if (found.User.DisabledAt is not null) return AuthenticateResult.Fail("The account is shut.");
        if (found.Token.LastUsedAt is not { } last || now - last >= s_lastUsedGrain)
            await db.AccessTokens.Where(token => token.Id == found.Token.Id).ExecuteUpdateAsync(set => set.SetProperty(token => token.LastUsedAt, now), ct);
        var principal = await signIn.CreateUserPrincipalAsync(found.User);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(principal.Identities), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = $"{Scheme} error=\"invalid_token\"";
        return Task.CompletedTask;
    }
}
