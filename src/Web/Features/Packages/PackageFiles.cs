using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <summary>What the index holds, for its administrators.</summary>
/// <param name="Files">The newest first, <see cref="ListPackageFiles.Most"/> at most.</param>
/// <param name="Count">How many there are in all.</param>
/// <param name="Length">What they have together, in bytes.</param>
/// <param name="Quarantined">Files that came with other bytes than those that are held, newest first.</param>
sealed record HeldPackageFiles(IReadOnlyList<HeldPackageFile> Files, int Count, long Length, IReadOnlyList<QuarantinedFile> Quarantined);

/// <param name="IsNeeded">Whether the lock of a page needs it, so that it cannot be removed.</param>
sealed record HeldPackageFile(
    string FileName, string Sha256, string Package, string Version, long Length, PackageFileOrigin Origin, string Source, string? Pyodide, DateTimeOffset AddedAt, string? Yanked, bool IsNeeded);

/// <summary>Lists what the index holds.</summary>
/// <param name="Words">A part of file names; null for all.</param>
sealed record ListPackageFiles(string? Words) : IRequest<Result<HeldPackageFiles>>
{
    public const int Most = 200;
}

sealed class ListPackageFilesHandler(HubDb db, CurrentUser user) : IRequestHandler<ListPackageFiles, Result<HeldPackageFiles>>
{
    private const int MostQuarantined = 100;

    public async Task<Result<HeldPackageFiles>> Handle(ListPackageFiles command, CancellationToken ct)
    {
        if (!user.IsAdministrator) return PackageReport.NoAdministrator;
        var files = db.PackageFiles.AsNoTracking();
        if (command.Words?.Trim() is { Length: > 0 } words)
        {
            var part = $"%{words.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
            files = files.Where(file => EF.Functions.ILike(file.FileName, part, @"\") || EF.Functions.ILike(file.Package, part, @"\"));
        }
        var sum = await files.GroupBy(_ => 1).Select(all => new { Count = all.Count(), Length = all.Sum(file => file.Length) }).SingleOrDefaultAsync(ct);
        var shown = await files.OrderByDescending(file => file.AddedAt).ThenBy(file => file.FileName).Take(ListPackageFiles.Most)
            .Select(file => new { File = file, IsNeeded = db.PackageLockBlobs.Any(row => row.Hash == file.Hash) }).ToListAsync(ct);
        return new HeldPackageFiles(
            shown.ConvertAll(row => new HeldPackageFile(
                row.File.FileName, row.File.Hash.ToString(), row.File.Package, row.File.Version, row.File.Length, row.File.Origin, row.File.Source, row.File.Pyodide, row.File.AddedAt,
                row.File.Yanked, row.IsNeeded)),
            sum?.Count ?? 0, sum?.Length ?? 0,
            await db.QuarantinedFiles.AsNoTracking().OrderByDescending(file => file.At).Take(MostQuarantined).ToListAsync(ct));
    }
}

/// <summary>Takes a file out of use (PEP 592), or back into it: locks that have it keep it.</summary>
/// <param name="Reason">Empty for none; null takes it back into use.</param>
sealed record YankPackageFile(string FileName, string Sha256, string? Reason) : IRequest<Result<Done>>;

sealed class YankPackageFileHandler(HeldFiles held, CurrentUser user) : IRequestHandler<YankPackageFile, Result<Done>>
{
    private const int LongestReason = 1_000;

    public async Task<Result<Done>> Handle(YankPackageFile command, CancellationToken ct)
    {
        if (!user.IsAdministrator) return PackageReport.NoAdministrator;
        if (command.Reason?.Length > LongestReason) return Error.Field("reason", $"Use at most {LongestReason} characters.");
        return RemovePackageFile.HashOf(command.Sha256) is { } hash ? await held.YankAsync(command.FileName, hash, command.Reason?.Trim(), ct) : new Error.NotFound("file");
    }
}

/// <summary>Takes a file out of the index for good.</summary>
sealed record RemovePackageFile(string FileName, string Sha256) : IRequest<Result<Done>>
{
    public static BlobHash? HashOf(string sha256) => sha256.Length == 2 * BlobHash.Length && sha256.All(char.IsAsciiHexDigit) ? BlobHash.FromHex(sha256) : null;
}

sealed class RemovePackageFileHandler(HeldFiles held, CurrentUser user) : IRequestHandler<RemovePackageFile, Result<Done>>
{
    public async Task<Result<Done>> Handle(RemovePackageFile command, CancellationToken ct)
    {
        if (!user.IsAdministrator) return PackageReport.NoAdministrator;
        return RemovePackageFile.HashOf(command.Sha256) is { } hash ? await held.RemoveAsync(command.FileName, hash, ct) : new Error.NotFound("file");
    }
}
