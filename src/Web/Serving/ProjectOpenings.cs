using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;
using PyScriptHub.Web.Http;

namespace PyScriptHub.Web.Serving;

/// <summary>Keeps the day on which a project was last opened, for the runs of the night: one write a day for each project and node.</summary>
public sealed class ProjectOpenings(TimeProvider time)
{
    private readonly ConcurrentDictionary<ProjectId, DateOnly> _written = [];
    private DateOnly _today;

    /// <summary>Notes that somebody opened a page of a site. It never stands in the way of the page.</summary>
    internal async Task NoteAsync(HubDb db, ContentSite site, CancellationToken ct)
    {
        // A smoke run opens a project for nobody; a trial is somebody else's draft of it.
        if (site.Grant is ContentGrantKind.SmokeRun || site.Trial is not null) return;
        var (project, today) = (site.Project.Id, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        if (_today != today)
        {
            _today = today;
            _written.Clear();
        }
        if (!_written.TryAdd(project, today)) return;
        try
        {
            // Template sites look like projects and have no row.
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO project_openings (project_id, opened_on) SELECT id, {today} FROM projects WHERE id = {project.Value}
                ON CONFLICT (project_id) DO UPDATE SET opened_on = excluded.opened_on WHERE project_openings.opened_on < excluded.opened_on
                """, ct);
        }
        catch (Exception e) when (Problems.IsDatabaseAway(e) || Contention.IsReference(e) || ct.IsCancellationRequested)
        {
            // Away, purged at this very moment, or the visitor left: the next opening notes it.
            _written.TryRemove(project, out _);
        }
    }
}
