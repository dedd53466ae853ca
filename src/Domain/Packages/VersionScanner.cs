using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;

namespace PyScriptHub.Domain.Packages;

/// <summary>
/// Reads a version as the expression in the appendix of "Version specifiers" does, in one pass: each part is told by what it begins
/// with, so that nothing is tried twice.
/// </summary>
ref struct VersionScanner(string text)
{
    // The longer spelling first where one begins with the other.
    private static readonly (string Spelling, string Phase)[] s_phases =
        [("alpha", "a"), ("a", "a"), ("beta", "b"), ("b", "b"), ("preview", "rc"), ("pre", "rc"), ("rc", "rc"), ("c", "rc")];

    private static readonly (string Spelling, string Word)[] s_posts = [("post", "post"), ("rev", "post"), ("r", "post")];

    private static readonly (string Spelling, string Word)[] s_devs = [("dev", "dev")];

    /// <summary>Where the reader stands: after a failure, at the character that it could not use.</summary>
    public int Position { get; private set; }

    public PackageVersion? Read()
    {
        while (IsSpace(Current)) Position++;
        var start = Position;
        if (Current is 'v' or 'V') Position++;
        if (Number() is not { } number) return null;
        var epoch = BigInteger.Zero;
        if (Current == '!')
        {
            epoch = number;
            Position++;
            if (Number() is not { } first) return null;
            number = first;
        }
        var release = ImmutableArray.CreateBuilder<BigInteger>();
        release.Add(number);
        while (Current == '.' && char.IsAsciiDigit(At(1)))
        {
            Position++;
            release.Add(Number() ?? 0);
        }
        PreRelease? pre = Segment(s_phases) is var (phase, count) ? new PreRelease(phase, count) : null;
        var post = ImplicitPost() ?? Segment(s_posts)?.Number;
        var dev = Segment(s_devs)?.Number;
        if (Local() is not { } local) return null;
        var end = Position;
        while (IsSpace(Current)) Position++;
        return Position < text.Length
            ? null
            : new PackageVersion(text[start..end]) { Epoch = epoch, Release = release.ToImmutable(), Pre = pre, Post = post, Dev = dev, Local = local };
    }

    private readonly char Current => At(0);

    private readonly char At(int offset) => Position + offset < text.Length ? text[Position + offset] : '\0';

    // "Leading and Trailing Whitespace" names these six.
    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v';

    private BigInteger? Number()
    {
        var start = Position;
        while (char.IsAsciiDigit(Current)) Position++;
        return Position == start ? null : BigInteger.Parse(text.AsSpan(start, Position - start), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    // A word with its number: separators stand before and after the word or not, and no number is 0.
    private (string Word, BigInteger Number)? Segment((string Spelling, string Word)[] words)
    {
        var before = PackageName.IsSeparator(Current) ? 1 : 0;
        foreach (var (spelling, word) in words)
        {
            if (!text.AsSpan(Position + before).StartsWith(spelling, StringComparison.OrdinalIgnoreCase)) continue;
            Position += before + spelling.Length;
            if (PackageName.IsSeparator(Current)) Position++;
            return (word, Number() ?? BigInteger.Zero);
        }
        return null;
    }

    // "Implicit post releases": a hyphen and a number, and no other separator.
    private BigInteger? ImplicitPost()
    {
        if (Current != '-' || !char.IsAsciiDigit(At(1))) return null;
        Position++;
        return Number();
    }

    // Null where the label is not one.
    private ImmutableArray<string>? Local()
    {
        if (Current != '+') return [];
        var segments = ImmutableArray.CreateBuilder<string>();
        do
        {
            Position++;
            var start = Position;
            while (char.IsAsciiLetterOrDigit(Current)) Position++;
            if (Position == start) return null;
            segments.Add(NormalSegment(text[start..Position]));
        }
        while (PackageName.IsSeparator(Current));
        return segments.ToImmutable();
    }

    private static string NormalSegment(string segment)
    {
        if (!segment.All(char.IsAsciiDigit)) return segment.ToLowerInvariant();
        var digits = segment.TrimStart('0');
        return digits.Length == 0 ? "0" : digits;
    }
}
