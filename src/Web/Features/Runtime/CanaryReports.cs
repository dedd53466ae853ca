using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Features.Runtime;

/// <summary>What a candidate comes to so far.</summary>
/// <param name="Publications">How many there are to look at.</param>
/// <param name="Looked">How many of them were looked at.</param>
/// <param name="Switched">How many of those that change were brought to the new default.</param>
/// <param name="Projects">Those whose release would change, the newest first. While the switch goes on, those that are not through it.</param>
sealed record CanaryReport(Canary Canary, int Publications, int Looked, int Switched, IReadOnlyList<CanaryProject> Projects)
{
    public IEnumerable<CanaryProject> Of(CanaryChange change) => Projects.Where(project => project.Change == change);
}

/// <summary>A project whose release would change, and what that does to it.</summary>
/// <param name="Now">The release of its start page now.</param>
/// <param name="Then">The release of its start page after the switch.</param>
/// <param name="Name">Its name; null where it is private, which is nobody's business but its members'.</param>
sealed record CanaryProject(
    ProjectId Id, string? Name, string Owner, string Slug, DateTimeOffset CreatedAt, string Now, string Then, CanaryChange Change, CanaryEvidence Pyodide, CanaryEvidence Micropython)
{
    public string Path => $"/@{Owner}/{Slug}";
}

/// <summary>A verdict in two releases, each with the run of the worst page.</summary>
sealed record CanaryEvidence(SmokeOutcome? Now, SmokeOutcome? Then, Guid? NowRun, Guid? ThenRun);

/// <summary>Compares verdicts of publications in the release that they have and the one that they would get.</summary>
public sealed class CanaryReports(HubDb db)
{
    /// <summary>The report on the candidate; null where there is none.</summary>
    internal async Task<CanaryReport?> ReadAsync(CancellationToken ct)
    {
        if (await db.Canaries.AsNoTracking().SingleOrDefaultAsync(ct) is not { } canary) return null;
        var shown = db.Projects.Published();
        var publications = await shown.CountAsync(ct);
        var looked = db.CanaryPublications.Where(row => shown.Any(project => project.PublicationId == row.PublicationId));
        return new CanaryReport(
            canary, publications, await looked.CountAsync(ct), await looked.CountAsync(row => row.IsAffected && row.IsSwitched, ct), await ProjectsAsync(db.CanaryPublications, ct));
    }

    /// <summary>What the candidate does to one project; null where it changes nothing of it.</summary>
    internal async Task<CanaryProject?> OfAsync(ProjectId project, CancellationToken ct) =>
        (await ProjectsAsync(db.CanaryPublications.Where(row => row.ProjectId == project), ct)).SingleOrDefault();

    // A pin stands above every default, so that a pinned project is not changed by any.
    private async Task<List<CanaryProject>> ProjectsAsync(IQueryable<CanaryPublication> publications, CancellationToken ct)
    {
        var rows = await publications.AsNoTracking().Where(row => row.IsAffected && !row.IsSwitched)
            .Join(db.Projects.Published().Where(project => project.RuntimePin == null), row => row.PublicationId, project => project.PublicationId!.Value, (row, project) => new
            {
                Row = row,
                project.Name,
                project.Slug,
                project.CreatedAt,
                project.Visibility,
                Owner = db.Users.Where(user => user.Id == project.OwnerId).Select(user => user.UserName!).First(),
            })
            .OrderByDescending(row => row.CreatedAt).ThenByDescending(row => row.Row.ProjectId).ToListAsync(ct);
        var verdicts = await VerdictsAsync([.. rows.Select(row => row.Row.ProjectId.Value)], ct);
        return rows.ConvertAll(row =>
        {
            var (pyodide, micropython) = (EvidenceOf(row.Row, Interpreter.Pyodide, verdicts), EvidenceOf(row.Row, Interpreter.Micropython, verdicts));
            return new CanaryProject(
                row.Row.ProjectId, row.Visibility is Visibility.Private ? null : row.Name, row.Owner, row.Slug, row.CreatedAt, row.Row.Pages[0].Now, row.Row.Pages[0].Then,
                CanaryChanges.Of([(pyodide.Now, pyodide.Then), (micropython.Now, micropython.Then)]), pyodide, micropython);
        });
    }

    private async Task<Dictionary<(Guid, int, string, string, string), Verdict>> VerdictsAsync(Guid[] projects, CancellationToken ct) =>
        (await db.Database.SqlQuery<Verdict>(
            $"""
            SELECT DISTINCT ON (r.project_id, r.revision_number, r.page, r.interpreter, r.release)
                r.id AS "Id", r.project_id AS "Project", r.revision_number AS "Revision", r.page AS "Page", r.interpreter AS "Interpreter", r.release AS "Release", r.outcome AS "Outcome"
            FROM smoke_runs r JOIN canary_publications c ON c.project_id = r.project_id AND c.revision_number = r.revision_number
            WHERE r.project_id = ANY({projects}) AND r.state = 'Done' AND r.outcome <> 'Crashed'
            ORDER BY r.project_id, r.revision_number, r.page, r.interpreter, r.release, r.finished_at DESC
            """).ToListAsync(ct))
        .ToDictionary(verdict => (verdict.Project, verdict.Revision, verdict.Page, verdict.Interpreter, verdict.Release));

    private static CanaryEvidence EvidenceOf(CanaryPublication row, Interpreter interpreter, Dictionary<(Guid, int, string, string, string), Verdict> verdicts)
    {
        var now = Worst(page => page.Now);
        var then = Worst(page => page.Then);
        return new CanaryEvidence(now?.Value, then?.Value, now?.Id, then?.Id);

        // None until all pages have one.
        Verdict? Worst(Func<CanaryPage, string> release)
        {
            var pages = row.Pages.Select(page => verdicts.GetValueOrDefault((row.ProjectId.Value, row.RevisionNumber, page.Page, interpreter.ToString(), release(page)))).ToList();
            var worst = pages.Contains(null) ? null : SmokeOutcomes.Worst(pages.Select(page => page!.Value));
            return worst is null ? null : pages.Find(page => page!.Value == worst);
        }
    }

    private sealed record Verdict(Guid Id, Guid Project, int Revision, string Page, string Interpreter, string Release, string Outcome)
    {
        public SmokeOutcome Value => Enum.Parse<SmokeOutcome>(Outcome);
    }
}

static class PublishedProjects
{
    /// <summary>Projects that have a publication which is shown to somebody.</summary>
    public static IQueryable<Project> Published(this IQueryable<Project> projects) =>
        projects.Where(project => project.PublicationId != null && project.DeletedAt == null && project.TakenDownAt == null);
}
