"""Scenes with a shape that a made-up rule bans and that nobody names: `pictures.described`.

A record has a banned shape said by what it looks like or is used for, the scene with it, what is left without it, and
the scene with a shape beside it that only looks a little like it. The descriptions are ours (`unnamed.toml`).
"""

from __future__ import annotations

from itertools import product

import msgspec
from msgspec.structs import replace

from trustgen.vision.drawing import drawn
from trustgen.vision.scene import Scene, Thing
from trustgen.vision.wording import NUMBERS, named, with_article
from trustgen.vision.world import SHAPES

from .bank import Bank, Fields, Spot
from .pictured import SHARES, core

WORDS = Bank(str(__package__), "unnamed")
WAYS = ("look", "use")
_EVEN = tuple(product(SHAPES, WAYS))


@WORDS.pool(
    "pictures.described", "scenes with a banned shape that is said without its name, and with one that is near it"
)
def described(at: Spot) -> Fields:
    """A scene; shapes and ways to say them come in turn."""
    (what, way), complexity = at.turn(_EVEN, "shape"), at.turn((3, 4, 5, 6), "complexity")
    share = at.turn(SHARES, "share")
    while True:
        made = drawn(at.draw, complexity, share=share)
        things = tuple(replace(one, place="") for one in made.things)
        shapes = {one.shape for one in things}
        others = [shape for shape in WORDS[what]["near"] if shape not in shapes]
        if len(things) > 1 and others:
            break
    out = next((one for one in things if one.shape == what), at.draw.choice(things))
    banned, near, how = replace(out, shape=what), at.draw.choice(others), at.draw.choice(WORDS[what][way])
    rest, beside = [one for one in things if one is not out], replace(out, shape=near)
    scenes = {"asked": [banned, *rest], "left": rest, "near": [beside, *rest]}
    bare = {name: Scene(things=tuple(held), background=made.background) for name, held in scenes.items()}
    return {
        **{name: msgspec.to_builtins(scene) for name, scene in bare.items()},
        "what": what,
        "way": way,
        "banned": said(banned, how),
        "beside": named(beside),
        "core": f"{what} by {way}, near {near} in {core(bare['asked'])}",
    }


def said(thing: Thing, how: str) -> str:
    """What is said of a thing, with a description in place of its name: `two small red signs of the kind that …`."""
    noun, _, rest = how.partition(" ")
    words = [word for word in (thing.size, thing.colour) if word]
    if thing.count > 1:
        return " ".join((NUMBERS[thing.count], *words, f"{noun}s", rest))
    return with_article(" ".join((*words, noun, rest)))


__all__ = ["WAYS", "WORDS", "described", "said"]
