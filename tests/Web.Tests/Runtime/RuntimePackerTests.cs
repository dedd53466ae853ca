using PyScriptHub.Runtime.Assets.Packing;

namespace PyScriptHub.Web.Tests.Runtime;

public sealed class RuntimePackerTests : IDisposable
{
    private static readonly Uri RuntimeUrl = new("http://runtime.localhost:5080");

    private readonly string _folder = Directory.CreateTempSubdirectory("pyscript-hub-runtime-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_default_release_is_packed_with_the_interpreters_that_its_core_names()
    {
        var sources = RuntimeSources.Read(RuntimeSources.BundledFolder(), null);
        var catalog = await RuntimePacker.PackAsync(sources, RuntimeUrl, _folder, TestContext.Current.CancellationToken);

        catalog.Default.ShouldBe(new("2026.7.3", "0.7.31", "0.20.18", "314.0.2", "1.28.0-6", IsDefault: true));
        foreach (var path in new[]
        {
            "/pyscript/0.7.31/core.js", "/pyscript/0.7.31/core.css", "/pyodide/314.0.2/pyodide.mjs", "/pyodide/314.0.2/pyodide.asm.wasm",
            "/pyodide/314.0.2/pyodide.asm.mjs", "/pyodide/314.0.2/python_stdlib.zip", "/pyodide/314.0.2/pyodide-lock.json",
            "/micropython/1.28.0-6/micropython.mjs", "/micropython/1.28.0-6/micropython.wasm", "/polyscript/0.20.20/dist/index.js",
            "/coincident/4.1.1/dist/window/main.js", "/coincident/4.1.1/dist/sw.js", "/basic-toml/0.3.1/es.js",
        })
            catalog.Find(path).ShouldNotBeNull(path);
    }
}
