using System.Text;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.Fetching;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Infrastructure.PackageIndex;

/// <summary>What the upstreams list for a name.</summary>
/// <param name="Package">The normal form of the name.</param>
/// <param name="Files">Of two files of one name, that of the earlier upstream.</param>
/// <param name="LookedIn">The upstreams by their hosts, and what went wrong there.</param>
/// <param name="IsAnswered">Whether every upstream answered, be it that it does not know the name; pages that were kept count.</param>
/// <param name="IsAway">Whether one did not answer just now: what it has that the hub does not hold cannot be had.</param>
public sealed record UpstreamListing(string Package, IReadOnlyList<UpstreamFile> Files, IReadOnlyList<Sentence> LookedIn, bool IsAnswered, bool IsAway);

/// <summary>A file of an upstream.</summary>
public sealed record UpstreamFile(Uri Upstream, IndexFile File);

/// <summary>The pages of the upstreams, kept for a while and served when an upstream is away.</summary>
public sealed class UpstreamPages(HubDb db, PackageUpstreams upstreams, TimeProvider time)
{
    /// <summary>How long a page is taken as it was.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(10);

    /// <summary>How long it is remembered that an upstream does not know a name.</summary>
    public static readonly TimeSpan MissingAge = TimeSpan.FromMinutes(2);

    /// <summary>The longest page that is read, in bytes.</summary>
    public const long MostBytes = 20_000_000;

    // JSON has the sizes; an old server that knows only HTML takes what it does not know for anything.
    private const string Accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

    /// <summary>Whether there are any upstreams.</summary>
    public bool HasUpstreams => upstreams.Indexes.Count > 0;

    /// <summary>The hosts of the upstreams, for people.</summary>
    public string Hosts => string.Join(", ", upstreams.Indexes.Select(index => index.Host));

    /// <summary>What the upstreams list for these names, one answer each, in their order. All that has to be asked for is asked for at once.</summary>
    /// <param name="names">Normal forms.</param>
    public async Task<IReadOnlyList<UpstreamListing>> ReadAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (!HasUpstreams) return [.. names.Select(name => new UpstreamListing(name, [], [], IsAnswered: true, IsAway: false))];
        var kept = await KeptAsync(names, ct);
        var now = time.GetUtcNow();
        var wanted = (from name in names.Distinct(StringComparer.Ordinal) from upstream in upstreams.Indexes select (Upstream: upstream, Name: name)).ToList();
        var asked = await Task.WhenAll(wanted
            .Where(page => !(kept.GetValueOrDefault((page.Upstream.AbsoluteUri, page.Name)) is { } row && IsFresh(row, now)))
            .Select(async page => (Page: page, Answer: await AskAsync(page.Upstream, page.Name, kept.GetValueOrDefault((page.Upstream.AbsoluteUri, page.Name))?.ETag, ct))));
        var problems = new Dictionary<(string, string), Error>();
        foreach (var (page, answer) in asked)
        {
            var key = (page.Upstream.AbsoluteUri, page.Name);
            if (answer.IsOk) kept[key] = await KeepAsync(kept.GetValueOrDefault(key) ?? new UpstreamPage(page.Upstream.AbsoluteUri, page.Name), answer.Value, ct);
            else problems[key] = answer.Error;
        }
        return [.. names.Select(name => ListingOf(name, kept, problems))];
    }

    /// <summary>The file of this name and hash that a kept page lists; null where none does. Nobody is asked.</summary>
    public async Task<UpstreamFile?> FindAsync(string package, string fileName, Domain.Projects.BlobHash hash, CancellationToken ct)
    {
        if (!HasUpstreams) return null;
        var kept = await KeptAsync([package], ct);
        return ListingOf(package, kept, []).Files.FirstOrDefault(file => file.File.FileName == fileName && file.File.Hash == hash);
    }

    private async Task<Dictionary<(string Upstream, string Name), UpstreamPage>> KeptAsync(IReadOnlyList<string> names, CancellationToken ct)
    {
        var addresses = upstreams.Indexes.Select(index => index.AbsoluteUri).ToList();
        return await db.UpstreamPages.AsNoTracking().Where(page => names.Contains(page.Package) && addresses.Contains(page.Upstream))
            .ToDictionaryAsync(page => (page.Upstream, page.Package), ct);
    }

    private static bool IsFresh(UpstreamPage page, DateTimeOffset now) => now - page.FetchedAt < (page.Document is null ? MissingAge : Age);

    private async Task<Result<Answer>> AskAsync(Uri upstream, string package, string? etag, CancellationToken ct)
    {
        var fetched = await upstreams.GetAsync(new Uri(upstream, package + "/"), Accept, etag, MostBytes, ct);
        if (fetched.Error is Error.NotFound) return new Answer(null, null, IsUnchanged: false);
        if (!fetched.IsOk) return fetched.Error;
        if (fetched.Value.IsUnchanged) return new Answer(null, etag, IsUnchanged: true);
        var page = Read(fetched.Value, package);
        return page.IsOk ? new Answer(Encoding.UTF8.GetString(IndexPageJson.Write(page.Value)), fetched.Value.ETag, IsUnchanged: false) : page.Error;
    }

    private static Result<IndexPage> Read(Fetched page, string package) => page.ContentType switch
    {
        "text/html" or "application/vnd.pypi.simple.v1+html" or "application/vnd.pypi.simple.latest+html" => IndexPageHtml.Read(page.Content, package, page.Url),
        "application/vnd.pypi.simple.v1+json" or "application/vnd.pypi.simple.latest+json" or "application/json" => IndexPageJson.Read(page.Content, package, page.Url),
        _ => IndexPageJson.Invalid(page.Url, package, $"its type is {Domain.Projects.FilePath.Show(page.ContentType ?? "not said")}"),
    };

    private async Task<UpstreamPage> KeepAsync(UpstreamPage page, Answer answer, CancellationToken ct)
    {
        var before = page.Document;
        page.FetchedAt = time.GetUtcNow();
        if (!answer.IsUnchanged) (page.Document, page.ETag) = (answer.Document, answer.ETag is { Length: <= 500 } etag ? etag : null);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO upstream_pages (upstream, package, document, etag, fetched_at) VALUES ({page.Upstream}, {page.Package}, {page.Document}, {page.ETag}, {page.FetchedAt})
            ON CONFLICT (upstream, package) DO UPDATE SET document = EXCLUDED.document, etag = EXCLUDED.etag, fetched_at = EXCLUDED.fetched_at
            """, ct);
        if (page.Document is not null && page.Document != before) await QuarantineAsync(page, ct);
        return page;
    }

    // A page that suddenly names another hash for a file that came from there is news for the administrator, even if nobody asks for it.
    private async Task QuarantineAsync(UpstreamPage page, CancellationToken ct)
    {
        var held = await db.PackageFiles.AsNoTracking().Where(file => file.Package == page.Package && file.Origin == PackageFileOrigin.Upstream)
            .Select(file => new { file.FileName, file.Hash, file.Source }).ToListAsync(ct);
        if (held.Count == 0) return;
        foreach (var file in FilesOf(page))
        {
            if (held.Find(other => other.FileName == file.FileName && other.Source.StartsWith(page.Upstream, StringComparison.Ordinal)) is not { } kept || kept.Hash == file.Hash) continue;
            await Quarantine.AddAsync(db, file.FileName, file.Hash, kept.Hash, file.Url.AbsoluteUri, time.GetUtcNow(), ct);
        }
    }

    private UpstreamListing ListingOf(string name, Dictionary<(string, string), UpstreamPage> kept, Dictionary<(string, string), Error> problems)
    {
        var files = new List<UpstreamFile>();
        var lookedIn = new List<Sentence>();
        var (isAnswered, isAway) = (true, false);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var upstream in upstreams.Indexes)
        {
            var key = (upstream.AbsoluteUri, name);
            var page = kept.GetValueOrDefault(key);
            var problem = problems.GetValueOrDefault(key);
            lookedIn.Add(problem is null ? upstream.Host : (Sentence)$"{upstream.Host} ({problem.Sentence})");
            isAnswered &= page is not null;
            isAway |= problem is not null;
            if (page?.Document is not null) files.AddRange(FilesOf(page).Where(file => names.Add(file.FileName)).Select(file => new UpstreamFile(upstream, file)));
        }
        return new UpstreamListing(name, files, lookedIn, isAnswered, isAway);
    }

    private static IReadOnlyList<IndexFile> FilesOf(UpstreamPage page) =>
        IndexPageJson.Read(Encoding.UTF8.GetBytes(page.Document!), page.Package, new Uri(page.Upstream)) is { IsOk: true, Value: var read } ? read.Files : [];

    // Null: the upstream does not know the name.
    private sealed record Answer(string? Document, string? ETag, bool IsUnchanged);
}
