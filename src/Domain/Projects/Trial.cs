using System.Collections.Immutable;

namespace PyScriptHub.Domain.Projects;

/// <summary>
/// What somebody tries without saving it: changes over a revision, shown under a host label that cannot be guessed. It lapses
/// <see cref="Lifetime"/> after its last use and ends <see cref="LongestLife"/> after it began; replacing its changes keeps the
/// label, so that what a page stored in the browser lasts.
/// </summary>
public sealed class Trial
{
    /// <summary>How long a trial lives after its last use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    /// <summary>How long it lives at most, however it is used: a day at school. What is to last is saved and published.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(8);

    /// <summary>How many characters its id and its label have: 128 random bits in base32.</summary>
    public const int SecretLength = 26;

    private Trial(string id, string label, string network, ProjectId projectId, int revisionNumber, ManifestChange change, DateTimeOffset expiresAt, DateTimeOffset endsAt)
    {
        (Id, Label, Network) = (id, label, network);
        (ProjectId, RevisionNumber, Change) = (projectId, revisionNumber, change);
        (ExpiresAt, EndsAt) = (expiresAt, endsAt);
    }

    /// <summary>The secret by which it is replaced; code in its pages knows the label and not this.</summary>
    public string Id { get; private set; }

    /// <summary>Where it is served.</summary>
    public string Label { get; private set; }

    /// <summary>Where it came from: an IPv4 address, or the first 64 bits of one of IPv6.</summary>
    public string Network { get; private set; }

    public ProjectId ProjectId { get; private set; }

    /// <summary>The revision that it changes. As long as the trial lives, so does that one.</summary>
    public int RevisionNumber { get; private set; }

    /// <summary>Who may see the draft that it was made from; null where it was made from the publication.</summary>
    public Guid? ViewerId { get; private set; }

    /// <summary>What is different from the revision.</summary>
    public ManifestChange Change { get; private set; }

    /// <summary>Counts replacements from 1.</summary>
    public int Number { get; private set; } = 1;

    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it is over whatever happens.</summary>
    public DateTimeOffset EndsAt { get; private set; }

    /// <summary>Makes a trial; <paramref name="viewer"/> is set where it shows what only those who work on the project may see.</summary>
    public static Trial Create(ProjectId project, int revision, Guid? viewer, ManifestChange change, string network, DateTimeOffset now) =>
        new(RandomText.Base32(SecretLength), RandomText.Base32(SecretLength), network, project, revision, change, now + Lifetime, now + LongestLife) { ViewerId = viewer };

    /// <summary>Puts other changes under the same label.</summary>
    public void Replace(int revision, Guid? viewer, ManifestChange change, DateTimeOffset now)
    {
        (RevisionNumber, ViewerId, Change) = (revision, viewer, change);
        Number++;
        ExpiresAt = ExpiryOf(now, EndsAt);
    }

    /// <summary>When a trial lapses that is used now and ends at <paramref name="endsAt"/>.</summary>
    public static DateTimeOffset ExpiryOf(DateTimeOffset now, DateTimeOffset endsAt) => now + Lifetime < endsAt ? now + Lifetime : endsAt;
}

/// <summary>What is different from a revision.</summary>
/// <param name="Deleted">Paths that are not there any more.</param>
/// <param name="Written">Files that are new or other ones.</param>
public sealed record ManifestChange(ImmutableArray<FilePath> Deleted, Manifest Written);

/// <summary>That a trial needs a blob that came with it: what keeps the sweep from taking it. All others its revision holds.</summary>
public sealed class TrialBlob
{
    public TrialBlob(string trialId, BlobHash hash) => (TrialId, Hash) = (trialId, hash);

    public string TrialId { get; private set; }

    public BlobHash Hash { get; private set; }
}
