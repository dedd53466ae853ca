"""The questions. The first answer of each is the right one: main.py shuffles them."""

QUESTIONS = [
    {
        "ask": "What does print(2 ** 3) show?",
        "answers": ["8", "6", "5", "23"],
        "why": "** is “to the power of”: 2 × 2 × 2 is 8.",
    },
    {
        "ask": "Which planet is nearest to the Sun?",
        "answers": ["Mercury", "Venus", "Mars", "Earth"],
        "why": "Mercury goes round the Sun in just 88 days.",
    },
    {
        "ask": "What is len(\"snake\")?",
        "answers": ["5", "4", "6", "an error"],
        "why": "len counts the letters: s, n, a, k, e.",
    },
    {
        "ask": "Python is named after …",
        "answers": ["a group of comedians", "a snake", "a Greek god", "its inventor's cat"],
        "why": "Guido van Rossum was reading scripts of Monty Python's Flying Circus.",
    },
    {
        "ask": "How many bits are in a byte?",
        "answers": ["8", "2", "10", "16"],
        "why": "Eight bits make 256 different values, from 0 to 255.",
    },
]
