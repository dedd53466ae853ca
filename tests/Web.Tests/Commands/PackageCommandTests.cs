using System.Formats.Tar;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ICSharpCode.SharpZipLib.BZip2;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Infrastructure.PackageIndex;
using PyScriptHub.Testing;
using PyScriptHub.Web.Tests.Support;

namespace PyScriptHub.Web.Tests.Commands;

public sealed class PackageCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-packages-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Wheels_are_added_beside_a_running_hub_which_serves_them_and_what_is_none_is_named()
    {
        await using var hub = await HubServer.StartAsync();
        var wheel = WheelBuilder.Simple("parts", "1.0", "other>=2").Python(">=3.8");
        // Each build has another date in it.
        var content = wheel.Build();
        await File.WriteAllBytesAsync(InFolder(wheel.FileName), content, Cancellation);
        var linux = WheelBuilder.Simple("parts", "1.1").Tag("cp314-cp314-manylinux_2_28_x86_64");
        await File.WriteAllBytesAsync(InFolder(linux.FileName), linux.Build(), Cancellation);
        await File.WriteAllTextAsync(InFolder("text-1.0-py3-none-any.whl"), "no zip", Cancellation);

        var (exit, output, error) = await HubVerb.RunAsync(hub, "", "packages", "add", InFolder(wheel.FileName), InFolder(linux.FileName), InFolder("text-1.0-py3-none-any.whl"), InFolder("none.whl"));
        exit.ShouldBe(1, output + error);
        output.ShouldContain($"{wheel.FileName}: held");
        error.ShouldContain("is built for manylinux_2_28_x86_64");
        error.ShouldContain("none.whl: There is no such file.");
        error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3, error);

        var page = await (await GetAsync(hub, "/simple/parts/", "application/vnd.pypi.simple.v1+json")).JsonAsync();
        var file = page.GetProperty("files").EnumerateArray().Single();
        file.Text("requires-python").ShouldBe(">=3.8");
        (await (await GetAsync(hub, new Uri(file.Text("url")).AbsolutePath)).Content.ReadAsByteArrayAsync(Cancellation)).AsSpan().SequenceEqual(content).ShouldBeTrue();

        (await HubVerb.RunAsync(hub, "", "packages", "add", InFolder(wheel.FileName))).Output.ShouldContain("was held before");
        // A name stands for the same bytes for ever.
        await File.WriteAllBytesAsync(InFolder(wheel.FileName), WheelBuilder.Simple("parts", "1.0").Build(), Cancellation);
        var again = await HubVerb.RunAsync(hub, "", "packages", "add", InFolder(wheel.FileName));
        (again.Exit, again.Error.Contains("build it with another version or build tag", StringComparison.Ordinal)).ShouldBe((1, true), again.Error);
    }

    [Theory]
    [InlineData("pyodide-314.0.5.tar.bz2")]
    [InlineData("pyodide-314.0.5")]
    public async Task An_archive_of_pyodide_is_imported_with_what_is_no_wheel_and_its_files_are_served_under_the_names_that_pyodide_asks_for(string name)
    {
        var wheel = WheelBuilder.Simple("parts", "1.0").Tag("cp314-cp314-pyemscripten_2026_0_wasm32");
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [wheel.FileName] = wheel.Build(), ["shared-2.0.zip"] = [1, 2, 3], ["changed-1.0-py3-none-any.whl"] = [4, 5, 6] };
        var locked = LockOf(
            ("parts", "1.0", wheel.FileName, Sha256(files[wheel.FileName])), ("shared", "2.0w", "shared-2.0.zip", Sha256(files["shared-2.0.zip"])),
            ("changed", "1.0", "changed-1.0-py3-none-any.whl", new string('a', 64)), ("absent", "1.0", "absent-1.0-py3-none-any.whl", new string('b', 64)));
        // The lock after what it names, as in the archives that there are; what it does not name is of no interest.
        await WriteAsync(name, [.. files.Select(file => (file.Key, file.Value)), ("pyodide-lock.json", locked), ("evil-1.0-py3-none-any.whl", [7])]);
        await File.WriteAllBytesAsync(InFolder("lock.json"), locked, Cancellation);
        await using var hub = await HubServer.StartAsync(services: services =>
            services.AddSingleton(new HeldPyodides(new Dictionary<string, string>(StringComparer.Ordinal) { ["314.0.5"] = InFolder("lock.json") })));

        var (exit, output, error) = await HubVerb.RunAsync(hub, "", "packages", "import", InFolder(name));
        output.ShouldContain("Pyodide 314.0.5: 2 new, 0 held before, 1 left out, 1 named by the lock and not in the archive.", customMessage: error);
        error.ShouldContain("changed-1.0-py3-none-any.whl: left out.");
        exit.ShouldBe(1);
        (await HubVerb.RunAsync(hub, "", "packages", "import", InFolder(name))).Output.ShouldContain("0 new, 2 held before");

        foreach (var file in new[] { wheel.FileName, "shared-2.0.zip" })
        {
            using var answer = await GetAsync(hub, $"/pyodide/314.0.5/{file}");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsByteArrayAsync(Cancellation)).ShouldBe(files[file]);
            answer.Headers.CacheControl!.ToString().ShouldContain("immutable");
        }
        using var absent = await GetAsync(hub, "/pyodide/314.0.5/absent-1.0-py3-none-any.whl");
        absent.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await absent.Content.ReadAsStringAsync(Cancellation)).ShouldContain("does not hold this Pyodide package");
        await using var db = hub.OpenDatabase();
        var rows = await db.PackageFiles.AsNoTracking().OrderBy(row => row.FileName).ToListAsync(Cancellation);
        rows.ConvertAll(row => (row.Package, row.Version, row.Origin, row.Pyodide)).ShouldBe(
            [("parts", "1.0", PackageFileOrigin.Archive, "314.0.5"), ("shared", "2.0w", PackageFileOrigin.Archive, "314.0.5")]);
    }

    [Fact]
    public async Task A_damaged_archive_is_said_to_be_damaged_and_one_of_an_unknown_version_is_asked_for_it()
    {
        await using var hub = await HubServer.StartAsync();
        await WriteAsync("some.tar.bz2", [("pyodide-lock.json", LockOf(("parts", "1.0", "parts-1.0-py3-none-any.whl", new string('a', 64))))]);
        var unknown = await HubVerb.RunAsync(hub, "", "packages", "import", InFolder("some.tar.bz2"));
        (unknown.Exit, unknown.Error.Contains("--pyodide", StringComparison.Ordinal)).ShouldBe((1, true), unknown.Error);
        var whole = await File.ReadAllBytesAsync(InFolder("some.tar.bz2"), Cancellation);
        await File.WriteAllBytesAsync(InFolder("pyodide-314.0.5.tar.bz2"), whole[..(whole.Length / 2)], Cancellation);
        var damaged = await HubVerb.RunAsync(hub, "", "packages", "import", InFolder("pyodide-314.0.5.tar.bz2"));
        (damaged.Exit, damaged.Error.Contains("damaged", StringComparison.Ordinal)).ShouldBe((1, true), damaged.Error);
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private async Task WriteAsync(string name, IReadOnlyList<(string Name, byte[] Content)> files)
    {
        if (!name.EndsWith(".bz2", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(InFolder(name));
            foreach (var (file, content) in files) await File.WriteAllBytesAsync(Path.Combine(InFolder(name), file), content, Cancellation);
            return;
        }
        await using var packed = new BZip2OutputStream(File.Create(InFolder(name)));
        await using var tar = new TarWriter(packed, TarEntryFormat.Pax);
        foreach (var (file, content) in files)
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"pyodide/{file}") { DataStream = new MemoryStream(content) }, Cancellation);
    }

    private static byte[] LockOf(params (string Name, string Version, string File, string Sha256)[] packages) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        info = new { abi_version = "2026_0", arch = "wasm32", platform = "emscripten_5_0_3", python = "3.14.2" },
        packages = packages.ToDictionary(package => package.Name, package => new
        {
            name = package.Name,
            version = package.Version,
            file_name = package.File,
            sha256 = package.Sha256,
            install_dir = "site",
            package_type = "package",
            depends = Array.Empty<string>(),
            imports = new[] { package.Name },
        }),
    });

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static async Task<HttpResponseMessage> GetAsync(HubServer hub, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://runtime.localhost:{hub.Options.PublicUrl.Port}{path}");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await hub.Client.SendAsync(request, Cancellation);
    }
}
