using Microsoft.Extensions.Caching.Memory;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// Reads blobs through a cache in memory and one on disk. Bytes are checked against their hash wherever they come from, and
/// what is damaged is never kept.
/// </summary>
public sealed partial class BlobReader(IBlobStore store, BlobCache cache, TemplateSites templates, ILogger<BlobReader> logger)
{
    /// <summary>The bytes of a blob that something refers to. Error: <see cref="Error.CorruptBlob"/>.</summary>
    public async Task<Result<byte[]>> ReadAsync(BlobHash hash, CancellationToken ct)
    {
        if (templates.BlobOf(hash) is { } built) return built;
        if (await cache.FindAsync(hash, ct) is { } kept) return kept;
        var stored = await store.FindAsync(hash, ct);
        if (stored is null || BlobHash.Of(stored) != hash)
        {
            LogCorrupt(hash);
            return new Error.CorruptBlob(hash.ToString());
        }
        await cache.KeepAsync(hash, stored, ct);
        return stored;
    }

    [LoggerMessage(LogLevel.Error, "The stored bytes of blob {Hash} are missing or damaged")]
    private partial void LogCorrupt(BlobHash hash);
}

/// <summary>Blobs that were read before: in memory by size, on disk so that published pages outlive the database's absence.</summary>
public sealed class BlobCache : IDisposable
{
    private const long MemoryBytes = 64 * 1024 * 1024;
    private const int LargestInMemory = 4 * 1024 * 1024;
    private const long DiskBytes = 2L * 1024 * 1024 * 1024;

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = MemoryBytes });
    private readonly string _folder;
    private long _written;

    public BlobCache(HubOptions options)
    {
        _folder = Path.Combine(options.DataDirectory, "cache", "blobs");
        Directory.CreateDirectory(_folder);
    }

    /// <summary>The bytes, if they are at hand and whole.</summary>
    public async Task<byte[]?> FindAsync(BlobHash hash, CancellationToken ct)
    {
        if (_memory.TryGetValue(hash, out byte[]? kept)) return kept;
        byte[] content;
        try
        {
            content = await File.ReadAllBytesAsync(PathOf(hash), ct);
        }
        catch (IOException)
        {
            return null;
        }
        if (BlobHash.Of(content) != hash)
        {
            // The cache's own damage: the store is asked again.
            File.Delete(PathOf(hash));
            return null;
        }
        KeepInMemory(hash, content);
        return content;
    }

    /// <summary>Keeps bytes that were checked. A full disk only means that nothing is kept there.</summary>
    public async Task KeepAsync(BlobHash hash, byte[] content, CancellationToken ct)
    {
        KeepInMemory(hash, content);
        var path = PathOf(hash);
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(temporary, content, ct);
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException)
        {
            return;
        }
        finally
        {
            File.Delete(temporary);
        }
        if (Interlocked.Add(ref _written, content.LongLength) > DiskBytes / 10) Trim();
    }

    /// <summary>Takes the least recently written files away until the cache on disk is within its bounds.</summary>
    public void Trim()
    {
        Interlocked.Exchange(ref _written, 0);
        var files = new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderByDescending(file => file.LastWriteTimeUtc).ToList();
        long kept = 0;
        foreach (var file in files)
        {
            try
            {
                kept += file.Length;
                if (kept > DiskBytes) file.Delete();
            }
            catch (FileNotFoundException)
            {
                // Another node on this folder, or another request, was there first.
            }
        }
    }

    public void Dispose() => _memory.Dispose();

    private void KeepInMemory(BlobHash hash, byte[] content)
    {
        if (content.Length <= LargestInMemory) _memory.Set(hash, content, new MemoryCacheEntryOptions { Size = content.Length + 100 });
    }

    private string PathOf(BlobHash hash)
    {
        var name = hash.ToString();
        return Path.Combine(_folder, name[..2], name);
    }
}
