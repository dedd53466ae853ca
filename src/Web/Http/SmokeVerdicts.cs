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
    internal static async Task<IReadOnlyDictionary<ProjectId, SmokeVerdicts>> OfAsync(HubDb db, IReadOnlyCollection<Project> projects, CancellationToken ct)
    {
        var ids = projects.Select(project => project.Id.Value).ToArray();
        // The last word on each page, interpreter and release; where there is none yet, that it is waited for.
        var rows = await db.Database.SqlQuery<Row>(
            $"""
            SELECT DISTINCT ON (r.project_id, r.page, r.interpreter, r.release)
                r.project_id AS "ProjectId", r.page AS "Page", r.interpreter AS "Interpreter", r.release AS "Release", r.outcome AS "Outcome",
                COALESCE(r.finished_at, r.created_at) AS "At"
            FROM smoke_runs r JOIN projects p ON p.id = r.project_id LEFT JOIN publications b ON b.id = p.publication_id
            WHERE r.project_id = ANY({ids}) AND r.revision_number = COALESCE(b.revision_number, p.head_number)
            ORDER BY r.project_id, r.page, r.interpreter, r.release, (r.state = 'Done') DESC, r.finished_at DESC
            """).ToListAsync(ct);
        var byProject = rows.ToLookup(row => row.ProjectId);
        return projects.ToDictionary(project => project.Id, project =>
        {
            var shown = byProject[project.Id.Value].Where(row => project.Publication is not { } publication
                || row.Release == (project.RuntimePin ?? publication.ReleaseOf(row.Page))).ToList();
            return new SmokeVerdicts(Worst(shown, Domain.SmokeRuns.Interpreter.Pyodide), Worst(shown, Domain.SmokeRuns.Interpreter.Micropython));
        });
    }

    private static SmokeOutcome? Worst(IEnumerable<Row> rows, Interpreter interpreter)
    {
        // Of a page that was run in several releases, the newest counts.
        var pages = rows.Where(row => row.Interpreter == interpreter.ToString()).GroupBy(row => row.Page, StringComparer.Ordinal)
            .Select(page => page.MaxBy(row => row.At)!.Outcome).ToList();
        return pages.Contains(null) ? null : SmokeOutcomes.Worst(pages.Select(outcome => Enum.Parse<SmokeOutcome>(outcome!)));
    }

    private sealed record Row(Guid ProjectId, string Page, string Interpreter, string Release, string? Outcome, DateTimeOffset At);
}
