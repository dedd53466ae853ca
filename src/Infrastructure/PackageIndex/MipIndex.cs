using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Infrastructure.Storage;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>
/// The index of MicroPython's <c>mip</c>, in the form of <c>https://micropython.org/pi/v2</c>: <c>index.json</c>, a JSON for each package and
/// version, and files under the first digits of their SHA-256.
/// </summary>
public sealed partial class MipIndex(HubDb db, IBlobStore blobs, PackageUpstreams upstreams, FetchTurns turns, TimeProvider time)
{
    /// <summary>The largest file, in bytes: MicroPython has little memory.</summary>
    public const long MostBytes = 5_000_000;

    private const int Attempts = 5;

    /// <summary>Whether there is an upstream.</summary>
    public bool HasUpstream => upstreams.Mip is not null;

    /// <summary>Whether what lies at a path never changes.</summary>
    public static bool IsImmutable(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.StartsWith("file/", StringComparison.Ordinal);
    }

    /// <summary>
    /// What lies at a path: held, or fetched now. Errors: <see cref="Error.NotFound"/>, <c>upstream_invalid</c>, <c>wrong_hash</c>, those of
    /// <see cref="PackageUpstreams.GetAsync"/> where nothing is held.
    /// </summary>
    /// <param name="path">Below <c>/pi/v2/</c>.</param>
    public async Task<Result<BlobHash>> FindAsync(string path, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Paths().Match(path) is not { Success: true } match) return new Error.NotFound("file");
        var held = await HeldAsync(path, ct);
        if (held is not null && (IsImmutable(path) || upstreams.Mip is null || IsFresh(held))) return held.Hash;
        if (upstreams.Mip is not { } mip) return new Error.NotFound("file");
        using var turn = await turns.TakeAsync($"mip {path}", ct);
        held = await HeldAsync(path, ct);
        if (held is not null && (IsImmutable(path) || IsFresh(held))) return held.Hash;

        var fetched = await upstreams.GetAsync(new Uri(mip, path), null, null, MostBytes, ct);
        if (fetched.Error is Error.NotFound) return fetched.Error;
        if (!fetched.IsOk) return held is null ? fetched.Error : held.Hash;
        var content = fetched.Value.Content;
        if (Refuse(path, match.Groups["hash"].Value, content, mip) is { } error) return held is null ? error : held.Hash;
        return await KeepAsync(path, content, fetched.Value.Url.AbsoluteUri, ct);
    }

    private Task<MipFile?> HeldAsync(string path, CancellationToken ct) => db.MipFiles.AsNoTracking().SingleOrDefaultAsync(file => file.Path == path, ct);

    private bool IsFresh(MipFile file) => time.GetUtcNow() - file.FetchedAt < UpstreamPages.Age;

    private static Error.Invalid? Refuse(string path, string hash, byte[] content, Uri mip)
    {
        if (IsImmutable(path))
        {
            return Convert.ToHexStringLower(SHA256.HashData(content)).StartsWith(hash, StringComparison.Ordinal)
                ? null
                : new Error.Invalid("wrong_hash", $"{mip.Host} sent a file whose SHA-256 does not begin with {hash}, as its address says. Nothing of it was kept.");
        }
        try
        {
            using var document = JsonDocument.Parse(content);
            if (document.RootElement.ValueKind is JsonValueKind.Object) return null;
        }
        catch (JsonException)
        {
            // Said below.
        }
        return new Error.Invalid("upstream_invalid", $"What {mip.Host} sent for {path} is no JSON object.");
    }

    private async Task<BlobHash> KeepAsync(string path, byte[] content, string source, CancellationToken ct)
    {
        var (hash, now) = (BlobHash.Of(content), time.GetUtcNow());
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await db.Database.BeginTransactionAsync(ct);
                if (!await blobs.TouchAsync(hash, ct)) await blobs.PutAsync(hash, content, ct);
                await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO mip_files (path, hash, source, fetched_at) VALUES ({path}, {hash.ToArray()}, {Excerpt.Of(source, 2_000)}, {now})
                    ON CONFLICT (path) DO UPDATE SET hash = EXCLUDED.hash, fetched_at = EXCLUDED.fetched_at
                    """, ct);
                await transaction.CommitAsync(ct);
                return hash;
            }
            catch (Exception e) when (attempt < Attempts && Contention.IsPassing(e))
            {
                // Nothing was written.
            }
        }
    }

    // A version is "latest" or a number; "py" stands for sources, a number for the format of .mpy files.
    [GeneratedRegex(@"\A(?:index\.json|package/(?:py|[0-9]{1,3})/[A-Za-z0-9][A-Za-z0-9._-]{0,199}/[A-Za-z0-9][A-Za-z0-9._+-]{0,99}\.json|file/(?<start>[0-9a-f]{2})/(?<hash>\k<start>[0-9a-f]{6,62}))\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Paths();
}
