using PyScriptHub.Web.Serving;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class ClientAssetsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-assets-");

    [Fact]
    public void Entries_tell_their_hashed_files()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "manifest.json"),
            """{"storage": {"script": "storage.x1.js"}, "hub": {"script": "hub.x2.js", "style": "hub.x3.css"}}""");

        var assets = ClientAssets.Read(_folder.FullName);

        assets.StorageScript.ShouldBe("storage.x1.js");
        assets["hub"].ShouldBe(new ClientEntry("hub.x2.js", "hub.x3.css"));
        Should.Throw<InvalidOperationException>(() => assets["editor"]).Message.ShouldContain("storage, hub");
    }

    [Fact]
    public void A_front_end_that_was_not_built_says_how_to() =>
        Should.Throw<FileNotFoundException>(() => ClientAssets.Read(_folder.FullName)).Message.ShouldContain("npm run build");

    public void Dispose() => _folder.Delete(recursive: true);
}
