namespace PyScriptHub.Domain.Accounts;

/// <summary>Who may make an account.</summary>
public enum Registration
{
    /// <summary>Administrators alone, for others.</summary>
    Closed,

    /// <summary>Whoever has an invitation.</summary>
    Invite,

    /// <summary>Everybody.</summary>
    Open,
}
