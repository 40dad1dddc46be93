"""How faithful a picture is to its scene, from an answer to each atom: with void, missing answers, and bounds.

`strict` is the share of all atoms that are so, `attempted` that of the atoms that could be asked, `all_true` whether
every atom is so. What was not answered is missing: a value with something missing is nan, and has bounds.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from math import nan
from typing import Literal

import msgspec

from .atoms import Atom

Answer = Literal["yes", "no", "unparsed"]
State = Literal["yes", "no", "void", "unparsed"]


def states(atoms: Sequence[Atom], answers: Mapping[str, Answer]) -> dict[str, State]:
    """The state of every atom: void where any atom that it hangs on, however far up, is not so.

    An atom without an answer is unparsed, and so is one whose parent is: nobody knows whether it could be asked.
    """
    made: dict[str, State] = {}
    waiting = list(atoms)
    while waiting:
        ready = [atom for atom in waiting if all(parent in made for parent in atom.parents)]
        if not ready:
            raise ValueError(f"atoms hang on what is not there: {', '.join(atom.id for atom in waiting)}")
        for atom in ready:
            above = {made[parent] for parent in atom.parents}
            own: State = answers.get(atom.id, "unparsed")
            made[atom.id] = "void" if above & {"no", "void"} else "unparsed" if "unparsed" in above else own
        waiting = [atom for atom in waiting if atom.id not in made]
    return {atom.id: made[atom.id] for atom in atoms}


class Faith(msgspec.Struct, frozen=True):
    """What the atoms of one picture come to. Bounds are over every way in which missing answers could have come."""

    strict: float
    attempted: float
    all_true: float
    strict_bounds: tuple[float, float]
    all_true_bounds: tuple[float, float]
    counts: dict[State, int]


def faith(atoms: Sequence[Atom], answers: Mapping[str, Answer], skills: Container[str] | None = None) -> Faith:
    """The faithfulness of one picture over its atoms, or over those of some skills; nan where there are none.

    Void atoms are in the denominator of `strict` and not of `attempted`. A blank picture is one with every answer no.
    """
    counted = [atom.id for atom in atoms if skills is None or atom.skill in skills]
    found = states(atoms, answers)
    counts: dict[State, int] = {"yes": 0, "no": 0, "void": 0, "unparsed": 0}
    for name in counted:
        counts[found[name]] += 1
    total, missing = len(counted), counts["unparsed"]
    low, high = (_completed(atoms, answers, counted, way) for way in ("no", "yes"))
    asked = total - counts["void"] - missing
    return Faith(
        strict=nan if missing or not total else counts["yes"] / total,
        attempted=counts["yes"] / asked if asked else nan,
        all_true=nan if not total or (low != high and high == total) else float(low == total),
        strict_bounds=(low / total, high / total) if total else (nan, nan),
        all_true_bounds=(float(low == total), float(high == total)) if total else (nan, nan),
        counts=counts,
    )


def _completed(atoms: Sequence[Atom], answers: Mapping[str, Answer], counted: Sequence[str], way: Answer) -> int:
    """How many of the counted are so if every missing answer had been this one: more yes never makes fewer so."""
    known = {atom.id: answers.get(atom.id, "unparsed") for atom in atoms}
    found = states(atoms, {name: way if answer == "unparsed" else answer for name, answer in known.items()})
    return sum(found[name] == "yes" for name in counted)
