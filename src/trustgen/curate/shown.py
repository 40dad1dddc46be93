"""Pictures to be asked about, each with another one beside it: `pictures.shown` are laid-out scenes of three or four
kinds of things, `pictures.written` of one or two with a drawn word.

All is made by rule from the tables of `trustgen.vision`. Under each salt six pairs of colour and shape come up in every
second scene: what is often there is a likelier guess where it is not.
"""

from __future__ import annotations

from random import Random

import msgspec

from trustgen.core import Unusable, keyed
from trustgen.vision.asked import AskKind, even
from trustgen.vision.drawing import drawn
from trustgen.vision.layout import Layout, laid
from trustgen.vision.scene import Scene, faults, filled
from trustgen.vision.world import COLOURS, SHAPES, Share, colours, words

from .bank import RULE, Fields, Spot, stream
from .pictured import SHARES, core

POOL = "pictures.shown"
OFTEN = 6
MISLEADS: tuple[AskKind, ...] = ("colour", "shape")
_TRIES = 200


@stream(POOL, "laid-out scenes of three or four kinds of things to be asked about, each with another scene", RULE)
def shown(at: Spot) -> Fields:
    """A layout, another one, and the pairs of colour and shape that are often there under this salt."""
    often = often_under(at.salt)
    first = arranged(at.draw, at.turn(SHARES, "share"), often if at.turn((True, False), "often") else ())
    second = arranged(at.draw, "taught")
    return {
        "layout": msgspec.to_builtins(first),
        "other": msgspec.to_builtins(second),
        "often": [list(pair) for pair in often],
        "core": core(first.scene),
    }


@stream("pictures.written", "laid-out scenes with a drawn word of three to five letters, each with another", RULE)
def written(at: Spot) -> Fields:
    """A layout with a word, and another with another word; lengths and shares of words take turns."""
    share, length = at.turn(SHARES, "share"), at.turn((3, 4, 5), "length")
    like = [word for word in words(share) if len(word) == length]
    one, other = at.draw.sample(like, 2)
    first, second = (arranged(at.draw, share, (), word, kinds=(1, 2)) for word in (one, other))
    return {
        "layout": msgspec.to_builtins(first),
        "other": msgspec.to_builtins(second),
        "core": f"{one} | {core(first.scene)}",
        "difficulty": str(length),
    }


@stream("pictures.misleading", "laid-out scenes with a neutral word, and one that names a wrong answer", RULE)
def misleading(at: Spot) -> Fields:
    """A layout with a word of no meaning here, another word as long that names a wrong answer, and another layout."""
    kind, share = at.turn(MISLEADS, "kind"), at.turn(SHARES, "share")
    for _ in range(_TRIES):
        told = at.draw.choice([name for name in (COLOURS if kind == "colour" else SHAPES) if len(name) in (3, 4, 5)])
        like = [one for one in words(share) if len(one) == len(told) and one.lower() not in (*COLOURS, *SHAPES)]
        first = arranged(at.draw, share, (), at.draw.choice(like), kinds=(2, 3))
        asked = even(kind, first, keyed(at.salt, POOL, "asked", str(at.index)))
        there = {value for thing in first.scene.things for value in (thing.colour, thing.shape)}
        if asked and told not in there:
            break
    else:
        raise Unusable("no scene was found that a word could mislead about")
    return {
        "layout": msgspec.to_builtins(first),
        "other": msgspec.to_builtins(arranged(at.draw, "taught")),
        "kind": kind,
        "misleads": told,
        "core": f"{told} | {core(first.scene)}",
    }


def often_under(salt: str) -> list[tuple[str, str]]:
    """The pairs of colour and shape that come up most under a salt."""
    draw = keyed(salt, POOL, "often")
    return [(draw.choice(colours(shape, "taught")), shape) for shape in draw.sample(SHAPES, OFTEN)]


def arranged(
    draw: Random,
    share: Share,
    often: list[tuple[str, str]] | tuple[()] = (),
    word: str | None = None,
    kinds: tuple[int, ...] = (3, 4),
) -> Layout:
    """A scene with nothing left open, and where it all lies; one of the frequent pairs is in it where some are given.

    `word` is written in it in the place of one that is drawn; `kinds` says how many kinds of things there may be.
    Raises `Unusable` where no such scene is found, which hardly ever happens.
    """
    for _ in range(_TRIES):
        scene = drawn(draw, draw.choice((6, 7, 8) if max(kinds) > 2 else (3, 4, 5)), share=share)
        if word is not None:
            scene = msgspec.structs.replace(scene, word=word)
        if often:
            scene = _with(scene, *draw.choice(often))
        if len(scene.things) not in kinds or faults(scene):
            continue
        whole = filled(scene, draw, "taught")
        try:
            return laid(whole, draw)
        except Unusable:
            continue
    raise Unusable("no scene of so many kinds of things was found")


def _with(scene: Scene, colour: str, shape: str) -> Scene:
    """The scene with its last thing made this one."""
    last = msgspec.structs.replace(scene.things[-1], colour=colour, shape=shape)
    return msgspec.structs.replace(scene, things=(*scene.things[:-1], last))


__all__ = ["misleading", "shown", "written"]
