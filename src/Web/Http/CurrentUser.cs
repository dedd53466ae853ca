using System.Security.Claims;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Web.Http;

/// <summary>Who the caller is. Handlers ask this alone, never the request.</summary>
public sealed class CurrentUser(IHttpContextAccessor accessor)
{
    /// <summary>The claim that names the session of a cookie.</summary>
    public const string SessionClaim = "session";

    private ClaimsPrincipal? Principal => accessor.HttpContext?.User;

    /// <summary>The caller's id; null for somebody who is not signed in.</summary>
    public Guid? Id => Guid.TryParse(Principal?.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The caller's <c>@name</c>; null for somebody who is not signed in.</summary>
    public string? UserName => Id is null ? null : Principal?.Identity?.Name;

    /// <summary>The session that the request came with; null for a token and for somebody who is not signed in.</summary>
    public Guid? SessionId => SessionOf(Principal);

    /// <summary>The session that a cookie names.</summary>
    public static Guid? SessionOf(ClaimsPrincipal? principal) => Guid.TryParse(principal?.FindFirstValue(SessionClaim), out var id) ? id : null;

    public bool IsAdministrator => Principal?.IsInRole(HubRoles.Administrator) ?? false;
}

/// <summary>
/// What is for a person who signed in, and for no token: what is changed there gives the account away, and whoever finds a token
/// must not be able to make it a key for good.
/// </summary>
static class SignedIn
{
    /// <summary>The policy's name.</summary>
    public const string Policy = "signed-in";
}
