using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Web.Features.Runtime;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Workers;

/// <summary>
/// Has each publication run once a night that somebody opened within <see cref="OpenedWithin"/>, each at a moment of its own, so that
/// the night's work is spread. A row says for which night a project's runs were planned: several workers plan each once. Packages that are
/// used or were uploaded are tested once in each release, where a browser is free.
/// </summary>
sealed partial class NightlyRuns(IServiceScopeFactory scopes, TimeProvider time, ILogger<NightlyRuns> logger) : BackgroundService
{
    /// <summary>Projects that nobody opened for longer are not run.</summary>
    public static readonly TimeSpan OpenedWithin = TimeSpan.FromDays(30);

    private const int AtOnce = 25;

    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(5);

    // In UTC, as all times of the hub.
    private static readonly TimeOnly s_begin = new(1, 0);
    private static readonly TimeSpan s_length = TimeSpan.FromHours(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look);
        do
        {
            try
            {
                await PlanAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e))
            {
                // The next look is soon enough.
            }
            catch (Exception e)
            {
                // The edge: what nobody expected here must not end the hub.
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Plans what is to be run this night; outside of the night, nothing. Answers how many projects were planned.</summary>
    internal async Task<int> PlanAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var night = DateOnly.FromDateTime(now.UtcDateTime);
        var begin = new DateTimeOffset(night, s_begin, TimeSpan.Zero);
        if (now < begin || now >= begin + s_length) return 0;
        var planned = 0;
        for (int some; (some = await PlanSomeAsync(night, begin - now, ct)) > 0; planned += some)
        {
        }
        if (planned > 0) LogPlanned(planned);
        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<PackageTestQueue>().PlanAsync(ct) is > 0 and var tests) LogTests(tests);
        return planned;
    }

    private async Task<int> PlanSomeAsync(DateOnly night, TimeSpan untilBegin, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<HubDb>();
        var queue = scope.ServiceProvider.GetRequiredService<SmokeQueue>();
        var since = night.AddDays(-(int)OpenedWithin.TotalDays);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var openings = await db.ProjectOpenings.FromSql(
            $"""
            SELECT * FROM project_openings WHERE opened_on >= {since} AND (planned_for IS NULL OR planned_for < {night})
            ORDER BY project_id LIMIT {AtOnce} FOR UPDATE SKIP LOCKED
            """).AsNoTracking().Select(opening => opening.ProjectId).ToListAsync(ct);
        var projects = await db.Projects.AsNoTracking().Published().Include(project => project.Publication).Where(project => openings.Contains(project.Id)).ToListAsync(ct);
        foreach (var project in projects)
        {
            var number = project.Publication!.RevisionNumber;
            var manifest = await db.Revisions.Where(r => r.ProjectId == project.Id && r.Number == number).Select(r => r.Manifest).SingleAsync(ct);
            var after = untilBegin + JitterOf(project.Id);
            await queue.AddAsync(project.Id, number, SmokeRequests.RunsOf(project, manifest), SmokePriority.Nightly, ct, after > TimeSpan.Zero ? after : TimeSpan.Zero);
        }
        await db.ProjectOpenings.Where(opening => openings.Contains(opening.ProjectId)).ExecuteUpdateAsync(set => set.SetProperty(opening => opening.PlannedFor, night), ct);
        await transaction.CommitAsync(ct);
        return openings.Count;
    }

    // The same each night, so that a project's runs are a day apart.
    private static TimeSpan JitterOf(ProjectId project) =>
        s_length * (BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(project.Value.ToByteArray())) / (double)uint.MaxValue);

    [LoggerMessage(LogLevel.Information, "{Projects} projects that were opened of late are looked at for the night")]
    private partial void LogPlanned(int projects);

    [LoggerMessage(LogLevel.Information, "{Tests} tests of packages are to be made")]
    private partial void LogTests(int tests);

    [LoggerMessage(LogLevel.Error, "The night's smoke runs could not be planned; it is tried again")]
    private partial void LogFailed(Exception e);
}
