import conformance
from conformance import equal, row, thread
from pyscript import config, window


@row("tag.config.src")
async def _():
    equal(config["name"], "in a file")


await conformance.run(thread + "-" + config["type"])
