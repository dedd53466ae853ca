"""A named worker: what it exports is called by the page, and it calls what the page put on sync."""
import asyncio

from conformance import equal, row, run
from pyscript import sync, window


def add(a, b):
    return a + b


async def later(value):
    await asyncio.sleep(0.01)
    return value + " later"


def describe(thing):
    return {"sum": thing.a + thing.b, "list": [1, 2, 3]}


def not_exported():
    return "hidden"


def fails():
    raise ValueError("raised in the worker")


__export__ = ["add", "later", "describe", "fails"]


@row("pyscript.sync", "the worker calls the page")
async def _():
    for _ in range(250):
        if hasattr(window, "conformanceSyncReady"):
            break
        await window.conformance.pause(20)
    # Synchronous: SharedArrayBuffer lets the worker wait.
    equal(sync.fromPage("the worker"), "hello the worker")


@row("pyscript.sync", "values cross")
async def _():
    answer = sync.structured([1, "a", {"b": True}])
    equal(answer.length, 2)
    equal(answer[1].nested, "yes")


await run("sync")
