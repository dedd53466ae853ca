using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class RuntimeAddressTests
{
    [Theory]
    [InlineData("https://pyscript.net/releases/2026.7.3/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://pyscript.net/releases/2024.1.1/core.css", "/pyscript/0.7.31/core.css")]
    [InlineData("http://pyscript.net/latest/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("//pyscript.net/unstable/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("HTTPS://PyScript.net/latest/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://www.pyscript.net/latest/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("  https://pyscript.net/latest/core.js\n", "/pyscript/0.7.31/core.js")]
    [InlineData("https://pyscript.net/snapshots/2025.2.1.RC1/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://pyscript.net/snapshots/2024/05/21/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://pyscript.net/releases/2026.7.3/core.js?v=1#top", "/pyscript/0.7.31/core.js?v=1#top")]
    [InlineData("https://pyscript.net/releases/2026.7.3/", "/pyscript/0.7.31/")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/dist/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/dist/core.min.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core", "/pyscript/0.7.31/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7", "/pyscript/0.7.31/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/+esm", "/pyscript/0.7.31/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core/dist/core.css", "/pyscript/0.7.31/core.css")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/dist/", "/pyscript/0.7.31/")]
    [InlineData("https://cdn.jsdelivr.net/npm/%40pyscript/core@%5E0.7/dist/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://unpkg.com/@pyscript/core@0.7.31/dist/core.js?module", "/pyscript/0.7.31/core.js")]
    [InlineData("https://unpkg.com/@pyscript/core", "/pyscript/0.7.31/core.js")]
    [InlineData("https://esm.sh/@pyscript/core@0.7.31", "/pyscript/0.7.31/core.js")]
    [InlineData("https://esm.sh/v135/@pyscript/core@0.7.31/storage?bundle", "/pyscript/0.7.31/storage.js")]
    [InlineData("https://esm.sh/stable/@pyscript/core@0.7.31/dist/core.js", "/pyscript/0.7.31/core.js")]
    [InlineData("https://esm.sh/*polyscript@0.20.20", "/polyscript/0.20.20/dist/index.js")]
    [InlineData("https://esm.run/@pyscript/core", "/pyscript/0.7.31/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/polyscript", "/polyscript/0.20.20/dist/index.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/polyscript@0.12/+esm", "/polyscript/0.20.20/dist/index.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/polyscript@0.20.20/dist/index.js", "/polyscript/0.20.20/dist/index.js")]
    [InlineData("https://unpkg.com/polyscript@0.20.20/esm/xworker.js", "/polyscript/0.20.20/esm/xworker.js")]
    [InlineData("https://esm.run/polyscript", "/polyscript/0.20.20/dist/index.js")]
    [InlineData("https://esm.run/coincident/main", "/coincident/4.1.1/dist/main.js")]
    [InlineData("https://esm.sh/coincident@4.1.1/window/main", "/coincident/4.1.1/dist/window/main.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/coincident@4/dist/worker.js", "/coincident/4.1.1/dist/worker.js")]
    [InlineData("https://unpkg.com/coincident", "/coincident/4.1.1/dist/main.js")]
    [InlineData("https://unpkg.com/coincident@4.1.1/", null)] // its root holds no file here
    [InlineData("https://unpkg.com/coincident@4.1.1/dist/", "/coincident/4.1.1/dist/")]
    public void An_address_leads_to_the_file_on_the_hub(string address, string? path) =>
        RuntimeAddress.Parse(address).ShouldNotBeNull().PathIn(RewriteFixture.Release, RewriteFixture.Files).ShouldBe(path);

    [Theory]
    [InlineData("https://pyscript.net/latest/pyscript.js")]
    [InlineData("https://pyscript.net/releases/2022.12.1/pyscript.css")]
    [InlineData("https://pyscript.net/releases/2023.03.1/pyscript.js")]
    public void What_is_of_the_old_PyScript_is_known_and_leads_nowhere(string address)
    {
        var parsed = RuntimeAddress.Parse(address).ShouldNotBeNull();

        parsed.IsLegacy.ShouldBeTrue();
        parsed.PathIn(RewriteFixture.Release, RewriteFixture.Files).ShouldBeNull();
    }

    [Theory]
    [InlineData("https://pyscript.net/releases/2026.7.3/core-Other.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/polyscript@0.20.20/esm/nothing.js")]
    public void A_file_that_the_hub_does_not_have_leads_nowhere(string address) =>
        RuntimeAddress.Parse(address).ShouldNotBeNull().PathIn(RewriteFixture.Release, RewriteFixture.Files).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("./core.js")]
    [InlineData("/pyscript.net/latest/core.js")]
    [InlineData("https://pyscript.net")]
    [InlineData("https://pyscript.net/")]
    [InlineData("https://pyscript.net/releases/2026.7.3")]
    [InlineData("https://pyscript.net/examples/")]
    [InlineData("https://pyscript.net.evil.example/latest/core.js")]
    [InlineData("https://evil.example/https://pyscript.net/latest/core.js")]
    [InlineData("ftp://pyscript.net/latest/core.js")]
    [InlineData("https://docs.pyscript.net/latest/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core-extras@1/x.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/src/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/polyscript-extras/index.js")]
    [InlineData("https://cdn.jsdelivr.net/gh/pyscript/pyscript@main/core.js")]
    [InlineData("https://cdn.jsdelivr.net/pyodide/v0.29.3/full/pyodide.mjs")]
    [InlineData("https://cdn.jsdelivr.net/npm/@micropython/micropython-webassembly-pyscript@1.28.0-6/micropython.mjs")]
    public void Other_addresses_are_none_of_the_runtime(string address) => RuntimeAddress.Parse(address).ShouldBeNull();

    [Theory]
    [InlineData("https://pyscript.net/releases/2024.1.1/core.js", "Tag { Text = 2024.1.1 }")]
    [InlineData("https://pyscript.net/latest/core.js", "Unspecified { Word = latest }")]
    [InlineData("https://pyscript.net/snapshots/2025.2.1.RC1/core.js", "Unspecified { Word = snapshots/2025.2.1.RC1 }")]
    [InlineData("https://unpkg.com/@pyscript/core@0.7.12/dist/core.js", "Npm { Text = 0.7.12 }")]
    [InlineData("https://esm.sh/@pyscript/core@^0.7", "Npm { Text = ^0.7 }")]
    [InlineData("https://esm.sh/@pyscript/core@latest", "Unspecified { Word = latest }")]
    [InlineData("https://esm.sh/@pyscript/core", "Unspecified { Word =  }")]
    public void An_address_says_which_version_it_names(string address, string version) =>
        RuntimeAddress.Parse(address).ShouldNotBeNull().Version.ToString().ShouldBe(version);
}
