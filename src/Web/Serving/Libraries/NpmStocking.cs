using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>What was added.</summary>
/// <param name="Needed">The packages that it needs, and those that they need, all held now.</param>
/// <param name="Missing">Those that are not, each with the reason.</param>
public sealed record StockedPackage(NpmHold Hold, IReadOnlyList<NpmHold> Needed, IReadOnlyList<string> Missing);

/// <summary>Adds packages that an administrator names.</summary>
public sealed class NpmStocking(NpmStock stock, LibraryShelf shelf, IBlobStore blobs)
{
    private const long LargestArchive = 64L * 1024 * 1024;
    private const int MostPackages = 300;

    /// <summary>Adds <c>name@range</c> from the shelf's registry, or an archive. Errors: those of <see cref="LibraryShelf.PickAsync"/> and <see cref="NpmStock.AddAsync"/>.</summary>
    public async Task<Result<StockedPackage>> AddAsync(string package, bool withNeeds, CancellationToken ct)
    {
        var added = IsArchive(package) ? await AddArchiveAsync(package, ct) : await AddNamedAsync(package, ct);
        if (!added.IsOk) return added.Error;
        var needed = new List<NpmHold>();
        var missing = new List<string>();
        if (withNeeds) await AddNeedsAsync(added.Value, needed, missing, ct);
        return new StockedPackage(added.Value, needed, missing);
    }

    private static bool IsArchive(string package) =>
        package.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || package.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase);

    private async Task<Result<NpmHold>> AddArchiveAsync(string path, CancellationToken ct)
    {
        var file = new FileInfo(path);
        if (!file.Exists) return new Error.Invalid("no_file", $"There is no file {path}.");
        if (file.Length > LargestArchive) return new Error.TooLarge(path, LargestArchive, file.Length);
        return await stock.AddAsync(await File.ReadAllBytesAsync(path, ct), expected: null, file.Name, ct);
    }

    private Task<Result<NpmHold>> AddNamedAsync(string package, CancellationToken ct)
    {
        var at = package.IndexOf('@', 1);
        return shelf.PickAsync(at < 0 ? package : package[..at], at < 0 ? "" : package[(at + 1)..], ct);
    }

    private async Task AddNeedsAsync(NpmHold root, List<NpmHold> needed, List<string> missing, CancellationToken ct)
    {
        var seen = new HashSet<NpmHold> { root };
        var waiting = new Queue<NpmHold>([root]);
        while (waiting.TryDequeue(out var hold) && seen.Count < MostPackages)
        {
            if (!(await stock.FilesAsync(hold, ct)).TryGetValue("package.json", out var hash) || await blobs.FindAsync(hash, ct) is not { } json
                || NpmDescription.Read(json) is not { } description) continue;
            foreach (var (name, range) in description.Needs)
            {
                var picked = await shelf.PickAsync(name, range, ct);
                if (!picked.IsOk) missing.Add($"{name}@{range}: {picked.Error.Message}");
                else if (seen.Add(picked.Value))
                {
                    needed.Add(picked.Value);
                    waiting.Enqueue(picked.Value);
                }
            }
        }
    }
}
