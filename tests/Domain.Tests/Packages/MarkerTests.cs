using System.Diagnostics;
using PyScriptHub.Domain.Outcomes;
using PyScriptHub.Domain.Packages;

namespace PyScriptHub.Domain.Tests.Packages;

public sealed class MarkerTests
{
    private static readonly MarkerEnvironment s_pyodide = MarkerEnvironment.Pyodide(PackageVersion.TryParse("3.14.2")!, PackageVersion.TryParse("5.0.3")!);

    [Theory]
    // What Pyodide is
    [InlineData("python_version == '3.14'", true)]
    [InlineData("python_full_version == '3.14.2'", true)]
    [InlineData("sys_platform == 'emscripten'", true)]
    [InlineData("platform_system == 'Emscripten'", true)]
    [InlineData("os_name == 'posix'", true)]
    [InlineData("platform_machine == 'wasm32'", true)]
    [InlineData("implementation_name == 'cpython'", true)]
    [InlineData("implementation_version >= '3.14'", true)]
    [InlineData("platform_python_implementation == 'CPython'", true)]
    [InlineData("platform_release == '5.0.3'", true)]
    [InlineData("platform_version == '#1'", true)]
    // As versions, where the variable is one
    [InlineData("python_version < '2.7'", false)]
    [InlineData("python_version > '3.9'", true)]
    [InlineData("python_version >= '3.10'", true)]
    [InlineData("'3.9' < python_version", true)]
    [InlineData("python_version == '3.*'", true)]
    [InlineData("python_version != '3.13.*'", true)]
    [InlineData("python_version ~= '3.10'", true)]
    [InlineData("python_version == '3.14.0'", true)]
    [InlineData("python_version === '3.14'", true)]
    [InlineData("python_version === '3.14.0'", false)]
    [InlineData("python_full_version > '3.14'", true)]
    [InlineData("python_full_version < '3.14.2rc1'", false)]
    [InlineData("platform_release > '10'", false)]
    [InlineData("'3.9' < '3.10'", true)]
    // Where one side is no version, as strings, which have no order
    [InlineData("python_version == 'surprise'", false)]
    [InlineData("python_version != 'surprise'", true)]
    [InlineData("python_version >= 'surprise'", false)]
    [InlineData("python_version < 'surprise'", false)]
    [InlineData("python_version > ''", false)]
    [InlineData("sys_platform >= 'emscripten'", true)]
    [InlineData("sys_platform <= 'linux'", false)]
    [InlineData("sys_platform < 'linux'", false)]
    [InlineData("sys_platform > 'a'", false)]
    [InlineData("sys_platform != 'win32'", true)]
    [InlineData("sys_platform == 'Emscripten'", false)]
    [InlineData("platform_version == '2'", false)]
    [InlineData("'a' == 'a'", true)]
    // in and not in look for text in text
    [InlineData("'script' in sys_platform", true)]
    [InlineData("sys_platform in 'linux emscripten'", true)]
    [InlineData("sys_platform not in 'linux win32'", true)]
    [InlineData("sys_platform not \t in 'linux win32'", true)]
    [InlineData("python_version in '2.7, 3.14'", true)]
    [InlineData("python_version not in '3.14'", false)]
    [InlineData("'linux'in sys_platform", false)]
    // The test program's comments: and binds closer than or; parentheses win
    [InlineData("os_name=='a' and os_name=='b' or os_name=='posix'", true)]
    [InlineData("os_name=='a' and (os_name=='b' or os_name=='posix')", false)]
    [InlineData("os_name=='posix' or os_name=='b' and os_name=='c'", true)]
    [InlineData("(os_name=='posix' or os_name=='b') and os_name=='c'", false)]
    [InlineData("os_name=='a' or os_name=='b' or os_name=='posix'", true)]
    [InlineData("os_name=='posix' and os_name!='b' and os_name=='c'", false)]
    [InlineData("((os_name=='posix'))and(python_version>'3')", true)]
    [InlineData(" ( os_name == 'posix' ) ", true)]
    // Names of before
    [InlineData("os.name == 'posix'", true)]
    [InlineData("sys.platform == 'emscripten'", true)]
    [InlineData("platform.machine == 'wasm32'", true)]
    [InlineData("platform.version == '#1'", true)]
    [InlineData("platform.python_implementation == 'CPython'", true)]
    [InlineData("python_implementation == 'CPython'", true)]
    // Quotation marks
    [InlineData("os_name != \"it's\"", true)]
    [InlineData("os_name != 'say \"a\"'", true)]
    [InlineData("os_name == \"\"", false)]
    public void A_marker_holds_where_the_specification_says(string text, bool holds)
    {
        var marker = Marker.Parse(text).Value.ShouldNotBeNull(text);
        marker.Evaluate(s_pyodide).Value.ShouldBe(holds);
        marker.Evaluate(s_pyodide).IsOk.ShouldBeTrue();
        var again = Marker.Parse(marker.ToString()).Value!;
        again.ToString().ShouldBe(marker.ToString());
        again.Evaluate(s_pyodide).Value.ShouldBe(holds);
    }

    [Theory]
    // The specification's own
    [InlineData("\"dog\" ~= \"fred\"", 6)]
    [InlineData("python_version ~= \"surprise\"", 15)]
    // No operators of strings, and no values outside of their context
    [InlineData("os_name === 'posix'", 8)]
    [InlineData("os_name ~= '1.0'", 8)]
    [InlineData("python_version ~= '3'", 15)]
    [InlineData("extra == 'a'", 6)]
    [InlineData("'a' in extras", 4)]
    [InlineData("'a' in dependency_groups", 4)]
    [InlineData("os_name == 'posix' or 'a' ~= 'b'", 26)]
    [InlineData("os_name == 'a' and extra == 'b'", 25)]
    public void A_comparison_without_a_meaning_is_an_error_and_neither_true_nor_false(string text, int position)
    {
        var error = Marker.Parse(text).Value!.Evaluate(s_pyodide).Error.ShouldBeOfType<Error.Invalid>();
        (error.Code, error.Position).ShouldBe(("bad_marker", position));
    }

    [Theory]
    [InlineData("extra == 'toml'", "", false)]
    [InlineData("extra == 'toml'", "toml", true)]
    [InlineData("extra == 'Foo_Bar'", "foo.bar", true)]
    [InlineData("'foo--bar' == extra", "FOO-bar", true)]
    [InlineData("extra == 'b'", "a b", true)]
    [InlineData("extra != 'a'", "", true)]
    [InlineData("extra == 'a' and python_version < '3'", "a", false)]
    [InlineData("extra == 'a' or sys_platform == 'emscripten'", "", true)]
    [InlineData("sys_platform == 'emscripten'", "a", true)]
    public void A_requirement_of_an_extra_counts_where_the_extra_is_asked_for(string text, string extras, bool holds) =>
        Marker.Parse(text).Value!.Evaluate(s_pyodide, extras.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Value.ShouldBe(holds);

    [Theory]
    [InlineData("'dev' in extras", true)]
    [InlineData("'Dev_Tools' in dependency_groups", true)]
    [InlineData("'other' in extras", false)]
    [InlineData("'other' not in extras", true)]
    [InlineData("'tes' in dependency_groups", false)]
    public void A_lock_file_asks_for_extras_and_groups_as_sets(string text, bool holds) =>
        Marker.Parse(text).Value!.Evaluate(s_pyodide with { Extras = ["dev"], DependencyGroups = ["test", "dev-tools"] }).Value.ShouldBe(holds);

    [Theory]
    [InlineData("extras == 'a'")]
    [InlineData("'a' == extras")]
    [InlineData("extras in 'a'")]
    [InlineData("extras in dependency_groups")]
    public void A_set_is_only_looked_into(string text) =>
        Marker.Parse(text).Value!.Evaluate(s_pyodide with { Extras = ["a"], DependencyGroups = [] }).Error!.Code.ShouldBe("bad_marker");

    [Theory]
    [InlineData("", 0)]
    [InlineData("python_versio == '3'", 0)]
    [InlineData("'a' == unknown", 7)]
    [InlineData("python_version", 14)]
    [InlineData("python_version in", 17)]
    [InlineData("python_version not", 18)]
    [InlineData("python_version notin '3'", 15)]
    [InlineData("python_version inn '3'", 15)]
    [InlineData("os_name == 'a' andos_name == 'b'", 15)]
    [InlineData("os_name == 'a' os_name == 'b'", 15)]
    [InlineData("()", 1)]
    [InlineData("('a' == 'b'", 11)]
    [InlineData("'a' == 'b') or", 10)]
    [InlineData("os_name == os\u005Fname\u0430", 18)]
    [InlineData("\u017Fys_platform == 'a'", 0)]
    public void What_is_no_marker_is_refused_at_the_character_that_is_wrong(string text, int position)
    {
        var error = Marker.Parse(text).Error.ShouldBeOfType<Error.Invalid>();
        (error.Code, error.Position).ShouldBe(("bad_marker", position), error.Message);
    }

    [Fact]
    public void Parentheses_stand_in_each_other_fifty_times_and_no_more()
    {
        var deep = Marker.Parse(new string('(', Marker.MaximumDepth) + "os_name == 'posix'" + new string(')', Marker.MaximumDepth)).Value!;
        deep.Evaluate(s_pyodide).Value.ShouldBeTrue();
        var error = Marker.Parse(new string('(', 51) + "os_name == 'posix'" + new string(')', 51)).Error.ShouldBeOfType<Error.Invalid>();
        (error.Position, error.Message.Contains("more than 50 parentheses", StringComparison.Ordinal)).ShouldBe((50, true));
        Marker.Parse(new string('(', 7_000)).Error!.Message.ShouldContain("more than 50 parentheses");
        Marker.Parse(new string('(', 100_000)).Error!.Message.ShouldContain("longer than");
    }

    [Fact]
    public void A_marker_with_as_many_parts_as_there_is_room_for_is_evaluated_in_no_time()
    {
        var watch = Stopwatch.StartNew();
        var marker = Marker.Parse(string.Join(" or ", Enumerable.Repeat("''=='a'", 720))).Value!;
        marker.Evaluate(s_pyodide, [.. Enumerable.Range(0, 100).Select(i => $"extra{i}")]).Value.ShouldBeFalse();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }
}
