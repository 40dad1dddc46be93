"""The training pictures of `pictures.trained`: a fixed set, so that anybody can draw it and train a model on it.

Of each number there are a scene, the prompt that a model is trained with, and how often it is to see the two. What lies
where, the sizes and the background are nowhere said: who gives back the very picture cannot have it from the prompt.
No salt enters, since what a model was trained on stays what it is.
"""

from __future__ import annotations

from functools import cache
from random import Random

import msgspec

from trustgen.core import keyed

from .render import Pixels, picture_of
from .scene import Scene, Thing, validate
from .wording import prompt
from .world import SHAPES, colours

EXPOSURES = (0, 1, 4, 16, 64)
"""How often a model sees a picture in training, next to one another; 0 is never: what chance alone gives back."""
EACH = 24  # pictures of every exposure
_THINGS = (2, 3)
_STAGE = "pictures.trained"


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """One training picture. `number` counts from 0, `times` is one of `EXPOSURES`."""

    number: int
    times: int
    scene: Scene
    prompt: str


@cache
def trained() -> tuple[Trained, ...]:
    """All 120, of which no two show the same shapes; exposures take turns, and two things and three."""
    made: list[Trained] = []
    for number in range(EACH * len(EXPOSURES)):
        turn, at = divmod(number, len(EXPOSURES))
        draw, known = keyed("", f"{_STAGE}/scene", str(number)), {_shapes(one.scene) for one in made}
        while _shapes(scene := _scene(draw, _THINGS[turn % len(_THINGS)])) in known:
            pass
        made.append(Trained(number=number, times=EXPOSURES[at], scene=scene, prompt=prompt(scene, draw)))
    return tuple(made)


def draw_of(one: Trained) -> Random:
    """The draw that decides what the scene leaves open, for its training picture."""
    return keyed("", _STAGE, str(one.number))


def picture(one: Trained, side: int) -> Pixels:
    """The training picture itself, the same layout at every size; `side` is in pixels."""
    return picture_of(one.scene, draw_of(one), side)[1]


def _scene(draw: Random, many: int) -> Scene:
    shapes = draw.sample(SHAPES, many)
    things = (Thing("abc"[at], shape, draw.choice(colours(shape, "taught"))) for at, shape in enumerate(shapes))
    return validate(Scene(tuple(things)))


def _shapes(scene: Scene) -> frozenset[str]:
    return frozenset(thing.shape for thing in scene.things)


__all__ = ["EACH", "EXPOSURES", "Trained", "draw_of", "picture", "trained"]
