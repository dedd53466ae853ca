using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>Pages that mean ill, or are written badly, each with the verdict that it must get.</summary>
static class BadPages
{
    private const string Script = """<script type="mpy">print("ran")</script>""";

    // Enough for MicroPython on a busy machine.
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(20);

    private static readonly Expected s_passes = new(SmokeOutcome.Passed) { Prints = "ran" };

    public static IReadOnlyList<KnownPage> All { get; } =
    [
        Of("an endless loop on the page's thread", """
            <script type="mpy">
            while True:
                pass
            </script>
            """, TimesOut("the page to answer: the script in index.html, line 8,")),
        Of("an endless loop of JavaScript", """<script>addEventListener("load", () => { for (;;); })</script>""" + Script, TimesOut("the page to answer")),
        // Not to be told from a server's loop: the page answers, and nothing was raised.
        Of("an endless loop in a worker", """
            <script type="mpy" worker>
            while True:
                pass
            </script>
            """, new(SmokeOutcome.Passed) { StillRunning = true }),
        Of("more memory than JavaScript gets", """<script>addEventListener("load", () => { const all = []; for (;;) all.push(new Array(1e7).fill(1.1)); })</script>""" + Script,
            new(SmokeOutcome.Failed) { Says = "PageCrashed" }),
        Of("more memory than WebAssembly gets", """
            <script type="mpy">
            all = []
            while True:
                all.append(bytearray(50000000))
            </script>
            """, new(SmokeOutcome.Failed) { Says = "MemoryError", At = "index.html:10" }),
        Of("ten thousand lines a second", """<script>setInterval(() => { for (let i = 0; i < 100; i++) console.log("x".repeat(200) + i) }, 10)</script>""" + Script, Floods),
        Of("lines without end, of Python in a worker", """
            <script type="mpy" worker>
            while True:
                print("a line of a flood")
            </script>
            """, Floods with { StillRunning = true }),
        Of("a flood from a frame", """
            <iframe srcdoc="<script>setInterval(() => { for (let i = 0; i < 500; i++) console.log('x'.repeat(200) + i) }, 5)</script>"></iframe>
            """ + Script, Floods),
        Of("a flood from a worker of the page's own", Worker("for (;;) console.log('x'.repeat(100000))") + Waiting, new(SmokeOutcome.Failed) { Says = "PageFlooded" }),
        Of("one line of fifty million letters", """<script>console.log("x".repeat(5e7))</script>""" + Script, s_passes),
        Of("one line of fifty million letters from a worker", Worker("console.log('x'.repeat(5e7))") + Waiting, new(SmokeOutcome.Failed) { Says = "PageFlooded" }),
        Of("an error of fifty million letters", """<script>throw new Error("x".repeat(5e7))</script>""" + Waiting, new(SmokeOutcome.Failed) { Says = "PageFlooded" }),
        Of("alerts without end", """<script>setInterval(() => alert("x"), 1)</script>""" + Script, s_passes),
        Of("a loop of alerts", """<script>for (;;) alert("x")</script>""" + Script, TimesOut("the page to answer")),
        Of("prompts and print dialogs", """<script>for (let i = 0; i < 50; i++) { prompt("a"); confirm("b"); print() }</script>""" + Script, s_passes),
        Of("downloads without end", """
            <script>setInterval(() => { const a = document.createElement("a"); a.href = "data:application/octet-stream,x"; a.download = "x"; document.body.append(a); a.click() }, 50)</script>
            """ + Script, s_passes),
        Of("pop-ups without end", """
            <script>for (let i = 0; i < 50; i++) open("index.html");
            setInterval(() => { const a = document.createElement("a"); a.href = "index.html"; a.target = "_blank"; document.body.append(a); a.click() }, 200)</script>
            """ + Script, s_passes),
        Of("going away", """<script>location.href = "https://elsewhere.invalid/"</script>""" + Script, new(SmokeOutcome.Refused) { Says = "elsewhere.invalid for a page" }),
        Of("going to and fro", """<script>setTimeout(() => { location.href = "other.html" }, 20)</script>""" + Script, TimesOut("the page to stay"),
            ("other.html", """<script>setTimeout(() => { location.href = "index.html" }, 20)</script>""")),
        Of("reloading without end", """<script>location.reload()</script>""" + Script, TimesOut("the page to stay")),
        // The browser lets no script close a window that none opened.
        Of("closing itself", """<script>close(); setTimeout(() => close(), 100)</script>""" + Script, s_passes),
        Of("a service worker", """<script>navigator.serviceWorker.register("sw.js")</script>""" + Script, s_passes, ("sw.js", "addEventListener('fetch', (event) => event.respondWith(new Response('caught')))")),
        Of("asking private addresses", """
            <script>new WebSocket("ws://127.0.0.1:9/"); fetch("http://169.254.169.254/").catch(() => { });
            new RTCPeerConnection({ iceServers: [{ urls: "stun:stun.invalid" }] }).createDataChannel("x")</script>
            """ + Script, s_passes with { Request = "outside" }),
        Of("hundreds of thousands of elements", """<script>const all = document.createElement("div"); all.innerHTML = "<b>x</b>".repeat(300000); document.documentElement.append(all)</script>""" + Script, s_passes)
            with { Within = TimeSpan.FromSeconds(120) },
        Bare("no event ever", """<script type="mpy">print(1)</script>""", TimesOut("PyScript to be loaded")),
        Bare("saying that it is done", """
            <script type="mpy">print(1)</script>
            <script>for (const what of ["ready", "done"]) document.querySelector("[type]").dispatchEvent(new CustomEvent("mpy:" + what, { bubbles: true }));
            dispatchEvent(new Event("py:all-done"))</script>
            """, TimesOut("PyScript to be loaded")),
        Of("saying that it is done, with PyScript loaded and no interpreter", """
            <script>Object.defineProperty(globalThis, Symbol.for("@pyscript/core"), { value: { hooks: {}, config: {} } });
            addEventListener("load", () => { for (const what of ["ready", "done"]) document.querySelector("[type=mpy]").dispatchEvent(new CustomEvent("mpy:" + what, { bubbles: true })) })</script>
            <script type="mpy">print(1)</script>
            """, TimesOut("MicroPython to be loaded")),
        Bare("breaking what looks at it", """
            <!-- </script><script>"use strict"; } })(); -->
            <script>for (const name of Object.getOwnPropertyNames(globalThis).filter((name) => /^_[0-9a-f]{32}$/.test(name))) { try { globalThis[name] = () => "{}"; delete globalThis[name] } catch { } }
            MutationObserver = null; JSON.stringify = () => "forged"; EventTarget.prototype.addEventListener = null; Map.prototype.set = () => { }; Element.prototype.matches = () => false</script>
            <script type="mpy">print(1)</script>
            <script>const script = document.querySelector("[type=mpy]"); for (const what of ["ready", "done"]) script.dispatchEvent(new CustomEvent("mpy:" + what, { bubbles: true }))</script>
            """, TimesOut("")),
    ];

    // Goes on for longer than a flood needs to be seen.
    private const string Waiting = """
        <script type="mpy">
        import asyncio
        await asyncio.sleep(60)
        </script>
        """;

    private static string Worker(string code) => $"""<script>new Worker(URL.createObjectURL(new Blob(["{code}"])))</script>""";

    private static Expected Floods => new(SmokeOutcome.Passed) { Prints = "more lines were printed and not kept" };

    private static Expected TimesOut(string awaited) => new(SmokeOutcome.TimedOut) { Says = awaited };

    private static KnownPage Of(string name, string body, Expected? expected, params (string Path, string Text)[] files) =>
        KnownPage.Of(name, body, files) with { Micropython = expected, Within = s_short };

    private static KnownPage Bare(string name, string body, Expected expected) =>
        new KnownPage(name, ("index.html", $"<!doctype html><html lang=\"en\"><body>{body}")) with { Micropython = expected, Within = s_short };
}
