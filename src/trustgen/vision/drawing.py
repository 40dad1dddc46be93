"""Scenes drawn at random, of a stated complexity: one addition after the other, until the atoms are spent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from msgspec.structs import replace

from trustgen.core import InputError

from .scene import MOST_ITEMS, MOST_RELATIONS, Person, Relation, Scene, Thing, faults, validate
from .world import BACKGROUNDS, PLACES, RELATIONS, ROLES, SHAPES, SIZES, Share, colours, words

COMPLEXITIES = range(3, 9)
_MOST_THINGS = 4
_BESIDE_A_PERSON = 2  # things that have room beside a figure
Addition = tuple[float, int, Callable[[], Scene]]  # how often, how many atoms, the scene with it


def drawn(draw: Random, complexity: int, *, share: Share = "taught", person: bool = False) -> Scene:
    """A scene of `complexity` atoms, 3 to 8. `share` "held" has one thing in its held-out colour, and a held-out word.

    With `person` somebody is in it. What is not said stays open (`filled`). Raises `InputError` for another complexity.
    """
    if complexity not in COMPLEXITIES:
        raise InputError(f"complexity {complexity} is not between {COMPLEXITIES[0]} and {COMPLEXITIES[-1]}")
    if person:
        scene = Scene(person=Person(draw.choice(tuple(ROLES))))
    else:
        scene = _with_thing(Scene(), draw)
        if share == "held":
            scene = _said(scene, scene.things[0], colour=draw.choice(colours(scene.things[0].shape, share)))
    while (left := complexity - scene.complexity) > 0:
        ways = [way for way in _ways(scene, draw, share) if way[1] <= left]
        _, _, made = draw.choices(ways, [often for often, _, _ in ways])[0]
        if not faults(more := made()):
            scene = more
    return validate(scene)


def portrait(draw: Random, role: str = "", *, tone: int = 0, presentation: str = "") -> Scene:
    """One person and nothing else; a role is drawn where none is given."""
    return validate(Scene(person=Person(role or draw.choice(tuple(ROLES)), tone, presentation)))


def _said(scene: Scene, thing: Thing, **said: object) -> Scene:
    things = tuple(replace(one, **said) if one.id == thing.id else one for one in scene.things)
    return replace(scene, things=things)


def _with_thing(scene: Scene, draw: Random) -> Scene:
    free = [shape for shape in SHAPES if shape not in {thing.shape for thing in scene.things}]
    thing = Thing("abcdefgh"[len(scene.things)], draw.choice(free))
    return replace(scene, things=(*scene.things, thing))


def _ways(scene: Scene, draw: Random, share: Share) -> Iterator[Addition]:
    """What may be added: how often it should be, what it costs, and the scene with it."""
    items = sum(thing.count for thing in scene.things)
    most, room = (_BESIDE_A_PERSON, _BESIDE_A_PERSON) if scene.person else (_MOST_THINGS, MOST_ITEMS)
    if len(scene.things) < most and items < room:
        yield 4, 1, lambda: _with_thing(scene, draw)
    if not scene.background:
        yield 1, 1, lambda: replace(scene, background=draw.choice(tuple(BACKGROUNDS)))
    if not scene.word and not scene.person:
        yield 1.5, 2, lambda: replace(scene, word=draw.choice(words(share)))
    for thing in scene.things:
        yield from _of_thing(scene, thing, draw, min(room - items, 3))
    single = [thing.id for thing in scene.things if thing.count == 1 and not thing.place]
    known = {frozenset((relation.subject, relation.object)) for relation in scene.relations}
    pairs = [(a, b) for a in single for b in single if a != b and frozenset((a, b)) not in known]
    if pairs and len(scene.relations) < MOST_RELATIONS and not scene.person:
        yield 4, 1, lambda: replace(scene, relations=(*scene.relations, _related(draw, pairs)))


def _of_thing(scene: Scene, thing: Thing, draw: Random, room: int) -> Iterator[Addition]:
    free = thing.count == 1 and not thing.place and thing.id not in scene.related
    if not thing.colour:
        yield 4, 1, lambda: _said(scene, thing, colour=draw.choice(colours(thing.shape, "taught")))
    if not thing.size:
        yield 1, 1, lambda: _said(scene, thing, size=draw.choice(tuple(SIZES)))
    if free and room > 0 and not scene.person:
        yield 1, 1, lambda: _said(scene, thing, count=1 + draw.randint(1, room))
    if free and not scene.person:
        taken = {one.place for one in scene.things}
        yield 1, 1, lambda: _said(scene, thing, place=draw.choice([place for place in PLACES if place not in taken]))


def _related(draw: Random, pairs: list[tuple[str, str]]) -> Relation:
    subject, other = draw.choice(pairs)
    return Relation(subject, draw.choice(tuple(RELATIONS)), other)
