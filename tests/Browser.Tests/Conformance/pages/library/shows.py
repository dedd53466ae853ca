"""`display`: each MIME kind, target and append."""
from pyscript import HTML, display, document
from conformance import equal, holds, micropython, raises, row, worker

# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


def shown(*values, append=True):
    """What `display` leaves in a fresh element."""
    place = document.createElement("div")
    place.id = "shown"
    document.body.append(place)
    try:
        display(*values, target="shown", append=append)
        return place.innerHTML
    finally:
        place.remove()


class Representing:
    def __init__(self, method, value):
        setattr(self, method, lambda: value)


@row("display.text/plain")
async def _():
    equal(shown("<b>&</b>"), "<div>&lt;b&gt;&amp;&lt;/b&gt;</div>", "a string")
    equal(shown(12), "<div>12</div>", "a number")

    class Plain:
        def __repr__(self):
            return "<plain>"

    equal(shown(Plain()), "<div>&lt;plain&gt;</div>", "an object")


@row("display.lists and dicts")
async def _():
    equal(shown([1, "a"]), "<div>[1, 'a']</div>" if "'" in shown(["a"]) else "<div>[1, &#x27;a&#x27;]</div>")
    equal(shown({"a": 1}, None), shown({"a": 1}) + "<div>None</div>")


@row("display.text/html")
async def _():
    equal(shown(HTML("<b>bold</b>")), "<div><b>bold</b></div>")
    equal(shown(Representing("_repr_html_", "<i>x</i>")), "<div><i>x</i></div>")


@row("display.text/html", "scripts run")
async def _():
    from pyscript import window

    shown(HTML("<script>window.conformanceHtmlRan = 1</script>"))
    equal(window.conformanceHtmlRan, 1)


@row("display.image/png")
async def _():
    equal(shown(Representing("_repr_png_", PNG)), '<div><img src="data:image/png;base64,' + PNG + '"></div>')
    equal(
        shown(Representing("_repr_png_", (PNG, {"width": "10"}))),
        '<div><img src="data:image/png;base64,' + PNG + '" width="10"></div>',
        "with attributes",
    )
    equal(shown(Representing("_repr_png_", b"\x89PNG")), '<div><img src="data:image/png;base64,iVBORw=="></div>', "bytes")


@row("display.image/png", "is a picture that loads")
async def _():
    display(Representing("_repr_png_", PNG), target="other", append=False)
    image = document.querySelector("#other img")
    await image.decode()
    equal(image.naturalWidth, 1)
    document.getElementById("other").replaceChildren()


@row("display.image/png", "savefig")
async def _():
    class Figure:
        def savefig(self, file, format):
            equal(format, "png")
            file.write(b"\x89PNG")

    equal(shown(Figure()), '<div><img src="data:image/png;base64,iVBORw=="></div>')


@row("display.image/jpeg")
async def _():
    equal(shown(Representing("_repr_jpeg_", b"\xff\xd8")), '<div><img src="data:image/jpeg;base64,/9g="></div>')


@row("display.image/svg+xml")
async def _():
    equal(shown(Representing("_repr_svg_", "<svg><g></g></svg>")), "<div><svg><g></g></svg></div>")


@row("display.application/json")
async def _():
    equal(shown(Representing("_repr_json_", '{"a": 1}')), '<div>{"a": 1}</div>')


@row("display.application/javascript")
async def _():
    # Upstream closes the element with an escaped slash, so that the text up to the end is the script's.
    markup = shown(Representing("_repr_javascript_", "window.conformanceScriptRan = 1;"))
    holds("<script>window.conformanceScriptRan = 1;" in markup, "shown as " + markup)


@row("display.text/markdown")
async def _():
    from conformance import lacks

    class Note:
        def _repr_markdown_(self):
            return "# title"

        def __repr__(self):
            return "note"

    equal(shown(Note()), "<div>note</div>")
    return lacks("display knows no Markdown: the object's repr is shown")


@row("display._repr_mimebundle_")
async def _():
    class Bundle:
        def _repr_mimebundle_(self):
            return {"text/unknown": "?", "text/html": "<b>bundle</b>"}

    equal(shown(Bundle()), "<div><b>bundle</b></div>")

    class WithMeta:
        def _repr_mimebundle_(self):
            return {"image/png": PNG}, {"image/png": {"height": "7"}}

    equal(shown(WithMeta()), '<div><img src="data:image/png;base64,' + PNG + '" height="7"></div>')


@row("display.target")
async def _():
    display("by id", target="out")
    display("by hash", target="#out")
    equal(document.getElementById("out").innerHTML, "<div>by id</div><div>by hash</div>")
    document.getElementById("out").replaceChildren()
    raises(lambda: display("x", target="absent"), "Cannot find element with id='absent'")


@row("display.append")
async def _():
    equal(shown("one", "two"), "<div>one</div><div>two</div>", "appended")
    equal(shown("one", append=False), "one", "replaced")


@row("pyscript.display")
async def _():
    display("without a target")
    place = document.getElementById("library").nextElementSibling
    holds("without a target" in place.innerText, "the place after the script holds " + place.outerHTML)


@row("submodule.display")
async def _():
    from pyscript.display import HTML as same, display as shows

    holds(same is HTML and shows is display, "not the same")
