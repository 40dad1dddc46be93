"""What `tiny-t2i` is taught: prompts of scenes, pictures of them, a map of what lies where, what each word is about.

Example `n` is the same on every machine: it is drawn by its number alone. Only taught pairs and words are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, product
from random import Random
from string import ascii_uppercase
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from trustgen.core import Unusable, keyed
from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.layout import Layout
from trustgen.vision.render import picture_of
from trustgen.vision.scene import Person, Scene, Thing, faults
from trustgen.vision.spelled import MISSPELT, pieces
from trustgen.vision.wording import plural, prompt, tone_words, vocabulary
from trustgen.vision.world import BACKGROUNDS, COLOURS, HAIR, LETTER, PLACES, RELATIONS, ROLES, SHAPES, SIZES, TONES
from trustgen.vision.world import colours as colours_of
from trustgen.vision.world import words as drawn_words

from . import asked as ways
from .asked import Asked

SIDE, PATCH = 64, 4
CELLS = SIDE // PATCH
PIXELS = 3 * PATCH**2
CODE = 12
MAP = CODE + 3
CHANNELS = PIXELS + MAP
"""Of each cell: its pixels, a code of what lies in it, how far from its middle (across, down), and how large it is."""
STRONG = 2.0  # a code weighs in the noise what the pixels of its cell do
WORDS = tuple(dict.fromkeys(("", MISSPELT, ".", ",", *ascii_uppercase, *vocabulary(), *ways.vocabulary())))
"""What has a number; 0 is where nothing stands."""
LONGEST = 64  # pieces of a prompt
KINDS = (*SHAPES, "person", *ascii_uppercase)
_NUMBER = {word: at for at, word in enumerate(WORDS)}
_GROUPS = ("", *dict.fromkeys(tone_words(tone) for tone in TONES))
ASPECTS: dict[str, tuple[str, ...]] = {
    "shape": ("", *SHAPES, "person"),
    "colour": ("", *COLOURS),
    "size": ("", *SIZES),
    "count": ("", "1", "2", "3", "4", "5"),
    "place": ("", *PLACES),
    **dict.fromkeys(RELATIONS, ("", *SHAPES)),
    "tone": _GROUPS,
    "presentation": ("", *HAIR),
    "letter": ("", "0", "1", "2", "3", "4"),
    "background": ("", *BACKGROUNDS),
}
"""What the reader of prompts is taught to say of a word, beside the pictures; the first says nothing."""


@dataclass(frozen=True)
class Example:
    """One prompt with its picture. `told` is one column an aspect, -1 where nothing is taught of a piece."""

    prompt: str
    ids: NDArray[np.int64]
    told: NDArray[np.int64]
    picture: NDArray[np.uint8]
    map: NDArray[np.float32]


@cache
def codes() -> NDArray[np.float32]:
    """A code of signs for each kind, any two of which differ in at least four of twelve."""
    order = list(product((-1, 1), repeat=CODE))
    keyed("tiny-t2i", "codes").shuffle(order)
    made: list[tuple[int, ...]] = []
    for one in order:
        if all(sum(a != b for a, b in zip(one, other, strict=True)) >= 4 for other in made):
            made.append(one)
    return np.array(made[: len(KINDS)], dtype=np.float32)


def ids_of(text: str) -> NDArray[np.int64]:
    """The numbers of a prompt's pieces, filled up with 0."""
    made = np.zeros(LONGEST, dtype=np.int64)
    found = [_NUMBER.get(piece, _NUMBER[MISSPELT]) for piece in pieces(text)]
    made[: len(found)] = found
    return made


def example(stream: str, number: int, easy: float) -> Example:
    """The example of a number; `easy` is the share of scenes with one thing in them, or one kind."""
    draw = keyed("tiny-t2i", stream, str(number))
    return first_drawn(lambda: _asked(draw, easy), draw)


def first_drawn(asked: Callable[[], Asked], draw: Random) -> Example:
    """The first of what is asked for that can be drawn and said."""
    for _ in range(50):
        one = asked()
        if faults(one.scene):
            continue
        try:
            layout, picture = picture_of(one.scene, one.own or draw, SIDE)
        except Unusable:  # no room was found: another scene has some
            continue
        if len(pieces(one.text)) <= LONGEST:
            return Example(one.text, ids_of(one.text), _told(one), picture, map_of(layout))
    raise RuntimeError("no example finds a scene")


def _asked(draw: Random, easy: float) -> Asked:
    """A scene and how it is asked for."""
    way = draw.random() - ways.RULED
    if way < 0:
        return ways.ruled(draw)
    if way < ways.SPOKEN:
        return ways.spoken(draw)
    scene = _simple(draw) if draw.random() < easy else _any(draw)
    while faults(scene):
        scene = _simple(draw)
    return ways.mistyped(scene, draw) if way < ways.SPOKEN + ways.MISTYPED else Asked(prompt(scene, draw), scene)


def _any(draw: Random) -> Scene:
    return drawn(draw, draw.choice(COMPLEXITIES), person=draw.random() < 0.25)


def _simple(draw: Random) -> Scene:
    """One thing, mostly large, or several alike, or somebody, or a word; some of it said."""
    ground = draw.choice(tuple(BACKGROUNDS)) if draw.random() < 0.4 else ""
    what = draw.random()
    if what < 0.2:
        tone = draw.choice(tuple(TONES)) if draw.random() < 0.5 else 0
        who = Person(draw.choice(tuple(ROLES)), tone, draw.choice(("", *HAIR)))
        return Scene(person=who, background=ground)
    if what < 0.3:
        return Scene(word=draw.choice(drawn_words("taught")), background=ground)
    shape = draw.choice(SHAPES)
    colour = draw.choice(colours_of(shape, "taught")) if draw.random() < 0.7 else ""
    thing = Thing("a", shape, colour, draw.choice(("", "small", "large", "large")))
    if what < 0.45:
        thing = replace(thing, count=draw.randint(2, 4))
    elif what < 0.65:
        thing = replace(thing, place=draw.choice(tuple(PLACES)))
    return Scene(things=(thing,), background=ground)


def map_of(layout: Layout) -> NDArray[np.float32]:
    """The code, the way from the middle and the size of what lies in each cell; rows × columns × `MAP`."""
    made = np.zeros((CELLS, CELLS, MAP), dtype=np.float32)
    for thing in layout.scene.things:
        for box in layout.of(thing):
            half = SIZES[thing.size] / 2
            _fill(made, (box.x, box.y, half, half), thing.shape, (0.1, 0.1), -1 if thing.size == "small" else 1)
    if box := layout.person:
        _fill(made, (box.x, box.y, box.width / 2, box.height / 2), "person", (0.25, 0.4), 2 * (box.height > 0.7) - 1)
    if box := layout.word:
        for at, letter in enumerate(layout.scene.word):
            x = box.x + (at - (len(layout.scene.word) - 1) / 2) * LETTER
            _fill(made, (x, box.y, LETTER / 2, box.height / 2), letter, (0.08, 0.08), 0)
    return made * STRONG


def _fill(
    made: NDArray[np.float32], at: tuple[float, float, float, float], kind: str, unit: tuple[float, float], size: float
) -> None:
    x, y, wide, high = at
    middles = (np.arange(CELLS) + 0.5) / CELLS
    columns, rows = np.flatnonzero(abs(middles - x) <= wide), np.flatnonzero(abs(middles - y) <= high)
    part = made[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    part[..., :CODE] = codes()[KINDS.index(kind)]
    part[..., CODE] = (middles[columns] - x)[None, :] / unit[0]
    part[..., CODE + 1] = (middles[rows] - y)[:, None] / unit[1]
    part[..., CODE + 2] = size


def _told(one: Asked) -> NDArray[np.int64]:
    """What is said of the thing that each piece names, and of the letters of the word in their order. Of what is banned
    nothing is said: it is no shape, no letter."""
    scene = one.scene
    facts = {name: _facts(scene, thing) for thing in scene.things for name in (thing.shape, plural(thing.shape))}
    if who := scene.person:
        said = {"shape": "person", "tone": tone_words(who.tone), "presentation": who.presentation}
        facts[who.role] = {**said, "background": scene.background}
    facts |= {name: {} for name in one.banned}
    told = np.full((LONGEST, len(ASPECTS)), -1, dtype=np.int64)
    for at, (piece, word, nth) in enumerate(_with_words(pieces(one.text))):
        found = facts.get(word or piece)
        if word and word == scene.word:
            found = {"letter": str(nth), "background": scene.background}
        if found is not None:
            told[at] = [values.index(found.get(name, "")) for name, values in ASPECTS.items()]
    return told


def _with_words(told: tuple[str, ...]) -> Iterator[tuple[str, str, int]]:
    """Each piece, with the word that it is a letter of, and which."""
    for capital, run in groupby(told, lambda piece: piece in ascii_uppercase):
        letters = tuple(run)
        yield from ((piece, "".join(letters) if capital else "", nth) for nth, piece in enumerate(letters))


def _facts(scene: Scene, thing: Thing) -> dict[str, str]:
    shapes = {one.id: one.shape for one in scene.things}
    said = {name: getattr(thing, name) for name in ("shape", "colour", "size", "place")}
    said |= {"count": str(thing.count), "background": scene.background}
    for relation in scene.relations:
        if relation.subject == thing.id:
            said[relation.name] = shapes[relation.object]
    return said


def channels_of(picture: NDArray[np.uint8], map_: NDArray[np.float32]) -> NDArray[np.float32]:
    """A picture and its map as `CHANNELS` × cells × cells, pixels between -1 and 1."""
    told: NDArray[Any] = picture.astype(np.float32) / 127.5 - 1
    told = told.reshape(CELLS, PATCH, CELLS, PATCH, 3).transpose(0, 2, 1, 3, 4).reshape(CELLS, CELLS, PIXELS)
    return np.concatenate([told, map_], axis=-1).transpose(2, 0, 1)
