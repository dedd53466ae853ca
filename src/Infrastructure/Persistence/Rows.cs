namespace PyScriptHub.Infrastructure.Persistence;

/// <summary>A key of ASP.NET Core's data protection: cookies and antiforgery tokens are good on every node.</summary>
public sealed class DataProtectionKey
{
    public int Id { get; private set; }

    public required string FriendlyName { get; init; }

    public required string Xml { get; init; }
}

/// <summary>How often something was done within one window of time, counted over all nodes.</summary>
public sealed class RateWindow
{
    /// <summary>What is counted and for whom, for example <c>import:{user}</c>.</summary>
    public required string Key { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    public int Count { get; private set; }
}

/// <summary>What an administrator set on the hub's own pages. A key without a row has the value of the configuration, or none.</summary>
public sealed class HubSetting
{
    public required string Key { get; init; }

    public required string Value { get; init; }
}

/// <summary>A letter with a reset link that is to be sent: the link itself is made when it goes out, and stored nowhere.</summary>
public sealed class ResetMail
{
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it is tried next.</summary>
    public DateTimeOffset DueAt { get; init; }

    public int Attempts { get; init; }
}

/// <summary>A user name whose account was erased: nobody else gets it, so that old links lead to no impostor.</summary>
public sealed class RetiredName
{
    /// <summary>SHA-256 of the name, 32 bytes: the name itself is gone.</summary>
    public required byte[] Hash { get; init; }
}
