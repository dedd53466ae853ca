from pyscript import config


def whoami():
    return config["type"] + " " + config["name"]


__export__ = ["whoami"]
