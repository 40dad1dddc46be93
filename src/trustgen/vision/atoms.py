"""A scene as atoms: what can be right or wrong about a picture of it, each with the atoms that it hangs on.

A colour is right or wrong only where the thing is there. Source: Davidsonian Scene Graph (Cho et al. 2024), but for its
voiding, which stops at the raw answer of the parent; here it goes all the way down (`trustgen.vision.faith`).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Literal

import msgspec

from .scene import Person, Scene, Thing
from .wording import GENDERS, NUMBERS, PROMPTS, called, place_words, plural, relation_words, sentence, with_article

AtomKind = Literal[
    "entity", "count", "colour", "size", "place", "relation", "text", "background", "role", "tone", "presentation"
]
SKILLS: dict[AtomKind, str] = {
    "entity": "objects",
    "count": "counts",
    "colour": "attributes",
    "size": "attributes",
    "background": "attributes",
    "role": "attributes",
    "tone": "attributes",
    "presentation": "attributes",
    "place": "relations",
    "relation": "relations",
    "text": "text",
}
"""What a model has to be able to do for each kind of atom."""


class Atom(msgspec.Struct, frozen=True):
    """One thing that is so, or not.

    `about` names the shapes (or "word", "person", "background") that it speaks of, `value` what is said of them, and
    `parents` are the ids of the atoms without which it means nothing.
    """

    id: str
    kind: AtomKind
    about: tuple[str, ...]
    value: str = ""
    parents: tuple[str, ...] = ()

    @property
    def skill(self) -> str:
        """objects, counts, attributes, relations or text."""
        return SKILLS[self.kind]


def atoms(scene: Scene) -> tuple[Atom, ...]:
    """Every atom of a scene, parents before what hangs on them; as many as its complexity."""
    shapes = {thing.id: thing.shape for thing in scene.things}
    made = [atom for thing in scene.things for atom in _of_thing(thing)]
    for one in scene.relations:
        ends = shapes[one.subject], shapes[one.object]
        made.append(Atom(f"{ends[0]} {one.name} {ends[1]}", "relation", ends, one.name, ends))
    if scene.person:
        made += _of_person(scene.person)
    if scene.word:
        made += [Atom("word", "entity", ("word",)), Atom("text", "text", ("word",), scene.word, ("word",))]
    if scene.background:
        made.append(Atom("background", "background", ("background",), scene.background))
    return tuple(made)


def _of_thing(thing: Thing) -> Iterator[Atom]:
    shape = thing.shape
    yield Atom(shape, "entity", (shape,))
    if thing.count > 1:
        yield Atom(f"{shape} count", "count", (shape,), str(thing.count), (shape,))
    said: tuple[tuple[AtomKind, str], ...] = (("colour", thing.colour), ("size", thing.size), ("place", thing.place))
    for kind, value in said:
        if value:
            yield Atom(f"{shape} {kind}", kind, (shape,), value, (shape,))


def _of_person(person: Person) -> Iterator[Atom]:
    yield Atom("person", "entity", ("person",))
    tone = str(person.tone or "")
    said: tuple[tuple[AtomKind, str], ...]
    said = (("role", person.role), ("tone", tone), ("presentation", person.presentation))
    for kind, value in said:
        if value:
            yield Atom(f"person {kind}", kind, ("person",), value, ("person",))


def question(atom: Atom, scene: Scene, draw: Random) -> str:
    """An atom of the scene as a question whose answer is yes where it holds, for a judge that looks."""
    what, name = atom.about[0], "ask_presence"
    words: dict[str, str] = {}
    match atom.kind:
        case "entity":
            words = {"what": "a written word" if what == "word" else with_article(what)}
        case "tone":
            words = {"what": called(Person("person", int(atom.value)))}
        case "presentation":
            words = {"what": with_article(GENDERS[atom.value])}
        case "count":
            name, words = "ask_exactly", {"number": NUMBERS[int(atom.value)], "what": plural(what)}
        case "relation":
            words = {"one": what, "relation": relation_words(atom.value), "other": atom.about[1]}
            name = "ask_relation"
        case "text":
            name, words = "ask_written", {"word": atom.value}
        case _:
            several = any(thing.shape == what and thing.count > 1 for thing in scene.things)
            value = {"role": with_article, "place": place_words}.get(atom.kind, str)(atom.value)
            words = {"is": "are" if several else "is", "what": plural(what) if several else what, "value": value}
            name = "ask_all"
    return sentence(PROMPTS[name](draw, **words))
