"""Scenes to be drawn: `pictures.scenes`. A record is a scene as a graph, and another one of which nothing is so.

All is made by rule from the tables of `trustgen.vision`; one by one from the salt and an index.
"""

from __future__ import annotations

from random import Random

import msgspec

from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.scene import Scene, Thing
from trustgen.vision.world import BACKGROUNDS, SHAPES, Share

from .bank import RULE, Fields, Spot, stream

SHARES: tuple[Share, ...] = ("taught", "taught", "taught", "held")
PERSON = (True, False, False, False, False)


@stream("pictures.scenes", "scenes of three to eight facts to be drawn, each with one of which none is so", RULE)
def scenes(at: Spot) -> Fields:
    """A scene; complexities take turns, and one scene in five has a person in it."""
    complexity, person = at.turn(tuple(COMPLEXITIES), "complexity"), at.turn(PERSON, "person")
    scene = drawn(at.draw, complexity, share=at.turn(SHARES, "share"), person=person)
    return {
        "scene": msgspec.to_builtins(scene),
        "opposite": msgspec.to_builtins(opposite(scene, at.draw)),
        "core": core(scene),
        "difficulty": str(complexity),
    }


def core(scene: Scene) -> str:
    """A scene's content: its shapes with what is said of each, relations, the person's part; values are left out."""
    shape = {thing.id: thing.shape for thing in scene.things}
    things = sorted(f"{one.shape}{_said(one)}" for one in scene.things)
    relations = sorted(f"{shape[one.subject]} to {shape[one.object]}" for one in scene.relations)
    others = [scene.person.role] if scene.person else []
    others += ["a word"] if scene.word else []
    others += ["a ground"] if scene.background else []
    return " | ".join((*things, *relations, *others))


def _said(thing: Thing) -> str:
    told = [name for name in ("colour", "size", "place") if getattr(thing, name)]
    told += ["count"] if thing.count > 1 else []
    return f" ({', '.join(told)})" if told else ""


def opposite(scene: Scene, draw: Random) -> Scene:
    """A scene of which no fact of the first is so, and that is no blank."""
    shapes = [shape for shape in SHAPES if shape not in {thing.shape for thing in scene.things}]
    grounds = [ground for ground in BACKGROUNDS if ground != scene.background]
    return Scene(things=(Thing("x", draw.choice(shapes)),), background=draw.choice(grounds))


__all__ = ["core", "opposite", "scenes"]
