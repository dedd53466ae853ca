import js
from conformance import holds, interpreter, row, run, thread
from pyscript import config


@row("attribute.offline", "the interpreters beside the page")
async def _():
    address = getattr(js.conformanceInterpreters, interpreter)
    holds(address.endswith("/pyscript/" + interpreter + "/" + interpreter + ".mjs"), address)


await run(thread + "-" + config["type"])
