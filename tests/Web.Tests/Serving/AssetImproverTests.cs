using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PyScriptHub.Runtime.Assets.Catalog;
using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class AssetImproverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-improver-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Encoded => Path.Combine(_folder, "encoded");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_form_is_made_once_and_a_restart_makes_only_what_is_missing()
    {
        var text = Keep("/pyscript/2/a.js", Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 20_000))));
        var noise = Keep("/pyscript/1/noise.bin", RandomNumberGenerator.GetBytes(50_000));
        var tiny = Keep("/pyscript/1/tiny.js", "export {}"u8.ToArray());
        RuntimeCatalog catalog = new(
            new("http://runtime.localhost"), "key", [new("2026.1.1", "1", "1", "1", "1", IsDefault: true)], [text, noise, tiny], Path.Combine(_folder, "files"));

        await new AssetImprover(catalog, new(catalog, Encoded), TimeProvider.System, NullLogger<AssetImprover>.Instance).ImproveAllAsync(Cancellation);
        string[] all = [$"{noise.Sha256}.br", $"{noise.Sha256}.gz", $"{text.Sha256}.br", $"{text.Sha256}.gz"];
        Names().ShouldBe(all, ignoreOrder: true);

        // The next start: one form was not made yet, one belongs to nothing.
        var old = DateTime.UtcNow.AddDays(-8);
        File.Delete(Path.Combine(Encoded, all[3]));
        await File.WriteAllTextAsync(Path.Combine(Encoded, $"{new string('0', 64)}.br"), "", Cancellation);
        foreach (var file in Directory.EnumerateFiles(Encoded)) File.SetLastWriteTimeUtc(file, old);
        EncodedAssets encoded = new(catalog, Encoded);
        await new AssetImprover(catalog, encoded, TimeProvider.System, NullLogger<AssetImprover>.Instance).ImproveAllAsync(Cancellation);
        Names().ShouldBe(all, ignoreOrder: true);
        all.Select(name => File.GetLastWriteTimeUtc(Path.Combine(Encoded, name)) == old).ShouldBe([true, true, true, false]);

        (await encoded.GetAsync(text, ContentCoding.Brotli)).IsWorthwhile.ShouldBeTrue();
        (await encoded.GetAsync(noise, ContentCoding.Brotli)).IsWorthwhile.ShouldBeFalse();
        (await encoded.GetAsync(tiny, ContentCoding.Brotli)).IsWorthwhile.ShouldBeFalse();
    }

    private List<string> Names() => [.. Directory.EnumerateFiles(Encoded).Select(file => Path.GetFileName(file)!)];

    private RuntimeFile Keep(string path, byte[] bytes)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var location = RuntimeCatalog.LocationOf(Path.Combine(_folder, "files"), sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(location)!);
        File.WriteAllBytes(location, bytes);
        return new(path, sha256, bytes.Length, ContentTypes.Of(path));
    }
}
