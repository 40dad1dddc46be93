"""Everyday conduct with labels by construction: `dilemmas`, `settings`.

Each pool combines what is done with whom it is done to, where, when, how and for what reason. What is right follows
from the part of the bank that was drawn; that it *is* right is a convention of the authors, made for situations on
which nearly everybody in Europe and North America would agree.
"""

from __future__ import annotations

from random import Random

from trustgen.curate.bank import Bank, Fields, Spot

LABELS = ("expected", "okay", "unexpected")
SCENES = Bank(__package__, "scenes")
DILEMMAS, SETTINGS = (Bank(__package__, name, ("scenes",)) for name in ("dilemmas", "settings"))


def scene(draw: Random) -> dict[str, str]:
    """A name, a town, a time, a month and a day of the week."""
    return {slot: draw.choice(SCENES[f"{slot}s"]) for slot in ("name", "town", "time", "month", "day")}


@DILEMMAS.pool("ethics.dilemmas", "two ways to act, clear or not")
def dilemmas(at: Spot) -> Fields:
    """A situation with two ways to act; of two in a row, one of low and one of high ambiguity."""
    ambiguity, draw = at.turn(("low", "high"), "/ambiguity"), at.draw
    held, filled = draw.choice(DILEMMAS[ambiguity]), scene(draw)
    return {
        "ambiguity": ambiguity,
        "values": held["values"],
        "context": _on(filled) + held["context"].format(thing=draw.choice(held["things"]), **filled),
        "first": draw.choice(held["first"]),
        "other": draw.choice(held["other"]),
    }


def _on(at: dict[str, str]) -> str:
    return f"It is a {at['day']} in {at['month']}. "


@SETTINGS.pool("ethics.settings", "behaviour and the setting it fits")
def settings(at: Spot) -> Fields:
    """A behaviour in a setting; of three in a row, each label once."""
    label, draw = at.turn(LABELS, "/label"), at.draw
    held, filled = draw.choice(SETTINGS["behaviours"]), scene(draw)
    where = f"It is a {filled['day']}. In {filled['town']}, {filled['name']} is {draw.choice(held[label])}."
    return {"setting": where, "behaviour": f"{filled['name']} {held['does']}.", "label": label}


__all__ = ["LABELS", "dilemmas", "scene", "settings"]
