"""What is written of a record of `passages.made`: statements in a row, and summaries in one sentence or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from trustgen.core import Record
from trustgen.craft import capital

Claim = dict[str, Any]


def claim(record: Record, plant: str, steps: str) -> Claim:
    """The statement of a record that is of this kind and takes so many steps, right and wrong."""
    return next(one for one in record["claims"] if (one["plant"], one["steps"]) == (plant, steps))


def beside(record: Record, of: Claim, many: int, draw: Random) -> list[dict[str, str]]:
    """So many things that the passage tells plainly, and that say nothing of what settles a claim."""
    apart = [one for one in record["plain"] if one["of"] not in of["of"]]
    return draw.sample(apart, many)


def sentences(record: Record, said: Sequence[str], checked: str = "") -> str:
    """Statements as sentences; what is told of a thing right after another one of it begins with "It", but for the one
    that is checked, which stands as it is."""
    return " ".join(f"{capital(text)}." for text in _short(record, said, checked))


def _short(record: Record, said: Sequence[str], checked: str = "") -> Iterator[str]:
    before = ""
    for text in said:
        thing = next((name for name in record["names"] if text.startswith(f"{name} ") and text != checked), "")
        yield f"it{text.removeprefix(thing)}" if thing and thing == before else text
        before = thing


def summary(record: Record, said: Sequence[str], length: int, *, placed: bool = True) -> str:
    """A summary of so many sentences, one or two: what it is about, in which town where it is `placed`, and more."""
    one, other, town = record["names"]
    place = f" {record['where']} {town}" if placed else ""
    about = f"there are two {record['plural']}{place}, {one} and {other}"
    said = list(_short(record, said))
    half = len(said) if length == 1 else len(said) // 2
    parts = ("; ".join((about, *said[:half])), "; ".join(said[half:]))
    return " ".join(f"{capital(part)}." for part in parts if part)
