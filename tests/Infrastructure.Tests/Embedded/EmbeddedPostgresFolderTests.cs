using System.Diagnostics;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Infrastructure.Tests.Embedded;

public sealed class EmbeddedPostgresFolderTests
{
    public static TheoryData<string> Users => HubFolder.Users;

    public static TheoryData<string> Paths =>
    [
        "with spaces, a comma and 'quotes'",
        "Schülerprojekte/日本語",
        string.Join('/', Enumerable.Repeat("a-folder-of-thirty-characters-", 6)),
    ];

    [Theory, MemberData(nameof(Paths))]
    public async Task The_data_folder_may_have_any_name_of_any_length(string name)
    {
        foreach (var who in HubFolder.Users.Select(row => row.Data))
        {
            await using var folder = new HubFolder(who, name, isFresh: true);
            var first = await folder.RunAsync();
            (await first.AskAsync("SELECT 1")).ShouldBe(1);
            await first.KillAsync();

            (await (await folder.RunAsync()).StopAsync()).ShouldContain("is adopted");
        }
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_kill_while_the_database_is_made_leaves_nothing_half(string who)
    {
        await using var folder = new HubFolder(who, isFresh: true);
        for (var moment = 0; moment < 4; moment++)
        {
            var killed = folder.Launch("start");
            for (var watch = Stopwatch.StartNew(); !Directory.Exists(folder.Path) || Directory.GetDirectories(folder.Path, "postgres.new-*").Length == 0;)
            {
                watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
                await Task.Delay(5);
            }

            await Task.Delay(150 * moment);
            await killed.KillAsync();
        }

        var hub = await folder.RunAsync();

        (await hub.AskAsync("SELECT 1")).ShouldBe(1);
        await hub.StopAsync();
        await (await folder.RunAsync()).StopAsync();
        Directory.GetFileSystemEntries(folder.Path, "postgres.new-*").ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_lost_password_file_costs_no_data(string who)
    {
        await using var folder = new HubFolder(who);
        var first = await folder.RunAsync();
        await first.AskAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        await first.KillAsync();
        File.Delete(Path.Combine(folder.Path, "postgres.password"));

        var second = await folder.RunAsync();

        (await second.AskAsync("SELECT answer FROM kept")).ShouldBe(42);
        (await second.ConnectionStringAsync()).ShouldNotBe(await first.ConnectionStringAsync());
    }

    [Fact]
    public async Task A_database_of_another_PostgreSQL_is_refused_and_left_alone()
    {
        await using var folder = new HubFolder("ordinary");
        await (await folder.RunAsync()).StopAsync();
        var version = Path.Combine(folder.Cluster, "PG_VERSION");
        await File.WriteAllTextAsync(version, "17\n");

        var said = await (await folder.RunAsync()).SaidAsync();

        said.ShouldStartWith("refused EmbeddedPostgresException");
        said.ShouldContain(folder.Cluster);
        said.ShouldContain("17");
        (await File.ReadAllTextAsync(version)).ShouldBe("17\n");
    }

    [Fact]
    public async Task A_folder_that_the_databases_user_cannot_reach_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The tests do not run as root.");
        await using var folder = new HubFolder("root", "closed/hub", isFresh: true);
        var closed = Path.GetDirectoryName(folder.Path)!;
        Directory.CreateDirectory(closed, FileModes.PrivateFolder);

        var said = await (await folder.RunAsync()).SaidAsync();

        said.ShouldStartWith("refused EmbeddedPostgresException");
        said.ShouldContain($"may not enter {closed}");
        Directory.Exists(folder.Cluster).ShouldBeFalse();
    }

    [Fact]
    public async Task A_folder_of_another_user_is_named()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The tests do not run as root.");
        await using var roots = new HubFolder("root", isFresh: true);
        await (await roots.RunAsync()).StopAsync();
        await using var ordinary = new HubFolder("ordinary", Path.GetRelativePath("/tmp/x", roots.Path), isFresh: true);

        var said = await (await ordinary.RunAsync()).SaidAsync();

        said.ShouldStartWith("refused EmbeddedPostgresException");
        said.ShouldContain(roots.Path);
    }

    [Fact]
    public async Task Without_a_setting_the_data_folder_is_the_platforms()
    {
        await using var ordinary = new HubFolder("ordinary");

        (await ordinary.Launch("where", ("XDG_DATA_HOME", "/srv/Daten von mir")).SaidAsync()).ShouldBe("/srv/Daten von mir/pyscript-hub");
        (await ordinary.Launch("where", ("XDG_DATA_HOME", "")).SaidAsync()).ShouldBe(Path.Combine(ordinary.Temporary, ".local/share/pyscript-hub"));
        (await ordinary.Launch("where", ("XDG_DATA_HOME", "relative")).SaidAsync()).ShouldBe(Path.Combine(ordinary.Temporary, ".local/share/pyscript-hub"));
        if (!Environment.IsPrivilegedProcess) return;
        await using var root = new HubFolder("root");
        (await root.Launch("where").SaidAsync()).ShouldBe("/var/lib/pyscript-hub");
    }
}
