using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence;
using PyScriptHub.Testing;

namespace PyScriptHub.Infrastructure.Tests;

public sealed class SchemaUpdateTests
{
    private static readonly TestPostgres _databases = new();

    [Fact]
    public async Task An_empty_database_gets_all_migrations_and_a_second_time_changes_nothing()
    {
        var address = await _databases.CreateDatabaseAsync();

        await ApplyAsync(address);
        await ApplyAsync(address);

        (await AskAsync(address, "SELECT string_agg(name, ', ' ORDER BY name) FROM shelves")).ShouldBe("first, second");
        (await AskAsync(address, "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()")).ShouldBe(0L);
    }

    [Fact]
    public async Task Many_processes_at_once_apply_each_migration_once()
    {
        var address = await _databases.CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => ApplyAsync(address))));

        (await AskAsync(address, "SELECT string_agg(name, ', ' ORDER BY name) FROM shelves")).ShouldBe("first, second");
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_nothing_is_written()
    {
        var address = await _databases.CreateDatabaseAsync();

        // Also where an own migration is missing: the newer one must win over it.
        await AskAsync(address, """
            CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
            INSERT INTO "__EFMigrationsHistory" VALUES ('20990101000000_FromTheFuture', '99.0.0');
            """);

        var refusal = await Should.ThrowAsync<SchemaTooNewException>(() => ApplyAsync(address));

        refusal.NewestInDatabase.ShouldBe("20990101000000_FromTheFuture");
        refusal.NewestInProgram.ShouldBe("20260102000000_Second");
        refusal.Message.ShouldContain("20990101000000_FromTheFuture");
        refusal.Message.ShouldContain("20260102000000_Second");
        (await AskAsync(address, "SELECT to_regclass('shelves') IS NULL")).ShouldBe(true);
        (await AskAsync(address, "SELECT count(*) FROM \"__EFMigrationsHistory\"")).ShouldBe(1L);
    }

    [Fact]
    public async Task A_wait_for_another_process_can_be_cancelled_and_leaves_nothing_behind()
    {
        var address = await _databases.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(address);
        await other.OpenAsync();
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_lock({0x70_79_73_63_68_75_62})", other)) await take.ExecuteNonQueryAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        await Should.ThrowAsync<OperationCanceledException>(() => ApplyAsync(address, patience.Token));

        (await AskAsync(address, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")).ShouldBe(0L);
    }

    private static async Task ApplyAsync(string address, CancellationToken ct = default)
    {
        await using var db = new ShelfDb(new DbContextOptionsBuilder<ShelfDb>().UseNpgsql(address)
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.PendingModelChangesWarning)).Options);
        await SchemaUpdate.ApplyAsync(db, NullLogger.Instance, ct);
    }

    private static async Task<object?> AskAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private sealed class ShelfDb(DbContextOptions<ShelfDb> options) : DbContext(options);

    [DbContext(typeof(ShelfDb)), Migration("20260101000000_First")]
    private sealed class First : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql("CREATE TABLE shelves (name text PRIMARY KEY); SELECT pg_sleep(0.3); INSERT INTO shelves VALUES ('first')");
    }

    [DbContext(typeof(ShelfDb)), Migration("20260102000000_Second")]
    private sealed class Second : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("INSERT INTO shelves VALUES ('second')");
    }
}
