from pyscript import config, sync, window


def lacking():
    return repr(window)


def double(value):
    return value * 2


__export__ = ["lacking", "double"]
