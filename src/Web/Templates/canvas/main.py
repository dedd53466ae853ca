"""Draws on a canvas. The point (0, 0) is its upper left corner; (800, 800) is the lower right one."""

import math
import random

from pyscript import document, when
from pyscript.web import page

SIZE = 800
MIDDLE = SIZE / 2

# Each palette is a background and the colours that go with it. Make one of your own!
PALETTES = [
    ["#1d1a39", "#ffb238", "#ff6f61", "#e84a8a", "#8d6bff"],
    ["#fff6e6", "#ef476f", "#f78c2b", "#06a77d", "#118ab2"],
    ["#0d2b2b", "#7ae7c7", "#ffe66d", "#ff9f6b", "#f25f8a"],
]

canvas = document.getElementById("canvas")
pen = canvas.getContext("2d")  # what we draw with
palette = PALETTES[0]


def circle(x, y, radius, colour):
    """Draws a filled circle around (x, y)."""
    pen.fillStyle = colour
    pen.beginPath()
    pen.arc(x, y, radius, 0, 2 * math.pi)
    pen.fill()


def draw_flower(petals):
    """Turns a little, draws a petal, turns a little …"""
    for ring in (360, 250, 140):  # three rings, from the largest to the smallest
        colour = random.choice(palette[1:])
        for number in range(petals):
            pen.save()
            pen.translate(MIDDLE, MIDDLE)
            pen.rotate(2 * math.pi * number / petals)
            pen.globalAlpha = 0.7  # a little of what is below shines through
            pen.fillStyle = colour
            pen.beginPath()
            pen.ellipse(ring / 2, 0, ring / 2, 3 * ring / (petals + 6), 0, 0, 2 * math.pi)
            pen.fill()
            pen.restore()
    circle(MIDDLE, MIDDLE, 40, palette[1])


def draw_spiral(arms):
    """Puts dots where a sunflower has its seeds: each is turned by the golden angle."""
    golden_angle = math.pi * (3 - math.sqrt(5))
    dots = arms * 25
    for number in range(dots):
        distance = 370 * math.sqrt(number / dots)
        angle = number * golden_angle
        x = MIDDLE + distance * math.cos(angle)
        y = MIDDLE + distance * math.sin(angle)
        circle(x, y, 3 + distance / 40, palette[1 + number % 4])


def draw_sky(hills):
    """Stars anywhere, a moon, and one range of hills before the other."""
    for _ in range(150):
        circle(random.randint(0, SIZE), random.randint(0, 500), random.uniform(1, 4), palette[1])
    circle(random.randint(150, 650), 160, 70, palette[2])
    for number in range(hills):
        y = 450 + 350 * number / hills
        shift = random.uniform(0, 6)
        pen.fillStyle = palette[1 + number % 4]
        pen.beginPath()
        pen.moveTo(0, SIZE)
        for x in range(0, SIZE + 20, 20):
            pen.lineTo(x, y + 30 * math.sin(x / 110 + shift))
        pen.lineTo(SIZE, SIZE)
        pen.fill()


# The id of each button, and the function that draws what it says.
DRAWINGS = {"flower": draw_flower, "spiral": draw_spiral, "sky": draw_sky}
current = "flower"


def draw():
    """Clears the sheet and draws the current picture."""
    count = int(page["count"].value)
    page["shown"].textContent = str(count)
    pen.fillStyle = palette[0]
    pen.fillRect(0, 0, SIZE, SIZE)
    DRAWINGS[current](count)
    page["canvas"].setAttribute("aria-label", f"{current}, made of {count} parts")


@when("click", ".drawing")
def choose(event):
    global current
    current = event.currentTarget.id
    for button in page.find(".drawing"):
        button.setAttribute("aria-pressed", "true" if button.id == current else "false")
    draw()


@when("input", "#count")
def change_count(event):
    draw()


@when("click", "#colours")
def other_colours(event):
    global palette
    position = PALETTES.index(palette)
    palette = PALETTES[(position + 1) % len(PALETTES)]
    draw()


for button in page.find("button"):
    button.disabled = False
page["status"].textContent = ""
page["flower"].setAttribute("aria-pressed", "true")
draw()
