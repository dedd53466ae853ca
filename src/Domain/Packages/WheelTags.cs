using System.Globalization;
using System.Numerics;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Packages;

/// <summary>The tags that one CPython takes, and so which wheels fit it (packaging.python.org, "Platform compatibility tags", "Use").</summary>
public sealed class WheelTags
{
    // The first CPython with a stable ABI (PEP 384).
    private const int FirstStableMinor = 2;

    // More than Python 3 will have: the list grows with it.
    private const int LastMinor = 99;

    private readonly string _interpreter;
    private readonly int _minor;
    private readonly IReadOnlyList<string> _platforms;
    private readonly Dictionary<WheelTag, int> _ranks = [];

    private WheelTags(string interpreter, int minor, IReadOnlyList<string> platforms)
    {
        (_interpreter, _minor, _platforms) = (interpreter, minor, platforms);
        foreach (var tag in Order()) _ranks.TryAdd(tag, _ranks.Count);
    }

    /// <summary>The tags that it takes, the most preferred first.</summary>
    public IEnumerable<WheelTag> Tags => _ranks.OrderBy(entry => entry.Value).Select(entry => entry.Key);

    /// <summary>The tags of a CPython 3. Error: <c>bad_python</c> for another Python.</summary>
    /// <param name="interpreter">What people call it, <c>Pyodide 314</c>.</param>
    /// <param name="python">Its version of Python; what follows the second number does not matter.</param>
    /// <param name="platforms">The platform tags that it takes, the most preferred first (PEP 783): <c>pyemscripten_2026_0_wasm32</c>.</param>
    public static Result<WheelTags> Of(string interpreter, PackageVersion python, IEnumerable<string> platforms)
    {
        ArgumentNullException.ThrowIfNull(interpreter);
        ArgumentNullException.ThrowIfNull(python);
        ArgumentNullException.ThrowIfNull(platforms);
        var minor = python.ReleaseAt(1);
        if (python.Epoch != 0 || python.ReleaseAt(0) != 3 || minor > LastMinor)
            return new Error.Invalid("bad_python", $"No wheels are looked for that fit Python {python}: it is not a Python 3.", "python");
        return new WheelTags(interpreter, (int)minor, [.. platforms]);
    }

    /// <summary>How well a wheel fits: 0 best, the larger the worse; null where it does not fit.</summary>
    public int? RankOf(WheelFileName wheel)
    {
        ArgumentNullException.ThrowIfNull(wheel);
        return wheel.Tags.Min(tag => _ranks.TryGetValue(tag, out var rank) ? rank : (int?)null);
    }

    /// <summary>Whether a wheel fits.</summary>
    public bool Fits(WheelFileName wheel) => RankOf(wheel) is not null;

    /// <summary>
    /// The wheel to take of several of one version: the best that fits, of equals the latest build; with why not even it fits, in words
    /// that follow its name.
    /// </summary>
    /// <param name="wheels">One at least.</param>
    public (WheelFileName Wheel, Sentence? Unfit) Choose(IEnumerable<WheelFileName> wheels)
    {
        var best = wheels.OrderBy(wheel => RankOf(wheel) ?? int.MaxValue).ThenByDescending(wheel => wheel.Build ?? new WheelBuild(-1, "")).First();
        return (best, Refuse(best));
    }

    /// <summary>Says why a wheel does not fit, in words that follow its name; null where it fits.</summary>
    public Sentence? Refuse(WheelFileName wheel)
    {
        if (Fits(wheel)) return null;
        var onPlatform = wheel.Tags.Where(tag => tag.Platform == "any" || _platforms.Contains(tag.Platform, StringComparer.Ordinal)).ToList();
        if (onPlatform.Count == 0)
            return $"is built for {List(wheel.Tags.Select(tag => tag.Platform))}; {_interpreter} takes {List(_platforms)}";
        var forPython = onPlatform.FindAll(IsForPython);
        if (forPython.Count == 0)
            return $"is built for the Python tag {List(onPlatform.Select(tag => tag.Python))}; {_interpreter} is CPython 3.{_minor}";
        return $"needs the ABI {List(forPython.Select(tag => tag.Abi))} on {List(forPython.Select(tag => tag.Platform))}, which {_interpreter} does not have";
    }

    // The order of the list for CPython 3.3 in "Use"; the stable ABI of older versions stands where installers put it, after that of
    // this version.
    private IEnumerable<WheelTag> Order()
    {
        var (own, any) = ($"cp3{_minor}", "any");
        var generic = Enumerable.Range(0, _minor).Reverse().Select(minor => $"py3{minor}").Prepend("py3").Prepend($"py3{_minor}").ToList();
        foreach (var platform in _platforms)
        {
            yield return new(own, own, platform);
            yield return new(own, "abi3", platform);
            yield return new("cp3", "abi3", platform);
            yield return new(own, "none", platform);
            yield return new("cp3", "none", platform);
            for (var minor = _minor - 1; minor >= FirstStableMinor; minor--) yield return new($"cp3{minor}", "abi3", platform);
            foreach (var python in generic) yield return new(python, "none", platform);
        }
        yield return new(own, "none", any);
        yield return new("cp3", "none", any);
        foreach (var python in generic) yield return new(python, "none", any);
    }

    // Whether the Python tag alone is no obstacle.
    private bool IsForPython(WheelTag tag) => tag.Python == "cp3" || tag.Python == $"cp3{_minor}" || tag.Python == "py3"
        || tag.Python.StartsWith("py3", StringComparison.Ordinal) && IsNotLater(tag.Python.AsSpan(3))
        || tag is { Abi: "abi3" } && tag.Python.StartsWith("cp3", StringComparison.Ordinal) && IsNotLater(tag.Python.AsSpan(3));

    private bool IsNotLater(ReadOnlySpan<char> minor) =>
        BigInteger.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= _minor;

    // A wheel may name more than anybody reads.
    private static string List(IEnumerable<string> tags)
    {
        var distinct = tags.Distinct(StringComparer.Ordinal).ToList();
        return string.Join(", ", distinct.Take(3)) + (distinct.Count > 3 ? " …" : "");
    }
}
