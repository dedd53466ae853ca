import sys

from pyscript import config, sync


def greet(name):
    return "hello " + name + " from " + ("micropython" if "MicroPython" in sys.version else "pyodide")


sync.greet = greet
sync.configured = lambda: config.get("name", "none")
