using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>Where the bytes of files are kept. PostgreSQL keeps them itself; an S3-compatible store is the second.</summary>
public interface IBlobStore
{
    /// <summary>
    /// Marks a blob as needed now, so that the sweep leaves it alone for a day; false where it is not stored. Runs in the
    /// transaction of the scope's database.
    /// </summary>
    Task<bool> TouchAsync(BlobHash hash, CancellationToken ct);

    /// <summary>Stores bytes under their hash; storing the same again only touches it. Runs in the same transaction.</summary>
    Task PutAsync(BlobHash hash, byte[] content, CancellationToken ct);

    /// <summary>The bytes as they are stored, unchecked; null where there are none.</summary>
    Task<byte[]?> FindAsync(BlobHash hash, CancellationToken ct);
}
