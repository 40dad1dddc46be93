"""`tiny-t2i`: a small diffusion model of pictures, in process. `tiny-t2i?sampler=ddim&steps=20&guidance=3`.

It was trained by this project on scenes of `trustgen.vision`, and knows their words and no others: what a prompt says
beyond them is refused by name, but for words that look misspelt: these it cannot read, and says so beside its picture.
Its pictures are 64 pixels wide, and far from perfect: its card says how far. By itself
it takes 50 steps of DDPM with a guidance of 2.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

from trustgen.core import (
    OFFERED,
    Drawing,
    Image,
    InputError,
    Level,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    Usage,
)
from trustgen.vision.render import png
from trustgen.vision.spelled import pieces

from .samplers import MOST_STEPS, SAMPLERS
from .smollm2 import cores
from .tiny_network import CLEAN, Look, Network, folder_of, network
from .tiny_words import listed

FORM = "write for example tiny-t2i?sampler=ddim&steps=20&guidance=3"
MOST_GUIDANCE = 20.0


def open_model(rest: str, _options: ModelOptions) -> TinyT2I:
    """The model, with the settings behind `?`. Raises `InputError` for others, `MissingExtra` without its weights."""
    before, _, query = rest.partition("?")
    if before:
        raise InputError(f"model URI `tiny-t2i` takes settings and nothing else after its name: {FORM}")
    settings = _settings(query)
    folder_of(settings.get("variant", CLEAN))
    return TinyT2I(settings)


class TinyT2I(Model):
    """As many calls at once as there are cores, each on one thread: neither changes a picture."""

    levels = frozenset({Level.IMAGE_OUT, Level.SAMPLER})
    without = OFFERED

    def __init__(self, settings: Mapping[str, Any]) -> None:
        query = "&".join(f"{n}={v:g}" if isinstance(v, float) else f"{n}={v}" for n, v in sorted(settings.items()))
        self.uri = f"tiny-t2i{'?' if query else ''}{query}"
        self.slots = cores()
        self._variant = settings.get("variant", CLEAN)
        self._look = Look(**{name: value for name, value in settings.items() if name != "variant"})

    def __repr__(self) -> str:
        return f"TinyT2I({self.uri!r})"

    async def check(self) -> None:
        """Load the weights. Raises `InputError` where they are altered."""
        await asyncio.to_thread(network, self._variant)

    async def ask(self, request: Request) -> Reply:
        """The pictures of one prompt, the second as if it were asked for with the next seed. What it cannot do is a
        `Permanent` fault: unknown words, another size, several messages."""
        parts = [part for turn in request.turns for part in turn.parts]
        if len(request.turns) != 1 or any(isinstance(part, Image) for part in parts):
            raise Permanent("`tiny-t2i` takes one message of words: this conversation has more")
        return await asyncio.to_thread(self._drawn, request)

    def _drawn(self, request: Request) -> Reply:
        loaded, drawing = network(self._variant), request.sampling.image or Drawing()
        _sized(loaded, drawing)
        look, text = _look(self._look, request.sampling, drawing), request.turns[0].text
        first = secrets.randbits(32) if request.sampling.seed is None else request.sampling.seed
        began = perf_counter()
        made = [loaded.drawn(text, drawing.negative, first + at, look) for at in range(drawing.count)]
        took = perf_counter() - began
        said = f"not read: {listed(unread)}" if (unread := loaded.known(text)[1]) else ""
        images = tuple(request.keep(png(pixels), "") for pixels in made)
        read = len(pieces(text)) * drawing.count  # what it takes for words
        return Reply(said, usage=Usage(read, images=len(images)), seconds=took, images=images)


def _sized(loaded: Network, drawing: Drawing) -> None:
    side = loaded.card.form.side
    if (drawing.width or side, drawing.height or side) != (side, side):
        asked = f"{drawing.width or side} × {drawing.height or side}"
        raise Permanent(f"`tiny-t2i` draws {side} × {side} pixels and no {asked}: leave the size open")


def _look(own: Look, sampling: Sampling, drawing: Drawing) -> Look:
    """What a task says goes before what the URI says."""
    if strange := sorted(sampling.extra):
        raise Permanent(f"`tiny-t2i` has no request's body: it takes no `{strange[0]}`")
    look = Look(
        drawing.sampler or own.sampler,  # type: ignore[arg-type]  # looked at below
        drawing.steps or own.steps,
        own.guidance if drawing.guidance is None else drawing.guidance,
    )
    said = {"sampler": look.sampler, "steps": look.steps, "guidance": look.guidance}
    for name, value in said.items():
        if not _good(name, value):
            raise Permanent(f"`tiny-t2i` was asked for {name} {value}: it takes {_TAKES[name]}")
    return look


_TAKES = {
    "sampler": ", ".join(SAMPLERS),
    "steps": f"1 to {MOST_STEPS}",
    "guidance": f"0 to {MOST_GUIDANCE:g}",
    "variant": "the name of one of its variants",
}


def _good(name: str, value: Any) -> bool:
    match name:
        case "sampler":
            return value in SAMPLERS
        case "steps":
            return bool(1 <= value <= MOST_STEPS)
        case "guidance":
            return bool(0 <= value <= MOST_GUIDANCE)
    return bool(value.isidentifier())


def _settings(query: str) -> dict[str, Any]:
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise InputError(f"`{query}` is not NAME=VALUE&…: {FORM}") from None
    made: dict[str, Any] = {}
    for name, said in given:
        try:
            value = {"steps": int, "guidance": float}.get(name, str)(said)
            good = name in _TAKES and name not in made and _good(name, value)
        except ValueError:
            good = False
        if not good:
            takes = "; ".join(f"{one} ({what})" for one, what in _TAKES.items())
            raise InputError(f"`tiny-t2i` was given `{name}={said}`: it takes {takes}; each once")
        made[name] = value
    return made


__all__ = ["TinyT2I", "open_model"]
