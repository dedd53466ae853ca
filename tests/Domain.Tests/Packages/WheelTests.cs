using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class WheelTests
{
    private static readonly WheelTags s_pyodide = Tags("Pyodide 314", "3.14.2", "pyemscripten_2026_0_wasm32", "pyodide_2026_0_wasm32", "emscripten_5_0_3_wasm32");

    [Theory]
    [InlineData("distribution-1.0-1-py27-none-any.whl", "distribution", "1.0", "1", "py27-none-any")]
    [InlineData("distribution-1.0-py32-none-any.whl", "distribution", "1.0", null, "py32-none-any")]
    [InlineData("pip-1.3.1-py33-none-any.whl", "pip", "1.3.1", null, "py33-none-any")]
    [InlineData("pip-18.0-py2.py3-none-any.whl", "pip", "18.0", null, "py2-none-any py3-none-any")]
    [InlineData("beaglevote-1.2.0-cp33-abi3-linux_x86_64.whl", "beaglevote", "1.2.0", null, "cp33-abi3-linux_x86_64")]
    // Written by tools of before: upper case and dots in the name
    [InlineData("Foo.Bar-1.0-py3-none-any.whl", "foo-bar", "1.0", null, "py3-none-any")]
    [InlineData("foo_bar-1!2.0.post1+ubuntu.1-20240101a-CP39.cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "foo-bar", "1!2.0.post1+ubuntu.1", "20240101a",
        "cp39-abi3-manylinux_2_17_x86_64 cp39-abi3-manylinux2014_x86_64 cp38-abi3-manylinux_2_17_x86_64 cp38-abi3-manylinux2014_x86_64")]
    [InlineData("a-1-0-py3.py3-none-any.any.whl", "a", "1", "0", "py3-none-any")]
    public void The_name_of_a_wheel_says_what_it_is(string fileName, string name, string version, string? build, string tags)
    {
        var wheel = WheelFileName.Parse(fileName).Value.ShouldNotBeNull(fileName);
        wheel.Name.Key.ShouldBe(name);
        wheel.Version.ToString().ShouldBe(version);
        (wheel.Build is { } known ? $"{known.Number}{known.Suffix}" : null).ShouldBe(build);
        string.Join(' ', wheel.Tags).ShouldBe(tags);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".whl")]
    [InlineData("a-1.0-py3-none-any.zip")]
    [InlineData("a-1.0-py3-none-any.WHL")]
    [InlineData("a-1.0-py3-none.whl")]
    [InlineData("a-1.0-1-2-py3-none-any.whl")]
    [InlineData("a-1.0-b1-py3-none-any.whl")]
    [InlineData("a-1.0--py3-none-any.whl")]
    [InlineData("a-1.0-1\u0661\n-py3-none-any.whl")]
    [InlineData("-1.0-py3-none-any.whl")]
    [InlineData("_a-1.0-py3-none-any.whl")]
    [InlineData("../a-1.0-py3-none-any.whl")]
    [InlineData("\u0430-1.0-py3-none-any.whl")]
    [InlineData("a-french-py3-none-any.whl")]
    [InlineData("a-1.0-py3-none-.whl")]
    [InlineData("a-1.0-py2..py3-none-any.whl")]
    [InlineData("a-1.0-py3-none-any/..whl")]
    [InlineData("a-1.0-py\u0663-none-any.whl")]
    public void What_is_no_name_of_a_wheel_is_refused(string fileName)
    {
        var error = WheelFileName.Parse(fileName).Error.ShouldBeOfType<Error.Invalid>();
        error.Code.ShouldBe("bad_wheel_name");
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void A_name_that_stands_for_a_hundred_thousand_tags_is_refused()
    {
        var set = string.Join('.', Enumerable.Range(10, 26));
        WheelFileName.Parse($"a-1-{set}-{set}-{set}.whl").Error!.Message.ShouldContain("more than 1000 tags");
        WheelFileName.Parse($"a-1-{string.Concat(Enumerable.Repeat("a.", 100_000))}a-none-any.whl").Error!.Message.ShouldContain("longer than 255 characters");
        WheelFileName.Parse(new string('-', 255)).Error!.Code.ShouldBe("bad_wheel_name");
    }

    [Fact]
    public void Of_two_builds_the_one_with_the_larger_number_is_later()
    {
        var builds = new[] { "1", "2", "2a", "2b", "10", "99999999999999999999999" }.Select(build => WheelFileName.Parse($"a-1-{build}-py3-none-any.whl").Value!.Build!.Value);
        builds.Order().ShouldBe(builds);
        Nullable.Compare<WheelBuild>(null, builds.First()).ShouldBeNegative();
    }

    // The list in "Use" of "Platform compatibility tags", with the ABI's name as it is since CPython 3.8; installers also take the
    // stable ABI of older versions, and py32 and older on the platform.
    [Fact]
    public void The_tags_of_an_interpreter_are_preferred_in_the_order_of_the_specification() =>
        string.Join(' ', Tags("CPython 3.3", "3.3", "linux_x86_64").Tags).ShouldBe(
            "cp33-cp33-linux_x86_64 cp33-abi3-linux_x86_64 cp3-abi3-linux_x86_64 cp33-none-linux_x86_64 cp3-none-linux_x86_64 cp32-abi3-linux_x86_64 "
            + "py33-none-linux_x86_64 py3-none-linux_x86_64 py32-none-linux_x86_64 py31-none-linux_x86_64 py30-none-linux_x86_64 "
            + "cp33-none-any cp3-none-any py33-none-any py3-none-any py32-none-any py31-none-any py30-none-any");

    [Theory]
    // What the locks of Pyodide 314 and of before hold
    [InlineData("numpy-2.4.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl")]
    [InlineData("a-1.0-py3-none-any.whl")]
    [InlineData("a-1.0-py2.py3-none-any.whl")]
    [InlineData("a-1.0-cp39-abi3-pyemscripten_2026_0_wasm32.whl")]
    [InlineData("a-1.0-cp314-abi3-pyemscripten_2026_0_wasm32.whl")]
    [InlineData("a-1.0-py3-none-pyemscripten_2026_0_wasm32.whl")]
    // Other spellings of the platform, and Python tags of pure wheels
    [InlineData("a-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl")]
    [InlineData("a-1.0-cp314-cp314-emscripten_5_0_3_wasm32.whl")]
    [InlineData("a-1.0-cp314-none-any.whl")]
    [InlineData("a-1.0-py314-none-any.whl")]
    [InlineData("a-1.0-py38-none-any.whl")]
    [InlineData("a-1.0-cp313.cp314-cp313.cp314-manylinux_2_17_x86_64.pyemscripten_2026_0_wasm32.whl")]
    public void A_wheel_that_fits_is_taken(string fileName)
    {
        s_pyodide.Fits(Wheel(fileName)).ShouldBeTrue();
        s_pyodide.Refuse(Wheel(fileName)).ShouldBeNull();
    }

    [Theory]
    [InlineData("greenlet-3.0-cp314-cp314-manylinux_2_17_x86_64.whl",
        "is built for manylinux_2_17_x86_64; Pyodide 314 takes pyemscripten_2026_0_wasm32, pyodide_2026_0_wasm32, emscripten_5_0_3_wasm32")]
    [InlineData("a-1-cp313-cp313-pyodide_2025_0_wasm32.whl",
        "is built for pyodide_2025_0_wasm32; Pyodide 314 takes pyemscripten_2026_0_wasm32, pyodide_2026_0_wasm32, emscripten_5_0_3_wasm32")]
    [InlineData("a-1-cp314-cp314-win32.win_amd64.win_arm64.macosx_11_0_arm64.whl",
        "is built for win32, win_amd64, win_arm64 …; Pyodide 314 takes pyemscripten_2026_0_wasm32, pyodide_2026_0_wasm32, emscripten_5_0_3_wasm32")]
    [InlineData("a-1-cp313-cp313-pyemscripten_2026_0_wasm32.whl", "is built for the Python tag cp313; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-py2-none-any.whl", "is built for the Python tag py2; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-py27-none-any.whl", "is built for the Python tag py27; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-cp313-none-any.whl", "is built for the Python tag cp313; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-py315-none-any.whl", "is built for the Python tag py315; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-cp315-abi3-pyemscripten_2026_0_wasm32.whl", "is built for the Python tag cp315; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-pp310-pypy310_pp73-pyemscripten_2026_0_wasm32.whl", "is built for the Python tag pp310; Pyodide 314 is CPython 3.14")]
    [InlineData("a-1-py3-abi3-pyemscripten_2026_0_wasm32.whl", "needs the ABI abi3 on pyemscripten_2026_0_wasm32, which Pyodide 314 does not have")]
    [InlineData("a-1-cp314-cp314t-pyemscripten_2026_0_wasm32.whl", "needs the ABI cp314t on pyemscripten_2026_0_wasm32, which Pyodide 314 does not have")]
    [InlineData("a-1-cp31-abi3-pyemscripten_2026_0_wasm32.whl", "needs the ABI abi3 on pyemscripten_2026_0_wasm32, which Pyodide 314 does not have")]
    [InlineData("a-1-cp3-abi3-any.whl", "needs the ABI abi3 on any, which Pyodide 314 does not have")]
    [InlineData("a-1-py399999999999999999999-none-any.whl", "is built for the Python tag py399999999999999999999; Pyodide 314 is CPython 3.14")]
    public void A_wheel_that_does_not_fit_is_refused_with_the_reason(string fileName, string reason)
    {
        s_pyodide.Fits(Wheel(fileName)).ShouldBeFalse();
        s_pyodide.RankOf(Wheel(fileName)).ShouldBeNull();
        s_pyodide.Refuse(Wheel(fileName))!.ToString().ShouldBe(reason);
    }

    [Fact]
    public void A_wheel_for_the_platform_is_preferred_to_a_pure_one()
    {
        var wheels = new[]
        {
            "a-1-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "a-1-cp314-abi3-pyemscripten_2026_0_wasm32.whl", "a-1-cp39-abi3-pyemscripten_2026_0_wasm32.whl",
            "a-1-cp314-cp314-pyodide_2026_0_wasm32.whl", "a-1-cp314-none-any.whl", "a-1-py3-none-any.whl", "a-1-py39-none-any.whl",
        };
        wheels.OrderBy(wheel => s_pyodide.RankOf(Wheel(wheel))).ShouldBe(wheels);
    }

    [Theory]
    [InlineData("a-1-py3-none-any.whl", true)]
    [InlineData("a-1-cp314-none-any.whl", true)]
    [InlineData("a-1-py3-none-pyemscripten_2026_0_wasm32.whl", false)]
    [InlineData("a-1-cp39-abi3-any.whl", false)]
    public void A_wheel_without_ABI_and_platform_is_pure(string fileName, bool isPure) => Wheel(fileName).IsPure.ShouldBe(isPure);

    [Theory]
    [InlineData("2.7")]
    [InlineData("4.0")]
    [InlineData("3.100")]
    [InlineData("1!3.14")]
    [InlineData("3.99999999999999999999999999")]
    public void A_Python_that_is_not_a_Python_3_has_no_tags_here(string python) =>
        WheelTags.Of("Pyodide", PackageVersion.TryParse(python)!, []).Error!.Code.ShouldBe("bad_python");

    private static WheelTags Tags(string interpreter, string python, params string[] platforms) =>
        WheelTags.Of(interpreter, PackageVersion.TryParse(python)!, platforms).Value!;

    private static WheelFileName Wheel(string fileName) => WheelFileName.Parse(fileName).Value.ShouldNotBeNull(fileName);
}
