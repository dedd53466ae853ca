using System.Security.Cryptography;
using System.Text;

namespace PyScriptHub.Domain.Accounts;

/// <summary>A personal access token. Its secret is shown once; the hub keeps a SHA-256 of it.</summary>
public sealed class AccessToken
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameLength = 100;

    /// <summary>How a secret made by the hub begins, so that scanners for leaked secrets find it.</summary>
    public const string Prefix = "pyhub_";

    private AccessToken(Guid id, Guid userId, string name, byte[] hash, DateTimeOffset createdAt) =>
        (Id, UserId, Name, Hash, CreatedAt) = (id, userId, name, hash, createdAt);

    public Guid Id { get; private set; }

    public Guid UserId { get; private set; }

    /// <summary>What its owner calls it.</summary>
    public string Name { get; private set; }

    /// <summary>SHA-256 of the secret's UTF-8 bytes, 32 bytes.</summary>
    public byte[] Hash { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When a request last came with it, to the minute; null if never.</summary>
    public DateTimeOffset? LastUsedAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Makes a token with a new secret of 200 random bits.</summary>
    public static (AccessToken Token, string Secret) Issue(Guid userId, string name, DateTimeOffset now)
    {
        var secret = Prefix + RandomText.Base32(40);
        return (Of(userId, name, secret, now), secret);
    }

    /// <summary>Makes a token for a secret that was chosen elsewhere (the administrator's first token).</summary>
    public static AccessToken Of(Guid userId, string name, string secret, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), userId, name, HashOf(secret), now);

    /// <summary>SHA-256 of a secret's UTF-8 bytes. Secrets are long and random, so no slow hash is needed.</summary>
    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Ends the token; a second call changes nothing.</summary>
    public void Revoke(DateTimeOffset now) => RevokedAt ??= now;
}
