"""How a record of `passages.made` is told: its passage, single statements and a summary, with its values or others."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from trustgen.core import Record
from trustgen.craft import capital

Told = tuple[dict[str, Any], str]
"""A fact and the value that is told of it."""
PLANTS = ("changed", "swapped", "added")


def passage(record: Record) -> str:
    """All that the record tells of itself."""
    facts = " ".join(fact["says"].format(value=fact["value"]) for fact in record["facts"])
    return f"{capital(record['subject'])} is {record['what']}. {facts}"


def clause(told: Told) -> str:
    """One fact as a clause that begins with "it"."""
    fact, value = told
    text: str = fact["short"].format(value=value)
    return text


def statements(record: Record, told: Sequence[Told]) -> str:
    """Facts as sentences, the first with the subject's name."""
    first, *rest = (clause(one) for one in told)
    named = record["subject"] + first.removeprefix("it")
    return " ".join(f"{capital(text)}." for text in (named, *rest))


def summary(record: Record, told: Sequence[Told], sentences: int) -> str:
    """What it is and the facts, in one sentence or two."""
    half = len(told) if sentences == 1 else len(told) // 2
    first = [f"{record['subject']} is {record['what']}", *(clause(one) for one in told[:half])]
    parts = ["; ".join(first), "; ".join(clause(one) for one in told[half:])]
    return " ".join(f"{capital(part)}." for part in parts if part)


def right(facts: Sequence[dict[str, Any]]) -> list[Told]:
    """Facts with their own values."""
    return [(fact, fact["value"]) for fact in facts]


def planted(record: Record, told: Sequence[Told], at: int, plant: str, draw: Random) -> tuple[list[Told], str]:
    """The facts with one that the passage does not support, and how it was made.

    `changed` is another value, `swapped` the value of another fact of the passage (where one is of the same kind), and
    `added` a fact that the passage does not tell.
    """
    fact, _ = told[at]
    alike = [f["value"] for f in record["facts"] if f["kind"] == fact["kind"] and f["field"] != fact["field"]]
    plant = "changed" if plant == "swapped" and not alike else plant
    lies: dict[str, Told] = {
        "changed": (fact, fact["other"]),
        "added": (record["held_back"], record["held_back"]["value"]),
    }
    lie = (fact, draw.choice(alike)) if plant == "swapped" else lies[plant]
    return [*told[:at], lie, *told[at + 1 :]], plant
