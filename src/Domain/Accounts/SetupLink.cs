namespace PyScriptHub.Domain.Accounts;

/// <summary>The one-time address by which the first administrator is made. Its secret is printed at start.</summary>
public sealed class SetupLink
{
    private SetupLink(byte[] hash, DateTimeOffset createdAt) => (Hash, CreatedAt) = (hash, createdAt);

    /// <summary>SHA-256 of the secret, 32 bytes.</summary>
    public byte[] Hash { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Makes a link with a secret of 200 random bits.</summary>
    public static (SetupLink Link, string Secret) Issue(DateTimeOffset now)
    {
        var secret = RandomText.Base32(40);
        return (new SetupLink(AccessToken.HashOf(secret), now), secret);
    }
}
