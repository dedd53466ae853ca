using System.IO.Compression;
using System.Text;

namespace PyScriptHub.Web.Tests.Support;

/// <summary>Makes archives for tests.</summary>
public static class Zip
{
    public static byte[] Of(params (string Path, string Text)[] files) => Of(files.Select(file => (file.Path, Encoding.UTF8.GetBytes(file.Text))).ToArray());

    public static byte[] Of(IEnumerable<(string Path, byte[] Content)> files, Action<ZipArchiveEntry>? change = null)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                var entry = zip.CreateEntry(path, CompressionLevel.Optimal);
                change?.Invoke(entry);
                using var target = entry.Open();
                target.Write(content);
            }
        }
        return stream.ToArray();
    }
}
