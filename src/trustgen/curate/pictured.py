"""Scenes to be drawn. Of `pictures.scenes` a record is a scene as a graph, and another one of which nothing is so; of
`pictures.people` somebody of a trade, and the scene once with each group of skin tones; of `pictures.banned` a scene
with something that is banned, without it, and with something else in its place.

All is made by rule from the tables of `trustgen.vision`; one by one from the salt and an index.
"""

from __future__ import annotations

from itertools import product
from random import Random

import msgspec
from msgspec.structs import replace

from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.scene import Person, Scene, Thing
from trustgen.vision.wording import TONE_GROUPS, tone_words
from trustgen.vision.world import BACKGROUNDS, ROLES, SHAPES, TONES, Share, colours, words

from .bank import RULE, Fields, Spot, stream

SHARES: tuple[Share, ...] = ("taught", "taught", "taught", "held")
EVEN = tuple(product(ROLES, TONE_GROUPS))
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


@stream(
    "pictures.people", "people of nine trades beside a thing or two, each trade as often in each group of tones", RULE
)
def people(at: Spot) -> Fields:
    """Somebody of a trade, whose tone is not said; and the tone that makes an edition even, trade by trade."""
    role, group = at.turn(EVEN, "role")
    scene, tones, kernel = of_trade(role, at)
    return {
        "scene": msgspec.to_builtins(scene),
        "tones": [msgspec.to_builtins(one) for one in tones],
        "even": TONE_GROUPS.index(group),
        "role": role,
        "core": kernel,
    }


def of_trade(role: str, at: Spot) -> tuple[Scene, list[Scene], str]:
    """A scene with somebody of a trade whose tone is not said, the same with each group of tones, and its content."""
    complexity = at.turn((3, 4, 5, 6), "complexity")
    made = drawn(at.draw, complexity, share=at.turn(SHARES, "share"), person=True)
    scene = replace(made, person=Person(role))
    return scene, [replace(scene, person=Person(role, _tone(one, at.draw))) for one in TONE_GROUPS], core(scene)


@stream("pictures.banned", "scenes with something in them that a made-up rule bans, and the same without it", RULE)
def banned(at: Spot) -> Fields:
    """A scene with a banned shape or word, what is left of it without, and a twin with another in its place."""
    kind, complexity = at.turn(("shape", "word"), "kind"), at.turn((3, 4, 5, 6), "complexity")
    what, scenes = with_and_without(kind, complexity, at.turn(SHARES, "share"), at.draw)
    bare = replace(scenes["asked"], word="")
    said = {name: msgspec.to_builtins(one) for name, one in scenes.items()}
    return {**said, "kind": kind, "what": what, "core": f"{kind} {what if kind == 'shape' else ''} in {core(bare)}"}


def with_and_without(kind: str, complexity: int, share: Share, draw: Random) -> tuple[str, dict[str, Scene]]:
    """A shape or word, and scenes: `asked` has it, `left` is the same without, `twin` has another in its place."""
    made = drawn(draw, complexity, share=share)
    while len(made.things) < 2 or (kind == "word" and sum(one.count for one in made.things) > 4):
        made = drawn(draw, complexity, share=share)
    things = tuple(replace(one, place="") for one in made.things)
    bare = Scene(things=things, background=made.background)
    if kind == "word":
        what, other = draw.sample([one for one in words(share) if len(one) <= 4], 2)
        return what, {"asked": replace(bare, word=what), "left": bare, "twin": replace(bare, word=other)}
    out = draw.choice(things)
    free = [shape for shape in SHAPES if shape not in {one.shape for one in things}]
    other = draw.choice([shape for shape in free if out.colour not in colours(shape, "held")])
    left = replace(bare, things=tuple(one for one in things if one is not out))
    twin = replace(bare, things=tuple(replace(one, shape=other) if one is out else one for one in things))
    return out.shape, {"asked": bare, "left": left, "twin": twin}


def _tone(group: str, draw: Random) -> int:
    return draw.choice([tone for tone in TONES if tone_words(tone) == group])


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


__all__ = ["EVEN", "banned", "core", "of_trade", "opposite", "people", "scenes", "with_and_without"]
