using System.Buffers.Binary;
using System.IO.Compression;

namespace PyScriptHub.Infrastructure.Browser;

/// <summary>
/// Pictures of pages. What a browser hands over that a page may have taken over is not stored as it is: its pixels are read strictly and
/// written anew, so that nothing else of it reaches whoever looks at it.
/// </summary>
public static class Png
{
    private const int Signature = 8;
    private const int LongestSide = 16_384;
    private const int MostBytes = 64 << 20;

    private static ReadOnlySpan<byte> SignatureBytes => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static readonly uint[] s_crc = MakeTable();

    /// <summary>
    /// The same picture written anew; null for what is no picture as Chromium writes one: 8 bits, RGB or RGBA, not interlaced, at most
    /// 16,384 pixels wide and high and 64 MiB of pixels.
    /// </summary>
    public static byte[]? EncodeAnew(ReadOnlySpan<byte> picture)
    {
        if (!picture.StartsWith(SignatureBytes)) return null;
        var rest = picture[Signature..];
        if (ReadChunk(ref rest, out var type, out var header) is false || !type.SequenceEqual("IHDR"u8) || ReadHeader(header) is not var (height, rowBytes)) return null;
        using var packed = new MemoryStream();
        for (var isData = false; ;)
        {
            if (!ReadChunk(ref rest, out type, out var body)) return null;
            if (type.SequenceEqual("IEND"u8))
            {
                if (body.Length > 0 || rest.Length > 0) return null;
                break;
            }
            if (type.SequenceEqual("IDAT"u8))
            {
                // All of them come in a row.
                if (packed.Length > 0 && !isData) return null;
                isData = true;
                packed.Write(body);
                continue;
            }
            isData = false;
            // A capital letter at the front: whoever does not know it must not go on. Only a palette may be left out.
            if (char.IsAsciiLetterUpper((char)type[0]) && !type.SequenceEqual("PLTE"u8)) return null;
        }
        return Unpack(packed, height, rowBytes) is { } rows ? Write(header, rows) : null;
    }

    // Type and body of the next chunk; false where its length, name or checksum is wrong.
    private static bool ReadChunk(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = [];
        body = [];
        if (rest.Length < 12) return false;
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - 12) return false;
        type = rest.Slice(4, 4);
        body = rest.Slice(8, (int)length);
        foreach (var letter in type)
            if (!char.IsAsciiLetter((char)letter)) return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]) != Crc(rest.Slice(4, 4 + (int)length))) return false;
        rest = rest[(12 + (int)length)..];
        return true;
    }

    private static (int Height, int RowBytes)? ReadHeader(ReadOnlySpan<byte> header)
    {
        if (header.Length != 13) return null;
        var width = BinaryPrimitives.ReadUInt32BigEndian(header);
        var height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        // Bits, colours, compression, filter, interlace.
        if (width is 0 or > LongestSide || height is 0 or > LongestSide || header[8] != 8 || header[10] != 0 || header[11] != 0 || header[12] != 0) return null;
        var channels = header[9] switch { 2 => 3, 6 => 4, _ => 0 };
        var rowBytes = 1 + (width * channels);
        return channels > 0 && rowBytes * height <= MostBytes ? ((int)height, (int)rowBytes) : null;
    }

    // The rows, each with the byte before it that names its filter; null where there are more or fewer, or the filter is none of the five.
    private static byte[]? Unpack(MemoryStream packed, int height, int rowBytes)
    {
        packed.Position = 0;
        var rows = new byte[height * rowBytes];
        try
        {
            using var unpacking = new ZLibStream(packed, CompressionMode.Decompress);
            if (unpacking.ReadAtLeast(rows, rows.Length, throwOnEndOfStream: false) < rows.Length || unpacking.ReadByte() >= 0) return null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
        for (var at = 0; at < rows.Length; at += rowBytes)
            if (rows[at] > 4) return null;
        return rows;
    }

    private static byte[] Write(ReadOnlySpan<byte> header, byte[] rows)
    {
        using var packed = new MemoryStream();
        using (var packing = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) packing.Write(rows);
        using var picture = new MemoryStream();
        picture.Write(SignatureBytes);
        WriteChunk(picture, "IHDR"u8, header);
        WriteChunk(picture, "IDAT"u8, packed.ToArray());
        WriteChunk(picture, "IEND"u8, []);
        return picture.ToArray();
    }

    private static void WriteChunk(MemoryStream picture, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        picture.Write(number);
        picture.Write(type);
        picture.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(picture.GetBuffer().AsSpan((int)picture.Length - body.Length - 4, body.Length + 4)));
        picture.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes) crc = s_crc[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    // CRC-32 as PNG has it (ISO 3309), bits reflected.
    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }
}
