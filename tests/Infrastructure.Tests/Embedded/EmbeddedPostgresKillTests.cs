using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PyScriptHub.Infrastructure.Persistence.Embedded;

namespace PyScriptHub.Infrastructure.Tests.Embedded;

public sealed class EmbeddedPostgresKillTests
{
    public static TheoryData<string> Users => HubFolder.Users;

    [Theory, MemberData(nameof(Users))]
    public async Task After_the_hub_was_killed_the_next_one_adopts_the_living_server(string who)
    {
        await using var folder = new HubFolder(who);
        var first = await folder.RunAsync();
        var pid = folder.PostmasterPid;
        await using var session = new NpgsqlConnection(await first.ConnectionStringAsync());
        await session.OpenAsync();
        await first.KillAsync();

        var second = await folder.RunAsync();

        folder.PostmasterPid.ShouldBe(pid);
        (await second.ConnectionStringAsync()).ShouldBe(await first.ConnectionStringAsync());
        await using var command = new NpgsqlCommand("SELECT 1", session);
        (await command.ExecuteScalarAsync()).ShouldBe(1, "a session that was open when the hub died goes on");
        (await second.StopAsync()).ShouldContain("is adopted");
        File.Exists(Postmaster.PidFile(folder.Cluster)).ShouldBeFalse("who adopts a server stops it");
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_server_that_dies_is_started_again_under_the_same_address(string who)
    {
        await using var folder = new HubFolder(who);
        var hub = await folder.RunAsync();
        await hub.AskAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        for (var death = 0; death < 3; death++)
        {
            var pid = folder.PostmasterPid;
            UnixCalls.Signal(pid, Signal.Kill).ShouldBeTrue();

            (await hub.AskPatientlyAsync("SELECT answer FROM kept")).ShouldBe(42);
            folder.PostmasterPid.ShouldNotBe(pid);
        }

        (await hub.StopAsync()).ShouldContain("is started again");
    }

    [Theory, MemberData(nameof(Users))]
    public async Task An_adopted_server_that_dies_is_started_again(string who)
    {
        await using var folder = new HubFolder(who);
        var first = await folder.RunAsync();
        await first.AskAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        await first.KillAsync();
        var second = await folder.RunAsync();
        UnixCalls.Signal(folder.PostmasterPid, Signal.Kill).ShouldBeTrue();

        (await second.AskPatientlyAsync("SELECT answer FROM kept")).ShouldBe(42);
    }

    [Theory, MemberData(nameof(Users))]
    public async Task A_start_after_hub_and_server_were_killed_has_all_that_was_committed(string who)
    {
        await using var folder = new HubFolder(who, isFresh: true);
        var first = await folder.RunAsync();
        await first.AskAsync("CREATE TABLE kept AS SELECT 42 AS answer");
        var pid = folder.PostmasterPid;
        await first.KillAsync();
        UnixCalls.Signal(pid, Signal.Kill).ShouldBeTrue();

        var second = await folder.RunAsync();

        folder.PostmasterPid.ShouldNotBe(pid);
        (await second.AskAsync("SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_session_that_outlives_its_server_is_ended_before_the_next_server_starts()
    {
        await using var folder = new HubFolder("ordinary");
        var first = await folder.RunAsync();

        // Computes and never waits, so that it does not notice that its server is gone.
        var busy = first.AskAsync("DO $$ BEGIN WHILE true LOOP END LOOP; END $$");
        await first.AskPatientlyAsync("SELECT 1 / count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'");
        var session = (int)(await first.AskAsync("SELECT pid FROM pg_stat_activity WHERE query LIKE 'DO %'"))!;
        var pid = folder.PostmasterPid;
        await first.KillAsync();
        UnixCalls.Signal(pid, Signal.Kill).ShouldBeTrue();
        HubFolder.IsAlive(session).ShouldBeTrue("the session is to be there still");

        var second = await folder.RunAsync();

        (await second.IsSupervisorAsync()).ShouldBeTrue();
        HubFolder.IsAlive(session).ShouldBeFalse();
        await Should.ThrowAsync<NpgsqlException>(() => busy);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_started_anew()
    {
        await using var folder = new HubFolder("ordinary");
        var first = await folder.RunAsync();
        var pid = folder.PostmasterPid;
        await first.KillAsync();
        await RunAsync("kill", "-STOP", pid.ToString(CultureInfo.InvariantCulture));

        var second = await folder.RunAsync();

        (await second.AskAsync("SELECT 1")).ShouldBe(1);
        folder.PostmasterPid.ShouldNotBe(pid);
    }

    [Fact]
    public async Task A_pid_file_whose_number_another_process_was_given_is_no_obstacle()
    {
        await using var folder = new HubFolder("ordinary");
        using var other = Process.Start("sleep", "120");
        await LeaveLocksOfAsync(folder, other.Id);

        (await (await folder.RunAsync()).IsSupervisorAsync()).ShouldBeTrue();

        other.HasExited.ShouldBeFalse("a process of somebody else is not ours to end");
        other.Kill();
    }

    [Fact]
    public async Task A_pid_file_of_a_zombie_is_no_obstacle()
    {
        await using var folder = new HubFolder("ordinary");

        // The shell becomes a sleep that never asks for its dead child.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 0 & echo $!; exec sleep 120"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var zombie = int.Parse((await parent.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        for (var watch = Stopwatch.StartNew(); !(await File.ReadAllTextAsync($"/proc/{zombie}/status")).Contains("State:\tZ", StringComparison.Ordinal);)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
            await Task.Delay(20);
        }

        await LeaveLocksOfAsync(folder, zombie);

        (await (await folder.RunAsync()).IsSupervisorAsync()).ShouldBeTrue();
        parent.Kill();
    }

    /// <summary>Makes the folder look as if its server had been killed and its number now belonged to a process.</summary>
    private static async Task LeaveLocksOfAsync(HubFolder folder, int pid)
    {
        var hub = await folder.RunAsync();
        var postmaster = folder.PostmasterPid;
        var socket = new NpgsqlConnectionStringBuilder(await hub.ConnectionStringAsync()).Host!;
        await hub.KillAsync();
        UnixCalls.Signal(postmaster, Signal.Kill).ShouldBeTrue();
        foreach (var file in (string[])[Postmaster.PidFile(folder.Cluster), PostgresFolders.SocketFile(socket) + ".lock"])
        {
            var lines = await File.ReadAllLinesAsync(file);
            lines[0].ShouldBe(postmaster.ToString(CultureInfo.InvariantCulture));
            lines[0] = pid.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllLinesAsync(file, lines);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }
}
