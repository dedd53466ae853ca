using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Projects;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Http;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>Everything that the hub keeps of the caller, as one zip: a file that is gone when it is closed.</summary>
sealed record ExportAccount : IRequest<Result<AccountExport>>;

/// <param name="Content">The zip.</param>
/// <param name="Slot">Given back when the zip was read: an account has one at a time.</param>
sealed record AccountExport(Stream Content, IDisposable Slot);

/// <summary>Lets an account have one export at a time on a node, from its beginning until it was read: each is a file as large as the account.</summary>
sealed class ExportSlots
{
    private readonly ConcurrentDictionary<Guid, Slot> _taken = new();

    /// <summary>The account's slot; null where it is taken.</summary>
    public IDisposable? Take(Guid userId)
    {
        var slot = new Slot(_taken, userId);
        return _taken.TryAdd(userId, slot) ? slot : null;
    }

    private sealed class Slot(ConcurrentDictionary<Guid, Slot> taken, Guid userId) : IDisposable
    {
        public void Dispose() => taken.TryRemove(KeyValuePair.Create(userId, this));
    }
}

sealed class ExportAccountHandler(
    HubDb db, BlobReader blobs, UserManager<HubUser> users, ExportSlots slots, RateLimits rates, ProjectLimits limits, CurrentUser caller, TimeProvider time)
    : IRequestHandler<ExportAccount, Result<AccountExport>>
{
    private const int PerHour = 12;

    // Where the bytes of a file are that was written already, and what was left out because it is there.
    private readonly Dictionary<BlobHash, string> _written = [];
    private readonly Dictionary<string, string> _sameAs = new(StringComparer.Ordinal);
    private long _repeated;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public async Task<Result<AccountExport>> Handle(ExportAccount command, CancellationToken ct)
    {
        if (await users.CallerAsync(caller) is not { } user) return new Error.Unauthenticated();
        if (slots.Take(user.Id) is not { } slot) return new Error.TooManyRequests(TimeSpan.FromSeconds(30));
        try
        {
            var made = await MakeAsync(user, slot, ct);
            if (!made.IsOk) slot.Dispose();
            return made;
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    private async Task<Result<AccountExport>> MakeAsync(HubUser user, IDisposable slot, CancellationToken ct)
    {
        if (await rates.TakeAsync($"export:{user.Id:N}", PerHour, TimeSpan.FromHours(1), ct) is { } wait) return new Error.TooManyRequests(wait);
        var file = BodyLimits.TemporaryFile();
        try
        {
            await WriteAsync(file, user, ct);
            file.Position = 0;
            return new AccountExport(file, slot);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync(FileStream target, HubUser user, CancellationToken ct)
    {
        await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, ct);
        var damaged = new List<string>();
        foreach (var project in await db.Projects.AsNoTracking().Include(p => p.Publication).Where(p => p.OwnerId == user.Id).OrderBy(p => p.CreatedAt).ToListAsync(ct))
        {
            var folder = $"projects/{project.Slug}";
            var revisions = await db.Revisions.AsNoTracking().Where(r => r.ProjectId == project.Id).OrderByDescending(r => r.Number).ToListAsync(ct);
            if (revisions.Find(r => r.Number == project.HeadNumber) is { } head) await WriteFilesAsync(zip, $"{folder}/files", head.Manifest, damaged, ct);
            if (project.Publication is { } shown && shown.RevisionNumber != project.HeadNumber && revisions.Find(r => r.Number == shown.RevisionNumber) is { } published)
                await WriteFilesAsync(zip, $"{folder}/published", published.Manifest, damaged, ct);
            await WriteJsonAsync(zip, $"{folder}/project.json", Describe(project), ct);
            await WriteJsonAsync(zip, $"{folder}/history.json", revisions.ConvertAll(Describe), ct);
        }
        await WriteJsonAsync(zip, "account.json", await DescribeAsync(user, damaged, ct), ct);
    }

    private async Task WriteFilesAsync(ZipArchive zip, string folder, Manifest manifest, List<string> damaged, CancellationToken ct)
    {
        foreach (var (path, entry) in manifest.Files)
        {
            // The quota counts the same bytes once, however many files have them. So that a zip is not a thousand times the account,
            // they are repeated only up to the quota once more; beyond, it is said where they are.
            if (_written.TryGetValue(entry.Hash, out var first) && (_repeated += entry.Length) > limits.AccountBytes)
            {
                _sameAs[$"{folder}/{path}"] = first;
                continue;
            }
            var content = await blobs.ReadAsync(entry.Hash, ct);
            if (!content.IsOk)
            {
                // One damaged file must not keep the rest from its owner.
                damaged.Add($"{folder}/{path}");
                continue;
            }
            await using var stream = await zip.CreateEntry($"{folder}/{path}", CompressionLevel.Fastest).OpenAsync(ct);
            await stream.WriteAsync(content.Value, ct);
            _written.TryAdd(entry.Hash, $"{folder}/{path}");
        }
    }

    private static async Task WriteJsonAsync(ZipArchive zip, string name, object value, CancellationToken ct)
    {
        await using var stream = await zip.CreateEntry(name).OpenAsync(ct);
        await JsonSerializer.SerializeAsync(stream, value, s_json, ct);
    }

    private static object Describe(Project project) => new
    {
        project.Name,
        project.Slug,
        project.Visibility,
        project.CreatedAt,
        project.UpdatedAt,
        project.DeletedAt,
        Revision = project.HeadNumber,
        PublishedRevision = project.Publication?.RevisionNumber,
        PublishedWith = project.Publication?.Release,
        project.RuntimePin,
        project.Isolation,
        project.Embedding,
        project.ShortCode,
    };

    private static object Describe(Revision revision) => new
    {
        revision.Number,
        revision.Name,
        revision.CreatedAt,
        Files = revision.Manifest.Files.Select(file => new { Path = file.Key.Value, file.Value.Length, Sha256 = file.Value.Hash.ToString() }),
    };

    private async Task<object> DescribeAsync(HubUser user, List<string> damaged, CancellationToken ct) => new
    {
        ExportedAt = time.GetUtcNow(),
        user.UserName,
        user.Email,
        user.CreatedAt,
        IsAdministrator = caller.IsAdministrator,
        HasPassword = user.PasswordHash is not null,
        Passkeys = (await users.GetPasskeysAsync(user)).Select(passkey => new { passkey.Name, passkey.CreatedAt }),
        Tokens = await db.AccessTokens.Where(token => token.UserId == user.Id).Select(token => new { token.Name, token.CreatedAt, token.LastUsedAt, token.RevokedAt }).ToListAsync(ct),
        Sessions = await db.Sessions.Where(session => session.UserId == user.Id)
            .Select(session => new { session.Browser, session.Network, session.CreatedAt, session.LastUsedAt }).ToListAsync(ct),
        WorksOn = await db.Projects.Where(project => project.DeletedAt == null && project.Members.Any(member => member.UserId == user.Id))
            .Select(project => new { project.Name, Owner = db.Users.Where(owner => owner.Id == project.OwnerId).Select(owner => owner.UserName).First() }).ToListAsync(ct),
        DamagedFiles = damaged,
        FilesWithTheBytesOf = _sameAs,
    };
}
