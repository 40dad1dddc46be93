"""Everyday conduct with labels by construction: `dilemmas`, `settings`.

A dilemma combines a conflict with the one who is concerned and what is at stake, and has no right answer. What is
expected in a setting is a convention of the authors, kept only where two readings of it agree.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from trustgen.curate.bank import Bank, Fields, Spot

from .places import pair

LABELS = ("expected", "okay", "unexpected")
ROUNDS = 30
EVEN = 0.85  # below 1, rare pairs are drawn less often than a full fit would: an edition repeats the one before less
DILEMMAS = Bank(__package__, "dilemmas", ("places",))
SETTINGS = Bank(__package__, "settings", ("places",))


@DILEMMAS.pool("ethics.dilemmas", "situations in which something that matters stands on either side")
def dilemmas(at: Spot) -> Fields:
    """A situation with two ways to act, neither of them right: a conflict, who is concerned, and how much it weighs."""
    held, draw = at.turn(DILEMMAS["dilemmas"], "/dilemma"), at.draw
    who, stake, slots = draw.choice(DILEMMAS["who"]), draw.choice(held["stakes"]), pair(draw).slots
    slots |= {"who": who, "they_cap": slots["they"].capitalize()}
    slots["stake"] = stake.format(**slots)
    told = {field: held[field].format(**slots) for field in ("context", "first", "other")}
    return {"core": f"{held['values']}|{who}|{stake}", "values": held["values"]} | told


@cache
def cells() -> dict[str, tuple[list[tuple[str, str]], list[float]]]:
    """For every label its pairs of a behaviour and a setting, and how often each is to be drawn.

    Weights are fitted in turn (Deming and Stephan 1940) so that each behaviour, and each setting, has the three labels
    equally often, as far as the pairs allow: else either alone would tell the label.
    """
    held = {(b["does"], where, label): 1.0 for b in SETTINGS["behaviours"] for label in LABELS for where in b[label]}
    for _ in range(ROUNDS):
        for side in (0, 1):
            sums: dict[tuple[str, str], float] = defaultdict(float)
            for cell, weight in held.items():
                sums[cell[side], cell[2]] += weight
            held = {cell: weight / sums[cell[side], cell[2]] for cell, weight in held.items()}
    found: dict[str, tuple[list[tuple[str, str]], list[float]]] = {label: ([], []) for label in LABELS}
    for (does, where, label), weight in held.items():
        found[label][0].append((does, where))
        found[label][1].append(weight**EVEN)
    return found


@SETTINGS.pool("ethics.settings", "behaviour and the setting it fits")
def settings(at: Spot) -> Fields:
    """A behaviour in a setting; of three in a row, each label once."""
    label, draw = at.turn(LABELS, "/label"), at.draw
    (does, where) = draw.choices(*cells()[label])[0]
    people = pair(draw).slots
    return {
        "core": f"{does}|{where}",
        "setting": f"In {people['town']}, {people['a']} is {SETTINGS['where'][where]}.",
        "behaviour": f"{people['a']} {does}.",
        "label": label,
    }


__all__ = ["LABELS", "cells", "dilemmas", "settings"]
