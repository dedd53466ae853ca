"""The names of `pyscript`, the context, and what the config brings."""
import os
import sys

import pyscript
from conformance import equal, holds, interpreter, lacks, micropython, raises, row, thread, worker

@row("pyscript.RUNNING_IN_WORKER")
async def _():
    equal(pyscript.RUNNING_IN_WORKER, thread == "worker")


@row("pyscript.config")
async def _():
    equal(pyscript.config["type"], "mpy" if micropython else "py")


@row("config.name")
async def _():
    equal(pyscript.config["name"], "conformance")


@row("config.custom")
async def _():
    equal(pyscript.config["conformance_key"], "custom")
    equal(pyscript.config["conformance_table"]["numbers"], [1, 2, 3])


@row("pyscript.current_target")
async def _():
    target = pyscript.current_target()
    element = pyscript.document.getElementById(target)
    equal(element.tagName, "SCRIPT-" + ("MPY" if micropython else "PY") if worker else "SCRIPT-PY")
    equal(element.previousElementSibling.id, "library")


@row("pyscript.document")
async def _():
    equal(pyscript.document.title, "The pyscript library: " + interpreter + ", " + thread)
    equal(pyscript.document.querySelectorAll(".many").length, 2)


@row("pyscript.window")
async def _():
    holds(pyscript.window.location.href.startswith("http"), "no address")
    holds(pyscript.window.crossOriginIsolated, "the page is not isolated")
    pyscript.window.conformanceWritten = 42
    equal(pyscript.window.conformanceWritten, 42)


@row("pyscript.HTML")
async def _():
    equal(pyscript.HTML("<b>x</b>")._repr_html_(), "<b>x</b>")


@row("pyscript.js_import")
async def _():
    here = pyscript.window.location.href.split("?")[0].rsplit("/", 1)[0]
    modules = await pyscript.js_import(here + "/library/js/imported.js", here + "/library/js/on_main.js")
    equal(modules[0].imported, "by js_import")
    equal(modules[1].add(1, 2), 3)
    equal(modules[1].where, "main")


@row("pyscript.js_modules")
async def _():
    from pyscript.js_modules import on_main

    equal(on_main.add(2, 3), 5)
    equal(on_main.default, "default export")
    from pyscript.js_modules.on_main import add

    equal(add(20, 3), 23)


@row("config.js_modules.main")
async def _():
    from pyscript.js_modules import on_main

    equal(on_main.where, "main")
    probe = pyscript.document.createElement("p")
    probe.id = "styled-by-js-modules"
    pyscript.document.body.append(probe)
    equal(pyscript.window.getComputedStyle(probe).color, "rgb(1, 2, 3)", "the style of a .css among the modules")


@row("config.js_modules.worker")
async def _():
    if worker:
        from pyscript.js_modules import in_worker

        equal(in_worker.where, "worker")
        equal(in_worker.double(21), 42)
        return None

    def load():
        from pyscript.js_modules import in_worker

        return in_worker.double(21)

    raises(load)
    return lacks("modules of [js_modules.worker] are not loaded on the main thread")


if micropython:
    # In Pyodide, py_import goes through micropip, which cannot be had from npm.

    @row("pyscript.py_import", "a module of the interpreter")
    async def _():
        modules = await pyscript.py_import("binascii")
        equal(modules[0].hexlify(b"\xff"), b"ff")


@row("pyscript.PyWorker", "is")
async def _():
    if worker:
        raises(lambda: pyscript.PyWorker("./x.py"), "works only when running in the main thread")
        return lacks("main thread only: calling it raises TypeError")
    holds(callable(pyscript.PyWorker), "not callable")


@row("pyscript.workers", "is")
async def _():
    if worker:
        holds(not hasattr(pyscript, "workers") or repr(pyscript.workers).startswith("<module"), "workers in a worker")
        return lacks("main thread only: the name is not bound")
    holds(type(pyscript.workers).__name__ == "_ReadOnlyWorkersProxy", "workers is " + repr(pyscript.workers))


@row("pyscript.create_named_worker", "is")
async def _():
    if worker:
        holds(not hasattr(pyscript, "create_named_worker"), "create_named_worker in a worker")
        return lacks("main thread only: the name is not bound")
    holds(callable(pyscript.create_named_worker), "not callable")


@row("pyscript.sync", "is")
async def _():
    if worker:
        from pyscript.util import NotSupported

        holds(not isinstance(pyscript.sync, NotSupported), "sync is not supported")
        return None
    raises(lambda: pyscript.sync.anything, "works only when running in a worker")
    return lacks("worker only: using it raises AttributeError")


@row("submodule.context")
async def _():
    from pyscript import context

    equal(context.RUNNING_IN_WORKER, worker)
    equal(context.config["name"], "conformance")
    equal(context.document.title, pyscript.document.title)


@row("submodule.util")
async def _():
    import js
    from pyscript import util

    buffer = js.Uint8Array.new(3)
    buffer[1] = 7
    equal(bytes(util.as_bytearray(buffer.buffer)), b"\x00\x07\x00")
    thing = util.NotSupported("thing", "thing is not there")
    equal(repr(thing), "<NotSupported thing [thing is not there]>")
    raises(lambda: thing.x, "thing is not there")
    raises(lambda: thing(), "thing is not there")

    async def awaitable():
        pass

    equal(bool(util.is_awaitable(awaitable)), True)
    equal(bool(util.is_awaitable(lambda: 1)), False)


@row("submodule.workers")
async def _():
    if worker:
        raises(lambda: __import__("pyscript.workers"), "ImportError")
        return lacks("main thread only: its import raises ImportError")
    from pyscript import workers as by_name
    import pyscript.workers

    holds(by_name is not None, "no workers")


def read(path):
    with open(path) as file:
        return file.read()


@row("config.files")
async def _():
    equal(read("copied/kept-name.txt"), "kept\n", "a folder as the target keeps the name")
    holds("names.py" in os.listdir("."), "an empty target is the working folder")


@row("config.files.template")
async def _():
    equal(read("copied/renamed.txt"), "plain text\n")


@row("config.files.zip")
async def _():
    equal(read("unzipped/top.txt"), "top of the zip\n")
    equal(read("unzipped/folder/inner.txt"), "inside the zip\n")


@row("config.files.tgz")
async def _():
    equal(read("untarred/top.txt"), "top of the tar\n")
    equal(read("untarred/folder/inner.txt"), "inside the tar\n")


@row("config.files.whl")
async def _():
    sys.path.append("./wheel")
    import suite_wheel

    equal(suite_wheel.answer(), 42)


@row("config.fetch")
async def _():
    equal(read("fetched/plain.txt"), "plain text\n")
    equal(read("fetched/kept-name.txt"), "kept\n")
    equal(read("single.txt"), "plain text\n")
