using System.Security.Cryptography;

namespace PyScriptHub.Domain;

/// <summary>Random words for addresses and secrets, from the system's secure generator.</summary>
public static class RandomText
{
    private const string Base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    // No 0/o, 1/i/l, 2/z, 5/s, 8/b, u/v: what a class mishears or misreads.
    private const string DictationAlphabet = "acdefghjkmnpqrtwxy34679";

    /// <summary>Lower-case base32 of <paramref name="length"/> characters, 5 bits each.</summary>
    public static string Base32(int length) => RandomNumberGenerator.GetString(Base32Alphabet, length);

    /// <summary>A code to dictate, without look-alikes, about 4.5 bits a character.</summary>
    public static string Dictation(int length) => RandomNumberGenerator.GetString(DictationAlphabet, length);
}
