"""`fetch` and `WebSocket`, against the suite's own server."""
from pyscript import WebSocket, fetch, window
from conformance import conformance, equal, holds, micropython, row, server


@row("pyscript.fetch", "text")
async def _():
    equal(await fetch(server + "/text").text(), "grüße, 世界")


@row("pyscript.fetch", "json")
async def _():
    data = await fetch(server + "/json").json()
    equal(data["numbers"], [1, 2, 3])
    equal(data["nested"]["yes"], True)


@row("pyscript.fetch", "bytes")
async def _():
    expected = b"\x00\x01\x02\x7f\x80\xff"
    equal(bytes(await fetch(server + "/bytes").bytearray()), expected, "bytearray")
    equal(bytes(await fetch(server + "/bytes").arrayBuffer()), expected, "arrayBuffer")
    blob = await fetch(server + "/bytes").blob()
    equal(blob.size, 6, "blob")


@row("pyscript.fetch", "status")
async def _():
    response = await fetch(server + "/status/418")
    equal(response.status, 418)
    equal(response.ok, False)
    equal(await response.text(), "status")


@row("pyscript.fetch", "headers")
async def _():
    response = await fetch(server + "/text")
    equal(response.ok, True)
    equal(response.headers.get("X-Conformance"), "yes")


@row("pyscript.fetch", "method, body, headers")
async def _():
    echo = await fetch(server + "/echo", method="POST", body="sent", headers={"X-Sent": "by Python"}).json()
    equal(echo, {"method": "POST", "body": "sent", "header": "by Python"})


@row("pyscript.fetch", "streaming")
async def _():
    # The server sends the next chunk when it is told that this one was read.
    name = str(window.crypto.randomUUID())
    response = await fetch(server + "/stream/" + name)
    reader = response.body.getReader()
    decoder = window.TextDecoder.new()
    text, chunks = "", 0
    while True:
        chunk = await reader.read()
        if chunk.done:
            break
        chunks += 1
        text += decoder.decode(chunk.value)
        await fetch(server + "/read/" + name)
    equal(text, "chunk 0;chunk 1;chunk 2;")
    equal(chunks, 3)


@row("pyscript.fetch", "the project's own file")
async def _():
    here = window.location.href.split("?")[0].rsplit("/", 1)[0]
    equal(await fetch(here + "/library/data/plain.txt").text(), "plain text\n")
    response = await fetch(here + "/library/data/absent.txt")
    equal(response.status, 404)


@row("submodule.fetch")
async def _():
    # The function hides its module's name in `pyscript`; the module is reached by its full name.
    from pyscript.fetch import fetch as same

    holds(same is fetch, "not the same")


async def happened(future):
    for _ in range(250):
        if future:
            return
        # Not asyncio.sleep: in MicroPython, two sleepers outside of tasks take each other's turn.
        await conformance.pause(20)
    raise AssertionError("nothing came within 5 s")


def address():
    return "ws" + server[4:] + "/ws"


@row("pyscript.WebSocket", "text")
async def _():
    opened, messages, closed = [], [], []
    socket = WebSocket(
        url=address(),
        onopen=lambda event: opened.append(event.type),
        onmessage=lambda event: messages.append(event.data),
        onclose=lambda event: closed.append((event.code, event.reason)),
    )
    await happened(opened)
    equal(socket.readyState, WebSocket.OPEN)
    socket.send("grüße")
    await happened(messages)
    equal(messages, ["grüße"])
    socket.send("close")
    await happened(closed)
    equal(closed, [(4001, "as asked")])


@row("pyscript.WebSocket", "bytes")
async def _():
    opened, messages, closed = [], [], []
    socket = WebSocket(url=address())
    socket.onmessage = lambda event: messages.append(bytes(event.data))
    socket.onclose = lambda event: closed.append(event.code)

    async def on_open(event):
        opened.append(1)

    socket.onopen = on_open
    await happened(opened)
    socket.send(bytes([0, 1, 255]))
    await happened(messages)
    equal(messages, [b"\x00\x01\xff"])
    socket.close(code=1000, reason="done")
    await happened(closed)
    equal(closed, [1000])


@row("pyscript.WebSocket", "protocols")
async def _():
    opened = []
    socket = WebSocket(url=address(), protocols="conformance", onopen=lambda event: opened.append(1))
    await happened(opened)
    equal(socket.protocol, "conformance")
    socket.close()


@row("submodule.websocket")
async def _():
    from pyscript import websocket

    holds(websocket.WebSocket is WebSocket, "not the same")
    equal(WebSocket.CLOSED, 3)
