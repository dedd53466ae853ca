using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Domain.Packages;

/// <summary>Exactly which files a page loads in one runtime release: content-addressed and never changed.</summary>
public sealed class PackageLock
{
    public PackageLock(string id, string release, string document, DateTimeOffset createdAt) =>
        (Id, Release, Document, CreatedAt, UsedAt) = (id, release, document, createdAt, createdAt);

    /// <summary>The SHA-256 of <see cref="Document"/>, in hexadecimal digits.</summary>
    public string Id { get; private set; }

    public string Release { get; private set; }

    /// <summary>The lock as JSON.</summary>
    public string Document { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it was last given out; those of drafts go some time after.</summary>
    public DateTimeOffset UsedAt { get; private set; }
}

/// <summary>That a lock needs a blob.</summary>
public sealed class PackageLockBlob
{
    public PackageLockBlob(string lockId, BlobHash hash) => (LockId, Hash) = (lockId, hash);

    public string LockId { get; private set; }

    public BlobHash Hash { get; private set; }
}

/// <summary>What was resolved for one page of a publication in one release that it may run on.</summary>
public sealed class PublicationLock
{
    public PublicationLock(Guid publicationId, string page, string release, string? lockId, string problems)
    {
        (PublicationId, Page, Release) = (publicationId, page, release);
        (LockId, Problems) = (lockId, problems);
    }

    public Guid PublicationId { get; private set; }

    /// <summary>The page's path within the project.</summary>
    public string Page { get; private set; }

    public string Release { get; private set; }

    /// <summary>Null where nothing could be resolved.</summary>
    public string? LockId { get; private set; }

    /// <summary>What is missing or in conflict, as a JSON list of what is said to people and where it was looked for.</summary>
    public string Problems { get; private set; }
}

/// <summary>What was last resolved for a draft, under a hash of all that went into it.</summary>
public sealed class DraftLock
{
    public DraftLock(string key, string? lockId, string problems, DateTimeOffset resolvedAt) =>
        (Key, LockId, Problems, ResolvedAt) = (key, lockId, problems, resolvedAt);

    public string Key { get; private set; }

    public string? LockId { get; private set; }

    /// <inheritdoc cref="PublicationLock.Problems"/>
    public string Problems { get; private set; }

    public DateTimeOffset ResolvedAt { get; private set; }
}
