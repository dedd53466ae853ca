using PyScriptHub.Domain.SmokeRuns;

namespace PyScriptHub.Browser.Tests.SmokeRuns;

/// <summary>Pages as people write them, and their verdicts.</summary>
static class KnownPages
{
    private static Expected Passes(string? modules = null, string? prints = null) => new(SmokeOutcome.Passed, Modules: modules, Prints: prints);

    private static Expected Runs() => new(SmokeOutcome.Passed, StillRunning: true);

    private static Expected Fails(string says, string? at = null) => new(SmokeOutcome.Failed, Says: says, At: at);

    public static IReadOnlyList<KnownPage> All { get; } =
    [
        KnownPage.Of("hello", """
            <script type="py">
            from pyscript import display
            import json
            print("printed")
            display(json.dumps([1]))
            </script>
            """).Both(Passes(modules: "json", prints: "printed")),
        KnownPage.Of("hello from a file", """<script type="py" src="main.py"></script>""", ("main.py", "import random\nprint(random.random())\n")).Both(Passes(modules: "random")),
        KnownPage.Of("a name that is not there", """
            <script type="py">
            x = 1
            print(y)
            </script>
            """).Both(Fails("NameError", "index.html:9")),
        KnownPage.Of("an error in a file", """<script type="py" src="src/main.py"></script>""", ("src/main.py", "\ndef f():\n    return 1 / 0\n\nf()\n")).Both(Fails("ZeroDivisionError", "src/main.py:3")),
        KnownPage.Of("a worker", """<script type="py" worker src="main.py"></script>""", ("main.py", "from pyscript import document\ndocument.title = 'x'\n")).Both(Passes()),
        KnownPage.Of("a worker with an error", """
            <script type="py" worker>

            def g():
                raise ValueError("in a worker")
            g()
            </script>
            """).Both(Fails("ValueError: in a worker", "index.html:10")),
        KnownPage.Of("a clock", """
            <script type="py">
            import asyncio
            from pyscript import document
            while True:
                document.title = "tick"
                await asyncio.sleep(0.2)
            </script>
            """).Both(Runs()),
        KnownPage.Of("a late task", """
            <script type="py">
            import asyncio
            async def late():
                await asyncio.sleep(1.2)
                raise ValueError("late")
            asyncio.create_task(late())
            </script>
            """).Both(Fails("ValueError: late", "index.html:11")),
        KnownPage.Of("a bad config", """
            <py-config>packages = [</py-config>
            <script type="py">print(1)</script>
            """).Both(Fails("PY1000")),
        KnownPage.Of("a script that is not there", """<script type="py" src="missing.py"></script>""").Both(Fails("PY0404")),
        KnownPage.Of("numpy", """
            <script type="py">
            import numpy
            </script>
            """).In(Fails("imports numpy"), Fails("imports numpy, which MicroPython does not have", "index.html:8")),
        KnownPage.Of("two editors", """
            <script type="py-editor" env="shared" setup>x = 1</script>
            <script type="py-editor" env="shared">print(x)</script>
            <script type="py-editor" env="shared">x += 1
            print(x)</script>
            """).Both(Passes()),
        KnownPage.Of("an editor with an error", """
            <script type="py-editor">print(nothing)</script>
            """).Both(Fails("NameError")),
        KnownPage.Of("no Python", """<p>Nothing</p>""").Both(new(SmokeOutcome.NotApplicable)),
        KnownPage.Of("an endless loop", """
            <script type="py">
            while True:
                pass
            </script>
            """).Both(new(SmokeOutcome.TimedOut, Says: "the page to answer")) with { Within = TimeSpan.FromSeconds(12) },
        KnownPage.Of("fetching outside", """
            <script type="py">
            from pyscript import fetch
            print(await fetch("https://api.outside.invalid/data.json").json())
            </script>
            """).Both(new(SmokeOutcome.Refused, Says: "api.outside.invalid", Requests: "outside")),
    ];
}
