"""OpenAI-compatible servers (vLLM, SGLang, llama.cpp, Ollama, any gateway), over our own thin aiohttp client."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from trustgen.core import Level, ModelOptions, Permanent, Reply, Request
from trustgen.core.sampling import DRAWN

from . import chat_format, streamed
from .adapting import REFUSABLE, adapting
from .client import LONGEST_BODY, longest_body
from .faults import Refused
from .pictures import pictured
from .served import Served

SLOTS = 256


def open_model(rest: str, options: ModelOptions) -> OpenAIModel:
    """The model of `MODEL@http://host:port/v1`.

    Raises `InputError` for a malformed URI, an unset key, and a secret that would cross a network unencrypted.
    """
    return OpenAIModel(rest, options)


class OpenAIModel(Served):
    """A model that completes chats; some give pictures with their words, where one is asked for."""

    scheme, path = "openai-api", "/chat/completions"
    refusable = (*REFUSABLE, *DRAWN)
    levels = frozenset({Level.GENERATE, Level.LOGPROBS})
    maybe = frozenset({Level.IMAGE_IN, Level.IMAGE_OUT, Level.TOOLS})
    slots = SLOTS

    async def ask(self, request: Request) -> Reply:
        """One chat completion. Raises the `ModelFault` that `faults`, `chat_format` or `pictures` reads in the answer.

        A parameter that the server refuses is left out or renamed from then on: see `adapting`.
        """
        answer = await adapting(self._adapted, partial(self._asked, request))
        return await pictured(answer.reply, answer.places, request, self.fetched, self._client.hide)

    async def _asked(self, request: Request, adapted: Mapping[str, str]) -> chat_format.Answer:
        def read(content: bytes, seconds: float) -> chat_format.Answer:
            whole = streamed.whole(content) if streamed.is_stream(content) else content
            return chat_format.read(whole, request.sampling, seconds, self._client.hide)

        data = chat_format.body(self._name, request, adapted)
        drawn = request.sampling.image is not None
        try:
            return await self._client.ask(
                self._target, data, LONGEST_BODY if drawn else longest_body(request.sampling), read
            )
        except Refused as fault:
            if fault.parameter in DRAWN and not drawn:  # the word stands there for something else: it was not sent
                raise Permanent(str(fault)) from None
            raise
