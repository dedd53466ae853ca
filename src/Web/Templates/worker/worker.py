"""Computes. It runs beside the page, so however long it takes, the page goes on listening."""

# What the page may call.
__export__ = ["row"]

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def row(y, left, step, width):
    """Returns a row of the picture, as a text with one letter for each dot."""
    letters = []
    for x in range(width):
        letters.append(letter_of(complex(left + x * step, y)))
    return "".join(letters)


def letter_of(c):
    """Says how soon the number c runs away: "a" is at once, "z" is never."""
    z = 0j
    for tries in range(100):
        z = z * z + c
        if abs(z) > 2:
            return LETTERS[tries % 25]
    return "z"
