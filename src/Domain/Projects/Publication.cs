using System.Collections.Immutable;

namespace PyScriptHub.Domain.Projects;

/// <summary>Which runtime release a page gets, and why.</summary>
/// <param name="Release">The calendar tag.</param>
/// <param name="Reason">A sentence for people.</param>
public sealed record PageRelease(string Release, string Reason);

/// <summary>
/// A published revision with what was resolved for it. It changes only by publishing again and by an administrator's switch to
/// another default, which was looked at before, so a lesson runs next year in what it ran in today.
/// </summary>
public sealed class Publication
{
    public Publication(
        Guid id, ProjectId projectId, int revisionNumber, string startPage, string release, string releaseReason,
        ImmutableSortedDictionary<string, PageRelease> pages, DateTimeOffset createdAt)
    {
        (Id, ProjectId, RevisionNumber, StartPage) = (id, projectId, revisionNumber, startPage);
        (Release, ReleaseReason, Pages, CreatedAt) = (release, releaseReason, pages, createdAt);
    }

    public Guid Id { get; private set; }

    public ProjectId ProjectId { get; private set; }

    public int RevisionNumber { get; private set; }

    /// <summary>The page that <c>/</c> leads to.</summary>
    public string StartPage { get; private set; }

    /// <summary>The release of the start page, and of scripts and styles that are asked for by themselves.</summary>
    public string Release { get; private set; }

    /// <summary>Why <see cref="Release"/>, in a sentence for people.</summary>
    public string ReleaseReason { get; private set; }

    /// <summary>Pages whose release differs from the start page's: path → release.</summary>
    public ImmutableSortedDictionary<string, PageRelease> Pages { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>The <see cref="Release"/> before the hub's default was switched; null where it was not since it was published.</summary>
    public string? SwitchedFrom { get; private set; }

    /// <summary>Brings it to what its pages get since the hub's default was switched.</summary>
    public void Switch(PageRelease start, ImmutableSortedDictionary<string, PageRelease> pages)
    {
        SwitchedFrom = Release;
        (Release, ReleaseReason, Pages) = (start.Release, start.Reason, pages);
    }

    /// <summary>The release that a page is served with.</summary>
    public string ReleaseOf(string path) => Pages.TryGetValue(path, out var page) ? page.Release : Release;
}
