import conformance
from conformance import equal, row, thread
from pyscript import config, window


@row("tag.config.type")
async def _():
    equal(config["name"], "in the page")


await conformance.run(thread + "-" + config["type"])
