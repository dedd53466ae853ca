using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Runtime.Assets.Packing;

/// <summary>A file of an npm package.</summary>
/// <param name="Path">Below the archive's one top folder.</param>
public sealed record NpmTarballFile(string Path, byte[] Content);

/// <summary>Reads npm's archives: plain files alone, each below the one top folder, none outside of it, bounded in number and size.</summary>
public static class NpmTarball
{
    private const int MostEntries = 10_000;
    private const long MostBytes = 256L * 1024 * 1024;
    private const int LongestName = 240;

    /// <summary>Writes the files of an archive into a folder.</summary>
    /// <exception cref="RuntimeAssetsException">As <see cref="Read"/>.</exception>
    internal static void Unpack(byte[] tarball, string folder, NpmPackage package)
    {
        // Not every file system tells them apart.
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Read(tarball, package.ToString()))
        {
            if (!names.Add(file.Path)) throw Refused(package.ToString(), $"'{file.Path}' twice");
            var path = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using FileStream target = new(path, FileMode.CreateNew, FileAccess.Write);
            target.Write(file.Content);
        }
    }

    /// <summary>The files of an archive.</summary>
    /// <param name="package">What it is said to be, for errors.</param>
    /// <exception cref="RuntimeAssetsException">The archive is broken, or holds what no npm package does.</exception>
    public static IReadOnlyList<NpmTarballFile> Read(byte[] tarball, string package)
    {
        try
        {
            using MemoryStream source = new(tarball);
            using GZipStream unzipped = new(source, CompressionMode.Decompress);
            // Around everything: what stands between the files can be long, too.
            using BoundedStream bounded = new(unzipped, MostBytes + (MostEntries * 2048L), () => Refused(package, $"more than {MostBytes} bytes"));
            using TarReader reader = new(bounded);
            Dictionary<string, NpmTarballFile> files = new(StringComparer.Ordinal);
            var left = MostBytes;
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes) continue;
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                    throw Refused(package, $"the {entry.EntryType} '{entry.Name}'");
                var name = BelowTop(entry.Name) ?? throw Refused(package, $"the name '{entry.Name}'");
                if (files.Count == MostEntries) throw Refused(package, $"more than {MostEntries} files");
                if ((left -= entry.Length) < 0) throw Refused(package, $"more than {MostBytes} bytes");
                using MemoryStream content = new((int)entry.Length);
                entry.DataStream?.CopyTo(content);
                if (!files.TryAdd(name, new(name, content.ToArray()))) throw Refused(package, $"'{entry.Name}' twice");
            }

            if (!files.ContainsKey("package.json")) throw Refused(package, "no package.json");
            return [.. files.Values];
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new RuntimeAssetsException($"The archive of {package} is broken: {exception.Message}", exception);
        }
    }

    private static RuntimeAssetsException Refused(string package, string what) => new($"The archive of {package} holds {what}; it was not unpacked.");

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
