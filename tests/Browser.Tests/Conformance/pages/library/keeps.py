"""`storage`, `fs` and `media`."""
from pyscript import Storage, document, fs, storage, window
from conformance import conformance, equal, framed, holds, interpreter, lacks, micropython, row, thread, worker

NAME = "conformance-" + interpreter + "-" + thread
# Pages share their origin: each has folders of its own.
PICKED = "/picked-" + NAME
REVOKED = "/revoked-" + NAME


@row("pyscript.storage")
async def _():
    store = await storage(NAME)
    store.clear()
    store["text"] = "grüße"
    store["list"] = [1, {"a": None}]
    store["none"] = None
    store["bytes"] = bytearray(b"\x00\xff")
    store["flag"] = True
    await store.sync()
    again = await storage(NAME)
    equal(again["text"], "grüße")
    equal(again["list"], [1, {"a": None}])
    equal(again["none"], None)
    equal(bytes(again["bytes"]), b"\x00\xff")
    equal(again["flag"], True)
    del again["text"]
    await again.sync()
    equal("text" in await storage(NAME), False)
    again.clear()
    await again.sync()
    equal(len(await storage(NAME)), 0)


@row("pyscript.storage", "errors")
async def _():
    store = await storage(NAME)
    try:
        store["set"] = {1, 2}
        raise AssertionError("a set was taken")
    except TypeError as error:
        holds("Cannot serialize type set" in str(error), str(error))
    try:
        await storage("")
        raise AssertionError("an empty name was taken")
    except ValueError:
        pass


@row("pyscript.Storage")
async def _():
    class Counting(Storage):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self.writes = getattr(self, "writes", 0) + 1

    store = await storage(NAME + "-class", storage_class=Counting)
    holds(isinstance(store, Storage), "not a Storage")
    store["a"] = 1
    equal(store["a"], 1)
    equal(store.writes, 1)
    store.clear()
    await store.sync()


@row("submodule.storage")
async def _():
    from pyscript.storage import Storage as same, storage as function

    holds(same is Storage and function is storage, "not the same")


async def no_folder():
    """In the hub's frame the browser gives no folder, neither one that the user picks nor one of the origin's own."""
    try:
        await window.navigator.storage.getDirectory()
    except Exception as error:
        holds("denied" in str(error), str(error))
        return lacks("in the hub's frame the browser gives no folder to mount")
    raise AssertionError("a frame was given a folder")


@row("submodule.fs", "mount, sync, unmount")
async def _():
    if framed:
        return await no_folder()
    await conformance.storeFolder(PICKED + "@pyscript", NAME)
    await fs.mount(PICKED)
    with open(PICKED + "/note.txt", "w") as file:
        file.write("kept")
    await fs.sync(PICKED)
    equal(await conformance.readFolder(NAME, "note.txt"), "kept")
    await fs.unmount(PICKED)
    holds(PICKED not in fs.mounted, "still mounted")
    await fs.mount(PICKED)
    with open(PICKED + "/note.txt") as file:
        equal(file.read(), "kept", "after mounting again")


@row("submodule.fs", "revoke")
async def _():
    if framed:
        return await no_folder()
    await conformance.storeFolder(REVOKED + "@pyscript", NAME + "-revoked")
    await fs.mount(REVOKED)
    answer = await fs.revoke(REVOKED)
    equal(await conformance.hasFolder(REVOKED + "@pyscript"), False, "whether the folder is still known")
    if worker:
        equal(answer, True)
        equal(REVOKED in fs.mounted, False, "whether it is still mounted")
        return None
    equal(bool(answer), False)
    equal(REVOKED in fs.mounted, True, "whether it is still mounted")
    return lacks("on main, `revoke` forgets the folder but leaves it mounted and answers nothing")


@row("submodule.fs", "the user declines")
async def _():
    conformance.declineSoon()
    try:
        await fs.mount("/declined")
    except Exception as error:
        holds("storage permissions not granted" in str(error), str(error))
        return None
    raise AssertionError("a folder was mounted")


@row("submodule.fs", "errors")
async def _():
    for action in (fs.sync, fs.unmount):
        try:
            await action("/absent")
            raise AssertionError("nothing was raised")
        except KeyError as error:
            holds("not mounted" in str(error), str(error))


@row("submodule.media", "devices")
async def _():
    from pyscript import media

    devices = await media.list_devices()
    kinds = [device.kind for device in devices]
    holds("videoinput" in kinds and "audioinput" in kinds, "devices are " + repr(kinds))
    device = [device for device in devices if device.kind == "videoinput"][0]
    equal(device["kind"], "videoinput")
    holds(device.id is not None and device.group is not None, "no id")


@row("submodule.media", "streams")
async def _():
    from pyscript.media import Device, list_devices

    if framed:
        try:
            await Device.request_stream(audio=True, video=True)
        except Exception as error:
            holds("NotAllowedError" in str(error) or "Permission" in str(error), str(error))
            return lacks("in the hub's frame, camera and microphone are not handed to the page")
        raise AssertionError("a frame was given the camera")
    stream = await Device.request_stream(audio=True, video={"width": 320})
    equal(stream.getVideoTracks().length, 1)
    equal(stream.getAudioTracks().length, 1)
    for track in stream.getTracks():
        track.stop()
    device = [device for device in await list_devices() if device.kind == "videoinput"][0]
    holds("fake" in device.label.lower(), "the camera is called " + device.label)
    stream = await device.get_stream()
    equal(stream.getVideoTracks().length, 1)
    stream.getVideoTracks()[0].stop()
