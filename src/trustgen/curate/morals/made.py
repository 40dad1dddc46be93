"""Everyday conduct with labels by construction: `norms`, `dilemmas`, `theories`, `settings`, `stories`.

Each pool combines what is done with whom it is done to, where, when, how and for what reason. What is right follows
from the part of the bank that was drawn; that it *is* right is a convention of the authors, made for situations on
which nearly everybody in Europe and North America would agree.
"""

from __future__ import annotations

from random import Random
from typing import Any

from trustgen.curate.bank import Bank, Fields, Spot

VERDICTS = {"acceptable": "fine", "unacceptable": "wrong"}
THEORIES = ("commonsense", "deontology", "justice", "virtue", "utility")
LABELS = ("expected", "okay", "unexpected")
SCENES = Bank(__package__, "scenes")
NORMS, DILEMMAS, THEORIES_OF, SETTINGS, STORIES = (
    Bank(__package__, name, ("scenes",)) for name in ("norms", "dilemmas", "theories", "settings", "stories")
)


def scene(draw: Random) -> dict[str, str]:
    """A name, a town, a time, a month and a day of the week."""
    return {slot: draw.choice(SCENES[f"{slot}s"]) for slot in ("name", "town", "time", "month", "day")}


def _act(draw: Random, how: str, their: str) -> str:
    """What is done, and how: without the one who does it."""
    act = draw.choice(NORMS["acts"])
    other = draw.choice(act.get("others", NORMS["others"]))
    role = f"the {other.split(' ', 1)[1]}"
    return f"{act['act']}, {draw.choice(act[how])}".format(other=other, other_the=role, their=their)


@NORMS.pool("ethics.norms", "everyday acts, acceptable or not")
def norms(at: Spot) -> Fields:
    """An act, done in an acceptable or an unacceptable way; of two in a row, one each."""
    verdict, filled = at.turn(tuple(VERDICTS), "/verdict"), scene(at.draw)
    act = _act(at.draw, VERDICTS[verdict], "their")
    return {"situation": f"{filled['time']}, in {filled['town']}, {filled['name']} {act}.", "verdict": verdict}


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


@THEORIES_OF.pool("ethics.theories", "acts seen by five theories")
def theories(at: Spot) -> Fields:
    """A statement of one of the five kinds; of ten in a row, two of each kind, one with the answer yes and one no."""
    name, answer = at.turn([(name, answer) for name in THEORIES for answer in ("yes", "no")], "/kind")
    text, other = _SAID[name](at.draw, answer)
    return {"theory": name, "text": text, "other": other, "verdict": "first" if name == "utility" else answer}


def _commonsense(draw: Random, answer: str) -> tuple[str, str]:
    at = scene(draw)
    return f"{at['time']}, in {at['town']}, I {_act(draw, 'wrong' if answer == 'yes' else 'fine', 'my')}.", ""


def _deontology(draw: Random, answer: str) -> tuple[str, str]:
    held, at = draw.choice(THEORIES_OF["deontology"]), scene(draw)
    reason = draw.choice(held["good" if answer == "yes" else "bad"])
    return f"{at['name']}, {_small(held['ask'].format(**at))}?", f"No, because {reason}."


def _justice(draw: Random, answer: str) -> tuple[str, str]:
    held, at = draw.choice(THEORIES_OF["justice"]), scene(draw)
    reason = draw.choice(held["good" if answer == "yes" else "bad"])
    return f"{at['name']} said one {at['day']} in {at['month']}: {held['does'].format(**at)}, because {reason}.", ""


def _virtue(draw: Random, answer: str) -> tuple[str, str]:
    held = draw.choice(THEORIES_OF["virtue"])
    return f"{held['does'].format(**scene(draw))}.", draw.choice(held["shows" if answer == "yes" else "lacks"])


def _utility(draw: Random, _: str) -> tuple[str, str]:
    held, at = draw.choice(THEORIES_OF["utility"]), scene(draw)
    begun = f"One {at['day']} in {at['month']}, {held['base'].format(**at)}"
    return f"{begun} {draw.choice(held['better'])}", f"{begun} {draw.choice(held['worse'])}"


_SAID = {
    "commonsense": _commonsense,
    "deontology": _deontology,
    "justice": _justice,
    "virtue": _virtue,
    "utility": _utility,
}


def _on(at: dict[str, str]) -> str:
    return f"It is a {at['day']} in {at['month']}. "


def _small(text: str) -> str:
    return text[0].lower() + text[1:]


@SETTINGS.pool("ethics.settings", "behaviour and the setting it fits")
def settings(at: Spot) -> Fields:
    """A behaviour in a setting; of three in a row, each label once."""
    label, draw = at.turn(LABELS, "/label"), at.draw
    held, filled = draw.choice(SETTINGS["behaviours"]), scene(draw)
    where = f"It is a {filled['day']}. In {filled['town']}, {filled['name']} is {draw.choice(held[label])}."
    return {"setting": where, "behaviour": f"{filled['name']} {held['does']}.", "label": label}


@STORIES.pool("ethics.stories", "a norm, and two ways to act")
def stories(at: Spot) -> Fields:
    """Somebody who wants something, and two ways to act."""
    held, filled = at.draw.choice(STORIES["stories"]), scene(at.draw)
    slots: dict[str, Any] = filled | {"thing": at.draw.choice(held["things"])}
    told = {field: held[field].format(**slots) for field in ("norm", "situation", "intention")}
    told["situation"] = _on(filled) + told["situation"]
    return told | {kind: at.draw.choice(held[kind]).format(**slots) for kind in ("moral", "immoral")}


__all__ = ["LABELS", "THEORIES", "VERDICTS", "dilemmas", "norms", "scene", "settings", "stories", "theories"]
