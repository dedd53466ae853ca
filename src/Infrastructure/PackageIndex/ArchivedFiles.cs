using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>A file in an archive.</summary>
/// <param name="Name">Without folders.</param>
/// <param name="Length">In bytes, as the archive says it.</param>
/// <param name="Content">Read before the next file is asked for.</param>
public sealed record ArchivedFile(string Name, long Length, Stream Content)
{
    /// <summary>Its bytes; null where there are other than the archive said.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken ct)
    {
        var content = new byte[Length];
        var read = await Content.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, ct);
        return read == Length && await Content.ReadAsync(new byte[1], ct) == 0 ? content : null;
    }
}

/// <summary>
/// Reads a folder, or a <c>.tar.bz2</c>, <c>.tar.gz</c>, <c>.tar</c> or <c>.zip</c> as a stream, one file at a time. Nothing is written to a path
/// that an archive names, and its folders do not matter.
/// </summary>
public static class ArchivedFiles
{
    /// <summary>The files, in the archive's order. Throws <see cref="InvalidDataException"/> where it is none, or damaged.</summary>
    public static IAsyncEnumerable<ArchivedFile> ReadAsync(string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path)) return ReadFolderAsync(path, ct);
        return IsZip(path) ? ReadZipAsync(path, ct) : ReadTarAsync(path, ct);
    }

    private static async IAsyncEnumerable<ArchivedFile> ReadFolderAsync(string folder, [EnumeratorCancellation] CancellationToken ct)
    {
        // Links lead elsewhere: what is to be imported lies in the folder.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        foreach (var file in Directory.EnumerateFiles(folder, "*", options))
        {
            ct.ThrowIfCancellationRequested();
            await using var content = File.OpenRead(file);
            yield return new ArchivedFile(Path.GetFileName(file), content.Length, content);
        }
    }

    private static async IAsyncEnumerable<ArchivedFile> ReadZipAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var zip = await ZipFile.OpenReadAsync(path, ct);
        foreach (var entry in zip.Entries.Where(entry => entry.Name.Length > 0))
        {
            await using var content = await entry.OpenAsync(ct);
            yield return new ArchivedFile(entry.Name, entry.Length, content);
        }
    }

    private static async IAsyncEnumerable<ArchivedFile> ReadTarAsync(string path, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var file = File.OpenRead(path);
        await using var unpacked = Unpack(file);
        await using var tar = new TarReader(unpacked);
        while (await NextAsync(tar, path, ct) is { } entry)
        {
            if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } content })
                yield return new ArchivedFile(entry.Name[(entry.Name.LastIndexOf('/') + 1)..], entry.Length, content);
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader tar, string path, CancellationToken ct)
    {
        try
        {
            return await tar.GetNextEntryAsync(copyData: false, ct);
        }
        catch (Exception e) when (e is SharpZipBaseException or EndOfStreamException or InvalidDataException)
        {
            throw new InvalidDataException($"{path} is no archive that can be read, or is damaged: {e.Message}", e);
        }
    }

    // By what it begins with: names are not to be trusted.
    private static Stream Unpack(FileStream file)
    {
        Span<byte> start = stackalloc byte[3];
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (start[..read] is [(byte)'B', (byte)'Z', (byte)'h']) return new BZip2InputStream(file);
        return start[..read] is [0x1f, 0x8b, ..] ? new GZipStream(file, CompressionMode.Decompress) : new BufferedStream(file);
    }

    private static bool IsZip(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start is [(byte)'P', (byte)'K', 3, 4];
    }
}
