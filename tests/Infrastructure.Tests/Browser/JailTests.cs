using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using PyScriptHub.Infrastructure.Browser;
using PyScriptHub.Testing;

namespace PyScriptHub.Infrastructure.Tests.Browser;

/// <summary>
/// What a process in the jail sees of the machine and can do to it: a shell instead of a browser, by the same launcher, user and namespaces.
/// As if someone had broken out of Chromium's own sandbox and its process.
/// </summary>
public sealed class JailTests
{
    private const string Secret = "the-workers-secret-5d2c";
    private const uint Uid = 60_600;
    private const string NeedsRoot = "Only root can give the jail a user of its own.";

    private static readonly TestPostgres s_postgres = new();

    [Fact]
    public async Task It_has_no_environment_but_a_home()
    {
        Environment.SetEnvironmentVariable("HUB_TEST_SECRET", Secret);
        await using var jail = new Jail();
        var said = await jail.RunAsync("env | cut -d= -f1 | sort | tr '\\n' ' '; cat /proc/*/environ | tr '\\0' '\\n'; ls -l /proc/self/fd | grep -c pipe: || true");
        said.ShouldStartWith("HOME LANG PATH PWD TMPDIR ");
        said.ShouldNotContain(Secret);
        said.ShouldNotContain("JAIL_");
    }

    [Fact]
    public async Task It_sees_no_process_but_its_own()
    {
        using var worker = Worker();
        await using var jail = new Jail();
        var said = await jail.RunAsync($"for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done; cat /proc/{worker.Id}/environ");
        said.ShouldNotContain("sleep 1234567");
        said.ShouldContain($"/proc/{worker.Id}/environ: No such file or directory");
        said.ShouldContain("socat TCP4-LISTEN:3128");
        said.Split("; ").Count(line => line.Contains("dotnet", StringComparison.OrdinalIgnoreCase) || line.Contains("postgres", StringComparison.Ordinal)).ShouldBe(0);
        worker.Kill();
    }

    [Fact]
    public async Task It_sees_no_file_of_the_hub_its_database_or_anyone()
    {
        var database = new NpgsqlConnectionStringBuilder(await s_postgres.CreateDatabaseAsync());
        File.Exists(Path.Combine(database.Host!, ".s.PGSQL.5432")).ShouldBeTrue("this test is about where the socket is");
        await using var jail = new Jail();
        string[] hidden = [database.Host!, AppContext.BaseDirectory, jail.DataFolder, "/root", "/etc/shadow", "/etc/ssl", "/var", "/sys", "/srv", "/opt", "/mnt", "/old", "/home/root"];
        var said = await jail.RunAsync($"for f in {string.Join(' ', hidden)}; do ls -d $f; done; find / -xdev -not -path '/proc/*' -not -path '/usr/*' -not -path '/etc/fonts/*' -not -path '/etc/alternatives/*'");
        foreach (var path in hidden) said.ShouldContain($"cannot access '{path}'");
        // What is left are folders of the jail's own making.
        said.Split("; ").Where(line => line.StartsWith('/')).ShouldBe(
            [
                "/", "/bin", "/dev", "/dev/fd", "/dev/full", "/dev/null", "/dev/random", "/dev/shm", "/dev/urandom", "/dev/zero", "/etc", "/etc/alternatives", "/etc/fonts", "/etc/group",
                "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/home", "/home/jail", "/lib", "/lib64", "/proc", "/run", "/run/proxy", "/sbin", "/tmp", "/usr",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task What_lies_under_usr_and_is_the_hubs_is_covered()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can put a folder under /usr.");
        var program = Directory.CreateDirectory($"/usr/local/lib/pyscript-hub-test-{Environment.ProcessId}");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(program.FullName, "appsettings.json"), Secret);
            await using var jail = new Jail();
            (await jail.RunAsync($"cat {program.FullName}/appsettings.json", [])).ShouldContain(Secret);
            (await jail.RunAsync($"cat {program.FullName}/appsettings.json; ls {program.FullName}", [program.FullName])).ShouldNotContain(Secret);
        }
        finally
        {
            program.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task It_reaches_nothing_but_its_proxy()
    {
        using var v4 = new TcpListener(IPAddress.Any, 0);
        using var v6 = new TcpListener(IPAddress.IPv6Loopback, 0);
        v4.Start();
        v6.Start();
        var (four, six) = (((IPEndPoint)v4.LocalEndpoint).Port, ((IPEndPoint)v6.LocalEndpoint).Port);
        var own = Dns.GetHostAddresses(Dns.GetHostName()).FirstOrDefault(a => a.AddressFamily is AddressFamily.InterNetwork)?.ToString() ?? "10.0.0.1";
        await using var jail = new Jail();
        var said = await jail.RunAsync(
            $"""
            for to in TCP4:127.0.0.1:{four} TCP4:0.0.0.0:{four} TCP4:{own}:{four} TCP6:[::1]:{six} TCP4:169.254.169.254:80 TCP4:10.0.0.1:80 TCP4:192.168.0.1:80 TCP6:[fe80::1]:80 TCP4:8.8.8.8:53 UDP4:8.8.8.8:53 UDP6:[2001:db8::1]:53; do
              echo hello | timeout 5 socat -u - $to && echo "REACHED $to"
            done
            ip -o link | cut -d: -f2; ip route; ip -6 route | grep -v ::1
            cat /proc/net/unix | wc -l
            """);
        said.ShouldNotContain("REACHED");
        said.ShouldContain("Connection refused");
        said.ShouldContain("Network is unreachable");
        v4.Pending().ShouldBeFalse();
        v6.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task It_has_no_rights_and_gets_none_back()
    {
        await using var jail = new Jail();
        var said = await jail.RunAsync(
            """
            touch /x; touch /usr/x; touch /etc/x
            mount -t tmpfs tmpfs /usr; umount /usr; ip link set lo down; hostname elsewhere; chroot / true
            unshare -Urm umount /proc; unshare -Urm mount -o remount,bind,rw /usr
            unshare -Urnm sh -c 'touch /usr/x'
            grep -E 'CapPrm|CapEff|NoNewPrivs' /proc/self/status
            id -u; cat /proc/self/uid_map
            """);
        said.ShouldContain("touch: cannot touch '/x': Read-only file system");
        said.ShouldContain("touch: cannot touch '/usr/x': Read-only file system");
        said.ShouldContain("touch: cannot touch '/etc/x': Read-only file system");
        foreach (var tool in (string[])["mount: /usr", "umount: /usr", "RTNETLINK answers: Operation not permitted", "hostname:", "chroot:", "umount: /proc"]) said.ShouldContain(tool);
        said.ShouldContain("CapPrm:\t0000000000000000");
        said.ShouldContain("CapEff:\t0000000000000000");
        said.ShouldContain("NoNewPrivs:\t1");
        File.Exists("/usr/x").ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_processes_are_bounded(bool usesControlGroups)
    {
        Assert.SkipUnless(usesControlGroups || Environment.OSVersion.Version >= new Version(5, 14), "An older kernel counts for all browsers together.");
        await using var jail = new Jail(new JailBounds { UsesControlGroups = usesControlGroups });
        var said = await jail.RunAsync("i=0; while [ $i -lt 400 ]; do sleep 100 & i=$((i+1)); echo started $i; done");
        said.ShouldContain("started 100;");
        said.ShouldNotContain("started 256;");
        said.ShouldContain("Cannot fork");
        // What was started has ended with the shell.
        ProcessesOf(jail.Root).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_memory_of_one_process_and_its_files_are_bounded(bool usesControlGroups)
    {
        await using var jail = new Jail(new JailBounds { Memory = 200 << 20, Files = 50 << 20, UsesControlGroups = usesControlGroups });
        var said = await jail.RunAsync("(head -c 400000000 /dev/zero | tail -c 400000000 | wc -c) || true; head -c 60000000 /dev/zero >/tmp/x; head -c 60000000 /dev/zero >/dev/shm/x; head -c 60000000 /dev/zero >$HOME/x; echo over");
        said.ShouldNotContain("400000000");
        said.Split("; ").Count(line => line.Contains("No space left on device", StringComparison.Ordinal)).ShouldBe(3);
        said.ShouldEndWith("over");
    }

    [Fact]
    public async Task Who_kills_its_outermost_process_kills_all()
    {
        await using var jail = new Jail();
        var run = jail.RunAsync("sleep 1000 & setsid sleep 1000 & (sleep 1000 &) ; sleep 1000");
        await UntilAsync(() => ProcessesOf("sleep 1000").Count(p => Environment.IsPrivilegedProcess is false || OwnerOf(p) == Uid) >= 4);
        jail.Cell.Kill();
        await run;
        await UntilAsync(() => !ProcessesOf("sleep 1000").Any(p => OwnerOf(p) == Uid));
    }

    [Fact]
    public async Task Its_user_alone_outside_of_the_jail_reads_neither_environment_nor_data_nor_the_database()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NeedsRoot);
        var database = new NpgsqlConnectionStringBuilder(await s_postgres.CreateDatabaseAsync());
        using var worker = Worker();
        await using var jail = new Jail();
        var said = await ShellAsync("setpriv",
            [
                $"--reuid={Uid}", $"--regid={Uid}", "--clear-groups", "--", "sh", "-c",
                $"cat /proc/{worker.Id}/environ; ls {jail.DataFolder}; ls {Path.GetDirectoryName(jail.Cell.Socket)}/..; socat -u /dev/null UNIX-CONNECT:{database.Host}/.s.PGSQL.{database.Port}; kill {worker.Id}",
            ]);
        said.Split('\n').Count(line => line.Contains("Permission denied", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(4);
        said.ShouldContain("Operation not permitted");
        said.ShouldNotContain(Secret);
        worker.HasExited.ShouldBeFalse();
        worker.Kill();
    }

    [Fact]
    public async Task A_hub_that_is_not_root_has_the_same_jail_under_its_own_user()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "This is what all tests here show where the tests are not run by root.");
        await using var jail = new Jail(isRoot: false);
        // As an ordinary user's hub would have made it.
        (await ShellAsync("chown", ["-R", "60610:60610", jail.Root, jail.DataFolder])).ShouldBeEmpty();
        var said = await jail.RunAsync($"id -u; cat {jail.DataFolder}/secret; ls {jail.Root}; cat /proc/self/uid_map; touch /usr/x; echo hello | timeout 5 socat -u - TCP4:127.0.0.1:22", user: 60_610);
        said.ShouldStartWith("1000; ");
        said.ShouldContain($"{jail.DataFolder}/secret: No such file or directory");
        said.ShouldContain($"cannot access '{jail.Root}'");
        said.ShouldContain("Connection refused");
    }

    [Fact]
    public async Task Where_user_namespaces_are_denied_that_is_said()
    {
        await using var jail = new Jail(isRoot: false);
        // In a user namespace of one's own, one may forbid oneself any more of them.
        var said = await ShellAsync(
            "unshare", ["-Ur", "sh", "-c", $"echo 0 >/proc/sys/user/max_user_namespaces; exec {jail.FolderLauncher}"], jail.Cell.Environment(new BrowserProgram("/bin/true", "/bin"), SmokeSandbox.Jail, []));
        said.ShouldContain("unshare");
        JailProbe.Advice(said).ShouldContain("User namespaces are denied");
    }

    [Fact]
    public async Task What_a_killed_hub_left_is_removed_by_the_next()
    {
        string root;
        int pid;
        {
            var folder = JailFolder.Make(Environment.IsPrivilegedProcess ? Uid : null);
            var cell = folder.NewCell(new JailBounds());
            await File.WriteAllTextAsync(cell.Socket, "");
            cell.OpenSocket();
            root = folder.Root;
            _ = JailProbe.RunAsync(cell, folder, new BrowserProgram("/bin/sleep", "/bin"), [], ["1000"], CancellationToken.None);
            var file = Path.Combine(Path.GetDirectoryName(cell.Socket)!, "pid");
            await UntilAsync(() => File.Exists(file) && new FileInfo(file).Length > 0);
            pid = int.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture);
            await UntilAsync(() => ProcessTree.CommandOf(pid).Contains("unshare", StringComparison.Ordinal));
            // A lock ends with its process.
            folder.Unlock();
        }
        using (var next = JailFolder.Make(null)) next.Root.ShouldNotBe(root);
        Directory.Exists(root).ShouldBeFalse();
        await UntilAsync(() => ProcessTree.CommandOf(pid).Length == 0);
        if (Directory.Exists("/sys/fs/cgroup"))
            Directory.EnumerateDirectories("/sys/fs/cgroup", Path.GetFileName(root) + "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Count().ShouldBeLessThanOrEqualTo(2);
    }

    private static Process Worker()
    {
        var start = new ProcessStartInfo("sleep", ["1234567"]) { UseShellExecute = false };
        start.Environment["ConnectionStrings__Hub"] = Secret;
        return Process.Start(start)!;
    }

    private static async Task<string> ShellAsync(string program, string[] arguments, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? []) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await said + complained;
    }

    private static List<int> ProcessesOf(string word) =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && ProcessTree.CommandOf(pid).Contains(word, StringComparison.Ordinal))];

    private static uint? OwnerOf(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("Uid:", StringComparison.Ordinal));
            return uint.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var watch = Stopwatch.StartNew(); !isSo(); await Task.Delay(50))
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    /// <summary>A jail with a data folder of a hub beside it.</summary>
    private sealed class Jail : IAsyncDisposable
    {
        private readonly JailFolder _folder;

        public Jail(JailBounds? bounds = null, bool isRoot = true)
        {
            _folder = JailFolder.Make(isRoot && Environment.IsPrivilegedProcess ? Uid : null);
            Cell = _folder.NewCell(bounds ?? new JailBounds());
            File.WriteAllText(Cell.Socket, "");
            Cell.OpenSocket();
            DataFolder = Directory.CreateTempSubdirectory("hub-data-").FullName;
            File.WriteAllText(Path.Combine(DataFolder, "secret"), Secret);
        }

        public JailCell Cell { get; }

        public string DataFolder { get; }

        public string Root => _folder.Root;

        public string FolderLauncher => _folder.Launcher;

        /// <summary>Runs a shell in the jail; answers all that it says, with a semicolon between lines.</summary>
        public async Task<string> RunAsync(string script, IEnumerable<string>? hidden = null, uint? user = null)
        {
            var shell = new BrowserProgram("/bin/sh", "/bin");
            if (user is null) return (await JailProbe.RunAsync(Cell, _folder, shell, hidden ?? [], ["-c", $"exec 1>&2; {script}"], TestContext.Current.CancellationToken)).Said;
            var environment = Cell.Environment(shell, SmokeSandbox.Jail, []);
            environment["JAIL_CGROUPS"] = "";
            return (await ShellAsync("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", "--", _folder.Launcher, "-c", script], environment)).Trim().ReplaceLineEndings("; ");
        }

        public async ValueTask DisposeAsync()
        {
            await Cell.DisposeAsync();
            _folder.Dispose();
            Directory.Delete(DataFolder, recursive: true);
        }
    }
}
