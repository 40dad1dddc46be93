"""Pictures as simulated models give them: what is said is a scene, a card or a training picture in JSON, and what comes
is its picture.

`Expect` is text, so that one perfect, one worst and one random model answer every task; where a picture is asked for,
their answer is drawn here, by the renderer.
"""

from __future__ import annotations

from random import Random

import msgspec
import numpy as np

from trustgen.core import InternalError, Reply, Request
from trustgen.core.replies import Usage
from trustgen.vision.cards import Card, alt_of_card, picture_of_card
from trustgen.vision.render import alt, picture_of, png
from trustgen.vision.scene import Scene
from trustgen.vision.trained import Trained, draw_of
from trustgen.vision.world import BACKGROUNDS

SIDE, CARD_SIDE = 64, 320
"""Pixels of the side of a scene, and of a card, where nobody says how large it is to be: letters want room."""

Shown = Scene | Card | Trained


def wanted(request: Request) -> bool:
    """Whether a picture is asked for."""
    return request.sampling.image is not None


def side(request: Request, usual: int = SIDE) -> int:
    """How large it is to be."""
    return (request.sampling.image.width if request.sampling.image else 0) or usual


def told(said: str) -> Shown | None:
    """The scene, card or training picture that an answer is; None for words."""
    if not said.startswith("{"):
        return None
    fields = msgspec.json.decode(said)
    if "number" in fields:
        return msgspec.convert(fields, Trained)
    return msgspec.convert(fields, Card) if "lines" in fields else msgspec.convert(fields, Scene)


def drawn(shown: Shown, request: Request, draw: Random) -> Reply:
    """A picture of a scene or a card; what it leaves open is decided by the draw, of a training picture by its own."""
    if isinstance(shown, Card):
        return kept(png(picture_of_card(shown, draw, side(request, CARD_SIDE))), alt_of_card(shown), request)
    if isinstance(shown, Trained):
        return drawn(shown.scene, request, draw_of(shown))
    layout, pixels = picture_of(shown, draw, side(request))
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
    """What is said, as a picture where it is one. Raises `InternalError` where no picture was asked for."""
    shown = told(said)
    if shown is None:
        return Reply(said)
    if not wanted(request):
        raise InternalError("a picture was said where none was asked for: give the task a `Sampling(image=…)`")
    return drawn(shown, request, draw)


__all__ = ["CARD_SIDE", "SIDE", "Shown", "answer", "blank", "drawn", "kept", "side", "told", "wanted"]
