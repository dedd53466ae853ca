import sys

from polyscript import config, xworker

xworker.sync.greet = lambda name: "hello " + name + (" from micropython" if "MicroPython" in sys.version else " from pyodide")
xworker.postMessage("posted by the worker")


def on_message(event):
    xworker.postMessage("answer to " + event.data)


xworker.onmessage = on_message
