namespace PyScriptHub.Domain.Accounts;

/// <summary>That a person is signed in with one browser. Its cookie names it; where the row is gone, the cookie is worth nothing.</summary>
public sealed class Session
{
    /// <summary>The longest name of a browser, in characters.</summary>
    public const int BrowserLength = 60;

    /// <summary>How long a session lives without being used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>How exact <see cref="LastUsedAt"/> is: each request would cost a write otherwise.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMinutes(5);

    /// <summary>How long after signing in a person need not prove again who they are.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    private Session(Guid id, Guid userId, string network, string browser, DateTimeOffset createdAt) =>
        (Id, UserId, Network, Browser, CreatedAt, LastUsedAt) = (id, userId, network, browser, createdAt, createdAt);

    public Guid Id { get; private set; }

    public Guid UserId { get; private set; }

    /// <summary>Where it began: an IPv4 address, or the first 64 bits of one of IPv6.</summary>
    public string Network { get; private set; }

    /// <summary>The browser's short name, for example <c>Firefox, Linux</c>.</summary>
    public string Browser { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last used, to <see cref="Grain"/>.</summary>
    public DateTimeOffset LastUsedAt { get; private set; }

    public static Session Begin(Guid userId, string network, string browser, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), userId, network, browser.Length > BrowserLength ? browser[..BrowserLength] : browser, now);
}
