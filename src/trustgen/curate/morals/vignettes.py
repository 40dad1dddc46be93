"""Scenes by combination: who agreed, what harm came of it, what was meant, undone, gained and told.

A scene of the bank is told with some of six factors, each at one of its levels, and told again with one of them a step
better (or a step worse) and every other word the same. No scene has a right rating. What is known is the order of the
two: more consent, less harm, harm not foreseen, harm undone, others' gain and telling of it never make an act worse.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trustgen.curate.bank import Bank, Fields, Spot

from .places import pair

VIGNETTES = Bank(__package__, "vignettes", ("places",))
LEVELS: dict[str, tuple[tuple[str, ...], ...]] = {
    "consent": (("refused",), ("none",), ("implied",), ("given",)),
    "harm": (("serious",), ("real",), ("slight",), ("nothing",)),
    "intent": (("meant", "foreseen"), ("unforeseen",)),
    "undo": (("never",), ("mended",)),
    "benefit": (("nobody",), ("gain",)),
    "disclosure": (("hidden",), ("open",)),
}
"""Steps of each factor, from worse to better. Levels of one step (harm meant, harm accepted) are not held in order."""
FACTORS = tuple(LEVELS)
TOLD = ("3", "4", "5", "6")
"""How many factors a scene tells of: the more there are, the harder is it to see the one that differs."""
Cell = dict[str, str]


CLASH = (
    "nothing intent",  # nobody foresees what did not happen
    "nothing undo",
    "slight undo",  # a slight harm passes by itself
    "meant implied",
    "meant given",
    "meant gain",  # spite is not told of what did others good
    "given disclosure",  # who agreed to it knows of it
    "implied nothing hidden",  # what was welcome before and did no harm is not hidden
)
"""Factors and levels that no scene tells of together."""


def clashes(setting: dict[str, Any]) -> tuple[str, ...]:
    """Factors and levels that this act cannot tell of, or not together: named by it, or for want of words for them."""
    undo = setting.get("undo", {})
    return (
        *setting.get("without", ()),
        *(() if "before" in setting else ("implied",)),
        *(f"{harm} undo" for harm in ("real", "serious") if harm not in undo),
    )


def sound(cell: Cell, without: tuple[str, ...] = ()) -> bool:
    """Whether a scene can be told with these levels: none of the act's own clashes, and none of those of all acts."""
    told = {*cell, *cell.values()}
    return not any(told.issuperset(clash.split()) for clash in (*CLASH, *without))


def contested(factor: str, cell: Cell) -> bool:
    """Whether people could disagree that a better step of the factor is no worse here: such pairs are left out.

    Consent to a real harm that helps nobody: some hold that nothing is made better by it. Gain from what was done out
    of spite, and telling the one whom it was meant to hurt: either may be the spite itself.
    """
    if factor == "consent":
        return cell.get("benefit") == "nobody" and cell["harm"] in ("real", "serious")
    return factor in ("benefit", "disclosure") and cell.get("intent") == "meant"


def steps(cell: Cell, way: int, without: tuple[str, ...] = ()) -> Iterator[tuple[str, Cell]]:
    """The cells one step of one factor up (+1) or down (-1), with that factor, where the order is agreed."""
    for factor, level in cell.items():
        ladder = LEVELS[factor]
        at = next(i for i, levels in enumerate(ladder) if level in levels) + way
        if factor == "consent" and 0 <= at < len(ladder) and ladder[at][0] in without:
            at += way
        for to in ladder[at] if 0 <= at < len(ladder) else ():
            changed = cell | {factor: to}
            if factor == "harm" and "undo" in cell:  # how a harm was undone is told in its own words
                continue
            if sound(changed, without) and not contested(factor, cell) and not contested(factor, changed):
                yield factor, changed


def _drawn(at: Spot, told: int, way: int, without: tuple[str, ...]) -> tuple[Cell, dict[str, Cell]]:
    """A cell that tells of so many factors, and its neighbours on one side, one a factor, at least two."""
    draw = at.drawn("cell")
    while True:
        held = {"consent", "harm", *draw.sample(FACTORS[2:], told - 2)}
        cell = {
            factor: draw.choice([x for step in LEVELS[factor] for x in step]) for factor in FACTORS if factor in held
        }
        if sound(cell, without):
            found = list(steps(cell, way, without))
            near = {factor: draw.choice([c for f, c in found if f == factor]) for factor in dict(found)}
            if len(near) > 1:
                return cell, near


def _told(setting: dict[str, Any], cell: Cell, wording: dict[str, int], slots: dict[str, str]) -> str:
    """A scene in words."""
    words = VIGNETTES["words"]
    said = [setting["scene"], setting["act"]]
    for factor, level in cell.items():
        if factor == "harm" and level != "nothing":
            said.append(setting["harm"][("slight", "real", "serious").index(level)])
        elif factor == "undo":
            said.append(setting["undo"][cell["harm"]][("never", "mended").index(level)])
        elif factor == "benefit" and level in setting:
            said.append(setting[level])
        else:
            said.append(words[factor][level][wording[factor]])
    asked = {key: setting.get(key, "").format(**slots) for key in ("ask", "before")}
    return " ".join(said).format(**slots, **asked)


@VIGNETTES.pool("ethics.vignettes", "scenes that differ in one factor, and which is no worse")
def vignettes(at: Spot) -> Fields:
    """A scene and its neighbours on one side. Settings, numbers of factors and sides take turns."""
    setting = at.turn(VIGNETTES["settings"], "setting")
    without = clashes(setting)
    most = 6 - sum(factor in FACTORS for factor in without)
    told, way = min(int(at.turn(TOLD, "told")), most), at.turn((1, -1), "way")
    cell, near = _drawn(at, told, way, without)
    wording = {factor: at.draw.randrange(3) for factor in FACTORS}
    people = pair(at.draw, setting.get("genders", ".."))
    return {
        "core": f"{setting['name']}: {', '.join(cell.values())}",
        "difficulty": str(told),
        "field": setting["field"],
        "name": people.slots["a"],
        "country": people.country,
        "cell": cell,
        "side": "above" if way > 0 else "below",
        "scene": _told(setting, cell, wording, people.slots),
        "changed": {factor: _told(setting, other, wording, people.slots) for factor, other in near.items()},
        "cells": near,
    }


__all__ = ["CLASH", "FACTORS", "LEVELS", "TOLD", "Cell", "clashes", "contested", "sound", "steps", "vignettes"]
