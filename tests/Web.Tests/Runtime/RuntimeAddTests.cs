using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Tests.Runtime;

public sealed class RuntimeAddTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-add-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_release_from_npm_is_served_beside_the_others_from_the_next_start_on()
    {
        using HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
        var added = await new RuntimeAdd(http, RuntimeAdd.DefaultRegistry, _folder).AddAsync("2026.1.1", Cancellation);
        added.ShouldBe(new("2026.1.1", "0.7.12", "0.29.1", "1.27.0"));

        var catalog = await PackAsync();
        catalog.Releases.Select(release => release.Name).ShouldBe(["2026.7.3", "2026.3.1", "2026.1.1", "2025.11.1", "2024.1.1"]);
        catalog.FindRelease("2026.1.1").ShouldBe(new("2026.1.1", "0.7.12", "0.20.2", "0.29.1", "1.27.0", IsDefault: false));
        foreach (var path in new[] { "/pyscript/0.7.12/core.js", "/pyodide/0.29.1/pyodide.asm.wasm", "/micropython/1.27.0/micropython.wasm" })
            catalog.Find(path).ShouldNotBeNull(path);
        Directory.EnumerateDirectories(Path.Combine(_folder, "npm")).ShouldAllBe(folder => !folder.EndsWith(".tmp", StringComparison.Ordinal));

        // A second time, and with nobody to ask.
        using HttpClient nobody = new(new Registry());
        (await new RuntimeAdd(nobody, RuntimeAdd.DefaultRegistry, _folder).AddAsync("2026.1.1", Cancellation)).ShouldBe(added);
    }

    [Theory]
    [InlineData("2099.1.1", "no PyScript release '2099.1.1'")]
    [InlineData("../2026.1.1", "no PyScript release")]
    [InlineData("2025.5.1", "does not know which addresses @pyscript/core@0.6.53 holds")]
    [InlineData("2026.1.1", "does not have @pyscript/core@0.7.12")]
    public async Task A_release_that_cannot_be_had_is_refused_with_the_reason(string release, string reason) =>
        await ShouldBeRefusedAsync(new Registry(), reason, release);

    [Fact]
    public async Task Bytes_that_do_not_have_the_registrys_hash_are_refused() =>
        await ShouldBeRefusedAsync(
            new Registry { Tarball = Tarball(("package/package.json", "{}")), Integrity = $"sha512-{Convert.ToBase64String(new byte[64])}" },
            "do not have the hash");

    [Fact]
    public async Task A_registry_that_gives_no_sha512_is_refused() =>
        await ShouldBeRefusedAsync(new Registry { Tarball = Tarball(("package/package.json", "{}")), Integrity = "sha1-AAAA" }, "no sha512");

    [Fact]
    public async Task A_tarball_on_another_host_is_refused_and_not_asked_for()
    {
        var registry = new Registry { Tarball = Tarball(("package/package.json", "{}")), Address = "http://169.254.169.254/core.tgz" };
        await ShouldBeRefusedAsync(registry, "169.254.169.254, which is another host");
        registry.Asked.ShouldAllBe(address => address.Host == "npm.example");
    }

    [Fact]
    public async Task A_redirect_is_refused() => await ShouldBeRefusedAsync(new Registry { Redirects = true }, "answered 302");

    [Fact]
    public async Task An_answer_that_is_no_description_is_refused() => await ShouldBeRefusedAsync(new Registry { Description = "<html>" }, "as an npm registry does");

    [Theory]
    [InlineData("package/../../../evil.js")]
    [InlineData("/etc/evil.js")]
    [InlineData("package//evil.js")]
    [InlineData("package/..")]
    [InlineData("package/a\\..\\evil.js")]
    [InlineData("package/c:evil.js")]
    [InlineData("evil.js")]
    [InlineData("package/PACKAGE.json")]
    public async Task A_name_that_leads_elsewhere_is_refused_and_nothing_is_left(string name)
    {
        await ShouldBeRefusedAsync(new Registry { Tarball = Tarball(("package/package.json", "{}"), (name, "evil")) }, "it was not unpacked");
        Directory.EnumerateFiles(Path.GetDirectoryName(_folder)!, "evil.js").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task A_link_or_device_in_an_archive_is_refused(TarEntryType type)
    {
        using MemoryStream bytes = new();
        await using (GZipStream zipped = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
        await using (TarWriter writer = new(zipped))
        {
            PaxTarEntry entry = new(type, "package/dist");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = "/etc";
            await writer.WriteEntryAsync(entry, Cancellation);
        }

        await ShouldBeRefusedAsync(new Registry { Tarball = bytes.ToArray() }, $"the {type}");
    }

    [Fact]
    public async Task A_broken_archive_is_refused() =>
        await ShouldBeRefusedAsync(new Registry { Tarball = Encoding.UTF8.GetBytes("not gzip at all") }, "is broken");

    [Fact]
    public async Task A_core_whose_addresses_are_not_those_that_were_looked_at_is_refused() =>
        await ShouldBeRefusedAsync(
            new Registry
            {
                Tarball = Tarball(
                    ("package/package.json", "{}"),
                    ("package/dist/core.js", "a={module:(e=\"0.29.1\")=>`https://cdn.jsdelivr.net/pyodide/v${e}/full/pyodide.mjs`};" +
                        "b={module:(e=\"1.27.0\")=>`https://cdn.jsdelivr.net/npm/@micropython/micropython-webassembly-pyscript@${e}/micropython.mjs`}"),
                    ("package/pyodide.mjs", "")),
            },
            "2 were expected");

    private static byte[] Tarball(params (string Name, string Text)[] files)
    {
        using MemoryStream bytes = new();
        using (GZipStream zipped = new(bytes, CompressionLevel.Fastest, leaveOpen: true))
        using (TarWriter writer = new(zipped))
        {
            foreach (var (name, text) in files)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return bytes.ToArray();
    }

    private async Task ShouldBeRefusedAsync(Registry registry, string reason, string release = "2026.1.1")
    {
        using HttpClient http = new(registry);
        var failure = await Should.ThrowAsync<RuntimeAssetsException>(() => new RuntimeAdd(http, new("http://npm.example"), _folder).AddAsync(release, Cancellation));
        failure.Message.ShouldContain(reason);
        Directory.Exists(Path.Combine(_folder, "releases")).ShouldBeFalse();
        if (Directory.Exists(Path.Combine(_folder, "npm")))
            Directory.EnumerateDirectories(Path.Combine(_folder, "npm"), "*.tmp").ShouldBeEmpty();
        RuntimeSources.Read(RuntimeSources.BundledFolder(), _folder).Releases.Count.ShouldBe(4);
    }

    private Task<RuntimeCatalog> PackAsync() => RuntimePacker.PackAsync(
        RuntimeSources.Read(RuntimeSources.BundledFolder(), _folder), new("http://runtime.localhost:5080"), Path.Combine(_folder, "packed"), Cancellation);

    /// <summary>A registry that has one tarball for whatever is asked, or nothing.</summary>
    private sealed class Registry : HttpMessageHandler
    {
        public byte[]? Tarball { get; init; }

        public string? Integrity { get; init; }

        public string Address { get; init; } = "http://npm.example/x.tgz";

        public string? Description { get; init; }

        public bool Redirects { get; init; }

        public List<Uri> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!);
            return Task.FromResult(Answer(request.RequestUri!));
        }

        private HttpResponseMessage Answer(Uri address)
        {
            if (Redirects) return new(HttpStatusCode.Found) { Headers = { Location = new("http://127.0.0.1/") } };
            if (Description is not null) return new(HttpStatusCode.OK) { Content = new StringContent(Description) };
            if (Tarball is null) return new(HttpStatusCode.NotFound);
            return address.AbsolutePath.EndsWith(".tgz", StringComparison.Ordinal)
                ? new(HttpStatusCode.OK) { Content = new ByteArrayContent(Tarball) }
                : new(HttpStatusCode.OK)
                {
                    Content = JsonContent.Create(new
                    {
                        dist = new { tarball = Address, integrity = Integrity ?? $"sha512-{Convert.ToBase64String(SHA512.HashData(Tarball))}" },
                    }),
                };
        }
    }
}
