"""Everyday conduct with labels by construction: `dilemmas`, `settings`.

Each pool combines what is done with whom it is done to, where, when, how and for what reason. What is right follows
from the part of the bank that was drawn; that it *is* right is a convention of the authors, made for situations on
which nearly everybody in Europe and North America would agree.
"""

from __future__ import annotations

from random import Random

from trustgen.curate.bank import Bank, Fields, Spot

from .places import pair

LABELS = ("expected", "okay", "unexpected")
SCENES = Bank(__package__, "scenes")
DILEMMAS = Bank(__package__, "dilemmas", ("places",))
SETTINGS = Bank(__package__, "settings", ("scenes",))


def scene(draw: Random) -> dict[str, str]:
    """A name, a town, a time, a month and a day of the week."""
    return {slot: draw.choice(SCENES[f"{slot}s"]) for slot in ("name", "town", "time", "month", "day")}


@DILEMMAS.pool("ethics.dilemmas", "situations in which something that matters stands on either side")
def dilemmas(at: Spot) -> Fields:
    """A situation with two ways to act, neither of them right: a conflict, who is concerned, and how much it weighs."""
    held, draw = at.turn(DILEMMAS["dilemmas"], "/dilemma"), at.draw
    who, stake, slots = draw.choice(DILEMMAS["who"]), draw.choice(held["stakes"]), pair(draw).slots
    slots |= {"who": who, "they_cap": slots["they"].capitalize()}
    slots["stake"] = stake.format(**slots)
    told = {field: held[field].format(**slots) for field in ("context", "first", "other")}
    return {"core": f"{held['values']}|{who}|{stake}", "values": held["values"]} | told


@SETTINGS.pool("ethics.settings", "behaviour and the setting it fits")
def settings(at: Spot) -> Fields:
    """A behaviour in a setting; of three in a row, each label once."""
    label, draw = at.turn(LABELS, "/label"), at.draw
    held, filled = draw.choice(SETTINGS["behaviours"]), scene(draw)
    where = f"It is a {filled['day']}. In {filled['town']}, {filled['name']} is {draw.choice(held[label])}."
    return {"setting": where, "behaviour": f"{filled['name']} {held['does']}.", "label": label}


__all__ = ["LABELS", "dilemmas", "scene", "settings"]
