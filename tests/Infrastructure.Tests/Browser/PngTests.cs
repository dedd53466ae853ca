using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using PyScriptHub.Infrastructure.Browser;

namespace PyScriptHub.Infrastructure.Tests.Browser;

/// <summary>What is kept of a picture that a browser handed over.</summary>
public sealed class PngTests
{
    // Of 1 pixel, from another encoder than this test's (RFC 2083's own example of CRC and zlib would do as well).
    private const string Foreign = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    [Fact]
    public void A_picture_keeps_its_pixels()
    {
        var rows = Rows(3, 2);
        var anew = Png.EncodeAnew(Picture(3, 2, Pack(rows)))!;
        Parts(anew).Select(part => part.Type).ShouldBe(["IHDR", "IDAT", "IEND"]);
        Unpack(Parts(anew)[1].Body).ShouldBe(rows);
        Png.EncodeAnew(anew).ShouldBe(anew);
    }

    [Fact]
    public void A_picture_of_another_encoder_keeps_its_pixels()
    {
        var foreign = Convert.FromBase64String(Foreign);
        var anew = Png.EncodeAnew(foreign)!;
        Unpack(Parts(anew)[1].Body).ShouldBe(Unpack(Parts(foreign)[1].Body));
    }

    [Fact]
    public void Everything_but_the_pixels_is_left_out()
    {
        var packed = Pack(Rows(3, 2));
        byte[] picture =
        [
            .. Start, .. Chunk("IHDR", Header(3, 2)), .. Chunk("tEXt", "Comment\0<script>alert(1)</script>"u8), .. Chunk("iCCP", "x"u8),
            .. Chunk("IDAT", packed.AsSpan(0, 5)), .. Chunk("IDAT", [.. packed.AsSpan(5), .. "<script>"u8]), .. Chunk("zTXt", "more"u8), .. Chunk("IEND", []),
        ];
        var anew = Png.EncodeAnew(picture)!;
        Encoding.Latin1.GetString(anew).ShouldNotContain("script");
        Parts(anew).Select(part => part.Type).ShouldBe(["IHDR", "IDAT", "IEND"]);
    }

    public static TheoryData<string, byte[]> Odd()
    {
        var packed = Pack(Rows(3, 2));
        var good = Picture(3, 2, packed);
        byte[] Of(params byte[][] chunks) => [.. Start, .. chunks.SelectMany(chunk => chunk)];
        byte[] header = Chunk("IHDR", Header(3, 2)), data = Chunk("IDAT", packed), end = Chunk("IEND", []);
        return new()
        {
            { "nothing", [] },
            { "no picture", "<svg onload=alert(1)>"u8.ToArray() },
            { "a signature alone", Start },
            { "cut off", good[..^1] },
            { "something after the end", [.. good, 0] },
            { "a wrong checksum", [.. good[..^1], (byte)(good[^1] ^ 1)] },
            { "a length beyond the file", Of([0x7F, 0xFF, 0xFF, 0xFF, .. header[4..]]) },
            { "a negative length", Of([0xFF, 0xFF, 0xFF, 0xFF, .. header[4..]]) },
            { "no header", Of(data, end) },
            { "two headers", Of(header, header, data, end) },
            { "no pixels", Of(header, end) },
            { "pixels in two places", Of(header, Chunk("IDAT", packed.AsSpan(0, 5)), Chunk("tEXt", []), Chunk("IDAT", packed.AsSpan(5)), end) },
            { "a chunk that must be understood", Of(header, Chunk("ABCD", []), data, end) },
            { "a chunk whose name is no name", Of(header, Chunk("a\0cd", []), data, end) },
            { "an end that says something", Of(header, data, Chunk("IEND", [1])) },
            { "no pixel", Picture(0, 2, packed) },
            { "too wide", Picture(16_385, 1, packed) },
            { "too many pixels", Picture(16_384, 16_384, packed) },
            { "fewer rows than said", Picture(3, 3, packed) },
            { "more rows than said", Picture(3, 1, packed) },
            { "a bomb", Picture(3, 2, Pack(new byte[50_000_000])) },
            { "pixels that are not packed", Picture(3, 2, Rows(3, 2)) },
            { "a wrong checksum of the pixels", Picture(3, 2, [.. packed[..^1], (byte)(packed[^1] ^ 1)]) },
            { "an unknown filter", Picture(3, 2, Pack([5, .. Rows(3, 2)[1..]])) },
            { "16 bits", Of(Chunk("IHDR", Header(3, 2, bits: 16)), data, end) },
            { "a palette's colours", Of(Chunk("IHDR", Header(3, 2, colours: 3)), data, end) },
            { "interlaced", Of(Chunk("IHDR", Header(3, 2, interlace: 1)), data, end) },
            { "a longer header", Of(Chunk("IHDR", [.. Header(3, 2), 0]), data, end) },
        };
    }

    [Theory]
    [MemberData(nameof(Odd))]
    public void What_is_odd_is_not_kept(string what, byte[] picture) => Png.EncodeAnew(picture).ShouldBeNull(what);

    private static byte[] Start => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static byte[] Picture(int width, int height, byte[] packed) =>
        [.. Start, .. Chunk("IHDR", Header(width, height)), .. Chunk("IDAT", packed), .. Chunk("IEND", [])];

    private static byte[] Header(int width, int height, byte bits = 8, byte colours = 6, byte interlace = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (bits, colours, interlace);
        return header;
    }

    // Each row begins with the number of a filter.
    private static byte[] Rows(int width, int height) =>
        [.. Enumerable.Range(0, height).SelectMany(row => Enumerable.Range(0, width * 4).Select(i => (byte)(row + (i * 7))).Prepend((byte)(row % 5)))];

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var packing = new ZLibStream(packed, CompressionLevel.Fastest)) packing.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var bytes = new MemoryStream();
        using var unpacking = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        unpacking.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static byte[] Chunk(string type, ReadOnlySpan<byte> body)
    {
        byte[] named = [.. Encoding.Latin1.GetBytes(type), .. body];
        var chunk = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        named.CopyTo(chunk.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Crc(named));
        return chunk;
    }

    // Bit by bit, as the specification says it.
    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }

    private static List<(string Type, byte[] Body)> Parts(byte[] picture)
    {
        var parts = new List<(string, byte[])>();
        for (var at = 8; at < picture.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(picture.AsSpan(at));
            parts.Add((Encoding.Latin1.GetString(picture, at + 4, 4), picture[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }
        return parts;
    }
}
