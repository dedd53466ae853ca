using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>Pages as people write them, and their verdicts. Where one interpreter is left out, it has nothing of its own there.</summary>
static class KnownPages
{
    private static readonly Expected Passes = new(SmokeOutcome.Passed);

    private static readonly Expected Runs = new(SmokeOutcome.Passed) { StillRunning = true };

    // A page with nothing but PolyScript; its body begins on line 2.
    private const string Bare = """<!doctype html><html lang="en"><head><script type="module" src="https://cdn.jsdelivr.net/npm/polyscript@0.20.20"></script></head><body>""";

    public static IReadOnlyList<KnownPage> All { get; } =
    [
        KnownPage.Of("a script in the page", """
            <script type="py">
            from pyscript import display
            import random
            print("printed")
            display(random.random())
            </script>
            """).In(Passes with { Prints = "printed" }, Passes with { Prints = "printed", Modules = "random" }),
        KnownPage.Of("a script in a file", """
            <script type="py" src="main.py"></script>
            """, ("main.py", "print(\"from a file\")\n")).In(null, Passes with { Prints = "from a file" }),
        KnownPage.Of("modules of Python's library", """
            <script type="py">
            import colorsys, statistics
            </script>
            <script type="py" worker>
            import wave
            </script>
            """).In(Passes with { Modules = "colorsys statistics wave" }, null),
        KnownPage.Of("a name that is not there", """
            <script type="py">
            x = 1
            print(y)
            </script>
            """).Both(Fails("NameError", "index.html:9")),
        KnownPage.Of("an error in a file that begins with an empty line", """
            <script type="py" src="src/main.py"></script>
            """, ("src/main.py", "\ndef f():\n    return 1 / 0\n\nf()\n")).Both(Fails("ZeroDivisionError", "src/main.py:3")),
        KnownPage.Of("an error in a function of another script", """
            <script type="py">
            def f():
                raise RuntimeError("in the first")
            </script>
            <script type="py">
            f()
            </script>
            """).In(null, Fails("RuntimeError: in the first", "index.html:9")),
        KnownPage.Of("two scripts of which the first fails", """
            <script type="py">
            raise Exception("one")
            </script>
            <script type="py">
            print(2)
            </script>
            """).Both(Fails("Exception: one", "index.html:8") with { Prints = "2" }),
        KnownPage.Of("a syntax error", """
            <script type="py">
            x = 1
            def f(:
                pass
            </script>
            """).Both(Fails("SyntaxError", "index.html:9")),
        KnownPage.Of("await at the top", """
            <script type="py">
            import asyncio
            await asyncio.sleep(0.3)
            print("after")
            </script>
            """).Both(Passes with { Prints = "after" }),
        KnownPage.Of("a script that is not asynchronous", """
            <script type="py" async="false">
            print("sync")
            </script>
            """).In(null, Passes with { Prints = "sync" }),
        KnownPage.Of("await in a script that is not asynchronous", """
            <script type="py" async="false">
            import asyncio
            await asyncio.sleep(0.1)
            </script>
            """).In(null, Fails("SyntaxError", "index.html:9")),
        KnownPage.Of("a tag of PyScript", """
            <py-script>
            print("tag")
            </py-script>
            """).Both(Passes with { Prints = "tag" }),
        KnownPage.Of("a tag of PyScript with an error", """
            <mpy-script>
            print(nothing)
            </mpy-script>
            """).In(null, Fails("NameError", "index.html:8")),
        KnownPage.Of("a tag of PyScript with a file", """
            <py-script src="m.py"></py-script>
            """, ("m.py", "print(1)\nraise KeyError(\"k\")\n")).In(null, Fails("KeyError", "m.py:2")),
        KnownPage.Of("a worker", """
            <script type="py" worker src="main.py"></script>
            """, ("main.py", "import random\nfrom pyscript import document\ndocument.title = \"x\"\n")).In(Passes, Passes with { Modules = "random" }),
        KnownPage.Of("a worker with an error", """
            <script type="py" worker>

            def g():
                raise ValueError("in a worker")
            g()
            </script>
            """).Both(Fails("ValueError: in a worker", "index.html:10")),
        KnownPage.Of("main and a worker", """
            <script type="py">
            print("main")
            </script><script type="py" worker>
            print("w")
            </script>
            """).In(null, Passes with { Prints = "w" }),
        KnownPage.Of("a worker with a name", """
            <script type="py" worker name="sums" src="w.py"></script><script type="py">
            from pyscript import workers
            w = await workers["sums"]
            print(await w.add(1, 2))
            </script>
            """, ("w.py", "def add(a, b):\n    return a + b\n__export__ = [\"add\"]\n")).Both(Passes with { Prints = "3" }),
        KnownPage.Of("a worker that Python makes", """
            <script type="py">
            from pyscript import create_named_worker
            w = await create_named_worker("w.py", name="x", type="mpy")
            print(await w.f())
            </script>
            """, ("w.py", "def f():\n    return 7\n__export__ = [\"f\"]\n")).In(null, Passes with { Prints = "7" }),
        KnownPage.Of("an error in a worker that no element stands for", """
            <script type="py">
            from pyscript import PyWorker
            w = PyWorker("w.py", type="micropython")
            </script>
            """, ("w.py", "raise ValueError(\"alone\")\n")).In(null, Fails("ValueError: alone")),
        KnownPage.Of("a worker whose file is not there", """
            <script type="py" worker src="nothere.py"></script>
            """).In(null, Fails("nothere.py") with { Request = "404" }),
        KnownPage.Of("a script whose file is not there", """
            <script type="py" src="missing.py"></script>
            """).Both(Fails("PY0404") with { Request = "404" }),
        KnownPage.Of("a script with a file and a text", """
            <script type="py" src="m.py">print(2)</script>
            """, ("m.py", "print(1)\n")).In(null, Fails("PY0409")),
        KnownPage.Of("a config that cannot be read", """
            <py-config>packages = [</py-config>
            <script type="py">print(1)</script>
            """).Both(Fails("PY1000")),
        KnownPage.Of("two configs", """
            <py-config></py-config><py-config></py-config>
            <script type="py">print(1)</script>
            """).In(null, Fails("PY0409")),
        KnownPage.Of("a config that is not there", """
            <script type="py" config="nothere.toml">print(1)</script>
            """).In(null, Fails("PY0404")),
        KnownPage.Of("a config in JSON that brings a file", """
            <script type="py" config='{"files": {"data.txt": "d.txt"}}'>print(open("d.txt").read())</script>
            """, ("data.txt", "hello")).In(null, Passes with { Prints = "hello" }),
        KnownPage.Of("a module of the project", """
            <py-config src="pyscript.toml"></py-config><script type="py" src="main.py"></script>
            """, ("pyscript.toml", "[files]\n\"lib/shapes.py\" = \"shapes.py\"\n"), ("lib/shapes.py", "def area(x):\n    return x / 0\n"), ("main.py", "import shapes\nprint(shapes.area(1))\n")).Both(Fails("ZeroDivisionError", "lib/shapes.py:2")),
        KnownPage.Of("a module of the project that no config fetches", """
            <script type="py" src="main.py"></script>
            """, ("shapes.py", "x = 1\n"), ("main.py", "import shapes\n")).Both(Fails("imports shapes, a file of the project that no config fetches", "main.py:1")),
        KnownPage.Of("a config that names a file that is not there", """
            <py-config>
            [files]
            "nothere.txt" = ""
            </py-config><script type="py">print(open("nothere.txt").read())</script>
            """).Both(Fails("nothere.txt") with { Request = "404" }),
        KnownPage.Of("a worker with a config of its own", """
            <script type="py" worker config="c.json" src="m.py"></script>
            """, ("c.json", "{\"files\": {\"data.txt\": \"\"}}"), ("data.txt", "x"), ("m.py", "print(open(\"data.txt\").read())\n")).In(null, Passes with { Prints = "x" }),
        KnownPage.Of("a worker whose config cannot be read", """
            <script type="py" worker config="c.json" src="m.py"></script>
            """, ("c.json", "{\"files\":"), ("m.py", "print(1)\n")).In(null, Fails("PY0409")),
        KnownPage.Of("a module of JavaScript", """
            <py-config>
            [js_modules.main]
            "./m.js" = "m"
            </py-config><script type="py">
            from pyscript.js_modules import m
            print(m.x)
            </script>
            """, ("m.js", "export const x = 42;")).Both(Passes with { Prints = "42" }),
        KnownPage.Of("a module of JavaScript that is not there", """
            <py-config>
            [js_modules.main]
            "./nothere.js" = "m"
            </py-config><script type="py">
            from pyscript.js_modules import m
            </script>
            """).In(null, Fails("nothere.js")),
        KnownPage.Of("numpy", """
            <script type="py">
            import numpy
            </script>
            """).In(Fails("imports numpy, a package of Pyodide that its config does not ask for", "index.html:8"), Fails("imports numpy, which MicroPython does not have", "index.html:8")),
        KnownPage.Of("packages in a config", """
            <py-config>packages = ["numpy"]</py-config><script type="py">
            import numpy
            </script>
            """).In(null, Fails("imports numpy, which its config asks for and which could not be loaded") with { Packages = "numpy" }),
        KnownPage.Of("a module of microcontrollers", """
            <script type="py">
            import machine
            </script>
            """).In(Fails("imports machine, which Pyodide does not have", "index.html:8"), null),
        KnownPage.Of("a clock", """
            <script type="py">
            import asyncio
            from pyscript import document
            while True:
                document.title = "tick"
                await asyncio.sleep(0.2)
            </script>
            """).Both(Runs),
        KnownPage.Of("a loop in a worker that waits", """
            <script type="py" worker>
            import asyncio
            while True:
                await asyncio.sleep(0.1)
            </script>
            """).In(null, Runs),
        KnownPage.Of("a script that waits for a click", """
            <button id="b">x</button><script type="py">
            import asyncio
            await asyncio.Event().wait()
            </script>
            """).In(null, Runs),
        KnownPage.Of("an animation", """
            <canvas id="c"></canvas><script type="py">
            from pyscript import document, window, ffi
            context = document.querySelector("#c").getContext("2d")
            def frame(time):
                context.fillRect(time % 100, 0, 10, 10)
                window.requestAnimationFrame(proxy)
            proxy = ffi.create_proxy(frame)
            window.requestAnimationFrame(proxy)
            </script>
            """).Both(Passes),
        KnownPage.Of("an animation that fails at its thirtieth frame", """
            <script type="py">
            from pyscript import window, ffi
            n = 0
            def frame(time):
                global n
                n += 1
                if n == 30: raise ValueError("frame")
                window.requestAnimationFrame(proxy)
            proxy = ffi.create_proxy(frame)
            window.requestAnimationFrame(proxy)
            </script>
            """).In(null, Fails("ValueError: frame", "index.html:13")),
        KnownPage.Of("a task that fails later", """
            <script type="py">
            import asyncio
            async def late():
                await asyncio.sleep(1.2)
                raise ValueError("late")
            asyncio.create_task(late())
            </script>
            """).Both(Fails("ValueError: late", "index.html:11")),
        KnownPage.Of("a task in a worker that fails later", """
            <script type="py" worker>
            import asyncio
            async def late():
                await asyncio.sleep(1.2)
                raise ValueError("late")
            asyncio.create_task(late())
            </script>
            """).Both(Fails("ValueError: late", "index.html:11")),
        KnownPage.Of("a timer of JavaScript that fails later", """
            <script type="py">print(1)</script><script>setTimeout(() => { throw new TypeError("late") }, 2000)</script>
            """).In(null, Fails("TypeError: late", "index.html:7")),
        KnownPage.Of("an interval that calls Python, which fails", """
            <script type="py">
            from pyscript import window, ffi
            def tick():
                raise ValueError("tick")
            window.setInterval(ffi.create_proxy(tick), 1000)
            </script>
            """).In(null, Fails("ValueError: tick", "index.html:10")),
        KnownPage.Of("a handler that fails when it is clicked", """
            <button id="b">b</button><script type="py">
            from pyscript import when
            @when("click", "#b")
            def f(event):
                raise ValueError("clicked")
            </script><script>for (const type of ["py", "mpy"]) addEventListener(type + ":done", () => setTimeout(() => b.click(), 300))</script>
            """).Both(Fails("ValueError: clicked", "index.html:11")),
        KnownPage.Of("a handler in an attribute that fails when it is clicked", """
            <button id="b" py-click="f">b</button><script type="py">
            def f(event):
                raise ValueError("clicked")
            </script><script>for (const type of ["py", "mpy"]) addEventListener(type + ":done", () => setTimeout(() => b.click(), 300))</script>
            """).In(null, Fails("ValueError: clicked", "index.html:9")),
        KnownPage.Of("a handler that nobody calls", """
            <button id="b">x</button><script type="py">
            from pyscript import when
            @when("click", "#b")
            def f(event):
                raise ValueError("clicked")
            </script>
            """).In(null, Passes),
        KnownPage.Of("a script that is added later", """
            <p>text</p><script type="module">setTimeout(() => { const s = document.createElement("script"); s.type = "mpy"; s.textContent = "print(nothing)"; document.body.append(s) }, 500)</script>
            """).In(null, Fails("NameError")),
        KnownPage.Of("a warning on stderr", """
            <script type="py">
            import sys
            print("only a warning", file=sys.stderr)
            </script>
            """).Both(Passes with { Prints = "only a warning" }),
        KnownPage.Of("an error that was caught and printed", """
            <script type="py">
            import traceback
            try:
                1 / 0
            except ZeroDivisionError:
                traceback.print_exc()
            </script>
            """).In(Fails("ZeroDivisionError", "index.html:10"), Fails("imports traceback, which MicroPython does not have")),
        KnownPage.Of("a script that shows where there is nothing", """
            <script type="py">
            from pyscript import display
            display("b", target="missing")
            </script>
            """).In(null, Fails("Cannot find element with id='missing'", "index.html:9")),
        KnownPage.Of("input on the main thread", """
            <script type="py">
            name = input("name?")
            print(name)
            </script>
            """).In(Fails("EOFError", "index.html:8"), null),
        KnownPage.Of("a terminal", """
            <script type="py" terminal>
            print("in a terminal")
            </script>
            """).Both(Passes),
        KnownPage.Of("a terminal that asks", """
            <script type="py" terminal worker>
            print("in a terminal")
            name = input("name? ")
            </script>
            """).Both(Runs),
        KnownPage.Of("a terminal with an error", """
            <script type="py" terminal worker>
            print("in a terminal")
            print(nothing)
            </script>
            """).Both(Fails("NameError", "index.html:9")),
        KnownPage.Of("a session in a terminal", """
            <script type="py" terminal worker>
            import code
            code.interact()
            </script>
            """).In(Runs, null),
        KnownPage.Of("editors that share an interpreter", """
            <script type="py-editor" env="shared" setup>x = 1</script>
            <script type="py-editor" env="shared">print(x)</script>
            <script type="py-editor" env="shared">x += 1
            print(x)</script>
            """).Both(Passes),
        KnownPage.Of("editors of which the second fails", """
            <script type="py-editor">
            print(1)
            </script>
            <script type="py-editor">
            x = 1
            print(nothing)
            </script>
            """).Both(Fails("NameError", "index.html:12")),
        KnownPage.Of("an editor whose set-up fails", """
            <script type="py-editor" env="x" setup>
            print(nothing)
            </script><script type="py-editor" env="x">print(1)</script>
            """).In(null, Fails("NameError", "index.html:8")),
        KnownPage.Of("an editor with a config", """
            <script type="py-editor" config="c.toml" env="x">
            print(open("data.txt").read())
            </script>
            """, ("c.toml", "[files]\n\"data.txt\" = \"\"\n"), ("data.txt", "x")).In(null, Passes),
        KnownPage.Of("an editor that goes on", """
            <script type="py-editor">
            import asyncio
            while True:
                await asyncio.sleep(1)
            </script><script type="py-editor">print(2)</script>
            """).In(null, Runs),
        KnownPage.Of("a game", """
            <canvas id="canvas"></canvas><script type="py-game">
            import pygame
            </script>
            """).In(Fails("micropip"), new(SmokeOutcome.NotApplicable)),
        KnownPage.Of("storage", """
            <script type="py">
            from pyscript import storage
            s = await storage("x")
            s["a"] = 1
            await s.sync()
            </script>
            """).In(null, Passes),
        KnownPage.Of("fetching a file of its own", """
            <script type="py">
            from pyscript import fetch
            print(await fetch("data.json").json())
            </script>
            """, ("data.json", "{\"a\": 1}")).In(null, Passes with { Prints = "1" }),
        KnownPage.Of("fetching from outside", """
            <script type="py">
            from pyscript import fetch
            print(await fetch("https://api.outside.invalid/data.json").json())
            </script>
            """).Both(Refused("api.outside.invalid for data")),
        KnownPage.Of("fetching from outside, with an answer to its failure", """
            <script type="py">
            from pyscript import fetch
            try:
                print(await fetch("https://api.outside.invalid/x").json())
            except Exception:
                print("no net")
            </script>
            """).Both(Passes with { Prints = "no net", Request = "outside" }),
        KnownPage.Of("a library from outside", """
            <script src="https://lib.outside.invalid/x.js"></script><script type="py">
            from js import lib
            </script>
            """).In(null, Refused("lib.outside.invalid for a script")),
        KnownPage.Of("a picture from outside", """
            <img src="https://img.outside.invalid/x.png" alt=""><script type="py">print(1)</script>
            """).In(null, Passes with { Request = "outside" }),
        KnownPage.Of("a picture from outside, and an error", """
            <img src="https://img.outside.invalid/x.png" alt=""><script type="py">
            print(y)
            </script>
            """).In(null, Refused("img.outside.invalid for a picture") with { At = "index.html:8" }),
        KnownPage.Of("no Python", """
            <p>Nothing</p>
            """).Both(new(SmokeOutcome.NotApplicable)),
        KnownPage.OfRelease("the first PyScript of the new kind", "2024.1.1", """
            <script type="py">
            x = 1
            import json

            print(y)
            </script>
            """).Both(Fails("NameError", "index.html:11")),
        KnownPage.OfRelease("a worker of 2024", "2024.1.1", """
            <script type="py" worker>
            x = 1

            print(y)
            </script>
            """).In(null, Fails("NameError", "index.html:10")),
        KnownPage.OfRelease("an asynchronous script of 2024", "2024.1.1", """
            <script type="py" async>
            import asyncio
            await asyncio.sleep(0.2)
            print("after")
            </script>
            """).In(Passes with { Prints = "after" }, Fails("imports asyncio, which MicroPython does not have", "index.html:8")),
        KnownPage.OfRelease("editors of 2024", "2024.1.1", """
            <script type="py-editor">print(1)</script>
            <script type="py-editor">print(nothing)</script>
            """).In(null, Fails("NameError", "index.html:8")),
        KnownPage.OfRelease("a page of 2025", "2025.11.1", """
            <script type="py">
            from pyscript import display
            display("x")
            print(y)
            </script>
            """).Both(Fails("NameError", "index.html:10")),
        KnownPage.OfRelease("main and a worker of early 2026", "2026.3.1", """
            <script type="py" worker>
            print("w")
            </script><script type="py">
            print("m")
            </script>
            """).Both(Passes with { Prints = "w" }),
        new KnownPage("bare PolyScript in MicroPython", ("index.html", $"{Bare}\n<script type=\"micropython\">\nprint(\"bare\")\n</script>")).In(new(SmokeOutcome.NotApplicable), Passes with { Prints = "bare" }),
        new KnownPage("bare PolyScript in Pyodide with an error", ("index.html", $"{Bare}\n<script type=\"pyodide\">\nx = 1\nprint(y)\n</script>")).In(Fails("NameError", "index.html:4"), new(SmokeOutcome.NotApplicable)),
        new KnownPage("a core that is no JavaScript", ("index.html", "<!doctype html><script type=\"module\" src=\"core.js\"></script><script type=\"py\">print(1)</script>"), ("core.js", "this is no JavaScript")).In(null, Fails("SyntaxError")),
    ];

    private static Expected Fails(string says, string? at = null) => new(SmokeOutcome.Failed) { Says = says, At = at };

    private static Expected Refused(string says) => new(SmokeOutcome.Refused) { Says = says, Request = "outside" };
}
