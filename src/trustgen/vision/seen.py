"""What was measured in a picture, and the atoms of a scene held against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import msgspec

from .asked import third
from .atoms import Atom
from .faith import Answer
from .layout import Box, stands
from .wording import tone_words
from .world import OPPOSITE


class Spotted(msgspec.Struct, frozen=True):
    """One thing in a picture. `union` is how well its shape fits (0 to 1), `apart` how far its colour is (ΔE)."""

    shape: str
    colour: str
    size: str
    box: Box
    union: float
    apart: float


class Somebody(msgspec.Struct, frozen=True):
    """A person in a picture. `tone` is 0 and `role` is "" where it could not be told; `ita` is in degrees."""

    role: str
    tone: int
    presentation: str
    box: Box
    ita: float


class Seen(msgspec.Struct, frozen=True):
    """What a picture shows. `unknown` is where something is that is no thing of the world.

    `refused` says why a picture is none of the domain; then nothing else is told.
    """

    things: tuple[Spotted, ...] = ()
    person: Somebody | None = None
    word: Box | None = None
    background: str = ""
    unknown: tuple[Box, ...] = ()
    refused: str = ""

    def of(self, shape: str) -> list[Spotted]:
        """The things of a shape."""
        return [thing for thing in self.things if thing.shape == shape]


def answered(atoms: Sequence[Atom], seen: Seen) -> dict[str, Answer]:
    """An answer to every atom. What the picture does not decide is unparsed: a word (it is read, not measured), a
    relation of two that are nearly level, and what may be there where something unknown is."""
    return {atom.id: "unparsed" if seen.refused else _answer(atom, seen) for atom in atoms}


def _answer(atom: Atom, seen: Seen) -> Answer:
    what = atom.about[0]
    match atom.kind:
        case "text":
            said: Answer = "unparsed"
        case "background":
            said = _told(seen.background == atom.value)
        case "entity" if what in ("word", "person"):
            said = _told(bool(seen.word if what == "word" else seen.person))
        case "role" | "tone" | "presentation":
            said = _of_person(atom, seen)
        case "relation":
            pairs = product(seen.of(what), seen.of(atom.about[1]))
            said = _every(_related(one.box, atom.value, other.box) for one, other in pairs)
        case _:
            said = _of_things(atom, seen.of(what))
    open_ = seen.unknown and (atom.kind == "count" or (said == "no" and atom.kind == "entity"))
    return "unparsed" if open_ else said


def _told(so: bool) -> Answer:
    return "yes" if so else "no"


def _every(answers: Iterable[Answer]) -> Answer:
    """Yes where every one is; no where any is not; unparsed where there is none."""
    found = set(answers) or {"unparsed"}
    return "no" if "no" in found else "unparsed" if "unparsed" in found else "yes"


def _of_things(atom: Atom, things: Sequence[Spotted]) -> Answer:
    if atom.kind == "entity":
        return _told(bool(things))
    if atom.kind == "count":
        return _told(len(things) == int(atom.value))
    if atom.kind == "place":
        places = [third(thing.box) for thing in things]
        return _every(_told(place == atom.value) if place else "unparsed" for place in places)
    return _every(_told(getattr(thing, atom.kind) == atom.value) for thing in things)


def _of_person(atom: Atom, seen: Seen) -> Answer:
    value = str(getattr(seen.person, atom.kind, "") or "")
    if not value:
        return "unparsed"
    # Prompts say a tone in four steps, so a picture is held to the step and not to the tenth.
    said = [tone_words(int(one)) for one in (value, atom.value)] if atom.kind == "tone" else [value, atom.value]
    return _told(said[0] == said[1])


def _related(one: Box, name: str, other: Box) -> Answer:
    if stands(one, name, other):
        return "yes"
    return "no" if stands(one, OPPOSITE[name], other) else "unparsed"
