from pyscript import config


def whoami():
    return ("micropython" if config["type"] == "mpy" else "pyodide") + " " + config["name"]


__export__ = ["whoami"]
