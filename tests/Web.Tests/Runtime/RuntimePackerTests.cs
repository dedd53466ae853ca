using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Runtime;

public sealed partial class RuntimePackerTests : IDisposable
{
    private const string RuntimeUrl = "http://runtime.localhost:5080";

    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-runtime-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Four_releases_are_packed_with_the_interpreters_that_their_cores_name()
    {
        var catalog = await PackAsync();

        catalog.Releases.ShouldBe(
        [
            new("2026.7.3", "0.7.31", "0.20.18", "314.0.2", "1.28.0-6", IsDefault: true),
            new("2026.3.1", "0.7.18", "0.20.11", "0.29.3", "1.28.0-preview-233", IsDefault: false),
            new("2025.11.1", "0.7.11", "0.19.10", "0.29.0", "1.27.0-preview-283", IsDefault: false),
            new("2024.1.1", "0.3.14", "0.6.8", "0.24.1", "1.21.0-278", IsDefault: false),
        ]);
        foreach (var release in catalog.Releases)
        {
            foreach (var path in new[]
            {
                $"/pyscript/{release.Core}/core.js", $"/pyscript/{release.Core}/core.css",
                $"/pyodide/{release.Pyodide}/pyodide.mjs", $"/pyodide/{release.Pyodide}/pyodide.asm.wasm",
                $"/pyodide/{release.Pyodide}/python_stdlib.zip", $"/pyodide/{release.Pyodide}/pyodide-lock.json",
                $"/micropython/{release.Micropython}/micropython.mjs", $"/micropython/{release.Micropython}/micropython.wasm",
            })
                catalog.Find(path).ShouldNotBeNull(path);
        }

        foreach (var path in new[]
        {
            "/pyodide/314.0.2/pyodide.asm.mjs", "/pyodide/0.29.3/pyodide.asm.js", "/micropython/1.28.0-6/micropython-settrace-ulab.wasm",
            "/polyscript/0.20.20/dist/index.js", "/coincident/4.1.1/dist/window/main.js", "/coincident/4.1.1/dist/sw.js", "/basic-toml/0.3.1/es.js",
        })
            catalog.Find(path).ShouldNotBeNull(path);
        catalog.Files.Where(file => Path.GetExtension(file.Path) is ".map" or ".ts" or ".html" or ".md").ShouldBeEmpty();
    }

    [Fact]
    public void The_installed_interpreters_are_exactly_those_that_the_literals_name()
    {
        var sources = Bundled();
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (var package in sources.Packages.Where(package => package.Name is NpmPackage.Core or NpmPackage.Polyscript))
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(package.Folder, "dist"), "*.js"))
            {
                foreach (Match match in Default().Matches(File.ReadAllText(file)))
                    named.Add((match.Groups["what"].Value is "pyodide" ? NpmPackage.Pyodide : NpmPackage.Micropython) + "@" + match.Groups["version"].Value);
            }
        }

        named.Count.ShouldBe(9);
        sources.Packages.Where(package => package.Name is NpmPackage.Pyodide or NpmPackage.Micropython).Select(package => package.ToString())
            .ShouldBe(named, ignoreOrder: true);
        foreach (var package in sources.Packages)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package.Folder, "package.json")));
            json.RootElement.GetProperty("version").GetString().ShouldBe(package.Version);
        }
    }

    [Fact]
    public async Task The_table_of_known_releases_agrees_with_what_is_packed()
    {
        var catalog = await PackAsync();
        KnownReleases.All.Length.ShouldBe(46);
        foreach (var release in catalog.Releases)
            KnownReleases.Find(release.Name).ShouldBe(new KnownRelease(release.Name, release.Core, release.Pyodide, release.Micropython));
        catalog.FindRelease("2025.11.2").ShouldBe(catalog.FindRelease("2025.11.1"));
        catalog.FindRelease("2026.7.2").ShouldBeNull();
        catalog.FindRelease("latest").ShouldBeNull();
    }

    [Fact]
    public async Task No_packed_file_names_a_host_that_it_would_fetch_from()
    {
        // Links in comments, docstrings and messages, and names of namespaces.
        string[] inert =
        [
            "www.w3.org", "0.0.0.0", "docs.pyscript.net", "pyscript.github.io", "packages.pyscript.net", "github.com", "developer.mozilla.org",
            "www.jsdelivr.com", "bellard.org", "emscripten.org", "kripken.github.io", "en.wikipedia.org", "unicode.org", "site.com",
            "tools.ietf.org", "www.ietf.org",
        ];
        var catalog = await PackAsync();
        var hub = 0;
        foreach (var file in catalog.Files.Where(file => file.ContentType.EndsWith("charset=utf-8", StringComparison.Ordinal)))
        {
            var text = await File.ReadAllTextAsync(catalog.LocationOf(file), Cancellation);
            foreach (Match match in Host().Matches(text))
            {
                var host = match.Groups["host"].Value;
                if (host is "runtime.localhost") hub++;
                else Array.IndexOf(inert, host).ShouldBeGreaterThanOrEqualTo(0, $"{host} in {file.Path}");
            }

            FetchedFromElsewhere().Match(text).Value.ShouldBeEmpty(file.Path);
        }

        // 8 + 14 + 14 + 14 in the cores, 8 in polyscript, 2 in each of five Pyodides.
        hub.ShouldBe(68);
    }

    [Fact]
    public async Task Addresses_become_the_hubs_with_the_version_in_the_path()
    {
        var catalog = await PackAsync();
        var text = await TextAsync(catalog, "/pyscript/0.3.14/core-6rZeXUyU.js");
        foreach (var address in new[]
        {
            "`http://runtime.localhost:5080/pyodide/${e}/pyodide.mjs`", "`http://runtime.localhost:5080/micropython/${e}/micropython.mjs`",
            "import(\"http://runtime.localhost:5080/basic-toml/0.3.1/es.js\")", "http://runtime.localhost:5080/pi/v2",
            "http://runtime.localhost:5080/github/", "`http://runtime.localhost:5080/refused/ruby/${e}`", "`http://runtime.localhost:5080/refused/lua/${e}`",
        })
            Regex.Count(text, Regex.Escape(address), RegexOptions.None, TimeSpan.FromSeconds(1)).ShouldBe(2, address);
        (await TextAsync(catalog, "/pyodide/0.24.1/pyodide.mjs")).ShouldContain("`http://runtime.localhost:5080/pyodide/${d.version}/`");
    }

    [Fact]
    public async Task Files_without_such_an_address_are_byte_for_byte_those_of_npm()
    {
        var catalog = await PackAsync();
        var package = Bundled().Find(NpmPackage.Pyodide, "314.0.2")!;
        foreach (var name in new[] { "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json", "pyodide.asm.mjs" })
        {
            catalog.Find($"/pyodide/314.0.2/{name}")!.Sha256
                .ShouldBe(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(package.Folder, name), Cancellation))));
        }
    }

    [Fact]
    public async Task The_same_inputs_make_the_same_manifest_and_another_address_makes_another()
    {
        var first = await PackAsync();
        var again = await RuntimePacker.PackAsync(Bundled(), new(RuntimeUrl + "/"), Path.Combine(_folder, "again"), Cancellation);
        again.Key.ShouldBe(first.Key);
        (await File.ReadAllBytesAsync(ManifestOf(Path.Combine(_folder, "again"), again), Cancellation))
            .ShouldBe(await File.ReadAllBytesAsync(ManifestOf(_folder, first), Cancellation));

        var other = await RuntimePacker.PackAsync(Bundled(), new("https://runtime.usercontent.example"), _folder, Cancellation);
        string.Equals(other.Key, first.Key, StringComparison.Ordinal).ShouldBeFalse();
        (await TextAsync(other, "/pyodide/314.0.2/pyodide.mjs")).ShouldContain("https://runtime.usercontent.example/pyodide/");
        (await TextAsync(first, "/pyodide/314.0.2/pyodide.mjs")).ShouldContain("http://runtime.localhost:5080/pyodide/");
    }

    [Fact]
    public async Task A_second_pack_writes_nothing_and_takes_no_time()
    {
        var first = await PackAsync();
        var before = State();
        var started = Stopwatch.GetTimestamp();
        var second = await PackAsync();
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(0.3));
        second.Files.ShouldBe(first.Files);
        State().ShouldBe(before);

        List<(string, DateTime)> State() => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => (file, File.GetLastWriteTimeUtc(file)))];
    }

    [Fact]
    public async Task A_file_that_was_lost_or_cut_is_packed_again()
    {
        var catalog = await PackAsync();
        File.Delete(catalog.LocationOf(catalog.Find("/pyscript/0.7.31/core.js")!));
        var cut = catalog.LocationOf(catalog.Find("/micropython/1.28.0-6/micropython.wasm")!);
        await using (var stream = File.OpenWrite(cut)) stream.SetLength(100);
        await File.WriteAllTextAsync(ManifestOf(_folder, catalog), "{", Cancellation);

        ShouldBeWhole(await PackAsync());
    }

    [Fact]
    public async Task What_earlier_hubs_packed_goes_after_a_week_and_what_is_served_stays()
    {
        var old = await PackAsync();
        var left = Path.Combine(_folder, "files", "left.tmp");
        await File.WriteAllTextAsync(left, "", Cancellation);
        var soon = await RuntimePacker.PackAsync(Bundled(), new("http://runtime.localhost:1"), _folder, Cancellation);
        ShouldBeWhole(old);

        foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-8));
        var later = await RuntimePacker.PackAsync(Bundled(), new("http://runtime.localhost:2"), _folder, Cancellation);
        ShouldBeWhole(later);
        File.Exists(left).ShouldBeFalse();
        Directory.EnumerateFiles(Path.Combine(_folder, "manifests")).ShouldBe([ManifestOf(_folder, later)]);
        Directory.EnumerateFiles(Path.Combine(_folder, "files"), "*", SearchOption.AllDirectories).Select(Path.GetFileName)
            .ShouldBe(later.Files.Select(file => file.Sha256).Distinct(StringComparer.Ordinal), ignoreOrder: true);
        File.Exists(soon.LocationOf(soon.Find("/pyscript/0.7.31/core-C9KDLldu.js")!)).ShouldBeFalse();
    }

    [Fact]
    public async Task Packing_that_is_killed_anywhere_leaves_the_old_state_whole_and_can_go_on()
    {
        var old = await PackAsync();
        var killed = 0;
        for (var round = 0; round < 4; round++)
        {
            using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
            {
                Environment = { [PackingChild.Folder] = _folder, [PackingChild.Address] = $"http://runtime.localhost:{6000 + round}" },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            // From when it writes: what it takes until then depends on the machine.
            var packing = Path.Combine(_folder, "files");
            var filesBefore = CountOf(packing);
            while (CountOf(packing) == filesBefore && !child.HasExited) await Task.Delay(2, Cancellation);
            await Task.Delay(round * 25, Cancellation);
            if (!child.HasExited) killed++;
            child.Kill();
            await child.WaitForExitAsync(Cancellation);

            ShouldBeWhole(await PackAsync());
            ShouldBeWhole(await RuntimePacker.PackAsync(Bundled(), new($"http://runtime.localhost:{6000 + round}"), _folder, Cancellation));
        }

        killed.ShouldBeGreaterThan(0);
        ShouldBeWhole(old);

        static int CountOf(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
    }

    [Theory]
    [InlineData("import('https://cdn.example/x.js')", "https://cdn.example/x.js")]
    [InlineData("fetch(\"http:\\/\\/collect.example\\/a\")", "collect.example")]
    [InlineData("new WebSocket(`wss://live.example`)", "wss://live.example")]
    [InlineData("x.src='//cdn.example/y.png'", "//cdn.example/y.png")]
    [InlineData("import('https://cdn.jsdelivr.net/npm/new-engine@1/+esm')", "new-engine")]
    [InlineData("fetch('https://github.com/owner/repository/raw/x')", "https://github.com/owner")]
    public async Task A_host_that_nobody_looked_at_fails_the_packing(string added, string named)
    {
        using var bundle = new NpmBundle().Change("core-0.7.31", "core-*.js", text => $"{text}\n{added}");
        var failure = await Should.ThrowAsync<RuntimeAssetsException>(() => RuntimePacker.PackAsync(bundle.Read(), new(RuntimeUrl), _folder, Cancellation));
        failure.Message.ShouldContain("@pyscript/core@0.7.31");
        failure.Message.ShouldContain(named);
        Directory.Exists(Path.Combine(_folder, "manifests")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_literal_that_occurs_once_more_or_once_less_fails_the_packing()
    {
        using var more = new NpmBundle().Change("core-0.7.31", "core-*.js", text => text + "\n\"https://micropython.org/pi/v2\"");
        (await Should.ThrowAsync<RuntimeAssetsException>(() => RuntimePacker.PackAsync(more.Read(), new(RuntimeUrl), _folder, Cancellation)))
            .Message.ShouldContain("'mip' 3 times; 2 were expected");
        using var less = new NpmBundle().Change("polyscript-0.20.20", "index.js", text => text.Replace("https://raw.githubusercontent.com/", "/x/", StringComparison.Ordinal));
        (await Should.ThrowAsync<RuntimeAssetsException>(() => RuntimePacker.PackAsync(less.Read(), new(RuntimeUrl), _folder, Cancellation)))
            .Message.ShouldContain("'github' 0 times; 2 were expected");
    }

    [Fact]
    public async Task A_core_that_nobody_looked_at_fails_the_packing_and_so_does_a_missing_interpreter()
    {
        using var unknown = new NpmBundle().Install("core-0.7.99", "npm:@pyscript/core@0.7.99", asIn: "core-0.7.31");
        (await Should.ThrowAsync<RuntimeAssetsException>(() => RuntimePacker.PackAsync(unknown.Read(), new(RuntimeUrl), _folder, Cancellation)))
            .Message.ShouldContain("@pyscript/core@0.7.99");
        using var missing = new NpmBundle().Remove("pyodide-314.0.5");
        (await Should.ThrowAsync<RuntimeAssetsException>(() => RuntimePacker.PackAsync(missing.Read(), new(RuntimeUrl), _folder, Cancellation)))
            .Message.ShouldBe("polyscript@0.20.20 names pyodide@314.0.5, which is not installed.");
    }

    private static RuntimeSources Bundled() => RuntimeSources.Read(RuntimeSources.BundledFolder(), null);

    private static string ManifestOf(string folder, RuntimeCatalog catalog) => Path.Combine(folder, "manifests", $"{catalog.Key}.json");

    private static void ShouldBeWhole(RuntimeCatalog catalog)
    {
        foreach (var file in catalog.Files)
        {
            using var stream = File.OpenRead(catalog.LocationOf(file));
            stream.Length.ShouldBe(file.Length, file.Path);
            Convert.ToHexStringLower(SHA256.HashData(stream)).ShouldBe(file.Sha256, file.Path);
        }
    }

    private static Task<string> TextAsync(RuntimeCatalog catalog, string path) =>
        File.ReadAllTextAsync(catalog.LocationOf(catalog.Find(path)!), Cancellation);

    private Task<RuntimeCatalog> PackAsync() => RuntimePacker.PackAsync(Bundled(), new(RuntimeUrl), _folder, Cancellation);

    [GeneratedRegex("""\(\w+="(?<version>[^"]+)"\)=>`https://cdn\.jsdelivr\.net/(npm/@micropython/)?(?<what>pyodide|micropython)""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Default();

    [GeneratedRegex("""\b(https?|wss?):(\\?/){2}(?<host>[A-Za-z0-9.-]+)""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Host();

    [GeneratedRegex("""(import|fetch|importScripts|Worker|WebSocket|open)\(["'`](https?:|wss?:)?//(?!runtime\.localhost:5080/)[^)]{0,80}|jsdelivr\.net|unpkg\.com|esm\.(run|sh)|pypi\.org|micropython\.org/pi""", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex FetchedFromElsewhere();
}
