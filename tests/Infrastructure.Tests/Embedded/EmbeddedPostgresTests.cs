using System.Globalization;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Infrastructure.Tests.Embedded;

public sealed class EmbeddedPostgresTests
{
    public static TheoryData<string> Users => HubFolder.Users;

    [Theory, MemberData(nameof(Users))]
    public async Task A_second_start_finds_what_the_first_one_wrote(string who)
    {
        await using var folder = new HubFolder(who, isFresh: true);
        var first = await folder.RunAsync();
        await first.AskAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        await first.StopAsync();
        File.Exists(Postmaster.PidFile(folder.Cluster)).ShouldBeFalse("the server is to stop with its hub");

        var second = await folder.RunAsync();

        (await second.AskAsync("SELECT answer FROM kept")).ShouldBe(42);
        (await second.ConnectionStringAsync()).ShouldBe(await first.ConnectionStringAsync());
    }

    [Theory, MemberData(nameof(Users))]
    public async Task Nobody_else_gets_in(string who)
    {
        await using var folder = new HubFolder(who, isFresh: true);
        var hub = await folder.RunAsync();

        (await hub.AskAsync("SHOW listen_addresses")).ShouldBe("");
        (await hub.AskAsync("SELECT count(*) FROM pg_hba_file_rules WHERE auth_method IS DISTINCT FROM 'scram-sha-256'")).ShouldBe(0L);
        (await hub.AskAsync("SELECT count(*) FROM pg_hba_file_rules")).ShouldNotBe(0L);
        var address = new NpgsqlConnectionStringBuilder(await hub.ConnectionStringAsync());
        File.GetUnixFileMode(address.Host!).ShouldBe(FileModes.PrivateFolder);
        File.GetUnixFileMode(folder.Cluster).ShouldBe(FileModes.PrivateFolder);
        File.GetUnixFileMode(Path.Combine(folder.Path, "postgres.password")).ShouldBe(FileModes.PrivateFile);
        address.Password = "wrong";
        await using var stranger = new NpgsqlConnection(address.ConnectionString);
        (await Should.ThrowAsync<PostgresException>(() => stranger.OpenAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task The_server_has_no_rights_of_root_and_nothing_of_the_hubs_environment()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The tests do not run as root.");
        await using var folder = new HubFolder("root", isFresh: true);
        var hub = folder.Launch("start", ("Hub__Setup__AdminToken", "a-secret"));
        await hub.SaidAsync();

        var status = await File.ReadAllLinesAsync($"/proc/{folder.PostmasterPid}/status");
        status.ShouldContain("Uid:\t65534\t65534\t65534\t65534");
        status.ShouldContain("Gid:\t65534\t65534\t65534\t65534");
        status.Single(line => line.StartsWith("Groups:", StringComparison.Ordinal)).Trim().ShouldBe("Groups:");
        status.ShouldContain("NoNewPrivs:\t1");
        status.ShouldContain("CapEff:\t0000000000000000");
        status.ShouldContain("CapPrm:\t0000000000000000");
        (await File.ReadAllTextAsync($"/proc/{folder.PostmasterPid}/environ")).ShouldNotContain("a-secret");
    }

    [Fact]
    public async Task Text_of_all_languages_is_sorted_by_code_point_and_found_by_trigrams()
    {
        await using var folder = new HubFolder("ordinary");
        var hub = await folder.RunAsync();

        (await hub.AskAsync("SELECT pg_encoding_to_char(encoding) || ' ' || datlocprovider::text || ' ' || datlocale || ' ' || datcollate || ' ' || datctype FROM pg_database WHERE datname = 'hub'"))
            .ShouldBe("UTF8 b C.UTF-8 C C.UTF-8");
        await hub.AskAsync("CREATE EXTENSION pg_trgm");
        (await hub.AskAsync("SELECT 'Äpfel in 日本語' ILIKE '%äpfel%' AND show_trgm('日本語') <> '{}'")).ShouldBe(true);
        (await hub.AskAsync("SELECT string_agg(t, '' ORDER BY t COLLATE \"und-x-icu\") FROM unnest(ARRAY['z', 'Ä', 'b']) t")).ShouldBe("Äbz");
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_second_hub_on_the_folder_is_refused_with_the_folders_name(string who)
    {
        await using var folder = new HubFolder(who);
        var first = await folder.RunAsync();

        var second = await folder.RunAsync();

        var said = await second.SaidAsync();
        said.ShouldStartWith("refused DataDirectoryInUseException");
        said.ShouldContain(folder.Path);
        said.ShouldContain(first.Id.ToString(CultureInfo.InvariantCulture));
        said.ShouldContain("Hub:DataDirectory");
        (await first.AskAsync("SELECT 1")).ShouldBe(1);
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_verb_uses_the_running_server_and_leaves_it_running(string who)
    {
        await using var folder = new HubFolder(who);
        var hub = await folder.RunAsync();
        var pid = folder.PostmasterPid;

        var verb = await folder.RunAsync("connect");

        (await verb.IsSupervisorAsync()).ShouldBeFalse();
        (await verb.AskAsync("SELECT 1")).ShouldBe(1);
        await verb.StopAsync();
        folder.PostmasterPid.ShouldBe(pid);
        (await hub.AskAsync("SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task A_verb_leaves_a_server_running_whose_hub_was_killed_and_the_next_hub_adopts_it()
    {
        await using var folder = new HubFolder("ordinary");
        var first = await folder.RunAsync();
        var pid = folder.PostmasterPid;
        await first.KillAsync();

        var verb = await folder.RunAsync("connect");
        (await verb.IsSupervisorAsync()).ShouldBeFalse();
        var second = await folder.RunAsync();

        (await second.IsSupervisorAsync()).ShouldBeTrue();
        await verb.StopAsync();
        folder.PostmasterPid.ShouldBe(pid);
        (await second.AskAsync("SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task Verbs_without_a_hub_run_the_server_one_after_the_other_and_a_hub_waits_for_them()
    {
        await using var folder = new HubFolder("ordinary");
        var first = await folder.RunAsync("connect");
        (await first.IsSupervisorAsync()).ShouldBeTrue();
        await first.AskAsync("CREATE TABLE kept AS SELECT 42 AS answer");

        var second = folder.Launch("connect");
        var hub = folder.Launch("start");
        await Task.Delay(TimeSpan.FromSeconds(2));
        await first.StopAsync();
        (await second.AskAsync("SELECT answer FROM kept")).ShouldBe(42);
        await second.StopAsync();
        (await hub.AskAsync("SELECT answer FROM kept")).ShouldBe(42);
        (await hub.IsSupervisorAsync()).ShouldBeTrue();
    }
}
