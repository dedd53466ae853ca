namespace PyScriptHub.Domain.Projects;

/// <summary>Whom a grant is for.</summary>
public enum ContentGrantKind
{
    /// <summary>A signed-in person who may see the draft.</summary>
    Viewer,

    /// <summary>One smoke run.</summary>
    SmokeRun,
}

/// <summary>
/// Leave to see a draft or a private project under a host label that cannot be guessed. A viewer's grant follows the head
/// and lapses <see cref="Lifetime"/> after its last use; it is renewed under the same label, so that what a page stored
/// in the browser lasts.
/// </summary>
public sealed class ContentGrant
{
    /// <summary>How long a viewer's grant lives after its last use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private ContentGrant(string label, ProjectId projectId, ContentGrantKind kind, DateTimeOffset expiresAt) =>
        (Label, ProjectId, Kind, ExpiresAt) = (label, projectId, kind, expiresAt);

    /// <summary>128 random bits in base32, 26 characters.</summary>
    public string Label { get; private set; }

    public ProjectId ProjectId { get; private set; }

    public Guid? ViewerId { get; private set; }

    /// <summary>The revision that it shows; null where it follows the head.</summary>
    public int? RevisionNumber { get; private set; }

    /// <summary>The runtime release that it is bound to; null where the project's own resolution decides.</summary>
    public string? Release { get; private set; }

    public ContentGrantKind Kind { get; private set; }

    public DateTimeOffset ExpiresAt { get; private set; }

    public static ContentGrant ForViewer(ProjectId project, Guid viewer, DateTimeOffset now) =>
        new(RandomText.Base32(26), project, ContentGrantKind.Viewer, now + Lifetime) { ViewerId = viewer };

    /// <summary>Leave for one smoke run: a revision in a release, for as long as a run may take at most.</summary>
    public static ContentGrant ForSmokeRun(ProjectId project, int revision, string release, DateTimeOffset until) =>
        new(RandomText.Base32(26), project, ContentGrantKind.SmokeRun, until) { RevisionNumber = revision, Release = release };

    /// <summary>Counts a use: a viewer's grant lives on from here.</summary>
    public void Renew(DateTimeOffset now)
    {
        if (Kind is ContentGrantKind.Viewer) ExpiresAt = now + Lifetime;
    }
}
