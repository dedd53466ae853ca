using PyScriptHub.Domain.Projects;
using PyScriptHub.Domain.SmokeRuns;
using PyScriptHub.Infrastructure.SmokeRuns;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Workers;

/// <summary>Which runs a project gets: its start page and some others, in both interpreters, in the release that each is served with.</summary>
public sealed class SmokeRequests(SmokeQueue queue, PageReleases releases)
{
    /// <summary>Has a publication run, within the caller's transaction, and none before it.</summary>
    /// <param name="manifest">The published revision's files.</param>
    public async Task PublishedAsync(Project project, Manifest manifest, CancellationToken ct)
    {
        var number = project.Publication!.RevisionNumber;
        await queue.RemoveSupersededAsync(project.Id, number, ct);
        await queue.AddAsync(project.Id, number, RunsOf(project, manifest), SmokePriority.Published, ct);
    }

    /// <summary>The runs of a publication: what is published keeps the releases that were resolved when it was.</summary>
    public static IReadOnlyCollection<WantedRun> RunsOf(Project project, Manifest manifest) =>
        RunsOf(manifest, Interpreters.All, page => project.RuntimePin ?? project.Publication!.ReleaseOf(page));

    /// <summary>Has a revision run because somebody asked.</summary>
    /// <param name="named">Releases to run it in; none for those that its pages would get.</param>
    public async Task<IReadOnlyList<Guid>> AskedAsync(
        Project project, int revision, Manifest manifest, IReadOnlyCollection<Interpreter> interpreters, IReadOnlyCollection<string> named, CancellationToken ct)
    {
        if (named.Count > 0)
        {
            var ids = new List<Guid>();
            foreach (var release in named) ids.AddRange(await AddAsync(project, revision, manifest, interpreters, _ => release, ct));
            return ids;
        }
        if (project.Publication is { } publication && publication.RevisionNumber == revision)
            return await AddAsync(project, revision, manifest, interpreters, page => project.RuntimePin ?? publication.ReleaseOf(page), ct);
        var resolved = await releases.ResolveAsync(manifest, ct);
        return await AddAsync(project, revision, manifest, interpreters,
            page => project.RuntimePin ?? (resolved.Pages.TryGetValue(page, out var own) ? own : resolved.Start).Release, ct);
    }

    private Task<IReadOnlyList<Guid>> AddAsync(
        Project project, int revision, Manifest manifest, IReadOnlyCollection<Interpreter> interpreters, Func<string, string> releaseOf, CancellationToken ct) =>
        queue.AddAsync(project.Id, revision, RunsOf(manifest, interpreters, releaseOf), SmokePriority.Asked, ct);

    private static List<WantedRun> RunsOf(Manifest manifest, IReadOnlyCollection<Interpreter> interpreters, Func<string, string> releaseOf) =>
        [.. manifest.Pages.Take(1 + SmokeRun.OtherPages).SelectMany(page => interpreters.Select(interpreter => new WantedRun(page, interpreter, releaseOf(page))))];
}
