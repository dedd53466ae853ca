using System.Buffers.Binary;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;

namespace PyScriptHub.Infrastructure.Storage;

/// <summary>
/// Looks at an archive's directory before anything makes objects of it: 50 MB of directory are a million entries, which take
/// <see cref="System.IO.Compression.ZipArchive"/> seconds and 200 MB to read. The numbers in the end record are the sender's word,
/// so the headers themselves are walked as well. (APPNOTE 6.3.10, 4.3.12 to 4.3.16)
/// </summary>
static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint Locator64Signature = 0x07064b50;
    private const uint HeaderSignature = 0x02014b50;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int Locator64Bytes = 20;
    private const int HeaderBytes = 46;
    private const int LongestComment = ushort.MaxValue;

    // A name may be written in another normal form than it is kept in; extra fields hold times and rights.
    private const int LongestEntry = HeaderBytes + (4 * ProjectLimits.PathBytes) + 1024;

    /// <summary>Null where the directory may be read; else <c>entry_count</c> or <c>not_a_zip</c>. The stream stands where it stood.</summary>
    public static async Task<Error?> RefuseAsync(Stream archive, int entries, CancellationToken ct)
    {
        var position = archive.Position;
        try
        {
            return await LookAsync(archive, entries, ct);
        }
        finally
        {
            archive.Position = position;
        }
    }

    private static async Task<Error?> LookAsync(Stream archive, int entries, CancellationToken ct)
    {
        var tailStart = Math.Max(0, archive.Length - EndBytes - LongestComment);
        var tail = await ReadAsync(archive, tailStart, (int)(archive.Length - tailStart), ct);
        var end = LastOf(tail, EndSignature);
        if (end < 0 || end + EndBytes > tail.Length) return NoZip();
        long count = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(end + 10));
        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));

        // Where the numbers do not fit, those of the zip64 record count. One of them is looked at in any case, whichever is believed.
        var starts = new List<long>();
        if (start != uint.MaxValue) starts.Add(start);
        if (count != ushort.MaxValue && count > entries) return TooMany(count, entries);
        if (await ReadEnd64Async(archive, tailStart + end, ct) is { } end64)
        {
            if (end64.Count < 0 || end64.Count > entries) return TooMany(end64.Count, entries);
            starts.Add(end64.Start);
        }
        if (starts.Count == 0) return NoZip();
        foreach (var place in starts)
        {
            if (place < 0 || place > archive.Length) return NoZip();
            if (await WalkAsync(archive, place, entries, ct) is { } error) return error;
        }
        return null;
    }

    private static async Task<(long Count, long Start)?> ReadEnd64Async(Stream archive, long end, CancellationToken ct)
    {
        if (end < Locator64Bytes) return null;
        var locator = await ReadAsync(archive, end - Locator64Bytes, Locator64Bytes, ct);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Locator64Signature) return null;
        var place = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (place < 0 || place > archive.Length - End64Bytes) return null;
        var record = await ReadAsync(archive, place, End64Bytes, ct);
        return BinaryPrimitives.ReadUInt32LittleEndian(record) != End64Signature ? null
            : (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)));
    }

    // Header after header, as whoever reads the directory does, and no further than so many may reach.
    private static async Task<Error?> WalkAsync(Stream archive, long start, int entries, CancellationToken ct)
    {
        var longest = (long)entries * LongestEntry;
        var directory = await ReadAsync(archive, start, (int)Math.Min(Math.Min(longest, int.MaxValue), archive.Length - start), ct);
        var count = 0;
        var at = 0;
        while (at + HeaderBytes <= directory.Length && BinaryPrimitives.ReadUInt32LittleEndian(directory.AsSpan(at)) == HeaderSignature)
        {
            if (++count > entries) return TooMany(count, entries);
            at += HeaderBytes + BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 28))
                + BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 30)) + BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 32));
        }
        return at > longest ? new Error.Invalid("entry_count", $"The archive's directory is longer than that of {entries} files can be.") : null;
    }

    private static async Task<byte[]> ReadAsync(Stream archive, long start, int length, CancellationToken ct)
    {
        var bytes = new byte[length];
        archive.Position = start;
        await archive.ReadExactlyAsync(bytes, ct);
        return bytes;
    }

    private static int LastOf(byte[] bytes, uint signature)
    {
        Span<byte> wanted = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, signature);
        return bytes.AsSpan().LastIndexOf(wanted);
    }

    private static Error.Invalid TooMany(long count, int entries) => count < 0 ? NoZip()
        : new Error.Invalid("entry_count", $"The archive has {count} entries, the limit is {entries}.");

    private static Error.Invalid NoZip() => new("not_a_zip", "The file is not a zip archive, or it is cut off.");
}
