using MediatR;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>Looks packages up.</summary>
/// <param name="Words">A name in any spelling, what it is imported as, or a part; null lists all.</param>
/// <param name="Interpreter"><c>pyodide</c> or <c>micropython</c>; null for both.</param>
/// <param name="Release">The tag of a release of this hub; null for all.</param>
/// <param name="Status"><c>works</c>, <c>partly</c>, <c>fails</c> or <c>unknown</c>; null for all.</param>
/// <param name="Cursor">Where a list of all goes on: the last name before.</param>
sealed record FindPackages(string? Words, string? Interpreter, string? Release, string? Status, int Limit, string? Cursor) : IRequest<Result<PackageList>>;

/// <summary>What was found.</summary>
/// <param name="NextCursor">What to send as <c>cursor</c> for more; null on the last page, and where words were looked for.</param>
/// <param name="IsNearMiss">Whether nothing has these letters, and these are names like them.</param>
public sealed record PackageList(IReadOnlyList<PackageSummary> Items, string? NextCursor, bool IsNearMiss);

sealed class FindPackagesHandler(HubDb db, PackageSearch search, RuntimeCatalog runtime) : IRequestHandler<FindPackages, Result<PackageList>>
{
    public async Task<Result<PackageList>> Handle(FindPackages command, CancellationToken ct)
    {
        var filter = Read(command);
        if (!filter.IsOk) return filter.Error;
        if (!string.IsNullOrWhiteSpace(command.Words))
        {
            var found = await search.FindAsync(command.Words, filter.Value, command.Limit, ct);
            return new PackageList(await db.ReadAsync(found.Names, runtime, ct), null, found.IsNearMiss);
        }
        var names = await search.ListAsync(filter.Value, string.IsNullOrEmpty(command.Cursor) ? null : command.Cursor, command.Limit + 1, ct);
        var shown = names.Take(command.Limit).ToList();
        return new PackageList(await db.ReadAsync(shown, runtime, ct), names.Count > command.Limit ? shown[^1] : null, IsNearMiss: false);
    }

    private Result<PackageFilter> Read(FindPackages command)
    {
        var interpreter = Interpreters.Find(command.Interpreter);
        if (interpreter is null && !string.IsNullOrEmpty(command.Interpreter)) return Error.Field("interpreter", "Send pyodide or micropython, or nothing for both.");
        var release = string.IsNullOrEmpty(command.Release) ? null : runtime.Releases.FirstOrDefault(held => held.Name == command.Release)?.Name;
        if (release is null && !string.IsNullOrEmpty(command.Release)) return Error.Field("release", $"This hub does not hold the release '{command.Release}'.");
        PackageStatus? status = command.Status switch
        {
            null or "" => null,
            "works" => PackageStatus.Works,
            "partly" => PackageStatus.Partly,
            "fails" => PackageStatus.Fails,
            "unknown" => PackageStatus.Unknown,
            _ => (PackageStatus)(-1),
        };
        if (status is (PackageStatus)(-1)) return Error.Field("status", "Send works, partly, fails or unknown.");
        // A status without a release is asked of the release that pages get, not of whichever has it.
        return new PackageFilter(interpreter, release ?? (status is null ? null : runtime.Default.Name), status);
    }
}
