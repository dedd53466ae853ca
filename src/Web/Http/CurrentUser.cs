using System.Security.Claims;
using PyScriptHub.Infrastructure.Accounts;

namespace PyScriptHub.Web.Http;

/// <summary>Who the caller is. Handlers ask this alone, never the request.</summary>
public sealed class CurrentUser(IHttpContextAccessor accessor)
{
    private ClaimsPrincipal? Principal => accessor.HttpContext?.User;

    /// <summary>The caller's id; null for somebody who is not signed in.</summary>
    public Guid? Id => Guid.TryParse(Principal?.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : null;

    /// <summary>The caller's <c>@name</c>; null for somebody who is not signed in.</summary>
    public string? UserName => Id is null ? null : Principal?.Identity?.Name;

    public bool IsAdministrator => Principal?.IsInRole(HubRoles.Administrator) ?? false;
}
