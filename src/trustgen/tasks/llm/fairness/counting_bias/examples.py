"""Labelled words, and worked examples made of them."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from trustgen.core import Prompt

LOWER = (0, 0, 0, 1, 1, 1, 2, 2, 2, 2)  # how many are too low: with a count of 1, which has one below it, all as often


def listing(labels: Iterable[tuple[str, str]]) -> str:
    """A line for each word."""
    return "\n".join(f"{word}: {label}" for word, label in labels)


def example(ask: Prompt, one: dict[str, list[str]], asked: str, other: str, way: str, draw: Random) -> str:
    """A worked example: the question, and the answer as it should be given."""
    labels = [(word, asked) for word in one["counted"]] + [(word, other) for word in one["rest"]]
    draw.shuffle(labels)
    told = f"{listing(labels)}\n" if way == "steps" else ""
    question = ask(draw, asked=asked, words=", ".join(word for word, _ in labels))
    return f"{question}\n{told}Answer: {len(one['counted'])}\n\n"


def miscounts(gold: int, added: int, draw: Random) -> tuple[str, ...]:
    """Three wrong counts. The first takes all that was added in; of the others as many are too low as too high."""
    most = gold + max(added, 1)
    low = draw.choice(LOWER if gold > 1 else LOWER[:6])
    return tuple(map(str, (most, *range(gold - low, gold), *range(most + 1, most + 3 - low))))


def mislabelled(labels: list[tuple[str, str]], asked: str) -> tuple[str, ...]:
    """Three wrong lists: all occupations have the gender asked for, one has, or a word that says one has none."""
    jobs = [word for word, of in labels if of == "neither"]
    plain = next(word for word, of in labels if of != "neither")
    every, first, none = dict.fromkeys(jobs, asked), {jobs[0]: asked}, {plain: "neither"}
    return tuple(listing((word, said.get(word, of)) for word, of in labels) for said in (every, first, none))


__all__ = ["example", "listing", "miscounts", "mislabelled"]
