using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PyScriptHub.Domain.Packages;

/// <summary>Where the file of a locked package is from.</summary>
public enum LockedFrom
{
    /// <summary>A wheel among the project's own files.</summary>
    Project,

    /// <summary>The hub's index.</summary>
    Hub,

    /// <summary>The lock of the Pyodide release.</summary>
    Release,

    /// <summary>An upstream index; the hub keeps the file since.</summary>
    Upstream,
}

/// <summary>One file that a page loads.</summary>
/// <param name="Name">The normal form of the name, which is its key in the lock of Pyodide.</param>
/// <param name="Version">As its source writes it.</param>
/// <param name="Sha256">In lower-case hexadecimal digits.</param>
/// <param name="Depends">The names of what it needs here.</param>
/// <param name="Imports">The names that it gives to <c>import</c>.</param>
public sealed record LockedPackage(
    string Name, string Version, string FileName, string Sha256, LockedFrom From, ImmutableArray<string> Depends, ImmutableArray<string> Imports)
{
    /// <summary>In bytes; null where a release's lock does not say.</summary>
    public long? Length { get; init; }

    /// <summary>Pyodide's own word for where it is installed: <c>site</c>, or <c>dynlib</c> for shared libraries of older releases.</summary>
    public string InstallDir { get; init; } = "site";

    /// <summary>Pyodide's own word for what it is: <c>package</c>, <c>cpython_module</c>, <c>shared_library</c> …</summary>
    public string PackageType { get; init; } = "package";
}

/// <summary>What keeps an entry of a config from being locked.</summary>
/// <param name="Entry">The entry as the config writes it.</param>
/// <param name="Code">A stable word, that of the error.</param>
/// <param name="Message">What is said to people: what is missing, where it was looked for, what to do.</param>
public sealed record LockProblem(string Entry, string Code, string Message);

/// <summary>Exactly which files a page loads in one runtime release, as it is kept and hashed.</summary>
/// <param name="Pyodide">The version of Pyodide that it is for.</param>
/// <param name="Entries">What the configs list → the locked name that stands for it.</param>
/// <param name="Packages">Dependencies before what needs them.</param>
/// <param name="Missing">What the page is told instead of a package that it cannot have: name → sentence.</param>
public sealed record LockDocument(
    string Release, string Pyodide, ImmutableSortedDictionary<string, string> Entries, ImmutableArray<LockedPackage> Packages, ImmutableSortedDictionary<string, string> Missing)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The document as JSON, the same for the same content.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>The SHA-256 of <see cref="ToJson"/>, in hexadecimal digits.</summary>
    public static string IdOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static LockDocument FromJson(string json) => JsonSerializer.Deserialize<LockDocument>(json, s_json)!;

    /// <summary>The names that belong to some entries: they themselves and all that they need.</summary>
    public IReadOnlyList<string> Closure(IEnumerable<string> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var byName = Packages.ToDictionary(package => package.Name, StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(entries.Select(entry => Entries.GetValueOrDefault(entry)).OfType<string>());
        while (next.TryPop(out var name))
        {
            if (!reached.Add(name) || !byName.TryGetValue(name, out var package)) continue;
            foreach (var dependency in package.Depends) next.Push(dependency);
        }
        return [.. Packages.Select(package => package.Name).Where(reached.Contains), .. reached.Where(name => !byName.ContainsKey(name)).Order(StringComparer.Ordinal)];
    }
}
