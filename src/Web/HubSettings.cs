using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Infrastructure.Persistence;

namespace PyScriptHub.Web;

/// <summary>What administrators set on the hub's own pages; the configuration is where each of them begins.</summary>
public sealed class HubSettings(HubDb db, HubOptions options)
{
    /// <summary>The longest text of an imprint or of a privacy statement, in characters.</summary>
    public const int TextLength = 50_000;

    /// <summary>The key of the imprint, in Markdown.</summary>
    public const string Imprint = "imprint";

    /// <summary>The key of the privacy statement, in Markdown.</summary>
    public const string Privacy = "privacy";

    private const string RegistrationKey = "registration";

    private const string DefaultReleaseKey = "default_release";

    private HashSet<string>? _texts;

    /// <summary>Who may make an account.</summary>
    public async Task<Registration> RegistrationAsync(CancellationToken ct) =>
        Enum.TryParse<Registration>(await ReadAsync(RegistrationKey, ct), out var set) ? set : options.Registration;

    public Task SetRegistrationAsync(Registration registration, CancellationToken ct) => WriteAsync(RegistrationKey, registration.ToString(), ct);

    /// <summary>The runtime release that was made the default; null where it is the one that the hub came with.</summary>
    public Task<string?> DefaultReleaseAsync(CancellationToken ct) => ReadAsync(DefaultReleaseKey, ct);

    public Task SetDefaultReleaseAsync(string release, CancellationToken ct) => WriteAsync(DefaultReleaseKey, release, ct);

    /// <summary>A text; null where none is set.</summary>
    public Task<string?> TextAsync(string key, CancellationToken ct) => ReadAsync(key, ct);

    /// <summary>Sets a text, or takes it away.</summary>
    public Task SetTextAsync(string key, string? text, CancellationToken ct) => string.IsNullOrWhiteSpace(text)
        ? db.Settings.Where(setting => setting.Key == key).ExecuteDeleteAsync(ct)
        : WriteAsync(key, text, ct);

    /// <summary>Whether a text is set; asked of the database once a request.</summary>
    public async Task<bool> HasTextAsync(string key, CancellationToken ct) =>
        (_texts ??= [.. await db.Settings.Where(setting => setting.Key == Imprint || setting.Key == Privacy).Select(setting => setting.Key).ToListAsync(ct)]).Contains(key);

    private async Task<string?> ReadAsync(string key, CancellationToken ct) =>
        await db.Settings.Where(setting => setting.Key == key).Select(setting => setting.Value).SingleOrDefaultAsync(ct);

    private Task WriteAsync(string key, string value, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"INSERT INTO settings (key, value) VALUES ({key}, {value}) ON CONFLICT (key) DO UPDATE SET value = excluded.value", ct);
}
