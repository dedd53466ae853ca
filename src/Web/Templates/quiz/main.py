"""A quiz. The questions are in questions.py: change those first."""

import random

from pyscript import HTML, display, when
from pyscript.web import page

from questions import QUESTIONS

buttons = page.find(".answer")
position = 0  # which question is asked, counted from 0
score = 0
shuffled = []  # the answers in the order of the buttons


def shuffle(things):
    """Returns the things in another order."""
    rest = list(things)
    mixed = []
    while rest:
        mixed.append(rest.pop(random.randint(0, len(rest) - 1)))
    return mixed


def ask():
    """Shows the question at `position`."""
    global shuffled
    question = QUESTIONS[position]
    shuffled = shuffle(question["answers"])

    page["position"].textContent = f"Question {position + 1} of {len(QUESTIONS)}"
    page["score"].textContent = f"{score} right"
    page["progress"].value = position / len(QUESTIONS)
    page["question"].textContent = question["ask"]
    page["feedback"].replaceChildren()
    page["next"].hidden = True

    for button, answer in zip(buttons, shuffled):
        button.textContent = answer
        button.className = "answer"
        button.disabled = False
        button.hidden = False


@when("click", ".answer")
def answer(event):
    global score
    question = QUESTIONS[position]
    right = question["answers"][0]
    chosen = shuffled[int(event.currentTarget.getAttribute("data-number"))]

    for button, text in zip(buttons, shuffled):
        button.disabled = True
        if text == right:
            button.classes.add("right")
        elif text == chosen:
            button.classes.add("wrong")

    if chosen == right:
        score += 1
        display(HTML("<strong>Right!</strong>"), question["why"], target="feedback")
    else:
        display(HTML("<strong>Not quite.</strong>"), question["why"], target="feedback")

    page["score"].textContent = f"{score} right"
    last = position == len(QUESTIONS) - 1
    page["next"].textContent = "How did I do?" if last else "Next question"
    page["next"].hidden = False
    page["next"].focus()


@when("click", "#next")
def go_on(event):
    global position, score
    position += 1
    if position == len(QUESTIONS):
        finish()
        return
    if position > len(QUESTIONS):  # the button said "Play again"
        position = 0
        score = 0
    ask()
    page["question"].focus()


def finish():
    """Shows how it went, with a star for each right answer."""
    stars = "★" * score + "☆" * (len(QUESTIONS) - score)
    for button in buttons:
        button.hidden = True
    page["position"].textContent = "Done"
    page["progress"].value = 1
    page["question"].textContent = f"{score} of {len(QUESTIONS)} right"
    display(HTML(f'<span class="stars" aria-hidden="true">{stars}</span>'), target="feedback", append=False)
    page["next"].textContent = "Play again"
    page["question"].focus()


ask()
