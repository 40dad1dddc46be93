"""Pools about people as members of groups, made from small banks of our own: the TOML files beside this one.

What the banks say of groups is what people are heard to say, in mild and everyday forms; it is here to be noticed and
not to be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from trustgen.curate.bank import Bank, Fields, Spot
from trustgen.curate.people import WORDS as PEOPLE
from trustgen.curate.people import put

GENDERS = {"woman": "female", "man": "male"}
SIDES = ("feminine", "masculine")
SIZES = {"few": (1, 3), "many": (4, 6)}  # words of each gender in a list, least and most
ADDED = (2, 6)  # occupations, or plain nouns, added to it
CHOICES = Bank(__package__, "choices", filled=("../people",))
SCENES = Bank(__package__, "scenes", filled=("../people",))
CLAIMS, WORD_LISTS = (Bank(__package__, name) for name in ("claims", "word_lists"))


def brought(told: Sequence[dict[str, Any]], far: bool, draw: Random) -> tuple[list[str], list[str]]:
    """What the better one of two people brings, and the other one: both figures far apart, or one of them a little."""
    more, less = [], []
    for place, one in enumerate(told):
        apart = draw.randint(one["far"] * 3 // 4, one["far"]) if far else (2 * one["near"] if place == 0 else 0)
        down = bool(one.get("less"))
        low = one["bar"] + draw.randint(0, one["near"])
        more.append(put(one["has"], low - apart if down else low + apart))
        less.append(put(one["has"], low))
    order = draw.sample((0, 1), 2)
    return [more[i] for i in order], [less[i] for i in order]


@CHOICES.pool("bias.choices", "two people to choose between, with what they bring and a group each")
def choices(at: Spot) -> Fields:
    """A choice: fields come in turn, and within one the categories of groups, which have no bearing there."""
    fields = tuple(CHOICES["fields"])
    name, draw = at.turn(fields, "/field"), at.draw
    field, domain = CHOICES["fields"][name], PEOPLE["domains"][name]
    kinds = [kind for kind in CHOICES["pairs"] if kind not in field["not"]]
    category = at.turn(kinds, "/category", name, nth=at.index // len(fields))
    usual, other = draw.choice(CHOICES["pairs"][category])
    scene = draw.choice(domain["scenes"])
    told = draw.sample([one for one in domain["figures"] if not one.get("mixed")], 2)
    far = at.turn((True, False), "/far")
    better, worse = brought(told, far, draw)
    return {
        "core": "|".join((name, scene, usual, other, *sorted(one["has"] for one in told))),
        "difficulty": "far" if far else "near",
        "field": name,
        "category": category,
        "usual": usual,
        "other": other,
        "names": draw.sample(CHOICES["names"], 2),
        "scene": field["scene"].format(scene=scene),
        "question": field["question"],
        "better": better,
        "worse": worse,
    }


def counted(claim: dict[str, Any], true: bool, apart: float, draw: Random) -> list[int]:
    """Numbers that make a claim true or false, `apart` from the border: n of so many, and n of so many others."""
    size, others = draw.randint(80, 240), draw.randint(80, 240)
    rest = draw.uniform(0.36, 0.64)
    border = claim.get("above", rest)
    up = true != bool(claim.get("not"))
    share = min(max(border + (apart if up else -apart), 0.03), 0.97)
    return [round(share * size), size, round(rest * others), others]


@CLAIMS.pool("bias.claims", "surveys of people and of things, what is said of them, and what is concluded")
def claims(at: Spot) -> Fields:
    """A survey of people, and of things in the same numbers. Groups come in turn; every other record has a leap."""
    draw, leaps = at.draw, at.turn((True, False), "/leaps")
    category, group = at.turn(CLAIMS["groups"], "/group")
    asker, who, deeds, *_ = draw.choice([one for one in CLAIMS["people"] if category not in (*one, ())[3]])
    what, faults = draw.choice(CLAIMS["things"])
    far = at.turn((True, False), "/far", nth=at.index // 2)
    name = draw.choice(("most", "thirds", "more") if leaps else tuple(CLAIMS["claims"]))
    claim, did, fault = CLAIMS["claims"][name], draw.choice(deeds), draw.choice(faults)
    apart = draw.uniform(0.15, 0.3) if far else draw.uniform(0.04, 0.08)
    says = draw.choice(claim["says"])
    people, things = f"{who} {group}", f"{what} made by {draw.choice(CLAIMS['makers'])}"
    conclusions = {kind: draw.choice(CLAIMS["conclusions"][kind]) for kind in ("leap", "fair")} if leaps else {}
    return {
        "core": "|".join((name, group, did, *conclusions.values())),
        "difficulty": "far" if far else "near",
        "category": category,
        "group": group,
        "asker": asker,
        "people": [people, f"other {who}"],
        "things": [things, f"{what} of other makers"],
        "people_says": says.format(group=people, did=did, done=did.replace("had", "have", 1)),
        "things_says": says.format(group=things, did=fault, done=fault.replace("had", "have", 1)),
        "did": {"people": did, "things": fault},
        "true": counted(claim, True, apart, draw),
        "false": counted(claim, False, apart, draw),
        "conclusions": conclusions,
        "speaker": draw.choice(CLAIMS["speakers"]),
        "place": draw.choice(CLAIMS["places"]),
    }


@cache
def topics() -> tuple[tuple[str, int, int], ...]:
    """Every trait that a stereotype tells of a group, of whom it is told, and the scene in which it shows."""
    return tuple(
        (name, pair, scene)
        for name, trait in SCENES["traits"].items()
        for pair in range(len(trait["pairs"]))
        for scene in range(len(trait["scenes"]))
    )


def called(groups: Sequence[str], draw: Random) -> list[str]:
    """Two names that fit two groups, of one gender except where gender is what sets them apart."""
    origin, gender = draw.choice(tuple(PEOPLE["names"])), draw.choice(tuple(GENDERS.values()))
    found: list[str] = []
    for group in groups:
        lists = PEOPLE["names"][SCENES["groups"][group]["names"] or origin]
        found.append(draw.choice([name for name in lists[GENDERS.get(group, gender)] if name not in found]))
    return found


def fitting(what: str, at: str) -> list[str]:
    """What a list of the bank holds for a kind of place, and for any."""
    return [*SCENES[what]["any"], *SCENES[what][at]]


@SCENES.pool("bias.scenes", "two people of two groups, and what a stereotype expects of one of them")
def scenes(at: Spot) -> Fields:
    """A scene of two people of two groups; of as many in a row as there are topics, each has another one.

    One of the two does what a stereotype expects of the first group, the other does the opposite; who did what is for
    the task to say or to leave open.
    """
    name, *places = at.turn(topics(), "/topic")
    trait, draw = SCENES["traits"][name], at.draw
    (category, *groups), scene = trait["pairs"][places[0]], trait["scenes"][places[1]]
    long = at.turn((False, True), "/long")
    return {
        "core": f"{'/'.join(groups)}|{scene['setup']}",
        "difficulty": "long" if long else "short",
        "category": category,
        "trait": name,
        "groups": groups,
        "names": called(groups, draw),
        "about": [draw.choice(SCENES["groups"][group]["about"]) for group in groups],
        "time": draw.choice(SCENES["periods" if scene["at"] == "weeks" else "times"]),
        "setup": scene["setup"].format(place=draw.choice(SCENES["places"])),
        "filler": draw.sample(fitting("fillers", scene["at"]), 6) if long else [],
        "negative": scene["negative"],
        "positive": scene["positive"],
        "aside": draw.choice(fitting("asides", scene["at"])),
        "witness": draw.choice(fitting("witnesses", scene["at"])),
    }


@WORD_LISTS.pool("bias.word_lists", "words that say a gender, and occupations and nouns that say none, to be counted")
def word_lists(at: Spot) -> Fields:
    """Words of each gender, what may be added, and two other lists as worked examples.

    The task asks how many of a list are feminine (or masculine); an occupation is neither. The form is that of
    Multi-step Gender Bias Reasoning (Kaneko et al., arXiv 2401.15585); all words and sizes are our own.
    """
    asked, draw = at.turn(SIDES), at.draw
    other = SIDES[1 - SIDES.index(asked)]
    words = {side: draw.sample(WORD_LISTS[side], len(WORD_LISTS[side])) for side in SIDES}
    stratum = at.turn(tuple(SIZES), "size", nth=at.index // len(SIDES))
    sizes = [{side: draw.randint(*SIZES[stratum]) for side in SIDES} for _ in range(3)]
    taken = [{side: [words[side].pop() for _ in range(size[side])] for side in SIDES} for size in sizes]
    added = draw.randint(*ADDED)
    return {
        "core": f"{asked}|{' '.join(sorted(taken[0][asked]))}|{' '.join(sorted(taken[0][other]))}",
        "difficulty": stratum,
        "asked": asked,
        "counted": taken[0][asked],
        "rest": taken[0][other],
        "occupations": draw.sample(WORD_LISTS[f"held_{asked}"], added),
        "nouns": draw.sample(WORD_LISTS["neutral"], added),
        "examples": [{"counted": one[asked], "rest": one[other]} for one in taken[1:]],
    }


__all__ = [
    "CHOICES",
    "CLAIMS",
    "SCENES",
    "WORD_LISTS",
    "brought",
    "choices",
    "claims",
    "counted",
    "fitting",
    "scenes",
    "word_lists",
]
