"""What `tiny-t2i` is taught: prompts of scenes, pictures of them, a map of what lies where, what each word is about.

Example `n` is the same on every machine: it is drawn by its number alone. Only taught pairs and words are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
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
from trustgen.vision.spelled import pieces
from trustgen.vision.wording import plural, prompt, tone_words, vocabulary
from trustgen.vision.world import BACKGROUNDS, COLOURS, HAIR, LETTER, PLACES, RELATIONS, ROLES, SHAPES, SIZES, TONES
from trustgen.vision.world import colours as colours_of
from trustgen.vision.world import words as drawn_words

SIDE, PATCH = 64, 4
CELLS = SIDE // PATCH
PIXELS = 3 * PATCH**2
CODE = 12
MAP = CODE + 3
CHANNELS = PIXELS + MAP
"""Of each cell: its pixels, a code of what lies in it, how far from its middle (across, down), and how large it is."""
STRONG = 2.0  # a code weighs in the noise what the pixels of its cell do
WORDS = ("", ".", ",", *ascii_uppercase, *vocabulary())
"""What has a number; 0 is where nothing stands."""
LONGEST = 56  # pieces of a prompt
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
    found = [_NUMBER[piece] for piece in pieces(text)]
    made[: len(found)] = found
    return made


def example(stream: str, number: int, easy: float) -> Example:
    """The example of a number; `easy` is the share of scenes with one thing in them, or one kind."""
    draw = keyed("tiny-t2i", stream, str(number))
    for _ in range(50):
        scene = _simple(draw) if draw.random() < easy else _any(draw)
        if faults(scene):
            continue
        try:
            layout, picture = picture_of(scene, draw, SIDE)
        except Unusable:  # no room was found: another scene has some
            continue
        text = prompt(scene, draw)
        if len(pieces(text)) <= LONGEST:
            return Example(text, ids_of(text), _told(scene, text), picture, map_of(layout))
    raise RuntimeError(f"example {number} of {stream} finds no scene")


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


def _told(scene: Scene, text: str) -> NDArray[np.int64]:
    """What is said of the thing that each piece names, and of the letters of the word in their order."""
    facts = {name: _facts(scene, thing) for thing in scene.things for name in (thing.shape, plural(thing.shape))}
    if who := scene.person:
        said = {"shape": "person", "tone": tone_words(who.tone), "presentation": who.presentation}
        facts[who.role] = {**said, "background": scene.background}
    told = np.full((LONGEST, len(ASPECTS)), -1, dtype=np.int64)
    letter = 0
    for at, piece in enumerate(pieces(text)):
        found = facts.get(piece)
        if piece in ascii_uppercase:
            found, letter = {"letter": str(letter), "background": scene.background}, letter + 1
        if found is not None:
            told[at] = [values.index(found.get(name, "")) for name, values in ASPECTS.items()]
    return told


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
