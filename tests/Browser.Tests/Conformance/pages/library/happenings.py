"""`when`, `Event`, and what the library makes of DOM events."""
import asyncio

from pyscript import Event, document, when, window
from conformance import conformance, equal, holds, raises, row


async def settled(probe):
    """Waits until the probe answers true, 5 s at most."""
    for _ in range(250):
        if probe():
            return
        # Not asyncio.sleep: in MicroPython, two sleepers outside of tasks take each other's turn.
        await conformance.pause(20)
    raise AssertionError("it did not happen within 5 s")


def click(selector):
    """As a person would: the event comes from the page, not from within the running Python."""
    conformance.dispatchSoon(selector, "click")


@row("pyscript.when", "selector")
async def _():
    seen = []

    @when("click", "#button")
    def pressed(event):
        seen.append(event.target.id)

    click("#button")
    await settled(lambda: seen == ["button"])


@row("pyscript.when", "without parameters")
async def _():
    seen = []

    @when("click", "#button")
    def pressed():
        seen.append(1)

    click("#button")
    await settled(lambda: seen == [1])


@row("pyscript.when", "async handler")
async def _():
    seen = []

    @when("click", "#button")
    async def pressed(event):
        await asyncio.sleep(0)
        seen.append(event.type)

    click("#button")
    await settled(lambda: seen == ["click"])


@row("pyscript.when", "many elements")
async def _():
    seen = []

    @when("click", ".many")
    def pressed(event):
        seen.append(event.target.textContent)

    click(".many")
    await settled(lambda: seen == ["one", "two"])


@row("pyscript.when", "options")
async def _():
    seen = []

    @when("click", "#button", once=True)
    def pressed(event):
        seen.append(1)

    click("#button")
    click("#button")
    await settled(lambda: len(seen) > 0)
    await conformance.pause(20)
    equal(seen, [1])


@row("pyscript.when", "errors")
async def _():
    raises(lambda: when("click", ".absent")(lambda event: None), "No elements found for selector: .absent")
    raises(lambda: when("click")(lambda event: None), "Selector required")


@row("pyscript.when", "web element")
async def _():
    from pyscript.web import page

    seen = []

    @when("input", page["#input"])
    def typed(event):
        seen.append(1)

    conformance.dispatchSoon("#input", "input")
    await settled(lambda: seen == [1])


@row("pyscript.Event")
async def _():
    event = Event()
    seen = []

    def listener(value):
        seen.append(value)

    event.add_listener(listener)
    event.add_listener(listener)
    event.trigger("first")
    equal(seen, ["first"], "a listener that was added twice")
    event.remove_listener(listener)
    event.trigger("second")
    equal(seen, ["first"], "after the removal")
    raises(lambda: event.add_listener(1), "must be callable")


@row("pyscript.Event", "when")
async def _():
    one, two = Event(), Event()
    seen = []

    @when([one, two])
    def both(value):
        seen.append(value)

    @when(one)
    async def alone(value):
        seen.append("async " + value)

    one.trigger("1")
    two.trigger("2")
    await settled(lambda: sorted(seen) == ["1", "2", "async 1"])


@row("submodule.events")
async def _():
    from pyscript import events

    holds(events.when is when and events.Event is Event, "not the same")
