using System.Collections.Frozen;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Accounts;

/// <summary>What a password may be. Length is what counts (NIST SP 800-63B, 5.1.1.2); rules of composition only make notes under keyboards.</summary>
public static class Passwords
{
    /// <summary>The shortest password, in characters.</summary>
    public const int MinimumLength = 8;

    /// <summary>The longest password, in characters: a hash of more costs time and guards no better.</summary>
    public const int MaximumLength = 200;

    // What is tried first everywhere, of those that have eight characters or more.
    private static readonly FrozenSet<string> s_common = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "12345678", "123456789", "1234567890", "123123123", "11111111", "00000000", "87654321", "987654321", "1q2w3e4r", "1qaz2wsx",
        "q1w2e3r4", "qwertyui", "qwertyuiop", "qwerty12", "qwerty123", "qwertz123", "qwertzui", "asdfghjk", "asdfghjkl", "yxcvbnm1",
        "password", "password1", "password12", "password123", "passw0rd", "p@ssw0rd", "passwort", "passwort1", "passwort123", "kennwort",
        "iloveyou", "sunshine", "princess", "football", "baseball", "starwars", "superman", "batman123", "pokemon1", "minecraft",
        "welcome1", "letmein1", "trustno1", "changeme", "computer", "internet", "whatever", "michelle", "jennifer", "abcd1234",
        "abc12345", "abcdefgh", "a1b2c3d4", "aaaaaaaa", "hallo123", "schatzi1", "geheim123", "pyscript", "pyscript1", "python123");

    /// <summary>Says what is wrong with a password for an account of this name, or null where it may be taken.</summary>
    public static Sentence? Refuse(string password, string userName)
    {
        if (password.Length < MinimumLength) return $"A password has at least {MinimumLength} characters.";
        if (password.Length > MaximumLength) return $"A password has {MaximumLength} characters at most.";
        if (password.Trim().Equals(userName, StringComparison.OrdinalIgnoreCase)) return "The password is the user name. Choose another.";
        return s_common.Contains(password.Trim()) || password.Distinct().Count() < 3 ? "This password is one of those that are guessed first. Choose another." : null;
    }
}
