import sys

import js
from conformance import conformance, equal, holds, interpreter, lacks, micropython, row, run, worker
from pyscript import config, document, js_modules, window


@row("config.interpreter", "a module of the project")
async def _():
    address = getattr(js.conformanceInterpreters, interpreter)
    holds(address.endswith("/keys/" + interpreter + ".mjs"), address)


@row("config.debug")
async def _():
    if micropython:
        holds(hasattr(sys, "settrace"), "the variant with settrace was not loaded")
    else:
        import pyodide_js

        equal(pyodide_js.setDebug(True), True, "what was set")


@row("config.experimental_create_proxy", "auto")
async def _():
    seen = []
    js.setTimeout(lambda: seen.append("later"), 0)
    for _ in range(250):
        if seen:
            break
        await conformance.pause(20)
    equal(seen, ["later"])
    if micropython:
        return lacks("ignored: functions that MicroPython hands over need no proxy in any case")


@row("config.experimental_ffi_timeout")
async def _():
    equal(window.reflected_ffi_timeout, 5000)


@row("config.sync_main_only", "harmless where workers are isolated")
async def _():
    equal(config["sync_main_only"], True)
    equal(document.title.split(":")[0], "Config keys")


@row("config.plugins", "!py-editor")
async def _():
    for _ in range(100):
        kind = document.getElementById("an-editor").type
        if not worker or kind.endswith("-active"):
            break
        await conformance.pause(20)
    if worker:
        # The page's config is the other interpreter's alone; this one's plugins come with the defaults.
        holds(kind.endswith("-editor-active"), "the editor's type is " + kind)
        return lacks("plugins are the page's: the config of a worker does not turn them off")
    holds(kind.endswith("-editor"), "the editor's type is " + kind)


if not worker:

    @row("config.plugins", "!error")
    async def _():
        script = document.createElement("script")
        script.type = config["type"]
        script.id = "failing"
        script.textContent = "raise ValueError('told to the console alone')"
        document.body.append(script)
        for _ in range(250):
            if any("told to the console alone" in line for line in conformance.log):
                break
            await conformance.pause(20)
        holds(any("told to the console alone" in line for line in conformance.log), "the console does not say")
        equal(document.querySelectorAll(".py-error").length, 0, "errors on the page")


if micropython:

    @row("config.packages.url", "a wheel")
    async def _():
        import suite_wheel

        equal(suite_wheel.answer(), 42)

    @row("config.packages.url", "a module, by mip")
    async def _():
        import mip_module

        equal(mip_module.origin, "mip_module")

    @row("config.packages.remote", "packages of a .toml and a .json")
    async def _():
        import mip_json
        import mip_toml

        equal((mip_toml.origin, mip_json.origin), ("mip_toml", "mip_json"))

    @row("config.index_urls")
    async def _():
        asked = [entry.name for entry in window.performance.getEntriesByType("resource")]
        holds(not any("keys/simple" in name for name in asked), "the index was asked")
        return lacks("ignored: mip has one index, the hub's own")

else:

    @row("config.packages.remote", "files and js_modules of a .toml and a .json")
    async def _():
        import remote_json
        import remote_toml

        equal((remote_toml.origin, remote_json.origin), ("remote_toml", "remote_json"))
        equal(js_modules.remote_main.origin, "remote.js")
        if worker:
            equal(js_modules.remote_worker.origin, "remote.js")

    @row("config.packages_cache.passthrough", "starts without micropip")
    async def _():
        equal(config["packages_cache"], "passthrough")
        asked = [entry.name for entry in window.performance.getEntriesByType("resource")]
        holds(not any("micropip" in name for name in asked), "micropip was asked for")


await run("keys")
