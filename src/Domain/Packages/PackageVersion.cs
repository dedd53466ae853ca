using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>The pre-release segment of a version.</summary>
/// <param name="Phase"><c>a</c>, <c>b</c> or <c>rc</c>, which sort as their letters do.</param>
public readonly record struct PreRelease(string Phase, BigInteger Number) : IComparable<PreRelease>
{
    public int CompareTo(PreRelease other)
    {
        var order = string.CompareOrdinal(Phase, other.Phase);
        return order != 0 ? order : Number.CompareTo(other.Number);
    }
}

/// <summary>
/// The version of a distribution (PEP 440; packaging.python.org, "Version specifiers", "Version scheme"). Versions are equal where
/// their order says so: <c>1.0</c> is <c>1.0.0</c>.
/// </summary>
public sealed class PackageVersion : IEquatable<PackageVersion>, IComparable<PackageVersion>
{
    /// <summary>The longest version that is taken, in characters; the standard sets no bound.</summary>
    public const int MaximumLength = 250;

    internal PackageVersion(string text) => Text = text;

    /// <summary>The version as it was written, without the white space around it.</summary>
    public string Text { get; }

    /// <summary>The epoch, 0 where none is written.</summary>
    public BigInteger Epoch { get; internal init; }

    /// <summary>The numbers between the dots, one at least, with the zeros that were written.</summary>
    public ImmutableArray<BigInteger> Release { get; internal init; } = [];

    public PreRelease? Pre { get; internal init; }

    /// <summary>The number of the post-release; null where it is none.</summary>
    public BigInteger? Post { get; internal init; }

    /// <summary>The number of the developmental release; null where it is none.</summary>
    public BigInteger? Dev { get; internal init; }

    /// <summary>The segments of the local version label in their normal form; none where there is no label.</summary>
    public ImmutableArray<string> Local { get; internal init; } = [];

    /// <summary>Whether tools leave it out unless it is asked for; developmental releases count ("Handling of pre-releases").</summary>
    public bool IsPreRelease => Pre is not null || Dev is not null;

    /// <summary>
    /// Reads a version with all the spellings of "Normalization". Error: <c>bad_version</c>, with the position where it ends to be one.
    /// </summary>
    public static Result<PackageVersion> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaximumLength)
            return Bad($"The version '{FilePath.Show(text)}' is longer than {MaximumLength} characters.", MaximumLength);
        var scanner = new VersionScanner(text);
        if (scanner.Read() is { } version) return version;
        return Bad($"'{FilePath.Show(text)}' is not a version by PEP 440: see its character {scanner.Position + 1}.", scanner.Position);
    }

    /// <summary>Reads a version; null where the text is none.</summary>
    public static PackageVersion? TryParse(string text) => text?.Length <= MaximumLength ? new VersionScanner(text).Read() : null;

    public int CompareTo(PackageVersion? other)
    {
        if (other is null) return 1;
        var order = ComparePublicTo(other);
        return order != 0 ? order : CompareLocal(other);
    }

    public bool Equals(PackageVersion? other) => other is not null && CompareTo(other) == 0;

    public override bool Equals(object? obj) => Equals(obj as PackageVersion);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Epoch);
        var length = Release.Length;
        while (length > 0 && Release[length - 1].IsZero) length--;
        for (var i = 0; i < length; i++) hash.Add(Release[i]);
        hash.Add(Pre);
        hash.Add(Post);
        hash.Add(Dev);
        foreach (var segment in Local) hash.Add(segment, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>The normal form of PEP 440.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (!Epoch.IsZero) text.Append(CultureInfo.InvariantCulture, $"{Epoch}!");
        text.AppendJoin('.', Release.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        if (Pre is { } pre) text.Append(CultureInfo.InvariantCulture, $"{pre.Phase}{pre.Number}");
        if (Post is { } post) text.Append(CultureInfo.InvariantCulture, $".post{post}");
        if (Dev is { } dev) text.Append(CultureInfo.InvariantCulture, $".dev{dev}");
        if (!Local.IsEmpty) text.Append('+').AppendJoin('.', Local);
        return text.ToString();
    }

    public static bool operator ==(PackageVersion? left, PackageVersion? right) => left?.Equals(right) ?? right is null;

    public static bool operator !=(PackageVersion? left, PackageVersion? right) => !(left == right);

    /// <summary>The order without the local version label, which specifiers leave out of account.</summary>
    internal int ComparePublicTo(PackageVersion other)
    {
        var order = Epoch.CompareTo(other.Epoch);
        if (order == 0) order = CompareRelease(other);
        if (order == 0) order = Phase.CompareTo(other.Phase);
        if (order == 0) order = Nullable.Compare(Pre, other.Pre);
        if (order == 0) order = Nullable.Compare(Post, other.Post);
        if (order != 0) return order;
        // What has no developmental segment comes after all that have one.
        return (Dev, other.Dev) switch
        {
            (null, null) => 0,
            (null, _) => 1,
            (_, null) => -1,
            var (left, right) => left.Value.CompareTo(right.Value),
        };
    }

    internal bool HasSameRelease(PackageVersion other) => Epoch == other.Epoch && CompareRelease(other) == 0;

    /// <summary>A number of the release; 0 where it has fewer, which is how releases are padded.</summary>
    internal BigInteger ReleaseAt(int index) => index < Release.Length ? Release[index] : BigInteger.Zero;

    // "Summary of permitted suffixes and relative ordering": .devN before aN, bN and rcN, and these before no suffix and .postN.
    private int Phase => (Pre, Post, Dev) switch
    {
        (not null, _, _) => 1,
        (null, null, not null) => 0,
        _ => 2,
    };

    private int CompareRelease(PackageVersion other)
    {
        var order = 0;
        for (var i = 0; order == 0 && i < Math.Max(Release.Length, other.Release.Length); i++) order = ReleaseAt(i).CompareTo(other.ReleaseAt(i));
        return order;
    }

    private int CompareLocal(PackageVersion other)
    {
        foreach (var (left, right) in Local.Zip(other.Local))
        {
            var order = CompareSegments(left, right);
            if (order != 0) return order;
        }
        return Local.Length.CompareTo(other.Local.Length);
    }

    private static Error.Invalid Bad(Sentence why, int position) => new("bad_version", why, "version", position);

    // A number is more than a word; numbers have no zeros before them here, so that the longer one is the larger.
    private static int CompareSegments(string left, string right)
    {
        var (isNumber, isOtherNumber) = (left.All(char.IsAsciiDigit), right.All(char.IsAsciiDigit));
        var order = isNumber.CompareTo(isOtherNumber);
        if (order == 0 && isNumber) order = left.Length.CompareTo(right.Length);
        return order != 0 ? order : string.CompareOrdinal(left, right);
    }
}
