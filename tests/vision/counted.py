"""The errors of measuring, counted on pictures drawn for it: scenes of every complexity, people, portraits."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from math import nan
from random import Random
from typing import Any

import numpy as np

from trustgen.core import keyed
from trustgen.vision.atoms import atoms
from trustgen.vision.drawing import COMPLEXITIES, drawn, portrait
from trustgen.vision.error import Error
from trustgen.vision.layout import Box, Layout, laid
from trustgen.vision.measure import measure
from trustgen.vision.render import Pixels, render
from trustgen.vision.scene import filled
from trustgen.vision.seen import Seen, Somebody, Spotted, answered
from trustgen.vision.world import TONES, Share

SIDES = (32, 64, 128)
_NEAR = 0.06  # of the side: a thing this near to where one was drawn is that one


def _blurred(pixels: Pixels, _: Random) -> Pixels:
    """A Gaussian of a hundredth of the side."""
    sigma = len(pixels) / 100
    reach = int(np.ceil(3 * sigma))
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weight /= weight.sum()
    image: Any = pixels.astype(np.float64)
    for axis in (0, 1):
        padded = np.pad(image, [(reach, reach) if at == axis else (0, 0) for at in range(3)], mode="edge")
        image = sum(w * np.take(padded, np.arange(at, at + len(pixels)), axis=axis) for at, w in enumerate(weight))
    blurred: Pixels = np.rint(image).astype(np.uint8)
    return blurred


def _noisy(pixels: Pixels, draw: Random) -> Pixels:
    """Gaussian noise of 8 of 255 on each channel."""
    noise = np.random.default_rng(draw.getrandbits(64)).normal(0, 8, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def _jpeg(pixels: Pixels, _: Random) -> Pixels:
    """Through a JPEG of quality 90."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return np.asarray(Image.open(file).convert("RGB"))


TREATMENTS: dict[str, Callable[[Pixels, Random], Pixels]] = {
    "plain": lambda pixels, _: pixels,
    "blur": _blurred,
    "noise": _noisy,
    "jpeg": _jpeg,
}


def pictured(number: int) -> Layout:
    """The layout with this number: scenes of every complexity, with people, held-out pairs and portraits among them."""
    draw = keyed("vision", "error", str(number))
    if number % 8 == 7:
        scene = portrait(draw, tone=1 + number // 8 % len(TONES))
    else:
        share: Share = "held" if number % 8 == 3 else "taught"
        scene = drawn(draw, draw.choice(COMPLEXITIES), share=share, person=number % 8 == 5)
    return laid(filled(scene, draw), draw)


def error_of(side: int, treatment: str, pictures: int) -> Error:
    """Measure so many pictures anew, and count what came out wrong."""
    facts: dict[str, list[int]] = {}
    confused: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    exact = refused = 0
    for number in range(pictures):
        layout = pictured(number)
        seen = measure(TREATMENTS[treatment](render(layout, side), keyed("vision", treatment, str(number))))
        refused += bool(seen.refused)
        found = [] if seen.refused else compared(layout, seen)
        exact += not seen.refused and all(was == told for _, was, told in found)
        for kind, was, told in found:
            counts = facts.setdefault(kind, [0, 0, 0])
            counts[0] += 1
            counts[1] += told not in ("", was)
            counts[2] += not told
            confused[f"{kind}: {was} > {told}"] += told not in ("", was)
        for name, (was, told) in _held(layout, seen, number):
            cells[f"{name}: {was} > {told}"] += 1
    return Error(
        side,
        treatment,
        pictures,
        exact,
        refused,
        {kind: (one[0], one[1], one[2]) for kind, one in sorted(facts.items())},
        {name: count for name, count in sorted(confused.items()) if count},
        dict(sorted(cells.items())),
    )


def _held(layout: Layout, seen: Seen, number: int) -> Iterator[tuple[str, tuple[str, str]]]:
    """The atoms of the picture's own scene and of the next one: their kind, what is so, and what was answered."""
    for scene in (layout.scene, pictured(number + 1).scene):
        made = atoms(scene)
        truth, said = answered(made, shown(layout)), answered(made, seen)
        yield from ((atom.kind, (truth[atom.id], said[atom.id])) for atom in made if truth[atom.id] != "unparsed")


def compared(layout: Layout, seen: Seen) -> list[tuple[str, str, str]]:
    """Every fact of a layout: its kind, what was drawn, and what was measured; "" where that was not told.

    A thing is compared with the one that was measured where it lies.
    """
    drawn_, left = shown(layout), list(seen.things)
    found: list[tuple[str, str, str]] = []
    for thing in drawn_.things:
        at = next((one for one in left if _near(one.box, thing.box)), None)
        found.append(("found", thing.shape, thing.shape if at else "" if seen.unknown else "nothing"))
        if at:
            left.remove(at)
            found += [(what, getattr(thing, what), getattr(at, what)) for what in ("shape", "colour", "size")]
    found += [("found", "nothing", one.shape) for one in left] + [("unknown", "nothing", "")] * len(seen.unknown)
    for one in layout.scene.things:
        found.append(("count", str(one.count), "" if seen.unknown else str(len(seen.of(one.shape)))))
    found.append(("word", _there(drawn_.word), _there(seen.word)))
    found.append(("background", drawn_.background, seen.background))
    found.append(("person", _there(drawn_.person), _there(seen.person)))
    if drawn_.person and seen.person:
        for what in ("role", "tone", "presentation"):
            found.append((what, str(getattr(drawn_.person, what)), str(getattr(seen.person, what) or "")))
    return found


def _there(what: object) -> str:
    return "there" if what else "none"


def _near(one: Box, other: Box) -> bool:
    return abs(one.x - other.x) <= _NEAR and abs(one.y - other.y) <= _NEAR


def shown(layout: Layout) -> Seen:
    """What a picture of the layout shows: what somebody who makes no mistake would measure in it."""
    scene = layout.scene
    things = [
        Spotted(thing.shape, thing.colour, thing.size, box, 1.0, 0.0)
        for thing in scene.things
        for box in layout.of(thing)
    ]
    person = None
    if scene.person and layout.person:
        person = Somebody(scene.person.role, scene.person.tone, scene.person.presentation, layout.person, nan)
    return Seen(tuple(things), person, layout.word, scene.background)
