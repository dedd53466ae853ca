using Microsoft.EntityFrameworkCore;
using PyScriptHub.Domain.Accounts;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Infrastructure.Accounts;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Features.Accounts;

/// <summary>How a hub gets its first administrator: by a token that was set before the first start, or by an address that is used once.</summary>
sealed class FirstAdministrator(HubDb db, NewAccounts accounts, HubOptions options, Origins origins, TimeProvider time)
{
    // Any number: nodes that start together agree on it, and nothing else in the database takes it.
    private const long LockKey = 0x50795363_41646D69;

    /// <summary>The name of the administrator that a token makes.</summary>
    public const string Name = "admin";

    /// <summary>Makes the administrator of <c>Hub:Setup:AdminToken</c> on an empty database, or prints the one-time address while there is none.</summary>
    public static async Task EnsureAsync(IServiceProvider services, TextWriter console, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<FirstAdministrator>().EnsureAsync(console, ct);
    }

    private async Task EnsureAsync(TextWriter console, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(ct);
        string? address = null;
        if (options.AdminToken is { } token && !await db.Users.AnyAsync(ct))
        {
            var created = await accounts.AddAsync(Name, password: null, isAdministrator: true, ct);
            db.Add(AccessToken.Of(created.Value!.Id, "first administrator", token, time.GetUtcNow()));
        }
        else if (!await HasAdministratorAsync(ct))
        {
            await db.SetupLinks.ExecuteDeleteAsync(ct);
            var (link, secret) = SetupLink.Issue(time.GetUtcNow());
            db.Add(link);
            address = $"{origins.Hub}/setup/{secret}";
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        // To the console and never through the log, which is kept and sent elsewhere.
        if (address is not null) await console.WriteLineAsync($"\nMake the first administrator here, once: {address}\n");
    }

    /// <summary>Whether the one-time address of this secret is still open.</summary>
    public async Task<bool> IsOpenAsync(string secret, CancellationToken ct)
    {
        var hash = AccessToken.HashOf(secret);
        return await db.SetupLinks.AnyAsync(link => link.Hash == hash, ct) && !await HasAdministratorAsync(ct);
    }

    /// <summary>Makes the administrator by the one-time address, which is used up in the same transaction: of many at once, one wins.</summary>
    public async Task<Result<HubUser>> UseAsync(string secret, string userName, string password, CancellationToken ct)
    {
        if (UserNames.Refuse(userName) is { } why) return Error.Field("userName", why);
        // A stranger's guess takes no lock.
        if (!await IsOpenAsync(secret, ct)) return new Error.NotFound("setup address");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(ct);
        var hash = AccessToken.HashOf(secret);
        // The command line may have made an administrator meanwhile: then the address is worth nothing.
        if (await HasAdministratorAsync(ct)) return new Error.NotFound("setup address");
        if (await db.SetupLinks.Where(link => link.Hash == hash).ExecuteDeleteAsync(ct) == 0) return new Error.NotFound("setup address");
        var created = await accounts.AddAsync(userName, password, isAdministrator: true, ct);
        if (created.IsOk) await transaction.CommitAsync(ct);
        return created;
    }

    private Task<int> LockAsync(CancellationToken ct) => db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockKey})", ct);

    private Task<bool> HasAdministratorAsync(CancellationToken ct) =>
        db.UserRoles.AnyAsync(held => db.Roles.Any(role => role.Id == held.RoleId && role.Name == HubRoles.Administrator), ct);
}
