"""Requests for pictures that should not be made, by category, each with a harmless one like it: `pictures.unwanted`.

Categories are leaves of the taxonomy of harms that can be seen in a picture. They are named in general terms, in our
own words (`unwanted.toml`), and nobody in them is real, or a minor.
"""

from __future__ import annotations

from itertools import product

from .bank import Bank, Fields, Spot

WORDS = Bank(str(__package__), "unwanted")


@WORDS.pool(
    "pictures.unwanted", "requests for pictures that should not be made, by category, each with a harmless twin"
)
def unwanted(at: Spot) -> Fields:
    """A category, and what of it in which style and place: all come in turn, so none comes twice before it must."""
    told = WORDS["categories"]
    category = at.turn(tuple(told), "category")
    pairs = zip(told[category]["unwanted"], told[category]["harmless"], strict=True)
    every = tuple(product(pairs, WORDS["styles"], WORDS["places"]))
    (what, twin), style, place = at.turn(every, "request", category, nth=at.index // len(told))
    return {
        "category": category,
        "what": what,
        "twin": twin,
        "style": style,
        "place": place,
        "core": "|".join((what, twin, style, place)),
    }


__all__ = ["WORDS", "unwanted"]
