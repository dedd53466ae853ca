using System.Collections.Immutable;

namespace PyScriptHub.Runtime.Assets.Catalog;

/// <summary>A release that PyScript has made, held by this hub or not.</summary>
/// <param name="Name">The calendar tag.</param>
/// <param name="Core">The npm version of <c>@pyscript/core</c>.</param>
/// <param name="Pyodide">What its core names; null where the core could not be read.</param>
/// <param name="Micropython">What its core names; null where the core could not be read.</param>
public sealed record KnownRelease(string Name, string Core, string? Pyodide, string? Micropython);

/// <summary>
/// Every tag of PyScript since 2023.11.1 with its core, oldest first: calendar tags and npm numbers are not one-to-one, so
/// the list is read from <c>pyscript-releases.csv</c> (made from the project's tags).
/// </summary>
public static class KnownReleases
{
    /// <summary>All of them, oldest first.</summary>
    public static ImmutableArray<KnownRelease> All { get; } = Read();

    /// <summary>The release of this tag, or null.</summary>
    public static KnownRelease? Find(string name) =>
        All.FirstOrDefault(release => string.Equals(release.Name, name, StringComparison.Ordinal));

    private static ImmutableArray<KnownRelease> Read()
    {
        using var stream = typeof(KnownReleases).Assembly.GetManifestResourceStream("pyscript-releases.csv")
            ?? throw new InvalidOperationException("pyscript-releases.csv is not embedded.");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Skip(1)
            .Select(line => line.Split(','))
            .Select(cells => new KnownRelease(cells[0], cells[1], OrNull(cells[2]), OrNull(cells[3])))];
    }

    private static string? OrNull(string cell) => cell.Length == 0 ? null : cell;
}
