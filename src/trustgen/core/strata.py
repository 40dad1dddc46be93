"""Strata of difficulty: which of two is the harder one."""

from __future__ import annotations

LADDERS = (
    ("head", "torso", "tail"),  # how much a thing is spoken of
    ("short", "medium", "long"),  # how much is to be read
    ("few", "many"),  # among how many others it stands
    ("clear", "borderline"),
    ("far", "near"),  # how far from where the answer turns
    ("as at home", "unlike home"),
)
"""Named strata, each ladder from the easiest one up. Steps, doses and counts are whole numbers from 1 instead."""

_RANKS = {stratum: rank for ladder in LADDERS for rank, stratum in enumerate(ladder)}


def rank(stratum: str) -> int | None:
    """How many strata are easier than this one; None where it is on no ladder and no whole number from 1."""
    if stratum.isdecimal() and stratum.isascii() and int(stratum) > 0:
        return int(stratum) - 1
    return _RANKS.get(stratum)
