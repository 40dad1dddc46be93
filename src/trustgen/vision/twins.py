"""Two pictures that differ by one edit, with the question whose answer the edit turns."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from trustgen.core import Unusable

from .asked import AskKind, Question, answer, ask
from .edits import Change, EditKind, edited
from .layout import Layout, laid

TURNED: tuple[EditKind, ...] = (
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
)
"""The edits that turn an answer; those of people turn none."""


class Twins(msgspec.Struct, frozen=True):
    """Two layouts, what was changed, and one question with its answer for each."""

    first: Layout
    second: Layout
    change: Change
    question: Question
    golds: tuple[str, str]


def twins(layout: Layout, draw: Random, kind: EditKind) -> Twins:
    """The layout and an edited one beside it. Raises `Unusable` where there is no such edit, or it turns nothing."""
    scene, change = edited(layout.scene, draw, kind)
    second = laid(scene, draw, layout)
    for asked, about in _turned(layout, second, change):
        golds = answer(asked, about, layout), answer(asked, about, second)
        if all(golds) and golds[0] != golds[1]:
            return Twins(layout, second, change, ask(asked, about, layout, draw), golds)
    raise Unusable(f"an edit `{kind}` turns no answer about this scene")


def some_twins(layout: Layout, draw: Random) -> Twins:
    """Twins by an edit of whatever kind; raises `Unusable` where none turns an answer about the layout's scene."""
    for kind in draw.sample(TURNED, len(TURNED)):
        try:
            return twins(layout, draw, kind)
        except Unusable:
            continue
    raise Unusable("no edit turns an answer about this scene")


def _turned(first: Layout, second: Layout, change: Change) -> Iterator[tuple[AskKind, tuple[str, ...]]]:
    """What may be asked about a change, the plainest first."""
    old, new = ({thing.id: thing for thing in layout.scene.things} for layout in (first, second))
    one = old.get(change.about) or new.get(change.about)
    match change.kind:
        case "word":
            yield "word", ()
        case "ground":
            yield "ground", ()
        case "swap":
            ends = [old[name].shape for name in change.about.split()]
            yield "relation", (ends[0], change.before, ends[1])
        case "recolour" | "resize" | "count" | "move" if one:
            kinds: dict[EditKind, AskKind] = {"recolour": "colour", "resize": "size", "count": "count", "move": "where"}
            yield kinds[change.kind], (one.shape,)
        case "reshape" if one:
            yield "shape", (one.colour,)
            yield "presence", (one.colour, one.shape)
        case "add" | "remove" if one:
            yield "presence", (one.colour, one.shape)
