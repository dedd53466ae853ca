using System.Collections.Immutable;
using System.Text.Json;
using PyScriptHub.Domain.Packages;
using PyScriptHub.Web.Serving.Rewriting;
using static PyScriptHub.Web.Tests.Serving.RewriteFixture;

namespace PyScriptHub.Web.Tests.Serving;

public class ConfigTextTests
{
    private static readonly PageLock s_lock = new("ab12", new LockDocument(
        "2026.7.3", "314.0.2",
        new Dictionary<string, string>(StringComparer.Ordinal) { ["Tea.Pot>=1"] = "tea-pot", ["./cup-1.0-py3-none-any.whl"] = "cup", ["gone"] = "gone" }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        [Locked("water"), Locked("tea-pot", "water"), Locked("cup")],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["gone"] = "There is no gone." }.ToImmutableSortedDictionary(StringComparer.Ordinal)));

    [Theory]
    [InlineData("packages = [\"Tea.Pot>=1\"]", "packages_cache = \"passthrough\"\npackages = [\"tea-pot\", \"water\"]")]
    [InlineData("# a lesson\nname = 'x'\npackages = [ # those\n  'Tea.Pot>=1',\n  './cup-1.0-py3-none-any.whl',\n]\n\n[files]\n'packages' = 'y'\n",
        "# a lesson\nname = 'x'\npackages_cache = \"passthrough\"\npackages = [ # those\n  \"tea-pot\",\n  \"cup\", \"water\",\n]\n\n[files]\n'packages' = 'y'\n")]
    [InlineData("packages_cache = 'never'\npackages = ['./cup-1.0-py3-none-any.whl']", "packages_cache = \"passthrough\"\npackages = [\"cup\"]")]
    [InlineData("\"packages\" = [\"gone\"]\r\nx = { packages = [\"no\"] }\r\n", "packages_cache = \"passthrough\"\n\"packages\" = [\"gone\"]\r\nx = { packages = [\"no\"] }\r\n")]
    [InlineData("text = '''\npackages = [\"no\"]\n'''\npackages = [\"gone\", \"gone\"]", "text = '''\npackages = [\"no\"]\n'''\npackages_cache = \"passthrough\"\npackages = [\"gone\", \"gone\"]")]
    [InlineData("x = [[1, 2], [\"]\", '#']]\npackages = [\"gone\"] # all", "x = [[1, 2], [\"]\", '#']]\npackages_cache = \"passthrough\"\npackages = [\"gone\"] # all")]
    public void In_toml_entries_become_locked_names_and_nothing_else_changes(string config, string led) => s_lock.Lead(config, isJson: null).ShouldBe(led);

    [Theory]
    [InlineData("""{"packages": ["Tea.Pot>=1"]}""", """{"packages_cache": "passthrough", "packages": ["tea-pot", "water"]}""")]
    [InlineData("""{ "x": {"packages": ["no"]}, "packages_cache": "all", "packages": [ "./cup-1.0-py3-none-any.whl" ], "ä": "𝄞" }""",
        """{ "x": {"packages": ["no"]}, "packages_cache": "passthrough", "packages": [ "cup" ], "ä": "𝄞" }""")]
    public void In_json_too(string config, string led)
    {
        s_lock.Lead(config, isJson: null).ShouldBe(led);
        JsonDocument.Parse(led).Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("name = 'x'")]
    [InlineData("packages = []")]
    [InlineData("packages = ['unknown']")]
    [InlineData("packages = ['gone', 'emfs:/x.whl']")]
    [InlineData("packages = 'gone'")]
    [InlineData("packages = ['gone'")]
    [InlineData("packages = ['gone'] oops")]
    [InlineData("[tool]\npackages = ['gone']")]
    [InlineData("{\"packages\": [\"gone\", 7]}")]
    [InlineData("{\"packages\": [\"gone\"]")]
    [InlineData("{\"packages\": [\"gone\"]} x")]
    public void What_lists_nothing_that_a_lock_holds_stays_what_it_is(string config) => s_lock.Lead(config, isJson: null).ShouldBeNull();

    [Fact]
    public void A_page_with_a_lock_starts_the_locked_runtime_and_its_configs_are_led()
    {
        var request = Request with { Lock = s_lock, Map = Request.Map with { Lock = "/locked/ab12" }, IsLedFile = address => address == "./both.toml" };
        var page = Rewrite(
            """
            <link rel="stylesheet" href="https://pyscript.net/releases/2026.7.3/core.css">
            <script type="module" src="https://pyscript.net/releases/2026.7.3/core.js"></script>
            <py-config>packages = ["Tea.Pot&gt;=1"]</py-config>
            <script type="py" config='{"packages": ["gone"], "q": "a&amp;b"}' worker src="a.py"></script>
            <script type="py-editor" config="./both.toml"></script>
            <script type="mpy" config="./both.toml"></script>
            <mpy-config>packages = ["gone"]</mpy-config>
            """, request);
        page.ShouldContain("/locked/ab12/pyscript/");
        page.ShouldContain("href=\"" + Request.Map.RuntimeUrl + "/pyscript/");
        page.ShouldContain("<py-config>packages_cache = \"passthrough\"\npackages = [\"tea-pot\", \"water\"]</py-config>");
        page.ShouldContain("""config='{"packages_cache": "passthrough", "packages": ["gone"], "q": "a&amp;b"}'""");
        page.ShouldContain("<script type=\"py-editor\" config=\"./both.toml\">");
        page.ShouldContain("<script type=\"mpy\" config=\"./both.toml?as-stored\">");
        page.ShouldContain("<mpy-config>packages = [\"gone\"]</mpy-config>");
    }

    [Fact]
    public void A_config_is_led_whichever_interpreter_is_asked_for()
    {
        var request = Request with { Lock = s_lock, Interpreter = Domain.SmokeRuns.Interpreter.Pyodide };
        Rewrite("<script type=\"module\" src=\"https://pyscript.net/latest/core.js\"></script><mpy-config>packages = ['gone']</mpy-config>", request)
            .ShouldContain("<py-config>packages_cache = \"passthrough\"\npackages = ['gone']</py-config>");
    }

    private static LockedPackage Locked(string name, params string[] depends) =>
        new(name, "1.0", $"{name}-1.0-py3-none-any.whl", new string('0', 64), LockedFrom.Hub, [.. depends], [name]);
}
