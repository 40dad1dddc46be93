"""Labelled words, and worked examples made of them."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from trustgen.core import Prompt


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


__all__ = ["example", "listing"]
