using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>Reads the core metadata of wheels: of held ones, and of an upstream's without holding them (PEP 658), each once.</summary>
public sealed class PackageNeedsReading(HubDb db, IBlobStore blobs, HeldFiles held, UpstreamPages pages, PackageUpstreams upstreams)
{
    private const long MostMetadata = 2_000_000;

    // Only to read what it needs: an upstream that has large wheels has their metadata beside them.
    private const long MostWheel = 50_000_000;

    /// <summary>
    /// The core metadata of a wheel by its name and hash. Errors: <see cref="Error.NotFound"/>, <see cref="Error.CorruptBlob"/>, those of
    /// <see cref="ReadAsync"/>.
    /// </summary>
    /// <param name="isWanted">Whether an upstream may be asked for this wheel.</param>
    public async Task<Result<byte[]>> MetadataAsync(string fileName, BlobHash hash, Predicate<WheelFileName> isWanted, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        if (await held.FindAsync(fileName, hash, ct) is { } file)
        {
            if (file.MetadataHash is not { } kept) return new Error.NotFound("file");
            var content = await blobs.FindAsync(kept, ct);
            return content is not null && BlobHash.Of(content) == kept ? content : new Error.CorruptBlob(kept.ToString());
        }
        if (WheelFileName.Parse(fileName) is not { IsOk: true, Value: var wheel } || !isWanted(wheel) || await pages.FindAsync(wheel.Name.Key, fileName, hash, ct) is not { } listed)
            return new Error.NotFound("file");
        var text = (await ReadAsync([listed.File], ct))[0];
        return text.IsOk ? Encoding.UTF8.GetBytes(text.Value) : text.Error;
    }

    /// <summary>
    /// The core metadata of wheels that an upstream lists, one answer each, in their order; what is not known is asked for at once. Errors:
    /// those of <see cref="PackageUpstreams.GetAsync"/>, <c>wrong_hash</c>, and those of a wheel that is none.
    /// </summary>
    public async Task<IReadOnlyList<Result<string>>> ReadAsync(IReadOnlyList<IndexFile> files, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(files);
        var hashes = files.Select(file => file.Hash).ToList();
        var texts = await db.UpstreamMetadata.AsNoTracking().Where(row => hashes.Contains(row.FileHash)).ToDictionaryAsync(row => row.FileHash, row => (Result<string>)row.Text, ct);
        var asked = await Task.WhenAll(files.DistinctBy(file => file.Hash).Where(file => !texts.ContainsKey(file.Hash)).Select(async file => (file.Hash, Text: await AskAsync(file, ct))));
        foreach (var (hash, text) in asked)
        {
            texts[hash] = text;
            if (!text.IsOk) continue;
            await db.Database.ExecuteSqlAsync($"INSERT INTO upstream_metadata (file_hash, text) VALUES ({hash.ToArray()}, {text.Value}) ON CONFLICT DO NOTHING", ct);
        }
        return [.. files.Select(file => texts[file.Hash])];
    }

    private async Task<Result<string>> AskAsync(IndexFile file, CancellationToken ct)
    {
        if (file.HasMetadata)
        {
            var fetched = await upstreams.GetAsync(new Uri(file.Url.GetLeftPart(UriPartial.Path) + ".metadata" + file.Url.Query), null, null, MostMetadata, ct);
            if (fetched.IsOk)
            {
                if (file.MetadataHash is { } expected && BlobHash.Of(fetched.Value.Content) != expected)
                    return new Error.Invalid("wrong_hash", $"{file.Url.Host} sent metadata of {file.FileName} that have another SHA-256 than its index says.");
                return Checked(file, fetched.Value.Content);
            }
            // Some mirrors have the pages of an index and not all that these say.
            if (fetched.Error is not Error.NotFound) return fetched.Error;
        }
        var wheel = await upstreams.GetFileAsync(file.Url, MostWheel, ct);
        if (!wheel.IsOk) return wheel.Error;
        if (BlobHash.Of(wheel.Value.Content) != file.Hash)
            return new Error.Invalid("wrong_hash", $"{file.Url.Host} sent {file.FileName} with another SHA-256 than its index says.");
        var read = await NewPackageFile.OfWheelAsync(file.FileName, wheel.Value.Content, PackageFileOrigin.Upstream, file.Url.AbsoluteUri, ct);
        return read.IsOk ? Checked(file, read.Value.Metadata!) : read.Error;
    }

    private static Result<string> Checked(IndexFile file, byte[] metadata)
    {
        var read = CoreMetadata.Parse(metadata);
        if (!read.IsOk) return new Error.Invalid("bad_metadata", $"{file.FileName} of {file.Url.Host}: {read.Error.Sentence}");
        var text = Encoding.UTF8.GetString(metadata);
        // NUL is what no text of the database can hold, and no metadata have.
        return text.Contains('\0', StringComparison.Ordinal) ? new Error.Invalid("bad_metadata", $"The metadata of {file.FileName} are no text.") : text;
    }
}
