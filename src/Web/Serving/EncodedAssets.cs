using System.Collections.Concurrent;
using System.IO.Compression;
using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Serving;

/// <summary>
/// Brotli and gzip forms of runtime files, made once and kept on disk by the hash of what they encode. A form that nobody
/// made yet is made fast at its first request; <see cref="AssetImprover"/> makes all of them small in the background.
/// </summary>
/// <remarks>
/// In the folder, <c>&lt;sha256&gt;.br</c> and <c>.gz</c> are as small as they get, <c>.fast.br</c> and <c>.fast.gz</c> are
/// what a first request got. All come into place by a rename.
/// </remarks>
internal sealed class EncodedAssets(RuntimeCatalog catalog, string folder)
{
    // Below this gain the receiver's work is not worth the bytes: Pyodide's stdlib archives are deflated and gain 2 %,
    // except those of 0.24, which are stored and gain 70 %.
    private const double WorthwhileShare = 0.95;

    // A shorter body fits the packet that carries the headers anyway.
    private const int WorthwhileLength = 256;

    private readonly ConcurrentDictionary<(string Sha256, ContentCoding Coding), Lazy<Task<Form>>> _forms = new();

    /// <summary>Where a form lies, its length in bytes, and whether sending it is better than sending the file itself.</summary>
    internal sealed record Form(string Location, long Length, bool IsWorthwhile);

    /// <summary>The form of a file; made, if it is not there.</summary>
    public Task<Form> GetAsync(RuntimeFile file, ContentCoding coding)
    {
        if (coding == ContentCoding.Identity)
            return Task.FromResult(new Form(catalog.LocationOf(file), file.Length, IsWorthwhile: true));
        var form = _forms.GetOrAdd((file.Sha256, coding), _ => new(() => FindOrMakeAsync(file, coding)));
        if (form.Value.IsFaulted) _forms.TryRemove(new((file.Sha256, coding), form));
        return form.Value;
    }

    /// <summary>Looks on disk again: someone deleted a form, or replaced it.</summary>
    public void Forget(RuntimeFile file, ContentCoding coding) => _forms.TryRemove((file.Sha256, coding), out _);

    /// <summary>Whether this form is as small as it gets.</summary>
    public bool IsBest(RuntimeFile file, ContentCoding coding) => File.Exists(BestOf(file, coding));

    /// <summary>Makes the smallest form, at about half of one processor's time, and serves it from then on.</summary>
    public async Task ImproveAsync(RuntimeFile file, ContentCoding coding, CancellationToken cancellation)
    {
        if (file.Length < WorthwhileLength) return;
        var form = await EncodeAsync(file, coding, BestOf(file, coding), best: true, cancellation);
        _forms[(file.Sha256, coding)] = new(() => Task.FromResult(form));
        // Whoever is sending it holds it open.
        File.Delete(FastOf(file, coding));
    }

    /// <summary>Deletes forms of files that the catalog no longer has, and what killed hubs left, where they are older than this.</summary>
    public void Sweep(DateTimeOffset before)
    {
        if (!Directory.Exists(folder)) return;
        var kept = catalog.Files.Select(file => file.Sha256).ToHashSet(StringComparer.Ordinal);
        foreach (var form in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetFileName(form);
            var isKept = kept.Contains(name.Split('.')[0]) && !name.EndsWith(".tmp", StringComparison.Ordinal);
            if (!isKept && File.GetLastWriteTimeUtc(form) < before.UtcDateTime) File.Delete(form);
        }
    }

    private async Task<Form> FindOrMakeAsync(RuntimeFile file, ContentCoding coding)
    {
        foreach (var location in new[] { BestOf(file, coding), FastOf(file, coding) })
        {
            var kept = new FileInfo(location);
            if (kept.Exists) return new(location, kept.Length, IsWorthwhile(file, kept.Length));
        }

        // Not tied to the request: others wait for the same form.
        return await EncodeAsync(file, coding, FastOf(file, coding), best: false, CancellationToken.None);
    }

    private async Task<Form> EncodeAsync(RuntimeFile file, ContentCoding coding, string location, bool best, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var temporary = $"{location}.{Guid.NewGuid():N}.tmp";
        try
        {
            long length;
            await using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await using (var source = File.OpenRead(catalog.LocationOf(file)))
                await using (var encoder = Encoder(target, coding, best))
                    await CopyAsync(source, encoder, halfSpeed: best, cancellation);
                length = target.Length;
            }

            File.Move(temporary, location, overwrite: true);
            return new(location, length, IsWorthwhile(file, length));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static Stream Encoder(Stream target, ContentCoding coding, bool best) => coding == ContentCoding.Brotli
        ? new BrotliStream(target, new BrotliCompressionOptions { Quality = best ? 11 : 4 }, leaveOpen: true)
        : new GZipStream(target, new ZLibCompressionOptions { CompressionLevel = best ? 9 : 6 }, leaveOpen: true);

    private static async Task CopyAsync(Stream source, Stream target, bool halfSpeed, CancellationToken cancellation)
    {
        var buffer = new byte[128 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, cancellation)) > 0)
        {
            // Linux has no thread priorities for .NET: resting as long as one worked leaves room for requests.
            var started = Environment.TickCount64;
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            if (halfSpeed && Environment.TickCount64 - started is > 0 and var worked) await Task.Delay((int)worked, cancellation);
        }
    }

    private static bool IsWorthwhile(RuntimeFile file, long length) =>
        file.Length >= WorthwhileLength && length < file.Length * WorthwhileShare;

    private string BestOf(RuntimeFile file, ContentCoding coding) => Path.Combine(folder, file.Sha256 + Extension(coding));

    private string FastOf(RuntimeFile file, ContentCoding coding) => Path.Combine(folder, $"{file.Sha256}.fast{Extension(coding)}");

    private static string Extension(ContentCoding coding) => coding == ContentCoding.Brotli ? ".br" : ".gz";
}
