using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace PyScriptHub.Infrastructure.Persistence;

/// <summary>Brings a database to the program's schema.</summary>
public static class SchemaUpdate
{
    // One number for all hubs; advisory locks are per database. The letters of "pyschub" in ASCII.
    private const long LockKey = 0x70_79_73_63_68_75_62;

    /// <summary>
    /// Applies the migrations that the database lacks, one process at a time: others wait and then find nothing to do. Where the database
    /// holds a migration that this program does not know, nothing is written.
    /// </summary>
    /// <exception cref="SchemaTooNewException">A newer program has changed the schema.</exception>
    public static async Task ApplyAsync(DbContext db, ILogger logger, CancellationToken ct)
    {
        // The lock belongs to the session that migrates: where that ends, the lock and what was not committed go together.
        await db.Database.OpenConnectionAsync(ct);
        try
        {
            await LockAsync(db, ct);
            try
            {
                var known = db.Database.GetMigrations().ToList();
                var applied = (await db.Database.GetAppliedMigrationsAsync(ct)).ToList();
                if (applied.Except(known, StringComparer.Ordinal).Any())
                    throw new SchemaTooNewException(db.Database.GetDbConnection().Database, Newest(applied), Newest(known));

                var pending = known.Except(applied, StringComparer.Ordinal).ToList();
                if (pending.Count == 0) return;
                logger.LogInformation("Applying {Count} migrations, up to {Newest}", pending.Count, Newest(pending));
                await db.Database.MigrateAsync(ct);
            }
            finally
            {
                // A pool would keep the session, and the lock with it.
                if (db.Database.GetDbConnection().State is ConnectionState.Open)
                    await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    // Another process may migrate for minutes: asking again and again can be cancelled and needs no command without a time limit.
    private static async Task LockAsync(DbContext db, CancellationToken ct)
    {
        while (!await db.Database.SqlQuery<bool>($"""SELECT pg_try_advisory_lock({LockKey}) AS "Value" """).SingleAsync(ct))
            await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
    }

    // A migration's id begins with its time.
    private static string? Newest(IEnumerable<string> ids) => ids.Max(StringComparer.Ordinal);
}

/// <summary>The database holds a migration that this program does not know: a newer one has been at work.</summary>
public sealed class SchemaTooNewException(string database, string? newestInDatabase, string? newestInProgram) : Exception(
    $"The database '{database}' has the schema {newestInDatabase}; this program knows up to {newestInProgram ?? "none"} and has changed nothing. " +
    "Start the release of the hub that made this schema or a newer one, or restore a backup that was made before the upgrade.")
{
    /// <summary>The id of the newest migration that the database holds.</summary>
    public string? NewestInDatabase { get; } = newestInDatabase;

    /// <summary>The id of the newest migration that this program has.</summary>
    public string? NewestInProgram { get; } = newestInProgram;
}
