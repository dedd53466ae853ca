using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>The project files that are made rather than written: archives and a pure-Python wheel.</summary>
internal static class GeneratedFiles
{
    private static readonly DateTimeOffset s_stamp = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Path → bytes, under <c>generated/</c>; the same bytes each time.</summary>
    public static IEnumerable<KeyValuePair<string, byte[]>> All()
    {
        yield return new("generated/archive.zip", Zip([("top.txt", "top of the zip\n"), ("folder/", ""), ("folder/inner.txt", "inside the zip\n")]));
        yield return new("generated/archive.tgz", TarGz([("top.txt", "top of the tar\n"), ("folder/inner.txt", "inside the tar\n")]));
        yield return new("generated/suite_wheel-1.0-py3-none-any.whl", Wheel());
    }

    /// <summary>A wheel as the binary distribution format (PyPA, "Binary distribution format") asks for.</summary>
    private static byte[] Wheel()
    {
        const string Info = "suite_wheel-1.0.dist-info";
        List<(string Path, string Text)> files =
        [
            ("suite_wheel/__init__.py", "def answer():\n    return 42\n"),
            ($"{Info}/METADATA", "Metadata-Version: 2.1\nName: suite-wheel\nVersion: 1.0\n"),
            ($"{Info}/WHEEL", "Wheel-Version: 1.0\nGenerator: conformance\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        ];
        var record = new StringBuilder();
        foreach (var (path, text) in files)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var hash = Convert.ToBase64String(SHA256.HashData(bytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            record.Append(path).Append(",sha256=").Append(hash).Append(',').Append(bytes.Length).Append('\n');
        }
        files.Add(($"{Info}/RECORD", record.Append(Info).Append("/RECORD,,\n").ToString()));
        return Zip(files);
    }

    private static byte[] Zip(IEnumerable<(string Path, string Text)> files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, text) in files)
            {
                var entry = archive.CreateEntry(path, CompressionLevel.Optimal);
                entry.LastWriteTime = s_stamp;
                using var writer = entry.Open();
                writer.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return stream.ToArray();
    }

    private static byte[] TarGz(IEnumerable<(string Path, string Text)> files)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var (path, text) in files)
            {
                using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { DataStream = content, ModificationTime = s_stamp });
            }
        }
        return stream.ToArray();
    }
}
