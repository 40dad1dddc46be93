"""Minimal edits of a scene, and the exact difference between two scenes: an edit is one recorded change, no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Literal

import msgspec
from msgspec.structs import replace

from trustgen.core import InputError, Unusable

from .scene import Person, Relation, Scene, Thing, faults
from .world import BACKGROUNDS, COLOURS, HAIR, OPPOSITE, PLACES, ROLES, SHAPES, SIZES, TONES, share_of, words

EditKind = Literal[
    "recolour",
    "reshape",
    "resize",
    "move",
    "add",
    "remove",
    "count",
    "word",
    "swap",
    "ground",
    "role",
    "tone",
    "presentation",
]


class Change(msgspec.Struct, frozen=True):
    """One difference: what it is about (a thing's id, "word", "background", "person"), and its value on each side.

    A thing or a relation that is on one side only has its description there and "" on the other.
    """

    kind: EditKind
    about: str
    before: str
    after: str


_OF_THING: dict[EditKind, str] = {
    "recolour": "colour",
    "reshape": "shape",
    "resize": "size",
    "move": "place",
    "count": "count",
}
_OF_PERSON: tuple[EditKind, ...] = ("role", "tone", "presentation")


def differences(first: Scene, second: Scene) -> tuple[Change, ...]:
    """Every change from the first scene to the second; things are the same thing where their ids are."""
    return (*_of_things(first, second), *_of_relations(first, second), *_of_the_rest(first, second))


def _of_things(first: Scene, second: Scene) -> Iterator[Change]:
    old, new = ({thing.id: thing for thing in scene.things} for scene in (first, second))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Change("remove", name, old[name].shape, "")
        elif name not in old:
            yield Change("add", name, "", new[name].shape)
        else:
            for kind, field in _OF_THING.items():
                before, after = str(getattr(old[name], field)), str(getattr(new[name], field))
                if before != after:
                    yield Change(kind, name, before, after)


def _of_relations(first: Scene, second: Scene) -> Iterator[Change]:
    old, new = ({(r.subject, r.object): r.name for r in scene.relations} for scene in (first, second))
    kept = {thing.id for thing in first.things} & {thing.id for thing in second.things}
    for pair in sorted(old.keys() | new.keys()):
        # A relation to what was added or removed goes with it, and is no change of its own.
        if old.get(pair) != new.get(pair) and set(pair) <= kept:
            yield Change("swap", " ".join(pair), old.get(pair, ""), new.get(pair, ""))


def _of_the_rest(first: Scene, second: Scene) -> Iterator[Change]:
    if first.word != second.word:
        yield Change("word", "word", first.word, second.word)
    if first.background != second.background:
        yield Change("ground", "background", first.background, second.background)
    if first.person and second.person:
        for kind in _OF_PERSON:
            before, after = str(getattr(first.person, kind)), str(getattr(second.person, kind))
            if before != after:
                yield Change(kind, "person", before, after)
    elif first.person != second.person:
        who = first.person or second.person
        assert who
        kind = "remove" if first.person else "add"
        yield Change(kind, "person", *((who.role, "") if first.person else ("", who.role)))


def edited(scene: Scene, draw: Random, kind: EditKind) -> tuple[Scene, Change]:
    """The scene with one thing changed, and what was. Only what the scene says can be changed.

    A word becomes one of the same length and share, so that it takes the same room. Raises `Unusable` where the scene
    has nothing that such an edit could change.
    """
    if kind not in _MAKERS:
        raise InputError(f"no edit `{kind}`: {', '.join(_MAKERS)}")
    made = [one for one in _MAKERS[kind](scene, draw) if not faults(one)]
    draw.shuffle(made)
    for one in made:
        if len(changes := differences(scene, one)) == 1:
            return one, changes[0]
    raise Unusable(f"nothing in the scene for an edit `{kind}`")


def _each(scene: Scene, change: Callable[[Thing], Thing | None]) -> Iterator[Scene]:
    """The scene once for every thing that the change makes another one."""
    for at, thing in enumerate(scene.things):
        if (other := change(thing)) and other != thing:
            yield replace(scene, things=(*scene.things[:at], other, *scene.things[at + 1 :]))


def _other(draw: Random, known: tuple[str, ...], now: str) -> str:
    return draw.choice([one for one in known if one != now]) if now else ""


def _recolour(scene: Scene, draw: Random) -> Iterator[Scene]:
    yield from _each(scene, lambda thing: replace(thing, colour=_other(draw, tuple(COLOURS), thing.colour)))


def _reshape(scene: Scene, draw: Random) -> Iterator[Scene]:
    free = tuple(shape for shape in SHAPES if shape not in {thing.shape for thing in scene.things})
    yield from _each(scene, lambda thing: replace(thing, shape=draw.choice(free)))


def _resize(scene: Scene, draw: Random) -> Iterator[Scene]:
    yield from _each(scene, lambda thing: replace(thing, size=_other(draw, tuple(SIZES), thing.size)))


def _move(scene: Scene, draw: Random) -> Iterator[Scene]:
    free = [place for place in PLACES if place not in {thing.place for thing in scene.things}]
    yield from _each(scene, lambda thing: replace(thing, place=draw.choice(free)) if thing.count == 1 else None)


def _count(scene: Scene, _: Random) -> Iterator[Scene]:
    yield from _each(scene, lambda thing: replace(thing, count=thing.count + 1))
    yield from _each(scene, lambda thing: replace(thing, count=thing.count - 1) if thing.count > 1 else None)


def _remove(scene: Scene, _: Random) -> Iterator[Scene]:
    for thing in scene.things:
        relations = tuple(r for r in scene.relations if thing.id not in (r.subject, r.object))
        yield replace(scene, things=tuple(t for t in scene.things if t is not thing), relations=relations)


def _add(scene: Scene, draw: Random) -> Iterator[Scene]:
    used, names = {thing.shape for thing in scene.things}, {thing.id for thing in scene.things}
    name = next(name for name in "abcdefghijklm" if name not in names)
    shape = draw.choice([shape for shape in SHAPES if shape not in used])
    thing = Thing(name, shape, draw.choice(tuple(COLOURS)), draw.choice(tuple(SIZES)))
    yield replace(scene, things=(*scene.things, thing))


def _word(scene: Scene, draw: Random) -> Iterator[Scene]:
    like = [w for w in words(share_of(scene.word)) if len(w) == len(scene.word) and w != scene.word]
    if scene.word and like:
        yield replace(scene, word=draw.choice(like))


def _swap(scene: Scene, _: Random) -> Iterator[Scene]:
    for at, one in enumerate(scene.relations):
        turned = Relation(one.subject, OPPOSITE[one.name], one.object)
        yield replace(scene, relations=(*scene.relations[:at], turned, *scene.relations[at + 1 :]))


def _ground(scene: Scene, draw: Random) -> Iterator[Scene]:
    if scene.background:
        yield replace(scene, background=_other(draw, tuple(BACKGROUNDS), scene.background))


def _of_person(change: Callable[[Person, Random], Person]) -> Callable[[Scene, Random], Iterator[Scene]]:
    def made(scene: Scene, draw: Random) -> Iterator[Scene]:
        if scene.person and (other := change(scene.person, draw)) != scene.person:
            yield replace(scene, person=other)

    return made


def _retoned(person: Person, draw: Random) -> Person:
    other = draw.choice([tone for tone in TONES if tone != person.tone])
    return replace(person, tone=other if person.tone else 0)


_MAKERS: dict[EditKind, Callable[[Scene, Random], Iterator[Scene]]] = {
    "recolour": _recolour,
    "reshape": _reshape,
    "resize": _resize,
    "move": _move,
    "add": _add,
    "remove": _remove,
    "count": _count,
    "word": _word,
    "swap": _swap,
    "ground": _ground,
    "role": _of_person(lambda person, draw: replace(person, role=_other(draw, tuple(ROLES), person.role))),
    "tone": _of_person(_retoned),
    "presentation": _of_person(
        lambda person, draw: replace(person, presentation=_other(draw, tuple(HAIR), person.presentation))
    ),
}
