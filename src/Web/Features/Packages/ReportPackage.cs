using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MediatR;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Features.Packages;

/// <param name="Release">A runtime release of this hub.</param>
/// <param name="Outcome"><c>works</c>, <c>partly</c> or <c>fails</c>.</param>
/// <param name="Note">What was tried and what came of it.</param>
/// <param name="Version">The package's version.</param>
public sealed record ReportPackageRequest(
    Interpreter Interpreter, [Required] string Release, PackageStatus Outcome, [Required, StringLength(ReportPackage.NoteLength)] string Note,
    [StringLength(EvidenceEntry.VersionLength)] string? Version = null);

/// <summary>What a user said of a package.</summary>
/// <param name="Review">Whether an administrator took it.</param>
public sealed record PackageReport(
    string Id, string Package, Interpreter Interpreter, string Release, string? Version, PackageStatus Outcome, string Note, DateTimeOffset At, EvidenceReview Review)
{
    /// <summary>What everybody else is answered who wants to see or to judge reports.</summary>
    internal static Error NoAdministrator { get; } = new Error.Forbidden("This is for the administrators of the hub.");

    internal static PackageReport Of(EvidenceEntry entry) => new(
        entry.Id.ToString("N"), entry.Package, entry.Interpreter, entry.Release ?? "", entry.Version, entry.Outcome, entry.Detail ?? "", entry.At, entry.Review);
}

/// <summary>Says whether a package works. It counts once an administrator has taken it.</summary>
sealed record ReportPackage(string Name, ReportPackageRequest Request) : IRequest<Result<PackageReport>>
{
    public const int NoteLength = 2_000;
    public const int PerHour = 30;
}

sealed class ReportPackageHandler(HubDb db, EvidenceLog log, RuntimeCatalog runtime, RateLimits rates, CurrentUser user, TimeProvider time)
    : IRequestHandler<ReportPackage, Result<PackageReport>>
{
    public async Task<Result<PackageReport>> Handle(ReportPackage command, CancellationToken ct)
    {
        if (user.Id is not { } person) return new Error.Unauthenticated();
        var request = command.Request;
        var key = PackageName.NormalForm(command.Name);
        // Modules of an interpreter are packages too, and some of their names are none of a distribution.
        if (PackageName.Parse(command.Name) is { IsOk: false } bad && (command.Name.Length > PackageName.MaximumLength || !await db.Packages.AnyAsync(package => package.Name == key, ct))) return bad.Error;
        if (request.Outcome is PackageStatus.Unknown) return Error.Field("outcome", "Send works, partly or fails.");
        if (!Enum.IsDefined(request.Interpreter)) return Error.Field("interpreter", "Send pyodide or micropython.");
        if (string.IsNullOrWhiteSpace(request.Note)) return Error.Field("note", "Say in a few words what you tried.");
        if (runtime.Releases.All(release => release.Name != request.Release))
            return Error.Field("release", $"This hub does not hold '{request.Release}'. It holds: {string.Join(", ", runtime.Releases.Select(release => release.Name))}.");
        if (!user.IsAdministrator && await rates.TakeAsync($"report:{person:N}", ReportPackage.PerHour, TimeSpan.FromHours(1), ct) is { } wait) return new Error.TooManyRequests(wait);
        var now = time.GetUtcNow();
        var version = string.IsNullOrWhiteSpace(request.Version) ? null : request.Version.Trim();
        var entry = EvidenceEntry.Of(
            key, new PackageEvidence(EvidenceKind.Report, SourceOf(person, key), request.Interpreter, request.Release, version, request.Outcome, now, request.Note.Trim()),
            once: now.ToString("yyyyMMddHHmm", CultureInfo.InvariantCulture), person: person, review: EvidenceReview.Pending);
        await log.AddAsync([new PackageFacts(key, [entry])], ct);
        // Sent twice by an impatient finger, it is one.
        return PackageReport.Of(await db.PackageEvidence.AsNoTracking().SingleAsync(row => row.Fingerprint == entry.Fingerprint, ct));
    }

    // Tells the reports of two people apart without saying who they are: what one said before is superseded by what they say later.
    private static string SourceOf(Guid person, string package) =>
        $"report {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{person:N} {package}")))[..8]}";
}

/// <summary>Reports that wait for an administrator, newest first.</summary>
sealed record ListReports(PageRequest Page) : IRequest<Result<Page<PackageReport>>>;

sealed class ListReportsHandler(HubDb db, CurrentUser user) : IRequestHandler<ListReports, Result<Page<PackageReport>>>
{
    public async Task<Result<Page<PackageReport>>> Handle(ListReports command, CancellationToken ct)
    {
        if (!user.IsAdministrator) return PackageReport.NoAdministrator;
        var reports = db.PackageEvidence.AsNoTracking().Where(entry => entry.Review == EvidenceReview.Pending);
        if (command.Page.After is { } after)
            reports = reports.Where(entry => EF.Functions.LessThan(ValueTuple.Create(entry.At, entry.Id), ValueTuple.Create(after.At, after.Id)));
        var rows = await reports.OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id).Take(command.Page.Limit + 1).ToListAsync(ct);
        return command.Page.Answer(rows, entry => (entry.At, entry.Id), PackageReport.Of);
    }
}

/// <summary>An administrator's word on a report.</summary>
sealed record JudgeReport(Guid Id, bool IsTaken) : IRequest<Result<Done>>;

sealed class JudgeReportHandler(EvidenceLog log, CurrentUser user) : IRequestHandler<JudgeReport, Result<Done>>
{
    public async Task<Result<Done>> Handle(JudgeReport command, CancellationToken ct)
    {
        if (!user.IsAdministrator) return PackageReport.NoAdministrator;
        return await log.JudgeAsync(command.Id, command.IsTaken, ct) ? new Done() : new Error.NotFound("report");
    }
}
