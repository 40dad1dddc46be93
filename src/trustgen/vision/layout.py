"""Where everything of a scene lies: boxes in shares of the side, apart by a stated gap, before any pixel is drawn.

One layout serves every size of picture. An edited scene is laid out beside the layout of the one it was edited from, so
that what was not edited stays where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec

from trustgen.core import Unusable

from .scene import Key, Scene, Thing, extents, validate
from .world import AMBIGUOUS, GAP, PLACES, REACH, RELATIONS

MARGIN = 0.035  # between any box and the edge
CLEAR = AMBIGUOUS + 0.03  # between the centres of what is related: half a pixel of 32 cannot make it ambiguous
_TRIES, _LAYOUTS = 30, 200


class Box(msgspec.Struct, frozen=True):
    """What something covers: its centre, width and height in shares of the side, from the top left."""

    x: float
    y: float
    width: float
    height: float

    def clears(self, other: Box, gap: float = GAP) -> bool:
        """Whether two boxes have the gap between them."""
        across = abs(self.x - other.x) - (self.width + other.width) / 2
        along = abs(self.y - other.y) - (self.height + other.height) / 2
        return max(across, along) >= gap


class Item(msgspec.Struct, frozen=True):
    """The nth of a thing, and where it lies."""

    id: str
    nth: int
    box: Box


class Layout(msgspec.Struct, frozen=True, omit_defaults=True):
    """A scene with a box for everything in it."""

    scene: Scene
    items: tuple[Item, ...] = ()
    word: Box | None = None
    person: Box | None = None

    def of(self, thing: Thing) -> list[Box]:
        """Where the thing lies, once for each that there is."""
        return [item.box for item in self.items if item.id == thing.id]


def laid(scene: Scene, draw: Random, beside: Layout | None = None) -> Layout:
    """A layout of a filled scene; with `beside`, what both scenes show alike stays where that layout has it.

    Where a relation was turned round, its two things change places. Raises `InputError` for a scene that is not valid,
    and `Unusable` where no room is found.
    """
    validate(scene)
    kept = _kept(scene, beside) if beside else {}
    for _ in range(_LAYOUTS):
        if placed := _placed(scene, draw, dict(kept)):
            items = tuple(Item(*key, box) for key, box in sorted(placed.items()) if key[0] not in ("word", "person"))
            return Layout(scene, items, placed.get(("word", 0)), placed.get(("person", 0)))
    raise Unusable(f"a scene of {len(extents(scene))} parts finds no room: draw another")


def _kept(scene: Scene, beside: Layout) -> dict[Key, Box]:
    """The boxes that stay: of the same thing at the same place, as large as before."""
    sizes, old = extents(scene), {(item.id, item.nth): item.box for item in beside.items}
    before = {thing.id: thing for thing in beside.scene.things}
    if beside.word:
        old["word", 0] = beside.word
    if beside.person:
        old["person", 0] = beside.person
    turned = {(r.subject, r.object): r.name for r in beside.scene.relations}
    for relation in scene.relations:
        ends = relation.subject, relation.object
        if turned.get(ends, relation.name) != relation.name:
            old[ends[0], 0], old[ends[1], 0] = old[ends[1], 0], old[ends[0], 0]
    moved = {t.id for t in scene.things if t.id in before and before[t.id].place != t.place}
    return {key: Box(box.x, box.y, *sizes[key]) for key, box in old.items() if key in sizes and key[0] not in moved}


def _placed(scene: Scene, draw: Random, placed: dict[Key, Box]) -> dict[Key, Box] | None:
    """One try at a layout; None where something finds no room."""
    fixed = list(placed.values())
    if any(not one.clears(other) for at, one in enumerate(fixed) for other in fixed[:at]):
        return None
    for key, (width, height) in extents(scene).items():
        if key in placed:
            continue
        for _ in range(_TRIES):
            box = Box(*_spot(scene, key, draw, width, height), width, height)
            if all(box.clears(other) for other in placed.values()) and _fits(scene, key[0], box, placed):
                placed[key] = box
                break
        else:
            return None
    return placed if all(_fits(scene, key, box, placed) for (key, _), box in placed.items()) else None


def _spot(scene: Scene, key: Key, draw: Random, width: float, height: float) -> tuple[float, float]:
    place = next((thing.place for thing in scene.things if thing.id == key[0]), "")
    if place:
        x, y = PLACES[place]
        return draw.uniform(x - REACH, x + REACH), draw.uniform(y - REACH, y + REACH)
    left, top = MARGIN + width / 2, MARGIN + height / 2
    return draw.uniform(left, 1 - left), draw.uniform(top, 1 - top)


def _fits(scene: Scene, name: str, box: Box, placed: dict[Key, Box]) -> bool:
    """Whether a box lies within the picture, and in every relation that the scene says of it."""
    within = all(
        abs(at - 0.5) + size / 2 <= 0.5 - MARGIN + 1e-9 for at, size in ((box.x, box.width), (box.y, box.height))
    )
    return within and all(_holds(box, name, placed, ends) for ends in _ends(scene, name))


def _ends(scene: Scene, name: str) -> Iterator[tuple[str, str, str]]:
    return ((r.subject, r.name, r.object) for r in scene.relations if name in (r.subject, r.object))


def _holds(box: Box, name: str, placed: dict[Key, Box], ends: tuple[str, str, str]) -> bool:
    subject, relation, other = ends
    far = placed.get((other if name == subject else subject, 0))
    return far is None or stands(box if name == subject else far, relation, far if name == subject else box, CLEAR)


def stands(one: Box, relation: str, other: Box, clear: float = AMBIGUOUS) -> bool:
    """Whether one box is left of, right of, above or below another, by their centres and a gap."""
    across, along = RELATIONS[relation]
    return across * (one.x - other.x) + along * (one.y - other.y) > clear
