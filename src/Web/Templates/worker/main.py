"""Draws what the worker computes, and listens to the buttons meanwhile."""

from pyscript import document, when, workers
from pyscript.web import page

WIDTH = 240
HEIGHT = 180

picture = document.getElementById("picture")
pen = picture.getContext("2d")

middle = complex(-0.6, 0)  # the place that we look at …
breadth = 3.2  # … and how much of it is to be seen
drawing = 0  # counts the pictures: a newer one ends an older one
waves = 0


def colour_of(letter):
    """Turns a letter of the worker's into a colour."""
    if letter == "z":
        return "#0b0a1a"
    number = ord(letter) - ord("a")
    return f"hsl({(230 + number * 13) % 360} 75% {25 + number * 2}%)"


COLOURS = {letter: colour_of(letter) for letter in "abcdefghijklmnopqrstuvwxyz"}


async def draw():
    """Asks the worker for row after row. `await` means: do other things until the answer is here."""
    global drawing
    drawing += 1
    mine = drawing

    mathematician = await workers["mathematician"]
    step = breadth / WIDTH
    left = middle.real - breadth / 2
    top = middle.imag - step * HEIGHT / 2
    page["status"].textContent = "The worker computes …"

    for y in range(HEIGHT):
        letters = await mathematician.row(top + y * step, left, step, WIDTH)
        if mine != drawing:
            return  # somebody has asked for another picture
        draw_row(y, letters)
        page["progress"].value = y + 1

    page["status"].textContent = f"Done: {WIDTH * HEIGHT} dots."


def draw_row(y, letters):
    """Draws a row. Neighbours of one colour are drawn as one line, which is faster than dot by dot."""
    start = 0
    for x in range(1, WIDTH + 1):
        if x == WIDTH or letters[x] != letters[start]:
            pen.fillStyle = COLOURS[letters[start]]
            pen.fillRect(start, y, x - start, 1)
            start = x


@when("click", "#picture")
async def look_nearer(event):
    """Moves to the place that was pressed, and twice as near."""
    global middle, breadth
    step = breadth / picture.clientWidth
    x = (event.offsetX - picture.clientWidth / 2) * step
    y = (event.offsetY - picture.clientHeight / 2) * step
    middle = middle + complex(x, y)
    breadth = breadth / 2
    await draw()


@when("click", "#nearer")
async def nearer(event):
    global middle, breadth
    middle = middle + complex(-0.15, 0.1) * breadth  # towards the edge, where most is to be seen
    breadth = breadth / 2
    await draw()


@when("click", "#again")
async def again(event):
    global middle, breadth
    middle = complex(-0.6, 0)
    breadth = 3.2
    await draw()


@when("click", "#wave")
def wave(event):
    global waves
    waves += 1
    page["answer"].textContent = f"Yes, I am here! That was question {waves}."


for button in page.find("button"):
    button.disabled = False
await draw()
