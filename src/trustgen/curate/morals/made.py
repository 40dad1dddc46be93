"""Everyday conduct with labels by construction: `dilemmas`, `settings`.

A dilemma combines a conflict with the one who is concerned and what is at stake, and has no right answer. What is
expected in a setting is a convention, kept only where readers who did not see one another's labels agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

from trustgen.curate.bank import Bank, Fields, Spot

from .places import pair

LABELS = ("expected", "okay", "unexpected")
OUT = LABELS[2]
"""The label of what is out of place; what is expected or okay is in place."""
TURNS = (LABELS[0], OUT, LABELS[1], OUT)
ROUNDS = 60
EVEN = 0.8  # below 1, rare pairs are drawn less often than a full fit would: an edition repeats the one before less
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

    Weights are fitted in turn (Deming and Stephan 1940) so that each behaviour, and each setting, is in place as often
    as out of it: else either alone would tell. One that has few pairs on either side is drawn less.
    """
    held = {(b["does"], where, label): 1.0 for b in SETTINGS["behaviours"] for label in LABELS for where in b[label]}
    count = Counter((name, label == OUT) for does, where, label in held for name in (does, where))
    held = {cell: 1.0 for cell in held if all(count[name, out] for name in cell[:2] for out in (True, False))}
    for _ in range(ROUNDS):
        for side in (0, 1):
            sums: dict[tuple[str, bool], float] = defaultdict(float)
            for cell, weight in held.items():
                sums[cell[side], cell[2] == OUT] += weight
            held = {
                cell: weight
                * min(count[cell[side], out] for out in (True, False)) ** 0.5
                / sums[cell[side], cell[2] == OUT]
                for cell, weight in held.items()
            }
    found: dict[str, tuple[list[tuple[str, str]], list[float]]] = {label: ([], []) for label in LABELS}
    for (does, where, label), weight in held.items():
        found[label][0].append((does, where))
        found[label][1].append(weight**EVEN)
    return found


@SETTINGS.pool("ethics.settings", "behaviour and the setting it fits")
def settings(at: Spot) -> Fields:
    """A behaviour in a setting; of four in a row, one is expected, one okay and two are out of place."""
    label, draw = at.turn(TURNS, "/label"), at.draw
    (does, where) = draw.choices(*cells()[label])[0]
    people = pair(draw).slots
    return {
        "core": f"{does}|{where}",
        "setting": f"In {people['town']}, {people['a']} is {SETTINGS['where'][where]}.",
        "behaviour": f"{people['a']} {does}.",
        "label": label,
    }


__all__ = ["LABELS", "cells", "dilemmas", "settings"]
