"""`ffi` and `flatted`."""
import js
from pyscript import ffi, window
from conformance import equal, holds, interpreter, lacks, micropython, raises, row, worker


@row("ffi.to_js")
async def _():
    equal(js.JSON.stringify(ffi.to_js({"a": [1, "b", None, True], "c": {"d": 1.5}})), '{"a":[1,"b",null,true],"c":{"d":1.5}}')
    equal(bool(js.Array.isArray(ffi.to_js([1, 2]))), True)


@row("ffi.create_proxy")
async def _():
    seen = []
    target = js.EventTarget.new()
    proxy = ffi.create_proxy(lambda event: seen.append(event.type))
    target.addEventListener("happened", proxy)
    target.dispatchEvent(js.Event.new("happened"))
    target.dispatchEvent(js.Event.new("happened"))
    equal(seen, ["happened", "happened"])


@row("ffi.is_none")
async def _():
    equal(ffi.is_none(None), True)
    equal(ffi.is_none(js.JSON.parse("null")), True)
    equal(ffi.is_none(0), False)
    equal(ffi.is_none(window.document.getElementById("absent")), True)


@row("ffi.assign")
async def _():
    target = js.Object.new()
    ffi.assign(target, {"a": 1}, {"b": 2})
    equal((target.a, target.b), (1, 2))


@row("ffi.direct")
async def _():
    if worker:
        value = js.Object.new()
        value.x = 1
        window.conformanceDirect = ffi.direct(value)
        equal(window.conformanceDirect.x, 1)
    else:
        thing = [1]
        holds(ffi.direct(thing) is thing, "not the same")


@row("ffi.gather")
async def _():
    if not worker:
        holds(not hasattr(ffi, "gather"), "there on main")
        return lacks("worker only: a batch of reads makes sense only across threads")
    found = ffi.gather(window.document, "title", "characterSet")
    equal(list(found), [window.document.title, "UTF-8"])


@row("ffi.query")
async def _():
    if not worker:
        holds(not hasattr(ffi, "query"), "there on main")
        return lacks("worker only: a batch of reads makes sense only across threads")
    equal(ffi.query(window, "document.body.tagName"), "BODY")


@row("submodule.ffi")
async def _():
    from pyscript.ffi import create_proxy, to_js

    holds(callable(create_proxy) and callable(to_js), "not callable")


@row("submodule.flatted")
async def _():
    from pyscript import flatted

    loop = {"name": "loop"}
    loop["self"] = loop
    text = flatted.stringify(loop)
    back = flatted.parse(text)
    equal(back["name"], "loop")
    holds(back["self"] is back, "the loop is lost")
    equal(flatted.parse(flatted.stringify([1, "a", {"b": [None]}])), [1, "a", {"b": [None]}])
