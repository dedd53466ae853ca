"""The suite's protocol for Python: a row is an async function that asserts; what it raises is the row's failure."""
import json

from pyscript import RUNNING_IN_WORKER, config, window

interpreter = "micropython" if config["type"] == "mpy" else "pyodide"
micropython = interpreter == "micropython"
thread = "worker" if RUNNING_IN_WORKER else "main"
worker = RUNNING_IN_WORKER
conformance = window.conformance
framed = bool(conformance.framed)
server = str(conformance.server)

_rows = []


class Lack:
    def __init__(self, reason):
        self.reason = reason


def lacks(reason):
    """What a row returns after it has asserted that something is not there."""
    return Lack(reason)


def row(member, check="works"):
    def add(function):
        _rows.append((member, check, function))
        return function

    return add


def equal(actual, expected, what="value"):
    if actual != expected:
        raise AssertionError(what + " is " + repr(actual) + ", not " + repr(expected))


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def raises(action, *texts):
    """Calls; the exception's text, which holds each of the texts given."""
    try:
        action()
    except Exception as error:
        text = type(error).__name__ + ": " + str(error)
        for expected in texts:
            if expected not in text:
                raise AssertionError("raised " + text + ", without " + expected)
        return text
    raise AssertionError("nothing was raised")


def report(member, check, outcome, note="", thread=thread):
    conformance.add(
        json.dumps(
            {
                "member": member,
                "check": check,
                "interpreter": interpreter,
                "thread": thread,
                "outcome": outcome,
                "note": note,
            }
        )
    )


async def run(part, thread=thread):
    """Runs the rows that were declared since the last call, one after the other, and finishes the part."""
    while _rows:
        member, check, function = _rows.pop(0)
        outcome, note = "passes", ""
        try:
            result = await function()
            if isinstance(result, Lack):
                outcome, note = "unsupported", result.reason
        except Exception as error:
            outcome, note = "fails", type(error).__name__ + ": " + str(error)
        report(member, check, outcome, note, thread)
    conformance.finish(part)
