namespace PyScriptHub.Domain.Projects;

/// <summary>An immutable state of a project's files. Every save makes one.</summary>
public sealed class Revision
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameLength = 100;

    public Revision(ProjectId projectId, int number, Manifest manifest, Guid? authorId, DateTimeOffset createdAt) =>
        (ProjectId, Number, Manifest, AuthorId, CreatedAt) = (projectId, number, manifest, authorId, createdAt);

    public ProjectId ProjectId { get; private set; }

    /// <summary>1, 2, 3 … within the project.</summary>
    public int Number { get; private set; }

    public Manifest Manifest { get; private set; }

    public Guid? AuthorId { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>What its author calls it; a named revision is never thinned.</summary>
    public string? Name { get; private set; }

    public void Rename(string? name) => Name = string.IsNullOrWhiteSpace(name) ? null : name.Trim();
}

/// <summary>That a revision needs a blob: what keeps the sweep from taking it.</summary>
public sealed class RevisionBlob
{
    public RevisionBlob(ProjectId projectId, int number, BlobHash hash) => (ProjectId, Number, Hash) = (projectId, number, hash);

    public ProjectId ProjectId { get; private set; }

    public int Number { get; private set; }

    public BlobHash Hash { get; private set; }
}

/// <summary>That the bytes of a file are stored, and where the sweep may begin to think of it as left over.</summary>
public sealed class Blob
{
    private Blob(BlobHash hash, long length, DateTimeOffset touchedAt) => (Hash, Length, TouchedAt) = (hash, length, touchedAt);

    public BlobHash Hash { get; private set; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>When a save last needed it.</summary>
    public DateTimeOffset TouchedAt { get; private set; }

    /// <summary>The bytes, where PostgreSQL keeps them.</summary>
    public byte[]? Content { get; private set; }
}
