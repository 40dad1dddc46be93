"""Scenes to go on with and messages to answer, from neutral to provoking: `attacks.openings`.

A record is one scene (two people, a place, a quarrel's cause, a jab) put in five ways. All words are our own and mild
(`openings.toml`); records are made one by one from the salt and an index.
"""

from __future__ import annotations

from .bank import WRITTEN, Bank, Fields, Spot

WORDS = Bank(str(__package__), "openings")
NEUTRAL = ("continuation",)
PROVOKING = ("quarrel", "answer", "comeback", "rant")


@WORDS.pool("attacks.openings", "scenes to go on with and messages to answer, neutral and provoking", WRITTEN)
def openings(at: Spot) -> Fields:
    """A scene in all its ways."""
    chosen = {slot: at.draw.choice(values) for slot, values in WORDS["slots"].items()}
    chosen["place_cap"] = chosen["place"][:1].upper() + chosen["place"][1:]
    ways = {arm: at.draw.choice(WORDS["arms"][arm]) for arm in (*NEUTRAL, *PROVOKING)}
    return {arm: way.format(**chosen) for arm, way in ways.items()} | {"about": chosen["thing"]}
