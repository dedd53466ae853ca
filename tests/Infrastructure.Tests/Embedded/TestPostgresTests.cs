using System.Globalization;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence.Embedded;
using PyScriptHub.Testing;

namespace PyScriptHub.Infrastructure.Tests.Embedded;

public sealed class TestPostgresTests
{
    [Fact]
    public async Task Each_database_begins_as_the_template_and_is_its_own()
    {
        var prepared = 0;
        var databases = new TestPostgres(async address =>
        {
            prepared++;
            await RunAsync(address, "CREATE TABLE things (name text); INSERT INTO things VALUES ('of the template')");
        });

        var addresses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => databases.CreateDatabaseAsync()));

        prepared.ShouldBe(1);
        addresses.Distinct().Count().ShouldBe(4);
        await RunAsync(addresses[0], "INSERT INTO things VALUES ('of a test')");
        (await RunAsync(addresses[0], "SELECT count(*) FROM things")).ShouldBe(2L);
        (await RunAsync(addresses[1], "SELECT count(*) FROM things")).ShouldBe(1L);
    }

    [Theory, MemberData(nameof(HubFolder.Users), MemberType = typeof(HubFolder))]
    public async Task The_server_of_tests_dies_with_a_test_process_that_is_killed(string who)
    {
        await using var folder = new HubFolder(who);
        var tests = await folder.RunAsync("test");
        var socket = new NpgsqlConnectionStringBuilder(await tests.ConnectionStringAsync()).Host!;
        var server = int.Parse((await File.ReadAllLinesAsync(PostgresFolders.SocketFile(socket) + ".lock"))[0], CultureInfo.InvariantCulture);
        HubFolder.IsAlive(server).ShouldBeTrue();
        (await tests.AskAsync("SELECT 1")).ShouldBe(1, "the server outlives the thread that asked for it");

        await tests.KillAsync();

        for (var wait = 0; wait < 100 && HubFolder.IsAlive(server); wait++) await Task.Delay(100);
        HubFolder.IsAlive(server).ShouldBeFalse();
    }

    private static async Task<object?> RunAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
