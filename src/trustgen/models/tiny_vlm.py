"""`tiny-vlm`: a small vision-language model, in process.

It was trained by this project on pictures and questions of `trustgen.vision`: it answers those, and "describe" with one
sentence, and knows no other words. A question may say how to answer, as tasks do: that is left out, for it was taught
without. A word that looks misspelt is not read, any other one that it was never taught is refused by name. Pictures of
any size are averaged to 64 × 64 pixels, and squeezed where they are not square; without one it is shown grey, so what
it says then it says blindly. It takes the likeliest answer, whatever the temperature. Its card says how well.
"""

from __future__ import annotations

import asyncio
from time import perf_counter

import numpy as np

from trustgen.core import (
    OFFERED,
    Image,
    InputError,
    Level,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    TokenLogprob,
    Usage,
)
from trustgen.vision.asked import bare
from trustgen.vision.decode import decoded
from trustgen.vision.render import Pixels

from .smollm2 import cores
from .tiny_vlm_network import Answer, Network, Sight, folder_of, network, spaced


def open_model(rest: str, _options: ModelOptions) -> TinyVLM:
    """The model. Raises `InputError` for more than its name, `MissingExtra` without its weights."""
    if rest:
        raise InputError("model URI `tiny-vlm` takes nothing after its name: write `tiny-vlm`")
    folder_of()
    return TinyVLM()


class TinyVLM(Model):
    """As many calls at once as there are cores, each on one thread: neither changes an answer."""

    uri = "tiny-vlm"
    levels = frozenset({Level.GENERATE, Level.IMAGE_IN, Level.LOGPROBS})
    without = OFFERED

    def __init__(self) -> None:
        self.slots = cores()

    def __repr__(self) -> str:
        return "TinyVLM()"

    async def check(self) -> None:
        """Load the weights. Raises `InputError` where they are altered."""
        await asyncio.to_thread(network)

    async def ask(self, request: Request) -> Reply:
        """The answer to one question about one picture, or about none. What it cannot do is a `Permanent` fault:
        unknown words, several pictures or messages, bytes that are no picture."""
        images = [part for turn in request.turns for part in turn.parts if isinstance(part, Image)]
        if len(request.turns) != 1 or len(images) > 1:
            raise Permanent("`tiny-vlm` takes one message with one picture: this conversation has more")
        if request.sampling.extra:
            raise Permanent(f"`tiny-vlm` has no request's body: it takes no `{min(request.sampling.extra)}`")
        return await asyncio.to_thread(_answered, request, images[0] if images else None)


def _answered(request: Request, image: Image | None) -> Reply:
    loaded, began = network(), perf_counter()
    seen = _seen(loaded, request, image) if image else loaded.blind()
    made = loaded.answered(seen, bare(request.turns[0].text), request.sampling.max_tokens)
    took, top = perf_counter() - began, request.sampling.logprobs
    usage = Usage(made.read, len(made.said))
    logprobs = _logprobs(loaded, made, top) if top else ()
    return Reply(made.text, "stop" if made.ended else "length", usage, took, logprobs=logprobs)


def _seen(loaded: Network, request: Request, image: Image) -> Sight:
    def pixels() -> Pixels:
        told = decoded(request.asset(image.sha256))
        if told.pixels is None:
            raise Permanent(f"`tiny-vlm` cannot see this picture: {told.reason}")
        return told.pixels

    return loaded.seen(image.sha256, pixels)


def _logprobs(loaded: Network, made: Answer, top: int) -> tuple[TokenLogprob, ...]:
    """Each piece with its own and its likeliest alternatives; together the pieces are the text."""
    words, said = loaded.card.words, [one.piece for one in made.said]
    found = []
    for at, (piece, logprobs) in enumerate(made.said):
        likely = np.argsort(-logprobs, kind="stable")[:top]
        other = {spaced([*said[:at], words[one]])[-1]: float(logprobs[one]) for one in likely}
        found.append(TokenLogprob(spaced(said[: at + 1])[-1], float(logprobs[words.index(piece)]), other))
    return tuple(found)


__all__ = ["TinyVLM", "open_model"]
