"""Pictures as simulated models give them: what is said is a scene in JSON, and what comes is a picture of it.

`Expect` is text, so that one perfect, one worst and one random model answer every task; where a picture is asked for,
their answer is drawn here, by the renderer.
"""

from __future__ import annotations

from random import Random

import msgspec
import numpy as np

from trustgen.core import InternalError, Reply, Request
from trustgen.core.replies import Usage
from trustgen.vision.render import alt, picture_of, png
from trustgen.vision.scene import Scene
from trustgen.vision.world import BACKGROUNDS

SIDE = 64
"""Pixels of a picture's side where nobody says how large it is to be."""


def wanted(request: Request) -> bool:
    """Whether a picture is asked for."""
    return request.sampling.image is not None


def side(request: Request) -> int:
    """How large it is to be."""
    return (request.sampling.image.width if request.sampling.image else 0) or SIDE


def told(said: str) -> Scene | None:
    """The scene that an answer is; None for words."""
    return msgspec.json.decode(said, type=Scene) if said.startswith("{") else None


def drawn(scene: Scene, request: Request, draw: Random) -> Reply:
    """A picture of a scene; what it leaves open is decided by the draw."""
    layout, pixels = picture_of(scene, draw, side(request))
    return kept(png(pixels), alt(layout.scene), request)


def blank(request: Request, draw: Random) -> Reply:
    """A picture on which there is nothing: of one colour, black as often as of any other."""
    across = side(request)
    colour = draw.choice([(0, 0, 0), *BACKGROUNDS.values()])
    return kept(png(np.full((across, across, 3), colour, dtype=np.uint8)), "nothing", request)


def kept(body: bytes, shows: str, request: Request) -> Reply:
    """A reply that is one picture."""
    return Reply("", usage=Usage(images=1), images=(request.keep(body, shows),))


def answer(said: str, request: Request, draw: Random) -> Reply:
    """What is said, as a picture where it is a scene. Raises `InternalError` where no picture was asked for."""
    scene = told(said)
    if scene is None:
        return Reply(said)
    if not wanted(request):
        raise InternalError("a scene was said where no picture was asked for: give the task a `Sampling(image=…)`")
    return drawn(scene, request, draw)


__all__ = ["SIDE", "answer", "blank", "drawn", "kept", "side", "told", "wanted"]
