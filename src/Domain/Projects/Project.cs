using PyScriptHub.Domain.Outcomes;

namespace PyScriptHub.Domain.Projects;

/// <summary>A folder of files with an owner, a name, an address and two pointers: what is being made and what is shown.</summary>
public sealed class Project
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameLength = 100;

    /// <summary>How long a deleted project can be restored.</summary>
    public static readonly TimeSpan RestorableFor = TimeSpan.FromDays(30);

    private Project(ProjectId id, Guid ownerId, string name, string slug, Visibility visibility, string label, string shortCode, DateTimeOffset createdAt)
    {
        (Id, OwnerId, Name, Slug, Visibility) = (id, ownerId, name, slug, visibility);
        (Label, ShortCode, CreatedAt, UpdatedAt) = (label, shortCode, createdAt, createdAt);
    }

    public ProjectId Id { get; private set; }

    /// <summary>Whose name stands in the address and whose storage it counts for.</summary>
    public Guid OwnerId { get; private set; }

    public string Name { get; private set; }

    /// <summary>Its word in addresses, unique for the owner.</summary>
    public string Slug { get; private set; }

    public Visibility Visibility { get; private set; }

    /// <summary>The host label that its publication is served under, fixed for good.</summary>
    public string Label { get; private set; }

    /// <summary>8 characters to dictate in class.</summary>
    public string ShortCode { get; private set; }

    /// <summary>The newest revision, from 1; 0 only while the first is being written.</summary>
    public int HeadNumber { get; private set; }

    /// <summary>The publication that is shown; null where nothing is.</summary>
    public Guid? PublicationId { get; private set; }

    public Publication? Publication { get; private set; }

    /// <summary>Who works on it besides the owner.</summary>
    public ICollection<ProjectMember> Members { get; } = [];

    /// <summary>The runtime release that the owner chose; null where each page's own wish decides.</summary>
    public string? RuntimePin { get; private set; }

    /// <summary>Whether pages are cross-origin isolated.</summary>
    public bool Isolation { get; private set; } = true;

    public Embedding Embedding { get; private set; }

    /// <summary>Whether a visitor's browser may keep it for use without network.</summary>
    public bool Offline { get; private set; }

    /// <summary>Whether Pyodide may start from a snapshot.</summary>
    public bool FastStart { get; private set; } = true;

    public ProjectId? RemixOfId { get; private set; }

    public int? RemixOfRevision { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>When an administrator took it away from the public; its address answers 410 since.</summary>
    public DateTimeOffset? TakenDownAt { get; private set; }

    /// <summary>Counts changes of anything but files; the row's version.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>Makes a project without a revision. The name must be one that <see cref="RefuseName"/> lets through.</summary>
    public static Project Create(Guid ownerId, string name, string? slug, Visibility visibility, DateTimeOffset now)
    {
        var word = slug ?? Projects.Slug.From(name);
        var shown = visibility is Visibility.Unlisted ? Projects.Slug.Unguessable(word) : word;
        return new Project(
            ProjectId.New(now), ownerId, name.Trim(), shown, visibility, Projects.Slug.ContentLabel(word), RandomText.Dictation(8), now);
    }

    /// <summary>Says what is wrong with a name, or null.</summary>
    public static Sentence? RefuseName(string name)
    {
        if (string.IsNullOrWhiteSpace(name)) return "A name has at least one character that is seen.";
        if (name.Trim().Length > NameLength) return $"A name has {NameLength} characters at most.";
        return ReadableText.Misleads(name) ? "A name has no control characters and none that change the order in which it is read." : null;
    }

    public Error? Rename(string name, DateTimeOffset now)
    {
        if (RefuseName(name) is { } why) return Error.Field("name", why);
        Name = name.Trim();
        Touch(now);
        return null;
    }

    /// <summary>Gives it another word in addresses. The caller keeps the old one as a redirect.</summary>
    public Error? ChangeSlug(string slug, DateTimeOffset now)
    {
        if (slug == Slug) return null;
        if (Projects.Slug.Refuse(slug) is { } why) return Error.Field("slug", why);
        Slug = Visibility is Visibility.Unlisted ? Projects.Slug.Unguessable(slug) : slug;
        Touch(now);
        return null;
    }

    /// <summary>Changes who may see it. What becomes unlisted gets a slug that cannot be guessed.</summary>
    public void ChangeVisibility(Visibility visibility, DateTimeOffset now)
    {
        if (visibility == Visibility) return;
        if (visibility is Visibility.Unlisted) Slug = Projects.Slug.Unguessable(Slug);
        Visibility = visibility;
        Touch(now);
    }

    /// <summary>Pins the runtime release, or lets pages decide again (null). The caller has seen that the hub holds it.</summary>
    public void PinRuntime(string? release, DateTimeOffset now)
    {
        RuntimePin = release;
        Touch(now);
    }

    /// <summary>
    /// Notes that the hub's default was switched under its publication; <paramref name="keep"/> pins it to a release at the same time.
    /// Nobody worked on it, so it is no later change.
    /// </summary>
    public void DefaultWasSwitched(string? keep)
    {
        RuntimePin = keep ?? RuntimePin;
        Version++;
    }

    /// <summary>Sets what is given of the switches; null leaves one as it is.</summary>
    public void Switch(bool? isolation, Embedding? embedding, bool? offline, bool? fastStart, DateTimeOffset now)
    {
        Isolation = isolation ?? Isolation;
        Embedding = embedding ?? Embedding;
        Offline = offline ?? Offline;
        FastStart = fastStart ?? FastStart;
        Touch(now);
    }

    public void Publish(Publication publication, DateTimeOffset now)
    {
        Publication = publication;
        PublicationId = publication.Id;
        Touch(now);
    }

    public void Unpublish(DateTimeOffset now)
    {
        Publication = null;
        PublicationId = null;
        Touch(now);
    }

    public void Delete(DateTimeOffset now)
    {
        DeletedAt = now;
        Touch(now);
    }

    /// <summary>Brings a deleted project back; refused when it is past <see cref="RestorableFor"/>.</summary>
    public Error? Undelete(DateTimeOffset now)
    {
        if (DeletedAt is { } deleted && now - deleted > RestorableFor) return new Error.NotFound("project");
        DeletedAt = null;
        Touch(now);
        return null;
    }

    public void TakeDown(DateTimeOffset now)
    {
        TakenDownAt = now;
        Touch(now);
    }

    public void HandOver(Guid ownerId, DateTimeOffset now)
    {
        OwnerId = ownerId;
        Touch(now);
    }

    /// <summary>Gives it another slug because the new owner has one of this word already.</summary>
    public void MakeSlugUnique() => Slug = Projects.Slug.Unguessable(Slug);

    public void RecordRemix(ProjectId parent, int revision) => (RemixOfId, RemixOfRevision) = (parent, revision);

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}
