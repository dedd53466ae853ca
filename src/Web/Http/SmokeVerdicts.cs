using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web.Http;

/// <summary>Whether a project starts, in each interpreter: the worst of its pages; null until all were run.</summary>
public sealed record SmokeVerdicts(SmokeOutcome? Pyodide, SmokeOutcome? Micropython)
{
    public static SmokeVerdicts None { get; } = new(null, null);

    /// <summary>
    /// The verdicts of projects, each by what it shows: of the publication in the releases that it is served with, or, where nothing is
    /// published, of the newest revision. The projects come with their publications.
    /// </summary>
    internal static async Task<IReadOnlyDictionary<ProjectId, SmokeVerdicts>> OfAsync(HubDb db, IReadOnlyCollection<Project> projects, CancellationToken ct) =>
        (await DecidingAsync(db, projects, ct)).ToDictionary(
            decided => decided.Key, decided => new SmokeVerdicts(decided.Value.Pyodide?.Outcome, decided.Value.Micropython?.Outcome));

    /// <summary>The runs that the verdicts of projects rest on. The projects come with their publications.</summary>
    internal static async Task<IReadOnlyDictionary<ProjectId, DecidingRuns>> DecidingAsync(HubDb db, IReadOnlyCollection<Project> projects, CancellationToken ct)
    {
        var ids = projects.Select(project => project.Id.Value).ToArray();
        // The last word on each page, interpreter and release, which a fault of the hub's own does not take back; where there is none yet,
        // that it is waited for.
        var rows = await db.Database.SqlQuery<Row>(
            $"""
            SELECT DISTINCT ON (r.project_id, r.page, r.interpreter, r.release)
                r.project_id AS "ProjectId", r.id AS "Id", r.page AS "Page", r.interpreter AS "Interpreter", r.release AS "Release", r.outcome AS "Outcome",
                COALESCE(r.finished_at, r.created_at) AS "At"
            FROM smoke_runs r JOIN projects p ON p.id = r.project_id LEFT JOIN publications b ON b.id = p.publication_id
            WHERE r.project_id = ANY({ids}) AND r.revision_number = COALESCE(b.revision_number, p.head_number)
            ORDER BY r.project_id, r.page, r.interpreter, r.release, (r.state = 'Done') DESC, (r.outcome IS DISTINCT FROM 'Crashed') DESC, r.finished_at DESC
            """).ToListAsync(ct);
        var byProject = rows.ToLookup(row => row.ProjectId);
        return projects.ToDictionary(project => project.Id, project =>
        {
            var shown = byProject[project.Id.Value].Where(row => IsShown(project, row.Page, row.Release)).ToList();
            return new DecidingRuns(
                Deciding(project, shown, Domain.SmokeRuns.Interpreter.Pyodide), Deciding(project, shown, Domain.SmokeRuns.Interpreter.Micropython));
        });
    }

    /// <summary>The revision whose runs tell whether the project starts.</summary>
    internal static int RevisionOf(Project project) => project.Publication?.RevisionNumber ?? project.HeadNumber;

    /// <summary>Whether a page of that revision is shown in this release: of a publication, in the one that it is served with; of a draft, in any.</summary>
    internal static bool IsShown(Project project, string page, string release) =>
        project.Publication is not { } publication || release == (project.RuntimePin ?? publication.ReleaseOf(page));

    private static DecidingRun? Deciding(Project project, IEnumerable<Row> rows, Interpreter interpreter)
    {
        // Of a page that was run in several releases, the newest counts.
        var pages = rows.Where(row => row.Interpreter == interpreter.ToString()).GroupBy(row => row.Page, StringComparer.Ordinal)
            .Select(page => page.MaxBy(row => row.At)!).ToList();
        if (pages.Exists(page => page.Outcome is null)) return null;
        var outcomes = pages.Select(page => (Page: page, Outcome: Enum.Parse<SmokeOutcome>(page.Outcome!))).ToList();
        if (SmokeOutcomes.Worst(outcomes.Select(page => page.Outcome)) is not { } worst) return null;
        var (decides, _) = outcomes.Where(page => page.Outcome == worst)
            .OrderBy(page => page.Page.Page == project.Publication?.StartPage ? 0 : 1).ThenBy(page => page.Page.Page, StringComparer.Ordinal).First();
        return new DecidingRun(decides.Id, worst, decides.Release, decides.At);
    }

    private sealed record Row(Guid ProjectId, Guid Id, string Page, string Interpreter, string Release, string? Outcome, DateTimeOffset At);
}

/// <summary>The run of the worst page in each interpreter; null until all pages were run.</summary>
sealed record DecidingRuns(DecidingRun? Pyodide, DecidingRun? Micropython);

/// <summary>A run that a verdict rests on.</summary>
sealed record DecidingRun(Guid Id, SmokeOutcome Outcome, string Release, DateTimeOffset At);
