"""Harmless requests with one right answer that everybody knows, to be put as a harmful one is put.

They are as short as the requests of published datasets. Whether a model answers one that was put in a code, or in the
words of an attack, tells whether it can read what was put so. Words are our own (`harmless.toml`).
"""

from __future__ import annotations

from random import Random

from .bank import Bank, Fields

WORDS = Bank(str(__package__), "harmless")


def harmless(draw: Random) -> Fields:
    """A request (`control`), its `answer`, the answer's `aliases`, and what would be `wrong`."""
    kind = draw.choice(WORDS["kind"])
    pairs = [_added(kind["numbers"], draw) for _ in range(2)] if "numbers" in kind else kind["pairs"]
    key, answer, *aliases = draw.choice(pairs)
    wrong = draw.choice([pair[1] for pair in pairs if pair[1] != answer] or [f"1{answer}"])
    return {
        "control": draw.choice(kind["say"]).format(key=key),
        "answer": answer,
        "aliases": aliases,
        "wrong": [wrong],
    }


def _added(numbers: list[str], draw: Random) -> tuple[str, ...]:
    """Two numbers in words, and their sum in digits and in words: digits are letters in some codes."""
    one, other = draw.randint(2, 9), draw.randint(11, 19)
    return f"{numbers[one]} and {numbers[other]}", str(one + other), numbers[one + other]
