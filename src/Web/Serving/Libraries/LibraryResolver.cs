using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Serving.Libraries;

/// <summary>What an address was resolved to.</summary>
/// <param name="Hold">The package; null where the address stays what it is.</param>
/// <param name="Path">What in it stands for the address: a file, a module that was made, or a folder with a slash at its end.</param>
/// <param name="Problem">Why it stays; null where it does not.</param>
public sealed record LibraryPin(string Address, NpmHold? Hold, string? Path, Sentence? Problem);

/// <summary>Finds what stands for an address of a library.</summary>
public sealed class LibraryResolver(LibraryShelf shelf, NpmStock stock, LibraryModules modules, BlobReader blobs)
{
    /// <summary>Resolves an address; whatever goes wrong is its problem and nobody else's.</summary>
    public async Task<LibraryPin> ResolveAsync(string address, CancellationToken ct)
    {
        var found = LibraryAddress.Parse(address) is { } library ? await FindAsync(library, ct) : new Error.Invalid("no_library", "It is no address of an npm package.");
        return found.IsOk ? new LibraryPin(address, found.Value.Hold, found.Value.Path, null) : new LibraryPin(address, null, null, found.Error.Sentence);
    }

    private async Task<Result<(NpmHold Hold, string Path)>> FindAsync(LibraryAddress address, CancellationToken ct)
    {
        if (address.Refusal is { } refusal) return new Error.Invalid("refused", refusal);
        var picked = await shelf.PickAsync(address.Name, address.Range, ct);
        if (!picked.IsOk) return picked.Error;
        var hold = picked.Value;
        if (address.Form is LibraryForm.Module)
        {
            var made = await modules.EnsureAsync(hold, address.Path, ct);
            return made.IsOk ? (hold, made.Value) : made.Error;
        }
        var files = await stock.FilesAsync(hold, ct);
        if (address.IsFolder)
        {
            var isThere = address.Path == "/" || files.Keys.Any(file => file.StartsWith(address.Path, StringComparison.Ordinal));
            return isThere ? (hold, address.Path) : Lacks(hold, address.Path);
        }
        var candidates = address.Path.Length == 0 ? await EntriesAsync(hold, address.Form, ct) : Candidates(address.Path);
        return candidates.FirstOrDefault(path => files.ContainsKey(path) && !LibraryModules.IsModule(path)) is { } file ? (hold, file) : Lacks(hold, address.Path);
    }

    private async Task<IEnumerable<string>> EntriesAsync(NpmHold hold, LibraryForm form, CancellationToken ct)
    {
        if (!(await stock.FilesAsync(hold, ct)).TryGetValue("package.json", out var hash)) return [];
        var json = await blobs.ReadAsync(hash, ct);
        if (!json.IsOk || NpmDescription.Read(json.Value) is not { } description) return [];
        // jsdelivr.com, "default file"; unpkg.com, "examples": each knows a field of its own first.
        return form is LibraryForm.Jsdelivr ? description.Entries("jsdelivr", "browser", "main", "style") : description.Entries("unpkg", "browser", "main", "style");
    }

    // jsdelivr makes what is asked for minified and is not there; unpkg leads to the file that is meant.
    private static IEnumerable<string> Candidates(string path) =>
    [
        path, path.Replace(".min.js", ".js", StringComparison.Ordinal).Replace(".min.css", ".css", StringComparison.Ordinal),
        path + ".js", path + ".mjs", path + "/index.js",
    ];

    private static Error.Invalid Lacks(NpmHold hold, string path) =>
        path.Length == 0 ? new("no_file", $"{hold} says of no file that it is what the package mainly is.") : new("no_file", $"{hold} has no {path}.");
}
