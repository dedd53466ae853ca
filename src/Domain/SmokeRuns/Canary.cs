using System.Collections.Immutable;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.SmokeRuns;

/// <summary>Where a candidate stands.</summary>
public enum CanaryState
{
    /// <summary>The publications that it would change are found and run.</summary>
    Looking,

    /// <summary>It is the default; the publications are being brought to it, one after the other.</summary>
    Switching,
}

/// <summary>
/// A runtime release that an administrator thinks of making the default. There is one at most; its row goes when it is withdrawn,
/// and when all publications were brought to it.
/// </summary>
public sealed class Canary
{
    /// <summary>The key of the one row.</summary>
    public const int OnlyId = 1;

    public Canary(string release, string replaced, DateTimeOffset startedAt) =>
        (Id, Release, Replaced, StartedAt) = (OnlyId, release, replaced, startedAt);

    public int Id { get; private set; }

    /// <summary>The calendar tag of the candidate.</summary>
    public string Release { get; private set; }

    /// <summary>The default that it would take the place of.</summary>
    public string Replaced { get; private set; }

    public CanaryState State { get; private set; }

    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>When it was made the default; null before.</summary>
    public DateTimeOffset? SwitchedAt { get; private set; }
}

/// <summary>A page of a publication, with the release that it is served with and the one that it would be.</summary>
public sealed record CanaryPage(string Page, string Now, string Then);

/// <summary>A publication that was looked at for a candidate. That there is a row is what tells that it was.</summary>
public sealed class CanaryPublication
{
    public CanaryPublication(Guid publicationId, ProjectId projectId, int revisionNumber, bool isAffected, ImmutableList<CanaryPage> pages)
    {
        (PublicationId, ProjectId, RevisionNumber, IsAffected, Pages) = (publicationId, projectId, revisionNumber, isAffected, pages);
        CanaryId = Canary.OnlyId;
    }

    public Guid PublicationId { get; private set; }

    public int CanaryId { get; private set; }

    public ProjectId ProjectId { get; private set; }

    public int RevisionNumber { get; private set; }

    /// <summary>Whether the release of any of its pages would change.</summary>
    public bool IsAffected { get; private set; }

    /// <summary>The pages that are run.</summary>
    public ImmutableList<CanaryPage> Pages { get; private set; }

    /// <summary>Whether its project is pinned to the release that it has now when the candidate becomes the default.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Whether it was brought to the new default.</summary>
    public bool IsSwitched { get; private set; }

    /// <summary>Notes that it was brought to the new default.</summary>
    public void Switched() => IsSwitched = true;
}

/// <summary>What a change of release does to a project.</summary>
public enum CanaryChange
{
    /// <summary>It is not known in both interpreters and releases yet, and what is known is no worse.</summary>
    Waiting,

    /// <summary>It starts as it did, or does not as it did not.</summary>
    Stays,

    /// <summary>In one interpreter it would no longer start.</summary>
    Breaks,

    /// <summary>In one interpreter it would start where it did not, and nothing breaks.</summary>
    Mends,
}

/// <summary>What outcomes in two releases come to.</summary>
public static class CanaryChanges
{
    /// <summary>The change of a project by those of its interpreters: what breaks counts most, then what is not known.</summary>
    public static CanaryChange Of(IReadOnlyCollection<(SmokeOutcome? Now, SmokeOutcome? Then)> interpreters)
    {
        var changes = interpreters.Select(pair => Of(pair.Now, pair.Then)).ToList();
        foreach (var change in new[] { CanaryChange.Breaks, CanaryChange.Waiting, CanaryChange.Mends })
        {
            if (changes.Contains(change)) return change;
        }
        return CanaryChange.Stays;
    }

    /// <summary>The change in one interpreter. A crash says nothing of the project: it counts as not known.</summary>
    public static CanaryChange Of(SmokeOutcome? now, SmokeOutcome? then)
    {
        if (Rank(now) is not { } before || Rank(then) is not { } after) return CanaryChange.Waiting;
        return after > before ? CanaryChange.Breaks : after < before ? CanaryChange.Mends : CanaryChange.Stays;
    }

    // Failed, timed out and refused are all one to who opens the page: it does not start.
    private static int? Rank(SmokeOutcome? outcome) => outcome switch
    {
        SmokeOutcome.Passed => 0,
        SmokeOutcome.NotApplicable => 1,
        SmokeOutcome.Failed or SmokeOutcome.TimedOut or SmokeOutcome.Refused => 2,
        _ => null,
    };
}
