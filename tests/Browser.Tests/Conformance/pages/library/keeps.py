"""`storage`, `fs` and `media`."""
import asyncio
import os

import js
from pyscript import Storage, document, fs, storage, window
from conformance import equal, framed, holds, interpreter, lacks, micropython, row, thread, worker

NAME = "conformance-" + interpreter + "-" + thread


@row("pyscript.storage")
async def _():
    store = await storage(NAME)
    store.clear()
    store["text"] = "grüße"
    store["list"] = [1, {"a": None}]
    store["none"] = None
    store["bytes"] = bytearray(b"\x00\xff")
    store["flag"] = True
    await store.sync()
    again = await storage(NAME)
    equal(again["text"], "grüße")
    equal(again["list"], [1, {"a": None}])
    equal(again["none"], None)
    equal(bytes(again["bytes"]), b"\x00\xff")
    equal(again["flag"], True)
    del again["text"]
    await again.sync()
    equal("text" in await storage(NAME), False)
    again.clear()
    await again.sync()
    equal(len(await storage(NAME)), 0)


@row("pyscript.storage", "errors")
async def _():
    store = await storage(NAME)
    try:
        store["set"] = {1, 2}
        raise AssertionError("a set was taken")
    except TypeError as error:
        holds("Cannot serialize type set" in str(error), str(error))
    try:
        await storage("")
        raise AssertionError("an empty name was taken")
    except ValueError:
        pass


@row("pyscript.Storage")
async def _():
    class Counting(Storage):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self.writes = getattr(self, "writes", 0) + 1

    store = await storage(NAME + "-class", storage_class=Counting)
    holds(isinstance(store, Storage), "not a Storage")
    store["a"] = 1
    equal(store["a"], 1)
    equal(store.writes, 1)
    store.clear()
    await store.sync()


@row("submodule.storage")
async def _():
    from pyscript.storage import Storage as same, storage as function

    holds(same is Storage and function is storage, "not the same")
