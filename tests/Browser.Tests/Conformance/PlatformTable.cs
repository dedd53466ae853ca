namespace PyScriptHub.Browser.Tests.Conformance;

/// <summary>Something that a hosted page may use.</summary>
/// <param name="Area">The heading it stands under in docs/conformance.md.</param>
/// <param name="Id">What rows name it by.</param>
/// <param name="Title">How the table shows it, in Markdown.</param>
/// <param name="Cells">The interpreter and thread pairs for which rows are wanted; the others do not apply.</param>
/// <param name="NotTestable">Pairs that cannot be driven on the build machines, with the reason.</param>
internal sealed record Member(string Area, string Id, string Title, IReadOnlyList<Cell> Cells, IReadOnlyDictionary<Cell, string> NotTestable)
{
    /// <summary>Where the member cannot be had in a frame at all: rows from the top-level page suffice.</summary>
    public bool TopOnly { get; init; }
}

/// <summary>A column of the table.</summary>
internal readonly record struct Cell(string Interpreter, string Thread);

/// <summary>Every member of "What a hosted page may use" (pyscript-platform.md), and what issue A adds to it.</summary>
internal static class PlatformTable
{
    public static readonly Cell PyodideMain = new("pyodide", "main");
    public static readonly Cell PyodideWorker = new("pyodide", "worker");
    public static readonly Cell MicroPythonMain = new("micropython", "main");
    public static readonly Cell MicroPythonWorker = new("micropython", "worker");
    public static readonly Cell JavaScriptMain = new("javascript", "main");
    public static readonly Cell JavaScriptWorker = new("javascript", "worker");

    private const string Micropip = "needs micropip, which the npm packages do not hold";
    private const string ByName = "packages by name come with issue D";

    private static readonly Cell[] s_all = [PyodideMain, PyodideWorker, MicroPythonMain, MicroPythonWorker];
    private static readonly Cell[] s_main = [PyodideMain, MicroPythonMain];
    private static readonly Cell[] s_workers = [PyodideWorker, MicroPythonWorker];
    private static readonly Cell[] s_pyodide = [PyodideMain, PyodideWorker];
    private static readonly Cell[] s_javascript = [JavaScriptMain, JavaScriptWorker];

    /// <summary>The table, in its own order.</summary>
    public static IReadOnlyList<Member> Members { get; } =
    [
        .. Area("Tags", s_all,
            ("tag.script", "`<script type=\"py\">`, `<script type=\"mpy\">`"),
            ("tag.element", "`<py-script>`, `<mpy-script>`"),
            ("tag.config", "`<py-config>`, `<mpy-config>`"),
            ("tag.config.src", "`<py-config src>`"),
            ("tag.config.type", "`<py-config type>` (`toml`, `json`)"),
            ("tag.config.config-parser", "`<py-config config-parser>`")),
        .. Area("Tags", s_workers, ("tag.editor", "`<script type=\"py-editor\">`, `<script type=\"mpy-editor\">`")),
        .. Area("Tags", [PyodideMain], ("tag.game", "`<script type=\"py-game\">`")),
        .. Area("Attributes", s_all,
            ("attribute.src", "`src`"),
            ("attribute.config", "`config`"),
            ("attribute.config-parser", "`config-parser`"),
            ("attribute.async", "`async`"),
            ("attribute.target", "`target`"),
            ("attribute.terminal", "`terminal`"),
            ("attribute.offline", "`offline` on the core script")),
        .. Area("Attributes", s_workers,
            ("attribute.worker", "`worker`"),
            ("attribute.name", "`name`")),
        .. Area("Attributes", s_workers, ("attribute.service-worker", "`service-worker`")).Select(member => member with { TopOnly = true }),
        .. Area("Attributes", s_main, ("attribute.event", "`py-click`, `mpy-click` and other event attributes")),
        .. Area("Editor attributes", s_workers,
            [.. new[] { "src", "config", "env", "env-override", "setup", "target", "output", "rows", "onbeforerun", "data-run", "data-stop", "service-worker" }
                .Select(name => ($"editor.{name}", $"`{name}`"))]),
        .. Area("Config keys", s_all, Cannot(s_all, ByName), ("config.packages.name", "`packages`: names")),
        .. Area("Config keys", s_all, Cannot(s_pyodide, Micropip),
            ("config.packages.url", "`packages`: URL of a wheel"),
            ("config.packages.emfs", "`packages`: `emfs:`")),
        .. Area("Config keys", s_all,
            ("config.packages.remote", "`packages`: a remote `.toml` or `.json`"),
            ("config.files", "`files`"),
            ("config.files.template", "`files`: `{X}` templates"),
            ("config.files.zip", "`files`: `.zip` to `dir/*`"),
            ("config.files.whl", "`files`: `.whl` to `dir/*`"),
            ("config.files.tgz", "`files`: `.tgz` to `dir/*`"),
            ("config.fetch", "`fetch` (legacy)"),
            ("config.js_modules.main", "`js_modules.main`"),
            ("config.js_modules.worker", "`js_modules.worker`"),
            ("config.interpreter", "`interpreter`"),
            ("config.plugins", "`plugins`: `\"!name\"`")),
        .. Area("Config keys", s_all, Cannot(s_pyodide, Micropip), ("config.packages_cache.never", "`packages_cache`: `never`")),
        .. Area("Config keys", s_all, ("config.packages_cache.passthrough", "`packages_cache`: `passthrough`")),
        .. Area("Config keys", s_all, Cannot(s_pyodide, Micropip),
            ("config.packages_cache.all", "`packages_cache`: `all`"),
            ("config.index_urls", "`index_urls`")),
        .. Area("Config keys", s_all,
            ("config.sync_main_only", "`sync_main_only`"),
            ("config.debug", "`debug`"),
            ("config.experimental_create_proxy", "`experimental_create_proxy`"),
            ("config.experimental_ffi_timeout", "`experimental_ffi_timeout`"),
            ("config.name", "`name`"),
            ("config.custom", "custom keys")),
        .. Area("Names of `pyscript`", s_all,
            [.. new[]
                {
                    "RUNNING_IN_WORKER", "config", "current_target", "document", "window", "js_import", "js_modules", "display", "HTML",
                    "fetch", "Storage", "storage", "WebSocket", "when", "Event", "PyWorker", "workers", "create_named_worker", "sync",
                }
                .Select(name => ($"pyscript.{name}", $"`{name}`"))]),
        .. Area("Names of `pyscript`", s_all, Cannot(s_pyodide, Micropip), ("pyscript.py_import", "`py_import`")),
        .. Area("Names of `pyscript`", s_workers, ("pyscript.__export__", "`__export__`")),
        .. Area("Submodules of `pyscript`", s_all,
            [.. new[] { "context", "display", "events", "fetch", "ffi", "flatted", "fs", "media", "storage", "util", "web", "websocket", "workers" }
                .Select(name => ($"submodule.{name}", $"`pyscript.{name}`"))]),
        .. Area("`display`", s_all,
            [.. new[] { "text/plain", "text/html", "text/markdown", "image/png", "image/jpeg", "image/svg+xml", "application/json", "application/javascript" }
                .Select(name => ($"display.{name}", $"`{name}`")),
             ("display.lists and dicts", "lists and dicts"),
             ("display._repr_mimebundle_", "`_repr_mimebundle_`"),
             ("display.target", "`target`"),
             ("display.append", "`append`")]),
        .. Area("`pyscript.ffi`", s_all,
            [.. new[] { "to_js", "create_proxy", "is_none", "assign", "direct", "gather", "query" }.Select(name => ($"ffi.{name}", $"`{name}`"))]),
        .. Area("Events", s_all,
            ("event.ready", "`py:ready`, `mpy:ready`"),
            ("event.done", "`py:done`, `mpy:done`"),
            ("event.all-done", "`py:all-done`"),
            ("event.progress", "`py:progress`, `mpy:progress`")),
        .. Area("Events", [PyodideMain], Cannot([PyodideMain], "py-game asks micropip for `pygame-ce` before its first progress event"), ("event.game-progress", "`py-game:progress`")),
        .. Area("Events", s_workers, ("event.editor-done", "`py-editor:done`")),
        .. Area("Hooks and exports of core.js", s_all,
            ("hook.onReady", "`onReady`"),
            ("hook.onBeforeRun", "`onBeforeRun`, `onAfterRun`"),
            ("hook.onBeforeRunAsync", "`onBeforeRunAsync`, `onAfterRunAsync`"),
            ("hook.codeBeforeRun", "`codeBeforeRun`, `codeAfterRun`"),
            ("hook.codeBeforeRunAsync", "`codeBeforeRunAsync`, `codeAfterRunAsync`")),
        .. Area("Hooks and exports of core.js", s_workers,
            ("hook.onWorker", "`main.onWorker`"),
            ("core.PyWorker", "`PyWorker`, `MPWorker`"),
            ("core.donkey", "`donkey`")),
        .. Area("Hooks and exports of core.js", s_main,
            ("core.whenDefined", "`whenDefined`"),
            ("core.config", "`config`")),
        .. Area("Bare PolyScript", s_all,
            ("polyscript.script", "`<script type=\"pyodide\">`, `<script type=\"micropython\">`"),
            ("polyscript.config", "`config`"),
            ("polyscript.env", "`env`"),
            ("polyscript.hooks", "hooks of `define`")),
        .. Area("Bare PolyScript", s_main,
            ("polyscript.event", "`pyodide-click`, `micropython-click`"),
            ("polyscript.define", "`define`"),
            ("polyscript.whenDefined", "`whenDefined`")),
        .. Area("Bare PolyScript", s_workers, ("polyscript.XWorker", "`XWorker`")),
        .. Area("Bare Coincident", s_javascript,
            ("coincident.proxy", "`proxy`, both ways"),
            ("coincident.native", "`native`")),
        .. Area("Bare Coincident", [JavaScriptWorker],
            ("coincident.window", "`window` in a worker"),
            ("coincident.isWindowProxy", "`isWindowProxy`"),
            ("coincident.ffi", "`ffi`")),
    ];

    private static Dictionary<Cell, string> Cannot(IEnumerable<Cell> cells, string reason) => cells.ToDictionary(cell => cell, _ => reason);

    private static IEnumerable<Member> Area(string area, IReadOnlyList<Cell> cells, params IEnumerable<(string Id, string Title)> members) =>
        Area(area, cells, [], members);

    private static IEnumerable<Member> Area(
        string area,
        IReadOnlyList<Cell> cells,
        Dictionary<Cell, string> cannot,
        params IEnumerable<(string Id, string Title)> members) =>
        members.Select(member => new Member(area, member.Id, member.Title, cells, cannot));
}
