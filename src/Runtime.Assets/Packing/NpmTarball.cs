using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Runtime.Assets.Packing;

/// <summary>Unpacks npm's archives: plain files alone, each below the one top folder, none outside the target, bounded in number and size.</summary>
internal static class NpmTarball
{
    private const int MostEntries = 5_000;
    private const long MostBytes = 256L * 1024 * 1024;
    private const int LongestName = 240;

    /// <exception cref="RuntimeAssetsException">The archive is broken, or holds what no npm package does.</exception>
    public static void Unpack(byte[] tarball, string folder, NpmPackage package)
    {
        try
        {
            using MemoryStream source = new(tarball);
            using GZipStream unzipped = new(source, CompressionMode.Decompress);
            using TarReader reader = new(unzipped);
            HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
            var left = MostBytes;
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes) continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    throw Refused($"the {entry.EntryType} '{entry.Name}'");
                var name = BelowTop(entry.Name) ?? throw Refused($"the name '{entry.Name}'");
                if (!names.Add(name)) throw Refused($"'{entry.Name}' twice");
                if (names.Count > MostEntries) throw Refused($"more than {MostEntries} files");
                if ((left -= entry.Length) < 0) throw Refused($"more than {MostBytes} bytes");

                var path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using FileStream target = new(path, FileMode.CreateNew, FileAccess.Write);
                entry.DataStream?.CopyTo(target);
            }

            if (!File.Exists(Path.Combine(folder, "package.json"))) throw Refused("no package.json");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new RuntimeAssetsException($"The archive of {package} is broken: {exception.Message}", exception);
        }

        RuntimeAssetsException Refused(string what) => new($"The archive of {package} holds {what}; it was not unpacked.");
    }

    // "package/dist/core.js" → "dist/core.js"; null for what could lead elsewhere or cannot be a file name everywhere.
    private static string? BelowTop(string name)
    {
        if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > LongestName || name.Contains('\\', StringComparison.Ordinal)
            || name.Contains(':', StringComparison.Ordinal) || name.Any(char.IsControl))
            return null;
        var parts = name.Split('/');
        return parts.Length < 2 || parts.Any(part => part is "" or "." or "..") ? null : string.Join('/', parts[1..]);
    }
}
