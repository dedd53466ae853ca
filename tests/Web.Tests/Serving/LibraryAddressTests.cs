using PyScriptHub.Web.Serving.Rewriting;

namespace PyScriptHub.Web.Tests.Serving;

public sealed class LibraryAddressTests
{
    [Theory]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@7", "Jsdelivr d3|7||")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3", "Jsdelivr d3|||")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@latest", "Jsdelivr d3|||")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@next/dist/d3.min.js", "Jsdelivr d3|next|dist/d3.min.js|")]
    [InlineData("http://cdn.jsdelivr.net/npm/d3@7.9.0/dist/d3.min.js?v=1#top", "Jsdelivr d3|7.9.0|dist/d3.min.js|?v=1#top")]
    [InlineData("//cdn.jsdelivr.net/npm/d3@^7.8/dist/d3.js", "Jsdelivr d3|^7.8|dist/d3.js|")]
    [InlineData("HTTPS://CDN.jsdelivr.NET/npm/d3@%5E7/dist/d3.js", "Jsdelivr d3|^7|dist/d3.js|")]
    [InlineData("  https://cdn.jsdelivr.net/npm/leaflet@1.9.4/dist/leaflet.css\n", "Jsdelivr leaflet|1.9.4|dist/leaflet.css|")]
    [InlineData("https://cdn.jsdelivr.net/npm/@observablehq/plot@0.6", "Jsdelivr @observablehq/plot|0.6||")]
    [InlineData("https://cdn.jsdelivr.net/npm/%40observablehq/plot@0.6.17/dist/plot.umd.js", "Jsdelivr @observablehq/plot|0.6.17|dist/plot.umd.js|")]
    [InlineData("https://cdn.jsdelivr.net/npm/three@0.160.0/examples/jsm/", "Jsdelivr three|0.160.0|examples/jsm/|")]
    [InlineData("https://cdn.jsdelivr.net/npm/three@0.160.0/", "Jsdelivr three|0.160.0|/|")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@7/+esm", "Module d3|7||")]
    [InlineData("https://cdn.jsdelivr.net/npm/@observablehq/plot/+esm", "Module @observablehq/plot|||")]
    [InlineData("https://cdn.jsdelivr.net/npm/three@0.160/examples/jsm/controls/OrbitControls.js/+esm", "Module three|0.160|examples/jsm/controls/OrbitControls.js|")]
    [InlineData("https://unpkg.com/leaflet@1.9.4/dist/leaflet.js", "Unpkg leaflet|1.9.4|dist/leaflet.js|")]
    [InlineData("https://www.unpkg.com/leaflet", "Unpkg leaflet|||")]
    [InlineData("https://unpkg.com/lit@3?module", "Module lit|3||")]
    [InlineData("https://unpkg.com/lit@3/index.js?module#a", "Module lit|3|index.js|#a")]
    [InlineData("https://esm.run/three", "Module three|||")]
    [InlineData("https://esm.run/three@0.180.0", "Module three|0.180.0||")]
    [InlineData("https://esm.run/@lit/reactive-element@2/decorators.js", "Module @lit/reactive-element|2|decorators.js|")]
    [InlineData("https://esm.sh/react@18.2.0", "Module react|18.2.0||")]
    [InlineData("https://esm.sh/react-dom@18/client", "Module react-dom|18|client|")]
    [InlineData("https://esm.sh/stable/react@18.2.0", "Module react|18.2.0||")]
    [InlineData("https://esm.sh/v135/react@18.2.0?bundle&target=es2022&dev", "Module react|18.2.0||")]
    [InlineData("https://esm.sh/v135/react@18.2.0/es2022/react.mjs", "Module react|18.2.0||")]
    [InlineData("https://esm.sh/react-dom@18.2.0/es2022/client.bundle.mjs", "Module react-dom|18.2.0|client|")]
    [InlineData("https://esm.sh/leaflet@1.9.4/dist/leaflet.css", "Unpkg leaflet|1.9.4|dist/leaflet.css|")]
    [InlineData("https://esm.sh/d3@7/dist/d3.js?raw", "Unpkg d3|7|dist/d3.js|")]
    [InlineData("https://cdn.skypack.dev/canvas-confetti@1?min", "Module canvas-confetti|1||")]
    public void An_address_of_a_package_is_read(string address, string expected)
    {
        var read = LibraryAddress.Parse(address).ShouldNotBeNull();
        read.Refusal.ShouldBeNull();
        $"{read.Form} {read.Name}|{read.Range}|{read.Path}|{read.Suffix}".ShouldBe(expected);
    }

    [Theory]
    [InlineData("https://cdn.jsdelivr.net/combine/npm/d3@7,npm/three", "joins several files")]
    [InlineData("https://cdn.jsdelivr.net/gh/mrdoob/three.js@r160/build/three.js", "no npm package")]
    [InlineData("https://unpkg.com/d3@7/?meta", "list of files")]
    [InlineData("https://esm.sh/*react@18", "star in front")]
    [InlineData("https://esm.sh/gh/mrdoob/three.js", "no npm package")]
    [InlineData("https://esm.sh/react-dom@18?deps=react@17", "option 'deps'")]
    [InlineData("https://esm.sh/react-dom@18?external=react", "option 'external'")]
    [InlineData("https://esm.sh/three@0.160.0/examples/jsm/", "each file of this folder")]
    [InlineData("https://cdn.skypack.dev/-/d3@v7.9.0-abc/dist=es2019/d3.js", "skypack's own")]
    public void What_the_hub_does_not_make_is_refused_with_the_reason(string address, string reason) =>
        LibraryAddress.Parse(address).ShouldNotBeNull().Refusal.ShouldNotBeNull().ToString().ShouldContain(reason);

    [Theory]
    [InlineData("")]
    [InlineData("d3@7")]
    [InlineData("/npm/d3@7/+esm")]
    [InlineData("https://example.org/npm/d3@7")]
    [InlineData("https://cdn.jsdelivr.net.example.org/npm/d3@7")]
    [InlineData("https://cdn.jsdelivr.net/npm/")]
    [InlineData("https://cdn.jsdelivr.net/npm/@observablehq")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@7/../three")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@7/%2e%2e/three")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@7/a%5Cb")]
    [InlineData("https://cdn.jsdelivr.net/npm/d3@7//dist/d3.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/.hidden@1")]
    [InlineData("https://unpkg.com/${name}@1/index.js")]
    [InlineData("https://unpkg.com/")]
    [InlineData("https://esm.sh/")]
    [InlineData("https://unpkg.com/d3 is a library")]
    [InlineData("https://pyscript.net/releases/2026.7.3/core.js")]
    [InlineData("https://cdn.jsdelivr.net/npm/@pyscript/core@0.7.31/dist/core.js")]
    [InlineData("https://esm.run/coincident/main")]
    [InlineData("https://esm.sh/*polyscript@0.20.20")]
    [InlineData("https://cdn.jsdelivr.net/npm/pyodide@0.29.0/pyodide.mjs")]
    [InlineData("https://cdn.jsdelivr.net/pyodide/v0.29.0/full/pyodide.mjs")]
    [InlineData("https://cdn.jsdelivr.net/npm/@micropython/micropython-webassembly-pyscript@1.28.0/micropython.mjs")]
    public void Everything_else_is_none(string address) => LibraryAddress.Parse(address).ShouldBeNull();
}
