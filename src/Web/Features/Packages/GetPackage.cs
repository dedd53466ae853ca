using System.Text.Json;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>A fact on a package.</summary>
/// <param name="RuntimeRelease">The release that it was found in; null where its source names none.</param>
public sealed record PackageEvidenceEntry(
    EvidenceKind Kind, string Source, Interpreter Interpreter, string? RuntimeRelease, string? Version, PackageStatus Outcome, DateTimeOffset At, string? Detail);

/// <summary>The status of a package in one interpreter of one release, with the fact that it rests on and one that says otherwise.</summary>
public sealed record PackageStandingEntry(
    Interpreter Interpreter, string RuntimeRelease, PackageStatus Status, string? Version, PackageEvidenceEntry? Deciding, PackageEvidenceEntry? Against);

/// <summary>A package with all that is known of it.</summary>
/// <param name="Imports">The names that it gives to <c>import</c>.</param>
/// <param name="IsBundled">Whether it comes with an interpreter, so that no config lists it.</param>
/// <param name="Depends">What it brings with it in the default release, by its lock.</param>
/// <param name="Size">The size of its file that this hub holds for the default release, in bytes; null where it holds none.</param>
/// <param name="Instead">What to use in MicroPython where it is not there; null where nothing is known.</param>
/// <param name="Projects">Public projects that use it, a few.</param>
public sealed record PackageDetails(
    string Name, string DisplayName, string? Summary, IReadOnlyList<string> Imports, bool IsBundled, IReadOnlyList<PackageStandingEntry> Statuses,
    IReadOnlyList<PackageEvidenceEntry> Evidence, IReadOnlyList<string> Depends, long? Size, string? Instead, IReadOnlyList<PackageUse> Projects)
{
    /// <summary>The standing in an interpreter of a release.</summary>
    public PackageStandingEntry StatusIn(Interpreter interpreter, string release) =>
        Statuses.First(entry => entry.Interpreter == interpreter && entry.RuntimeRelease == release);
}

/// <summary>A public project that uses a package.</summary>
public sealed record PackageUse(string Name, string Owner, string Slug);

/// <summary>All that is known of a package. A name in another spelling finds it too.</summary>
sealed record GetPackage(string Name) : IRequest<Result<PackageDetails>>;

sealed class GetPackageHandler(HubDb db, RuntimeCatalog runtime) : IRequestHandler<GetPackage, Result<PackageDetails>>
{
    private const int MostEvidence = 500;
    private const int MostProjects = 12;

    public async Task<Result<PackageDetails>> Handle(GetPackage command, CancellationToken ct)
    {
        var key = PackageName.NormalForm(command.Name);
        if (key.Length > PackageName.MaximumLength || await db.Packages.AsNoTracking().SingleOrDefaultAsync(package => package.Name == key, ct) is not { } package)
            return new Error.NotFound("package");
        var rows = await db.PackageEvidence.AsNoTracking().Where(entry => entry.Package == key && entry.Review == EvidenceReview.Accepted)
            .OrderByDescending(entry => entry.At).ThenBy(entry => entry.Id).Take(MostEvidence).ToListAsync(ct);
        var facts = rows.ConvertAll(row => row.Fact);
        var modules = await db.PackageModules.Where(row => row.Package == key).Select(row => row.Module).ToListAsync(ct);
        var standings = from interpreter in Interpreters.All from release in runtime.Releases select StandingOf(facts, interpreter, release.Name);
        var instead = MicropythonInstead.Of(package.DisplayName) ?? modules.Select(MicropythonInstead.Of).FirstOrDefault(entry => entry is not null);
        return new PackageDetails(
            package.Name, package.DisplayName, package.Summary, [.. modules.Order(StringComparer.Ordinal)], facts.Exists(fact => fact.Kind is EvidenceKind.Bundled), [.. standings],
            facts.ConvertAll(Entry), Depends(rows), await SizeAsync(key, ct), instead is null ? null : Languages.Current == "de" ? instead.German : instead.Text,
            await ProjectsAsync([key, .. modules], ct));
    }

    private static PackageStandingEntry StandingOf(List<PackageEvidence> facts, Interpreter interpreter, string release)
    {
        var standing = PackageStanding.Of(facts, interpreter, release);
        // What decides may name no version; what the lock has is what a page gets.
        var version = standing.Deciding?.Version
            ?? facts.Find(fact => fact.Interpreter == interpreter && fact.Release == release && fact is { Kind: EvidenceKind.Lock, Version: not null })?.Version;
        return new(interpreter, release, standing.Status, version, standing.Deciding is { } deciding ? Entry(deciding) : null, standing.Against is { } against ? Entry(against) : null);
    }

    private static PackageEvidenceEntry Entry(PackageEvidence fact) =>
        new(fact.Kind, fact.Source, fact.Interpreter, fact.Release, fact.Version, fact.Outcome, fact.At, fact.Detail);

    private List<string> Depends(List<EvidenceEntry> rows)
    {
        var row = rows.Find(row => row is { Kind: EvidenceKind.Lock, Payload: not null } && row.Release == runtime.Default.Name) ?? rows.Find(row => row is { Kind: EvidenceKind.Lock, Payload: not null });
        if (row is null) return [];
        using var payload = JsonDocument.Parse(row.Payload!);
        return payload.RootElement.TryGetProperty("depends", out var depends) && depends.ValueKind is JsonValueKind.Array
            ? [.. depends.EnumerateArray().Select(name => name.GetString()).OfType<string>()]
            : [];
    }

    private async Task<long?> SizeAsync(string key, CancellationToken ct) =>
        await db.PackageFiles.Where(file => file.Package == key && (file.Pyodide == null || file.Pyodide == runtime.Default.Pyodide))
            .OrderByDescending(file => file.AddedAt).Select(file => (long?)file.Length).FirstOrDefaultAsync(ct);

    // What passing runs of public publications say that they used.
    private async Task<IReadOnlyList<PackageUse>> ProjectsAsync(string[] names, CancellationToken ct)
    {
        // As the JSON of the evidence writes it.
        var used = await db.Database.SqlQuery<Guid>(
            $"""
            SELECT DISTINCT p.id AS "Value" FROM projects p
            JOIN publications pub ON pub.id = p.publication_id
            JOIN smoke_runs r ON r.project_id = p.id AND r.revision_number = pub.revision_number AND r.outcome = 'Passed'
            WHERE p.visibility = 'Public' AND p.deleted_at IS NULL AND p.taken_down_at IS NULL
              AND (r.evidence -> 'Packages' ?| {names} OR r.evidence -> 'Modules' ?| {names})
            LIMIT {MostProjects}
            """).ToListAsync(ct);
        var ids = used.ConvertAll(id => new ProjectId(id));
        return await db.Projects.ListedForAll().Where(project => ids.Contains(project.Id)).OrderBy(project => project.Name)
            .Select(project => new PackageUse(project.Name, db.Users.Where(user => user.Id == project.OwnerId).Select(user => user.UserName!).First(), project.Slug)).ToListAsync(ct);
    }
}
