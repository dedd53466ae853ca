from conformance import equal, framed, holds, lacks, row, run, thread
from pyscript import config, window


@row("config.packages_cache." + config["packages_cache"])
async def _():
    import suite_wheel

    equal(suite_wheel.answer(), 42)
    if not framed:
        known = [database.name for database in await window.indexedDB.databases()]
        holds(not any("micropython" in name for name in known), "kept in " + repr(known))
    return lacks("ignored: MicroPython keeps no packages between visits")


await run(thread)
