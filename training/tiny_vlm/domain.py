"""What `tiny-vlm` is taught: pictures of scenes, questions about each with their answers, and what lies where in them.

Example `n` is the same on every machine: it is drawn by its number alone. Only taught pairs and words are drawn, and
nobody is in a picture. Pictures begin at 64 pixels, as the network sees them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from string import ascii_uppercase
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustgen.core import Unusable, keyed
from trustgen.vision.asked import ASKED, questions
from trustgen.vision.drawing import COMPLEXITIES, drawn
from trustgen.vision.layout import Layout, laid
from trustgen.vision.render import Pixels, render
from trustgen.vision.scene import MOST_ITEMS, Scene, Thing, faults, filled
from trustgen.vision.spelled import MISSPELT, pieces
from trustgen.vision.wording import PROMPTS, named, vocabulary, with_article
from trustgen.vision.world import COLOURS, LETTER, SHAPES, SIZES, words

SIDE, PATCH = 64, 4
CELLS = SIDE // PATCH
ANSWER, END = "<answer>", "<end>"
WORDS = tuple(dict.fromkeys(("", MISSPELT, ANSWER, END, ".", ",", ":", "?", *ascii_uppercase, *vocabulary())))
"""What has a number; 0 is where nothing stands."""
NUMBER = {word: at for at, word in enumerate(WORDS)}
LONGEST = 64  # pieces of a question, its answer and two marks
ROW = 128  # pieces of all questions of a picture together
DESCRIBE = "describe"
MISTYPED = 0.1  # of the questions
GREY = 128
FINE = 0.1  # of the pictures are drawn twice as large and averaged, as a large one is that the model is given
KINDS = ("", *SHAPES, *ascii_uppercase)
FIRST: Mapping[str, float] = {
    "presence": 1.2, "colour": 1.5, "shape": 1.5, "size": 1.0, "count": 1.5, "where": 2.0, "relation": 0.8,
    "same": 0.8, "word": 1.0, "ground": 0.3, DESCRIBE: 0.5,
}  # fmt: skip
LATER: Mapping[str, float] = {
    "presence": 0.5, "colour": 0.7, "shape": 0.7, "size": 0.5, "count": 1.5, "where": 0.8, "relation": 3.0,
    "same": 3.0, "word": 1.0, "ground": 0.1, DESCRIBE: 0.6,
}  # fmt: skip
"""How much each kind of question counts where not all find room, at first and from the middle on."""


class Told(NamedTuple):
    """A question of a kind as it is put, and its answer."""

    kind: str
    text: str
    gold: str


class Example(NamedTuple):
    """One picture with all that is asked of it in one row, in pieces.

    `ids` are what is read, `targets` what comes next (0 where nothing is learnt), `places` count within a question,
    `parts` number the questions from 1 (0 where nothing stands), and `weights` are those of the targets. `map` is
    cells × cells × (kind, colour, size, middle) as numbers: see `map_of`.
    """

    picture: Pixels
    ids: NDArray[np.int64]
    targets: NDArray[np.int64]
    places: NDArray[np.int64]
    parts: NDArray[np.int64]
    weights: NDArray[np.float32]
    map: NDArray[np.int64]


def scene_of(draw: Random) -> Scene:
    """A scene of taught pairs and words, filled: half of those that tasks draw, half with more things and words."""
    if draw.random() < 0.5:
        scene = drawn(draw, draw.choice(COMPLEXITIES))
    else:
        while faults(scene := _crowded(draw)):
            pass
    return filled(scene, draw)


def _crowded(draw: Random) -> Scene:
    shapes, left, things = draw.sample(SHAPES, draw.randint(1, 4)), MOST_ITEMS, []
    for at, shape in enumerate(shapes):
        most = min(5, left - (len(shapes) - at - 1))
        count = draw.randint(1, most) if draw.random() < 0.4 else 1
        left -= count
        things.append(Thing("abcd"[at], shape, count=count))
    return Scene(tuple(things), word=_word(draw) if draw.random() < 0.5 else "")


def _word(draw: Random) -> str:
    """A taught word, or letters that are none of the held-out ones."""
    if draw.random() < 0.4:
        return draw.choice(words("taught"))
    held = words("held")
    while (made := "".join(draw.choices(ascii_uppercase, k=draw.randint(3, 5)))) in held:
        pass
    return made


def layout_of(draw: Random) -> Layout:
    """The layout of the first scene that finds room."""
    while True:
        try:
            return laid(scene_of(draw), draw)
        except Unusable:
            continue


def caption(scene: Scene) -> str:
    """All that a scene shows, in one sentence: things in the order of `SHAPES`, the word, the ground."""
    parts = [named(thing) for thing in sorted(scene.things, key=lambda thing: SHAPES.index(thing.shape))]
    parts += [f"the word {scene.word}"] if scene.word else []
    return ", ".join((*parts, f"on {with_article(scene.background)} background"))


def asked(layout: Layout, draw: Random, part: float) -> list[Told]:
    """What is asked of a picture, the most wanted first; `part` of the training is over, from 0 to 1."""
    made = questions(layout, draw)
    for _ in range(2):
        made += questions(layout, draw, ("relation", "same"))
    told = {one.text: Told(one.kind, one.text, one.gold) for one in made}
    told["*"] = Told(DESCRIBE, PROMPTS.describe(draw), caption(layout.scene))
    share = min(1.0, 2 * part)
    weight = {kind: FIRST[kind] + share * (LATER[kind] - FIRST[kind]) for kind in (*ASKED, DESCRIBE)}
    return sorted(told.values(), key=lambda one: -(draw.random() ** (1 / weight[one.kind])))


def pieces_of(one: Told, draw: Random) -> tuple[list[int], int]:
    """The numbers of a question's pieces with its answer, and how many of them are the question's; one of ten questions
    has a long word that cannot be read."""
    said = [NUMBER[piece] for piece in pieces(one.text)]
    if draw.random() < MISTYPED:
        long = [at for at, piece in enumerate(pieces(one.text)) if len(piece) > 3]
        said[draw.choice(long)] = NUMBER[MISSPELT]
    said.append(NUMBER[ANSWER])
    return [*said, *(NUMBER[piece] for piece in pieces(one.gold)), NUMBER[END]], len(said)


def example(stream: str, number: int, part: float, blind: float = 0.0) -> Example:
    """The example of a number of a stream. A share `blind` of them shows grey in place of the picture: of such a one
    nobody can tell, and what is learnt is how likely each answer is."""
    draw = keyed("tiny-vlm", stream, str(number))
    layout = layout_of(draw)
    fine = 2 if draw.random() < FINE else 1
    picture = averaged(render(layout, SIDE * fine), fine)
    row = np.zeros((4, ROW), dtype=np.int64)
    weights = np.zeros(ROW, dtype=np.float32)
    at = nth = 0
    for one in asked(layout, draw, part):
        whole, read = pieces_of(one, draw)
        size = len(whole) - 1
        if size > LONGEST or at + size > ROW:
            continue
        nth += 1
        here, learnt = slice(at, at + size), len(whole) - read
        row[:, here] = whole[:-1], [0] * (read - 1) + whole[read:], range(size), [nth] * size
        weights[at + read - 1 : at + size] = learnt**-0.5  # else a caption would outweigh a yes or no
        at += size
    if keyed("tiny-vlm", "blind", str(number)).random() < blind:
        picture, layout = np.full_like(picture, GREY), Layout(Scene())
    return Example(picture, *row, weights, map_of(layout))


def averaged(pixels: Pixels, times: int) -> Pixels:
    """A picture that many times smaller."""
    if times == 1:
        return pixels
    side = len(pixels) // times
    mean = pixels.reshape(side, times, side, times, 3).astype(np.float32).mean(axis=(1, 3))
    return np.floor(mean + 0.5).astype(np.uint8)


def map_of(layout: Layout) -> NDArray[np.int64]:
    """Of each cell: the kind of what covers it (0 for nothing), its colour, its size, whether its middle is here; -1
    where that is not asked."""
    made = np.full((CELLS, CELLS, 4), -1, dtype=np.int64)
    made[..., 0] = made[..., 3] = 0
    middles = (np.arange(CELLS) + 0.5) / CELLS
    for x, y, half, facts in _covered(layout):
        columns, rows = np.flatnonzero(abs(middles - x) <= half[0]), np.flatnonzero(abs(middles - y) <= half[1])
        made[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1, :3] = facts
        made[int(y * CELLS), int(x * CELLS), 3] = 1
    return made


def _covered(layout: Layout) -> Iterator[tuple[float, float, tuple[float, float], tuple[int, int, int]]]:
    scene = layout.scene
    for thing in scene.things:
        half = SIZES[thing.size] / 2
        facts = (KINDS.index(thing.shape), tuple(COLOURS).index(thing.colour), tuple(SIZES).index(thing.size))
        yield from ((box.x, box.y, (half, half), facts) for box in layout.of(thing))
    if box := layout.word:
        for at, name in enumerate(scene.word):
            x = box.x + (at - (len(scene.word) - 1) / 2) * LETTER
            yield x, box.y, (LETTER / 2, box.height / 2), (KINDS.index(name), -1, -1)
