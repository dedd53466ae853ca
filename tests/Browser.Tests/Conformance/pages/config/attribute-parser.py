import conformance
from conformance import equal, row, thread
from pyscript import config, window


@row("attribute.config-parser")
async def _():
    equal(config["name"], "by the page's own parser")


await conformance.run(thread + "-" + config["type"])
