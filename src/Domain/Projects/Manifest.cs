using System.Collections.Immutable;
using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Projects;

/// <summary>One file of a revision.</summary>
/// <param name="Hash">Where its bytes are.</param>
/// <param name="Length">Length in bytes.</param>
public readonly record struct ManifestEntry(BlobHash Hash, long Length);

/// <summary>What a revision holds: path → blob, ordered by path. Immutable, equal by value.</summary>
public sealed class Manifest : IEquatable<Manifest>
{
    private readonly ImmutableSortedDictionary<FilePath, ManifestEntry> _entries;

    private Manifest(ImmutableSortedDictionary<FilePath, ManifestEntry> entries) => _entries = entries;

    public static Manifest Empty { get; } = new(ImmutableSortedDictionary<FilePath, ManifestEntry>.Empty);

    /// <summary>Files in the order of their paths.</summary>
    public IReadOnlyDictionary<FilePath, ManifestEntry> Files => _entries;

    /// <summary>The sum of all lengths, in bytes.</summary>
    public long TotalBytes => _entries.Values.Sum(entry => entry.Length);

    /// <summary>The distinct blobs that the files have.</summary>
    public IEnumerable<BlobHash> Hashes => _entries.Values.Select(entry => entry.Hash).Distinct();

    /// <summary>The page that <c>/</c> leads to: <c>index.html</c> at the root, else the first HTML file by path, else null.</summary>
    public string? StartPage
    {
        get
        {
            if (Find("index.html") is not null) return "index.html";
            return _entries.Keys.Select(path => path.Value).FirstOrDefault(IsHtml);
        }
    }

    /// <summary>All HTML pages, the start page first, then by path.</summary>
    public IEnumerable<string> Pages
    {
        get
        {
            var start = StartPage;
            return start is null ? [] : _entries.Keys.Select(path => path.Value).Where(path => IsHtml(path) && path != start).Prepend(start);
        }
    }

    /// <summary>Whether a path names an HTML page.</summary>
    public static bool IsHtml(string path) =>
        path.EndsWith(".html", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".htm", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes entries that were checked before they were stored.</summary>
    public static Manifest FromStored(IEnumerable<KeyValuePair<FilePath, ManifestEntry>> entries) =>
        new(entries.ToImmutableSortedDictionary());

    /// <summary>The file at a path, or null.</summary>
    public ManifestEntry? Find(string path) =>
        _entries.TryGetValue(FilePath.FromStored(path), out var entry) ? entry : null;

    /// <summary>
    /// The manifest with files taken away and put in. Errors: <c>duplicate_path</c> (two that differ by case alone, or a file
    /// where a folder is), <see cref="Error.TooLarge"/> by count, by length of a file and in all.
    /// </summary>
    public Result<Manifest> With(
        IEnumerable<FilePath> deleted, IEnumerable<KeyValuePair<FilePath, ManifestEntry>> written, ProjectLimits limits)
    {
        var entries = _entries.RemoveRange(deleted).SetItems(written);
        if (entries.Count > limits.Files) return new Error.TooLarge("The number of files", limits.Files, entries.Count);
        if (entries.FirstOrDefault(e => e.Value.Length > limits.FileBytes) is { Key.Value: not null } large)
            return new Error.TooLarge($"The file '{large.Key}'", limits.FileBytes, large.Value.Length);
        var next = new Manifest(entries);
        if (next.TotalBytes > limits.ProjectBytes) return new Error.TooLarge("The project", limits.ProjectBytes, next.TotalBytes);
        return next.RefuseClash() is { } clash ? clash : next;
    }

    /// <summary>The manifest with a change that was checked before it was stored.</summary>
    public Manifest WithStored(ManifestChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return new(_entries.RemoveRange(change.Deleted).SetItems(change.Written._entries));
    }

    public bool Equals(Manifest? other) => other is not null && (ReferenceEquals(this, other) || _entries.SequenceEqual(other._entries));

    public override bool Equals(object? obj) => Equals(obj as Manifest);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (path, entry) in _entries)
        {
            hash.Add(path);
            hash.Add(entry);
        }
        return hash.ToHashCode();
    }

    private Error.Invalid? RefuseClash()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in _entries.Keys)
        {
            // Folders count too: `A/x` and `a/y` are one folder on Windows and macOS, and `a` beside `a/x` is none anywhere.
            for (var end = path.Value.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.Value.IndexOf('/', end + 1))
            {
                var folder = path.Value[..(end + 1)];
                if (!names.TryAdd(folder.ToUpperInvariant(), folder) && names[folder.ToUpperInvariant()] != folder)
                    return Clash(path.Value, names[folder.ToUpperInvariant()]);
                if (names.TryGetValue(folder[..^1].ToUpperInvariant(), out var file)) return Clash(path.Value, file);
            }
            if (!names.TryAdd(path.CaseKey, path.Value)) return Clash(path.Value, names[path.CaseKey]);
            if (names.TryGetValue(path.CaseKey + "/", out var sameFolder)) return Clash(path.Value, sameFolder);
        }
        return null;
    }

    private static Error.Invalid Clash(string path, string other) =>
        new("duplicate_path", $"'{path}' and '{other}' are one name on many computers. Rename one of them.");
}
