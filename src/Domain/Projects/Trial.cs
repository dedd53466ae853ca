namespace PyScriptHub.Domain.Projects;

/// <summary>
/// What somebody tries without saving it: files of a revision with changes over them, shown under a host label that cannot be
/// guessed. It lapses <see cref="Lifetime"/> after its last use; replacing its files keeps the label, so that what a page stored
/// in the browser lasts.
/// </summary>
public sealed class Trial
{
    /// <summary>How long a trial lives after its last use.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    /// <summary>How many characters its id and its label have: 128 random bits in base32.</summary>
    public const int SecretLength = 26;

    private Trial(string id, string label, ProjectId projectId, Manifest manifest, DateTimeOffset expiresAt) =>
        (Id, Label, ProjectId, Manifest, ExpiresAt) = (id, label, projectId, manifest, expiresAt);

    /// <summary>The secret by which it is replaced; code in its pages knows the label and not this.</summary>
    public string Id { get; private set; }

    /// <summary>Where it is served.</summary>
    public string Label { get; private set; }

    public ProjectId ProjectId { get; private set; }

    /// <summary>Who may see the draft that it was made from; null where it was made from the publication.</summary>
    public Guid? ViewerId { get; private set; }

    /// <summary>All files, those of the revision that were not changed among them.</summary>
    public Manifest Manifest { get; private set; }

    /// <summary>Counts replacements from 1.</summary>
    public int Number { get; private set; } = 1;

    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>Makes a trial; <paramref name="viewer"/> is set where it shows what only those who work on the project may see.</summary>
    public static Trial Create(ProjectId project, Guid? viewer, Manifest manifest, DateTimeOffset now) =>
        new(RandomText.Base32(SecretLength), RandomText.Base32(SecretLength), project, manifest, now + Lifetime) { ViewerId = viewer };

    /// <summary>Puts other files under the same label.</summary>
    public void Replace(Guid? viewer, Manifest manifest, DateTimeOffset now)
    {
        (ViewerId, Manifest) = (viewer, manifest);
        Number++;
        Renew(now);
    }

    /// <summary>Counts a use: it lives on from here.</summary>
    public void Renew(DateTimeOffset now) => ExpiresAt = now + Lifetime;
}

/// <summary>That a trial needs a blob: what keeps the sweep from taking it.</summary>
public sealed class TrialBlob
{
    public TrialBlob(string trialId, BlobHash hash) => (TrialId, Hash) = (trialId, hash);

    public string TrialId { get; private set; }

    public BlobHash Hash { get; private set; }
}
