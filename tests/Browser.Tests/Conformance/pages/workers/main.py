import js
from conformance import conformance, equal, holds, interpreter, micropython, row, run
from pyscript import PyWorker, create_named_worker, document, ffi, window, workers

kind = "mpy" if micropython else "py"
other = "pyodide" if micropython else "micropython"

named = document.querySelector("script[name=by-attribute]")
# The element has its worker as soon as PyScript has met it.
await conformance.until(lambda: hasattr(named, "xworker") and bool(named.xworker), "the worker's element")
sync = named.xworker.sync
sync.fromPage = lambda name: "hello " + name
sync.structured = lambda value: ffi.to_js([len(value) if hasattr(value, "__len__") else value.length, {"nested": "yes"}])
window.conformanceSyncReady = True


@row("pyscript.workers", "by name")
async def _():
    worker = await workers["by-attribute"]
    equal(await worker.add(2, 3), 5)
    equal(await (await workers.by_underscore).add(1, 1), 2, "as an attribute")


@row("pyscript.workers", "async function")
async def _():
    worker = await workers["by-attribute"]
    equal(await worker.later("it came"), "it came later")


@row("pyscript.workers", "structured values")
async def _():
    worker = await workers["by-attribute"]
    answer = await worker.describe(ffi.to_js({"b": 1, "a": 2}))
    equal(answer.sum, 3)
    equal(list(answer.list), [1, 2, 3])


@row("pyscript.workers", "what is not exported")
async def _():
    worker = await workers["by-attribute"]
    try:
        await worker.not_exported()
    except Exception:
        return
    raise AssertionError("a function that is not exported was called")


@row("submodule.workers")
async def _():
    from pyscript.workers import create_named_worker as function, workers as proxy

    holds(function is create_named_worker and proxy is workers, "not the same")


@row("pyscript.create_named_worker", "own interpreter")
async def _():
    worker = await create_named_worker(src="./workers/created.py", name="created", type=kind, config={"name": "given"})
    equal(await worker.whoami(), interpreter + " given")
    holds(await (await workers["created"]).whoami() == interpreter + " given", "not among the workers")


@row("pyscript.PyWorker", "own interpreter")
async def _():
    worker = PyWorker("./workers/plain.py", type=interpreter)
    await worker.ready
    equal(await worker.sync.greet("main"), "hello main from " + interpreter)
    worker.terminate()


@row("pyscript.PyWorker", "the other interpreter, with config")
async def _():
    worker = PyWorker("./workers/plain.py", type=other, config={"name": "given"})
    await worker.ready
    equal(await worker.sync.greet("main"), "hello main from " + other)
    equal(await worker.sync.configured(), "given")
    worker.terminate()


await run("main")

# What the worker exported and what its `name` did is seen from here alone.
for member in ("pyscript.__export__", "attribute.name"):

    @row(member, "called from the page")
    async def _():
        worker = await workers["by-attribute"]
        equal(await worker.add(40, 2), 42)

await run("worker", thread="worker")
