"""What a picture shows, as a graph: things with attributes and counts, relations, people, a drawn word, a ground.

What is not said is empty: a prompt leaves it open, and `filled` decides it before a picture is drawn. Within a scene
every thing has a shape of its own, so that "the star" is one kind of thing. Complexity is the number of atoms, which
`trustgen.vision.atoms` lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from trustgen.core import InputError

from .world import (
    BACKGROUNDS,
    COLOURS,
    FIGURE,
    GAP,
    HAIR,
    LETTER,
    PLACES,
    PORTRAIT,
    RELATIONS,
    ROLES,
    ROOM,
    SHAPES,
    SIZES,
    TONES,
    WORD_HEIGHT,
    Share,
    colours,
)

MOST_ITEMS = 7
MOST_ALIKE = 5
MOST_RELATIONS = 2


class Thing(msgspec.Struct, frozen=True, omit_defaults=True):
    """One kind of thing, `count` times: identical but for where they lie. `id` names it in relations and edits."""

    id: str
    shape: str
    colour: str = ""
    size: str = ""
    count: int = 1
    place: str = ""


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who is shown. `tone` is one of the ten Monk tones, 0 where it is not said; how one is presented may stay open."""

    role: str
    tone: int = 0
    presentation: str = ""


class Relation(msgspec.Struct, frozen=True):
    """`subject` is `name` (left of, right of, above, below) `object`, by the centres of two things of count 1."""

    subject: str
    name: str
    object: str


class Scene(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture's content."""

    things: tuple[Thing, ...] = ()
    relations: tuple[Relation, ...] = ()
    person: Person | None = None
    word: str = ""
    background: str = ""

    @property
    def complexity(self) -> int:
        """How many atoms say what is said of it."""
        stated = sum(1 + bool(t.colour) + bool(t.size) + bool(t.place) + (t.count > 1) for t in self.things)
        who = 2 + bool(self.person.tone) + bool(self.person.presentation) if self.person else 0
        return stated + len(self.relations) + who + 2 * bool(self.word) + bool(self.background)

    @property
    def related(self) -> set[str]:
        """The things that a relation names."""
        return {end for relation in self.relations for end in (relation.subject, relation.object)}


Key = tuple[str, int]
"""A part of a picture: the nth of a thing by its id, or ("word", 0) or ("person", 0)."""


def extents(scene: Scene) -> dict[Key, tuple[float, float]]:
    """How wide and high each part is in shares of the side, the largest first; a size left open is a small one."""
    alone = not scene.things and not scene.word
    made: dict[Key, tuple[float, float]] = {}
    if scene.person:
        made["person", 0] = PORTRAIT if alone else FIGURE
    if scene.word:
        made["word", 0] = (LETTER * len(scene.word), WORD_HEIGHT)
    for thing in sorted(scene.things, key=lambda one: -_side(one)):
        made.update({(thing.id, nth): (_side(thing), _side(thing)) for nth in range(thing.count)})
    return made


def _side(thing: Thing) -> float:
    return SIZES.get(thing.size, SIZES["small"])


def _room(scene: Scene) -> float:
    return sum((width + GAP) * (height + GAP) for width, height in extents(scene).values())


def _thing_faults(scene: Scene) -> Iterator[str]:
    for thing in scene.things:
        for what, value, known in (
            ("shape", thing.shape, SHAPES),
            ("colour", thing.colour, ("", *COLOURS)),
            ("size", thing.size, ("", *SIZES)),
            ("place", thing.place, ("", *PLACES)),
        ):
            if value not in known:
                yield f"{what} `{value}` of `{thing.id}` is none of {', '.join(k for k in known if k)}"
        if not 1 <= thing.count <= MOST_ALIKE:
            yield f"count {thing.count} of `{thing.id}` is not between 1 and {MOST_ALIKE}"
        if thing.place and (thing.count > 1 or thing.id in scene.related):
            yield f"`{thing.id}` has a place, and is more than one or related: say one of the two"
    places = [thing.place for thing in scene.things if thing.place]
    for what, values in (
        ("id", [t.id for t in scene.things]),
        ("shape", [t.shape for t in scene.things]),
        ("place", places),
    ):
        if len(set(values)) < len(values):
            yield f"two things share a {what}"
    if (total := sum(thing.count for thing in scene.things)) > MOST_ITEMS:
        yield f"{total} things in all: at most {MOST_ITEMS} have room"
    elif scene.things and (room := _room(scene)) > ROOM:
        yield f"its parts take {room:.2f} of the picture: at most {ROOM} finds a layout, say less, or small"


def _other_faults(scene: Scene) -> Iterator[str]:
    single = {thing.id for thing in scene.things if thing.count == 1}
    for relation in scene.relations:
        if relation.name not in RELATIONS:
            yield f"relation `{relation.name}` is none of {', '.join(RELATIONS)}"
        if not {relation.subject, relation.object} <= single or relation.subject == relation.object:
            yield f"`{relation.subject}` {relation.name} `{relation.object}`: name two things of count 1"
    if len({frozenset((r.subject, r.object)) for r in scene.relations}) < len(scene.relations):
        yield "two relations between the same two things"
    if len(scene.relations) > MOST_RELATIONS:
        yield f"{len(scene.relations)} relations: at most {MOST_RELATIONS}"
    if scene.person and scene.person.role not in ROLES:
        yield f"role `{scene.person.role}` is none of {', '.join(ROLES)}"
    if scene.person and scene.person.tone not in (0, *TONES):
        yield f"tone {scene.person.tone} is none of 1 to 10"
    if scene.person and scene.person.presentation not in ("", *HAIR):
        yield f"presentation `{scene.person.presentation}` is none of {', '.join(HAIR)}"
    if scene.word and not (3 <= len(scene.word) <= 5 and scene.word.isascii() and scene.word.isupper()):
        yield f"word `{scene.word}` is not three to five capital letters A to Z"
    if scene.background not in ("", *BACKGROUNDS):
        yield f"background `{scene.background}` is none of {', '.join(BACKGROUNDS)}"
    if not (scene.things or scene.person or scene.word):
        yield "nothing is shown"


def faults(scene: Scene) -> list[str]:
    """What is wrong with a scene, in words; none for one that can be said and drawn."""
    return [*_thing_faults(scene), *_other_faults(scene)]


def validate(scene: Scene) -> Scene:
    """The scene itself. Raises `InputError` that names its first fault."""
    for fault in faults(scene):
        raise InputError(f"this scene cannot be drawn: {fault}")
    return scene


def filled(scene: Scene, draw: Random, share: Share = "taught") -> Scene:
    """The scene with what was left open decided: colours, sizes, ground, tone and presentation. Places stay open.

    Colours are of the pairs in `share`, so a scene of taught pairs stays one. Where room is short, sizes are small.
    """

    things: tuple[Thing, ...] = scene.things
    for at, thing in enumerate(scene.things):
        colour, size = draw.choice(colours(thing.shape, share)), draw.choice(tuple(SIZES))
        made = msgspec.structs.replace(thing, colour=thing.colour or colour, size=thing.size or size)
        tried = (*things[:at], made, *things[at + 1 :])
        if _room(msgspec.structs.replace(scene, things=tried)) > ROOM:
            tried = (*things[:at], msgspec.structs.replace(made, size=thing.size or "small"), *things[at + 1 :])
        things = tried
    person = scene.person
    tone, presentation = draw.choice(tuple(TONES)), draw.choice(tuple(HAIR))
    if person:
        person = Person(person.role, person.tone or tone, person.presentation or presentation)
    background = scene.background or draw.choice(tuple(BACKGROUNDS))
    return Scene(things, scene.relations, person, scene.word, background)
