using Microsoft.AspNetCore.Identity;

namespace PyScriptHub.Infrastructure.Accounts;

/// <summary>A person with an account. The user name is the <c>@name</c> in addresses.</summary>
public sealed class HubUser : IdentityUser<Guid>
{
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What saves have added, in bytes: an upper bound that is counted exactly before anything is refused.</summary>
    public long StoredBytes { get; set; }

    /// <summary>When an administrator shut the account; null for one that can be used.</summary>
    public DateTimeOffset? DisabledAt { get; set; }
}

/// <summary>The roles that the hub knows.</summary>
public static class HubRoles
{
    /// <summary>Runs the hub: users, releases, takedowns.</summary>
    public const string Administrator = "administrator";
}
