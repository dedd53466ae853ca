namespace PyScriptHub.Domain.Accounts;

/// <summary>An address by which a number of people can make accounts until a day. The hub keeps a SHA-256 of its secret.</summary>
public sealed class Invitation
{
    /// <summary>The most people whom one invitation can be for.</summary>
    public const int MostUses = 1000;

    /// <summary>The longest time that one can be good for, in days.</summary>
    public const int MostDays = 365;

    /// <summary>The longest note, in characters.</summary>
    public const int NoteLength = 100;

    private Invitation(Guid id, byte[] hash, string note, int uses, DateTimeOffset createdAt, DateTimeOffset expiresAt) =>
        (Id, Hash, Note, Uses, CreatedAt, ExpiresAt) = (id, hash, note, uses, createdAt, expiresAt);

    public Guid Id { get; private set; }

    /// <summary>SHA-256 of the secret, 32 bytes.</summary>
    public byte[] Hash { get; private set; }

    /// <summary>What its maker calls it, for example a class; may be empty.</summary>
    public string Note { get; private set; }

    /// <summary>How many accounts it is for.</summary>
    public int Uses { get; private set; }

    /// <summary>How many were made by it.</summary>
    public int Used { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public DateTimeOffset? RevokedAt { get; private set; }

    /// <summary>Makes an invitation with a secret of 200 random bits.</summary>
    public static (Invitation Invitation, string Secret) Issue(string note, int uses, DateTimeOffset now, TimeSpan lifetime)
    {
        var secret = RandomText.Base32(40);
        return (new Invitation(Guid.CreateVersion7(now), AccessToken.HashOf(secret), note, uses, now, now + lifetime), secret);
    }
}
