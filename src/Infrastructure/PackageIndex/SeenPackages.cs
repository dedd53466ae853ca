using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>
/// Counts what a page imported whose run passed: modules that came from the interpreter, or from a package of the release's lock that its config
/// asks for; each once for an owner, release and interpreter. What may have come from the project's own files counts for nothing.
/// </summary>
public sealed class SeenPackages(HubDb db, EvidenceLog log)
{
    // Configs have a few hundred bytes; a page that is larger than this is taken to name anything.
    private const int LargestConfig = 200_000;
    private const int MostConfigs = 100;

    private static readonly string[] s_archives = [".whl", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz"];
    private static readonly string[] s_configs = [".toml", ".json", ".html", ".htm"];

    /// <summary>Keeps what a run showed. Answers how many facts were new.</summary>
    public async Task<int> AddAsync(SmokeRun run, SmokeResult result, DateTimeOffset at, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(result);
        if (result.Outcome is not SmokeOutcome.Passed || result.Evidence.Modules.Count == 0) return 0;
        var modules = result.Evidence.Modules.ToList();
        var known = await db.PackageEvidence.AsNoTracking()
            .Where(entry => entry.Interpreter == run.Interpreter && entry.Release == run.Release && entry.Review == EvidenceReview.Accepted && entry.Outcome != PackageStatus.Fails
                && (entry.Kind == EvidenceKind.Bundled || entry.Kind == EvidenceKind.Lock))
            .Join(db.PackageModules.Where(row => modules.Contains(row.Module)), entry => entry.Package, row => row.Package, (entry, row) => new { entry.Package, entry.Kind, row.Module })
            .Join(db.Packages, row => row.Package, package => package.Name, (row, package) => new { row.Package, row.Kind, row.Module, package.DisplayName }).ToListAsync(ct);
        if (known.Count == 0) return 0;
        var locked = await LockedAsync(run, result.Evidence.Packages, ct);
        // A module within another, asyncio.events, is a package by itself: of those a run says nothing.
        var seen = known.FindAll(row => row.Kind is EvidenceKind.Bundled ? row.DisplayName == row.Module : locked.Contains(row.Package));
        var own = await OwnAsync(run, [.. seen.Select(row => row.Module).Distinct(StringComparer.Ordinal)], ct);
        if (await db.Projects.Where(project => project.Id == run.ProjectId).Select(project => (Guid?)project.OwnerId).SingleOrDefaultAsync(ct) is not { } owner) return 0;
        return await log.AddAsync(
            [.. seen.Where(row => !own.Contains(row.Module)).Select(row => row.Package).Distinct(StringComparer.Ordinal).Select(package => new PackageFacts(
                package,
                [EvidenceEntry.Of(
                    package, new PackageEvidence(EvidenceKind.Seen, "a project of this hub", run.Interpreter, run.Release, null, PackageStatus.Works, at, null),
                    once: owner.ToString("N"), person: owner)]))], ct);
    }

    // What the configs ask for, and what that brings with it by the release's lock.
    private async Task<HashSet<string>> LockedAsync(SmokeRun run, IReadOnlyList<string> packages, CancellationToken ct)
    {
        var asked = packages.Select(Requirement.Parse).Where(requirement => requirement.IsOk && requirement.Value.Url is null).Select(requirement => requirement.Value!.Name.Key).ToList();
        if (asked.Count == 0) return [];
        var depends = (await db.PackageEvidence.AsNoTracking()
            .Where(entry => entry.Kind == EvidenceKind.Lock && entry.Interpreter == run.Interpreter && entry.Release == run.Release && entry.Payload != null)
            .Select(entry => new { entry.Package, entry.Payload }).ToListAsync(ct))
            .GroupBy(row => row.Package, StringComparer.Ordinal).ToDictionary(rows => rows.Key, rows => LockPayload.Read(rows.First().Payload!).Depends, StringComparer.Ordinal);
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var next = new Stack<string>(asked);
        while (next.TryPop(out var package))
        {
            if (!depends.TryGetValue(package, out var needed) || !reached.Add(package)) continue;
            foreach (var need in needed) next.Push(need);
        }
        return reached;
    }

    // An archive may hold anything, and a config gives files any name: where one could be the module, it counts as the project's own.
    private async Task<HashSet<string>> OwnAsync(SmokeRun run, IReadOnlyList<string> modules, CancellationToken ct)
    {
        var manifest = await db.Revisions.AsNoTracking().Where(revision => revision.ProjectId == run.ProjectId && revision.Number == run.RevisionNumber).Select(revision => revision.Manifest).SingleOrDefaultAsync(ct);
        if (manifest is null) return [.. modules];
        var paths = manifest.Files.Keys.Select(path => path.Value).ToList();
        var configs = manifest.Files.Where(file => HasExtension(file.Key.Value, s_configs)).ToList();
        if (paths.Exists(path => HasExtension(path, s_archives)) || configs.Count > MostConfigs || configs.Exists(file => file.Value.Length > LargestConfig)) return [.. modules];
        var hashes = configs.ConvertAll(file => file.Value.Hash);
        var contents = await db.Blobs.AsNoTracking().Where(blob => hashes.Contains(blob.Hash)).Select(blob => blob.Content).ToListAsync(ct);
        if (contents.Contains(null)) return [.. modules];
        var texts = contents.ConvertAll(content => Encoding.UTF8.GetString(content!));
        return [.. modules.Where(module => paths.Exists(path => IsNamed(path, module)) || texts.Exists(text => IsNamedIn(text, module)))];
    }

    private static bool HasExtension(string path, string[] extensions) => Array.Exists(extensions, extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase));

    private static bool IsNamed(string path, string module) =>
        path.Split('/').Any(part => part == module || part.StartsWith(module + ".", StringComparison.Ordinal));

    private static bool IsNamedIn(string text, string module) =>
        Regex.IsMatch(text, $@"(?<![\w.]){Regex.Escape(module)}(\.(py|pyc|mpy|so)\b|/)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
}
