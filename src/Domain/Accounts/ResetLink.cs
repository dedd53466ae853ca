namespace PyScriptHub.Domain.Accounts;

/// <summary>An address by which a person sets a new password, once and within a day. The hub keeps a SHA-256 of its secret.</summary>
public sealed class ResetLink
{
    /// <summary>How long it is good for.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private ResetLink(byte[] hash, Guid userId, DateTimeOffset expiresAt) => (Hash, UserId, ExpiresAt) = (hash, userId, expiresAt);

    /// <summary>SHA-256 of the secret, 32 bytes.</summary>
    public byte[] Hash { get; private set; }

    public Guid UserId { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Makes a link with a secret of 200 random bits.</summary>
    public static (ResetLink Link, string Secret) Issue(Guid userId, DateTimeOffset now)
    {
        var secret = RandomText.Base32(40);
        return (new ResetLink(AccessToken.HashOf(secret), userId, now + Lifetime), secret);
    }
}
