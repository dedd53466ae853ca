using PyScriptHub.Runtime.Assets.Catalog;

namespace PyScriptHub.Web.Tests.Runtime;

public sealed class ContentTypesTests
{
    [Theory]
    [InlineData("index.html", "text/html; charset=utf-8")]
    [InlineData("a/B.MJS", "text/javascript; charset=utf-8")]
    [InlineData("pyscript.toml", "application/toml; charset=utf-8")]
    [InlineData("main.py", "text/x-python; charset=utf-8")]
    [InlineData("x.wasm", "application/wasm")]
    [InlineData("x-1.0-py3-none-any.whl", "application/zip")]
    [InlineData("drawing.svg", "image/svg+xml")]
    [InlineData("archive.tar.gz", "application/gzip")]
    [InlineData("no-extension", "application/octet-stream")]
    [InlineData(".env", "application/octet-stream")]
    [InlineData("html", "application/octet-stream")]
    [InlineData("x.html.exe", "application/octet-stream")]
    [InlineData("", "application/octet-stream")]
    public void The_type_comes_from_the_extension_alone(string path, string type) => ContentTypes.Of(path).ShouldBe(type);
}
