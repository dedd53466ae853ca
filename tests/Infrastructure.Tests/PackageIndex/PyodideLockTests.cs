using System.Text;
using PyScriptHub.Infrastructure.PackageIndex;

namespace PyScriptHub.Infrastructure.Tests.PackageIndex;

public sealed class PyodideLockTests
{
    private const string Info = """{ "arch": "wasm32", "platform": "emscripten_5_0_3", "python": "3.14.2", "abi_version": "2026_0" }""";

    private static readonly string s_hash = new('a', 64);

    private static readonly string s_package =
        $$"""{ "name": "Foo_Bar", "version": "1.1.1n", "file_name": "foo_bar-1.zip", "sha256": "{{s_hash}}", "depends": ["a.b"], "imports": ["foo"], "install_dir": "dynlib", "package_type": "shared_library" }""";

    [Fact]
    public void A_package_is_read_with_a_version_outside_PEP_440_and_without_what_is_not_said()
    {
        var read = Parse(Info, s_package).Value.ShouldNotBeNull();
        var package = read.Packages.Single();
        (package.Name.Key, package.Version, package.Depends.Single().Key, package.UnvendoredTests, package.IsPackage).ShouldBe(("foo-bar", "1.1.1n", "a-b", false, false));
        (read.Info.AbiVersion, read.Info.Version, read.Info.Emscripten!.ToString()).ShouldBe(("2026_0", null, "5.0.3"));
    }

    [Theory]
    [InlineData("""{ "arch": "wasm32", "platform": "emscripten_5_0_3" }""")]
    [InlineData("""{ "arch": "wasm32", "platform": "emscripten_5_0_3", "python": null }""")]
    [InlineData("""{ "arch": "wasm32", "platform": "emscripten_5_0_3", "python": "three" }""")]
    [InlineData("""{ "arch": "wasm32", "platform": "linux", "python": "3.14.2" }""")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    public void A_lock_of_another_form_is_refused(string info) => Parse(info, s_package).Error!.Code.ShouldBe("bad_lock");

    [Theory]
    [InlineData("\"Foo_Bar\"", "\"../foo\"")]
    [InlineData("\"Foo_Bar\"", "null")]
    [InlineData("foo_bar-1.zip", "../foo.zip")]
    [InlineData("foo_bar-1.zip", "")]
    [InlineData("\"a.b\"", "\"/\"")]
    [InlineData("\"a.b\"", "null")]
    [InlineData("[\"foo\"]", "[null]")]
    [InlineData("\"version\"", "\"edition\"")]
    [InlineData("aaaa\"", "aaa\"")]
    public void A_package_of_another_form_is_refused(string part, string with) =>
        Parse(Info, s_package.Replace(part, with, StringComparison.Ordinal)).Error!.Code.ShouldBe("bad_lock");

    [Fact]
    public void A_package_that_is_there_twice_under_two_spellings_is_refused() =>
        PyodideLock.Parse(Encoding.UTF8.GetBytes($$"""{ "info": {{Info}}, "packages": { "a": {{s_package}}, "b": {{s_package.Replace("Foo_Bar", "foo.bar", StringComparison.Ordinal)}} } }""")).Error!.Code.ShouldBe("bad_lock");

    [Fact]
    public void A_package_that_is_null_is_refused() => Parse(Info, "null").Error!.Code.ShouldBe("bad_lock");

    private static Domain.Outcomes.Result<PyodideLock> Parse(string info, string package) =>
        PyodideLock.Parse(Encoding.UTF8.GetBytes($$"""{ "info": {{info}}, "packages": { "x": {{package}} } }"""));
}
