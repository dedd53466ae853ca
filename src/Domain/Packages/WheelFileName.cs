using System.Globalization;
using System.Numerics;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>What one build of a wheel needs (packaging.python.org, "Platform compatibility tags").</summary>
/// <param name="Python">Implementation and version, <c>py3</c> or <c>cp314</c>.</param>
/// <param name="Abi">The binary interface of its extension modules, <c>none</c> or <c>abi3</c>.</param>
/// <param name="Platform"><c>any</c> or <c>pyemscripten_2026_0_wasm32</c>.</param>
public readonly record struct WheelTag(string Python, string Abi, string Platform)
{
    public override string ToString() => $"{Python}-{Abi}-{Platform}";
}

/// <summary>Which of several builds of one version it is: it breaks ties ("File name convention").</summary>
/// <param name="Number">The digits that the tag begins with.</param>
/// <param name="Suffix">What follows them, or nothing.</param>
public readonly record struct WheelBuild(BigInteger Number, string Suffix) : IComparable<WheelBuild>
{
    public int CompareTo(WheelBuild other)
    {
        var order = Number.CompareTo(other.Number);
        return order != 0 ? order : string.CompareOrdinal(Suffix, other.Suffix);
    }
}

/// <summary>What the name of a wheel says (PEP 427; packaging.python.org, "Binary distribution format", "File name convention").</summary>
/// <param name="Build">Null where the name has none, which sorts first.</param>
/// <param name="Tags">The compressed sets of tags, written out; each once.</param>
public sealed record WheelFileName(PackageName Name, PackageVersion Version, WheelBuild? Build, IReadOnlyList<WheelTag> Tags)
{
    /// <summary>The longest name that is read, in characters: what file systems take.</summary>
    public const int MaximumLength = 255;

    /// <summary>The most tags that a name may stand for: three long sets would make a hundred thousand.</summary>
    public const int MaximumTags = 1_000;

    /// <summary>Whether a build of it is for each platform and without extension modules.</summary>
    public bool IsPure => Tags.Any(tag => tag is { Abi: "none", Platform: "any" });

    /// <summary>Reads the name of a file, without folders. Error: <c>bad_wheel_name</c>.</summary>
    public static Result<WheelFileName> Parse(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        if (fileName.Length > MaximumLength) return Bad(fileName, $"is longer than {MaximumLength} characters");
        if (!fileName.EndsWith(".whl", StringComparison.Ordinal)) return Bad(fileName, "does not end in .whl");
        var parts = fileName[..^".whl".Length].Split('-');
        if (parts.Length is not (5 or 6))
            return Bad(fileName, $"has {parts.Length} parts between hyphens: name, version, build if any, and tags for Python, ABI and platform make 5 or 6");
        if (PackageName.Parse(parts[0]) is not { IsOk: true, Value: var name }) return Bad(fileName, "does not begin with the name of a package");
        if (PackageVersion.Parse(parts[1]) is not { IsOk: true, Value: var version })
            return Bad(fileName, $"has '{FilePath.Show(parts[1])}' where a version by PEP 440 belongs");
        WheelBuild? build = parts.Length == 6 ? ReadBuild(parts[2]) : null;
        if (parts.Length == 6 && build is null)
            return Bad(fileName, $"has '{FilePath.Show(parts[2])}' where a build tag belongs, which begins with a digit");
        var (pythons, abis, platforms) = (ReadTags(parts[^3]), ReadTags(parts[^2]), ReadTags(parts[^1]));
        if (pythons is null || abis is null || platforms is null)
            return Bad(fileName, "has an empty tag, or one with a character other than letters, digits and '_'");
        if (pythons.Count * abis.Count * platforms.Count > MaximumTags) return Bad(fileName, $"stands for more than {MaximumTags} tags");
        var tags = from python in pythons from abi in abis from platform in platforms select new WheelTag(python, abi, platform);
        return new WheelFileName(name, version, build, [.. tags]);
    }

    private static WheelBuild? ReadBuild(string text)
    {
        if (!text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.')) return null;
        var length = text.TakeWhile(char.IsAsciiDigit).Count();
        if (length == 0) return null;
        return new WheelBuild(BigInteger.Parse(text.AsSpan(0, length), NumberStyles.None, CultureInfo.InvariantCulture), text[length..]);
    }

    // Null where one is not a tag.
    private static List<string>? ReadTags(string text)
    {
        var tags = text.ToLowerInvariant().Split('.').Distinct(StringComparer.Ordinal).ToList();
        return tags.TrueForAll(tag => tag.Length > 0 && tag.All(c => char.IsAsciiLetterOrDigit(c) || c is '_')) ? tags : null;
    }

    private static Error.Invalid Bad(string name, Sentence why) => new("bad_wheel_name", $"The file name '{FilePath.Show(name)}' {why}.", "wheel");
}
