using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>A file that is about to be saved. Its bytes are read when they are needed, so that a large archive is never in memory whole.</summary>
/// <param name="Path">Where it goes.</param>
/// <param name="Entry">Hash and length of its bytes.</param>
/// <param name="Read">Reads the bytes.</param>
public sealed record NewFile(FilePath Path, ManifestEntry Entry, Func<CancellationToken, ValueTask<byte[]>> Read)
{
    /// <summary>A file whose bytes are at hand.</summary>
    public static NewFile Of(FilePath path, byte[] content) =>
        new(path, new ManifestEntry(BlobHash.Of(content), content.LongLength), _ => ValueTask.FromResult(content));
}
