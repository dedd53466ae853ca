using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Features.Runtime;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Workers;

/// <summary>
/// Looks at publications for a candidate, and brings them to it once it is the default, a few in each transaction. What was done is in
/// rows, so that any node goes on where another stopped; the row of the candidate is locked by whoever is at it. It runs where the
/// releases are that pages are resolved by: in processes that serve.
/// </summary>
sealed partial class CanarySteps(IServiceScopeFactory scopes, RuntimeCatalog runtime, TimeProvider time, ILogger<CanarySteps> logger) : BackgroundService
{
    private const int AtOnce = 25;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(10);

    // Other nodes may publish by the default before for so long: what they publish then is still brought to the new one.
    private static readonly TimeSpan s_grace = DefaultRelease.Staleness * 3;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = s_look;
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                if (await StepAsync(scope.ServiceProvider, stoppingToken)) continue;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Problems.IsDatabaseAway(e) || e is DbUpdateConcurrencyException)
            {
                // Away, or somebody changed the very project: the next step sees to it.
            }
            catch (Exception e)
            {
                // The edge: what nobody expected here must not end the hub.
                LogFailed(e);
                pause = s_afterFault;
            }
            await Task.WhenAny(Task.Delay(pause, time, stoppingToken));
        }
    }

    /// <summary>Does a few publications. False where there is nothing to do for now.</summary>
    private async Task<bool> StepAsync(IServiceProvider services, CancellationToken ct)
    {
        var db = services.GetRequiredService<HubDb>();
        // Nearly always there is none, and a look is cheaper than a transaction.
        if (!await db.Canaries.AnyAsync(ct)) return false;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var canary = (await db.Canaries.FromSql($"SELECT * FROM canaries FOR UPDATE SKIP LOCKED").AsNoTracking().ToListAsync(ct)).SingleOrDefault();
        // A release that was added is held by a node from its next start on.
        if (canary is null || runtime.Releases.FirstOrDefault(held => held.Name == canary.Release) is not { } release) return false;
        var isSwitching = canary.State is CanaryState.Switching;
        var projects = await NextAsync(db, isSwitching, isSwitching ? 1 : AtOnce, ct);
        foreach (var project in projects) await LookAtAsync(services, project, release, isSwitching, ct);
        if (projects.Count == 0)
        {
            if (!isSwitching || time.GetUtcNow() - canary.SwitchedAt < s_grace) return false;
            await db.Canaries.ExecuteDeleteAsync(ct);
            LogSwitched(canary.Release);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return projects.Count > 0;
    }

    private static Task<List<Project>> NextAsync(HubDb db, bool isSwitching, int count, CancellationToken ct) => db.Projects.Published()
        .Where(project => !db.CanaryPublications.Any(row => row.PublicationId == project.PublicationId && (!isSwitching || !row.IsAffected || row.IsSwitched)))
        .Include(project => project.Publication).OrderBy(project => project.Id).Take(count).ToListAsync(ct);

    private static async Task LookAtAsync(IServiceProvider services, Project project, RuntimeRelease release, bool isSwitching, CancellationToken ct)
    {
        var db = services.GetRequiredService<HubDb>();
        var publication = project.Publication!;
        var manifest = await services.GetRequiredService<ContentSites>().ManifestAsync(project.Id, publication.RevisionNumber, ct);
        var then = await services.GetRequiredService<PageReleases>().ResolveAsync(manifest, ct, release);
        string Then(string page) => (then.Pages.TryGetValue(page, out var own) ? own : then.Start).Release;

        var row = await db.CanaryPublications.SingleOrDefaultAsync(known => known.PublicationId == publication.Id, ct);
        if (row is null)
        {
            var isAffected = publication.Release != then.Start.Release || manifest.Pages.Any(page => publication.ReleaseOf(page) != Then(page));
            row = new CanaryPublication(publication.Id, project.Id, publication.RevisionNumber, isAffected,
                [.. manifest.Pages.Take(1 + SmokeRun.OtherPages).Select(page => new CanaryPage(page, publication.ReleaseOf(page), Then(page)))]);
            db.CanaryPublications.Add(row);
        }
        if (!row.IsAffected) return;
        if (!isSwitching)
        {
            if (project.RuntimePin is null) await RunAsync(services, row, ct);
            return;
        }
        var keep = row.IsKept && project.RuntimePin is null ? publication.Release : null;
        publication.Switch(then.Start, then.Pages);
        project.DefaultWasSwitched(keep);
        row.Switched();
    }

    // What was run before is evidence already: neither revisions nor releases change.
    private static async Task RunAsync(IServiceProvider services, CanaryPublication row, CancellationToken ct)
    {
        var known = await services.GetRequiredService<HubDb>().SmokeRuns
            .Where(run => run.ProjectId == row.ProjectId && run.RevisionNumber == row.RevisionNumber && run.State == SmokeRunState.Done && run.Outcome != SmokeOutcome.Crashed)
            .Select(run => new { run.Page, run.Interpreter, run.Release }).ToListAsync(ct);
        var wanted = row.Pages
            .SelectMany(page => Interpreters.All.SelectMany(interpreter => new[] { new WantedRun(page.Page, interpreter, page.Then), new WantedRun(page.Page, interpreter, page.Now) }))
            .Distinct().ExceptBy(known.Select(run => new WantedRun(run.Page, run.Interpreter, run.Release)), run => run).ToList();
        await services.GetRequiredService<SmokeQueue>().AddAsync(row.ProjectId, row.RevisionNumber, wanted, SmokePriority.Canary, ct);
    }

    [LoggerMessage(LogLevel.Information, "All publications were brought to the new default release {Release}")]
    private partial void LogSwitched(string release);

    [LoggerMessage(LogLevel.Error, "A step towards another default release failed; it is tried again")]
    private partial void LogFailed(Exception e);
}
