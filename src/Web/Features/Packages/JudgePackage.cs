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

/// <summary>
/// Finds out by the wheels of the upstreams whether a package works of which the hub knows nothing better, and keeps it as evidence for each
/// release. For MicroPython a wheel proves nothing.
/// </summary>
sealed record JudgePackage(string Name) : IRequest<Result<Done>>
{
    /// <summary>How long a judgement is taken as it is.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(1);

    /// <summary>Judgements that somebody at one address may have made in an hour: a class sits behind one.</summary>
    public const int PerHour = 300;
}

sealed class JudgePackageHandler(
    HubDb db, RuntimeCatalog runtime, HeldPyodides pyodides, UpstreamCandidates upstreams, UpstreamPages pages, PackageNeedsReading reading, EvidenceLog log, FetchTurns turns,
    RateLimits rates, RequestOrigin origin, TimeProvider time) : IRequestHandler<JudgePackage, Result<Done>>
{
    public async Task<Result<Done>> Handle(JudgePackage command, CancellationToken ct)
    {
        if (!pages.HasUpstreams) return default(Done);
        var name = PackageName.Parse(command.Name);
        if (!name.IsOk) return name.Error;
        if (await IsKnownAsync(name.Value, ct)) return default(Done);
        if (await rates.TakeAsync($"judge:{origin.Network}", JudgePackage.PerHour, TimeSpan.FromHours(1), ct) is { } wait) return new Error.TooManyRequests(wait);
        // A class that looks the same package up asks once.
        using var turn = await turns.TakeAsync($"judge {name.Value.Key}", ct);
        if (await IsKnownAsync(name.Value, ct)) return default(Done);
        return await JudgeAsync(name.Value, ct);
    }

    // What was tried, or stands in a lock, is known better; what a wheel says is known for a while.
    private Task<bool> IsKnownAsync(PackageName name, CancellationToken ct)
    {
        var since = time.GetUtcNow() - JudgePackage.Age;
        return db.PackageEvidence.AnyAsync(
            entry => entry.Package == name.Key && entry.Interpreter == Interpreter.Pyodide && entry.Review == EvidenceReview.Accepted
                && (entry.Kind == EvidenceKind.Bundled || entry.Kind == EvidenceKind.Lock || entry.Kind == EvidenceKind.Tested || (entry.Kind == EvidenceKind.Wheel && entry.At > since)), ct);
    }

    private async Task<Result<Done>> JudgeAsync(PackageName name, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var entries = new List<EvidenceEntry>();
        ListedFile? taken = null;
        foreach (var releases in runtime.Releases.GroupBy(release => release.Pyodide, StringComparer.Ordinal))
        {
            if (pyodides.Find(releases.Key) is not { } pyodide) continue;
            var judgement = await WheelJudgement.OfAsync(name, new ReleaseCandidates(db, pyodide, upstreams) { CountsUnheld = true }, pyodide.Environment, ct);
            // What did not answer may have what is missing.
            if (!upstreams.IsWhole) return new Error.Invalid("upstream_away", $"Whether '{name}' works cannot be told: not every upstream answered. Try again in a minute.", "name");
            if (judgement.Outcome is PackageStatus.Unknown) continue;
            if (judgement.Brings is [.., { File: ListedFile chosen }]) taken ??= chosen;
            entries.AddRange(releases.Select(release => EvidenceEntry.Of(
                name.Key, new PackageEvidence(EvidenceKind.Wheel, SourceOf(judgement), Interpreter.Pyodide, release.Name, judgement.Version, judgement.Outcome, now, judgement.Why?.ToString()),
                once: now.ToString("yyyyMMddHH", System.Globalization.CultureInfo.InvariantCulture))));
        }
        if (entries.Count == 0) return new Error.NotFound("package");
        await log.AddAsync([await DescribeAsync(name, entries, taken, ct)], ct);
        return default(Done);
    }

    private string SourceOf(WheelJudgement judgement) =>
        judgement.Brings is [.., { File: ListedFile file }] ? file.Listed.Upstream.Host : pages.Hosts;

    private async Task<PackageFacts> DescribeAsync(PackageName name, List<EvidenceEntry> entries, ListedFile? taken, CancellationToken ct)
    {
        if (taken is null) return new PackageFacts(name.Key, entries);
        var text = (await reading.ReadAsync([taken.Listed.File], ct))[0];
        if (!text.IsOk || CoreMetadata.Parse(System.Text.Encoding.UTF8.GetBytes(text.Value)) is not { IsOk: true, Value: var metadata }) return new PackageFacts(name.Key, entries);
        return new PackageFacts(metadata.Name.Display, entries) { Summary = metadata.Summary.Length > 0 ? metadata.Summary : null };
    }
}
