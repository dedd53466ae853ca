using System.Security.Cryptography;

namespace PyScriptHub.Domain.Projects;

/// <summary>The SHA-256 under which the bytes of one file are stored once.</summary>
public readonly struct BlobHash : IEquatable<BlobHash>, IComparable<BlobHash>
{
    /// <summary>Length in bytes.</summary>
    public const int Length = 32;

    private readonly byte[]? _bytes;

    private BlobHash(byte[] bytes) => _bytes = bytes;

    /// <summary>The 32 bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public static BlobHash Of(ReadOnlySpan<byte> content) => new(SHA256.HashData(content));

    /// <summary>Takes 32 bytes as a hash; throws <see cref="ArgumentException"/> for another length.</summary>
    public static BlobHash From(ReadOnlySpan<byte> hash) => hash.Length == Length
        ? new BlobHash(hash.ToArray())
        : throw new ArgumentException($"A SHA-256 has {Length} bytes.", nameof(hash));

    /// <summary>Reads 64 hexadecimal digits; throws <see cref="FormatException"/> for anything else.</summary>
    public static BlobHash FromHex(string hex) => From(Convert.FromHexString(hex));

    public byte[] ToArray() => Bytes.ToArray();

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(Bytes);

    public bool Equals(BlobHash other) => Bytes.SequenceEqual(other.Bytes);

    public override bool Equals(object? obj) => obj is BlobHash other && Equals(other);

    public override int GetHashCode() => _bytes is null ? 0 : BitConverter.ToInt32(_bytes, 0);

    public int CompareTo(BlobHash other) => Bytes.SequenceCompareTo(other.Bytes);

    public static bool operator ==(BlobHash left, BlobHash right) => left.Equals(right);

    public static bool operator !=(BlobHash left, BlobHash right) => !left.Equals(right);

}
