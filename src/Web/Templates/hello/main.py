"""Greets whoever types a name. Change something, save, and look at the page."""

import random
import sys

from pyscript import when
from pyscript.web import page

# A dictionary: each language, and how it says hello. Which one is missing? Add it!
GREETINGS = {
    "English": "Hello",
    "Español": "¡Hola",
    "Français": "Bonjour",
    "Deutsch": "Hallo",
    "Italiano": "Ciao",
    "Kiswahili": "Jambo",
    "Türkçe": "Merhaba",
    "Українська": "Привіт",
    "العربية": "مرحبا",
    "日本語": "こんにちは",
}


# "When the form #hello-form is sent, run this function."
@when("submit", "#hello-form")
def greet(event):
    event.preventDefault()  # else the browser would load the page again

    name = page["name"].value.strip() or "world"
    language = random.choice(list(GREETINGS))

    page["greeting"].textContent = f"{GREETINGS[language]}, {name}!"
    page["language"].textContent = language
    page.body.style["--hue"] = str(colour_of(name))


def colour_of(name):
    """Turns a name into a colour, 0 to 359 on the colour wheel. The same name always gets the same one."""
    return sum(ord(letter) * 7 for letter in name) % 360


# From here on Python is awake, so the button may be pressed.
page["greet"].disabled = False
version = ".".join(str(number) for number in sys.implementation.version[:2])
page["python"].textContent = f"This page runs on {sys.implementation.name} {version}, in your browser."
