namespace PyScriptHub.Infrastructure.Storage;

/// <summary>The checksum of zip entries (ISO 3309, reflected polynomial 0xEDB88320). System.IO.Hashing has it, and cannot be had here.</summary>
static class Crc32
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static uint Of(ReadOnlySpan<byte> content)
    {
        var sum = uint.MaxValue;
        foreach (var octet in content) sum = s_table[(sum ^ octet) & 0xFF] ^ (sum >> 8);
        return ~sum;
    }

    private static uint Entry(int octet)
    {
        var entry = (uint)octet;
        for (var bit = 0; bit < 8; bit++) entry = (entry & 1) == 0 ? entry >> 1 : (entry >> 1) ^ 0xEDB88320;
        return entry;
    }
}
