"""`pyscript.web`."""
from pyscript import document, web
from conformance import conformance, equal, holds, row
from happenings import settled


@row("submodule.web", "elements")
async def _():
    box = web.div(web.p("<b>one</b>", id="web-p"), web.span("two"), id="web-box", classes=["a", "b"], style={"color": "red"})
    web.page.append(box)
    element = document.getElementById("web-box")
    equal(element.className, "a b")
    equal(element.style.color, "red")
    equal(document.getElementById("web-p").innerHTML, "<b>one</b>")
    equal(len(web.page.find("#web-box span")), 1)
    equal(web.page["web-p"].parent.id, "web-box")
    box.classes.remove("a")
    equal(element.className, "b")
    element.remove()


@row("submodule.web", "events")
async def _():
    seen = []
    button = web.button("go", id="web-button", on_click=lambda event: seen.append(event.type))
    web.page.append(button)
    conformance.dispatchSoon("#web-button", "click")
    await settled(lambda: seen == ["click"])


@row("submodule.web", "options")
async def _():
    choice = web.select()
    choice.options.add(value="1", text="one")
    choice.options.add(value="2", text="two")
    equal(len(choice.options), 2)
    equal(choice.options.selected.value, "1")


@row("submodule.web", "page")
async def _():
    equal(web.page.title, document.title)
    equal(web.page.body._dom_element.tagName, "BODY")
    holds(len(web.page.find("button")) > 2, "no buttons")
