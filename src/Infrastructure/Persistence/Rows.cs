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
