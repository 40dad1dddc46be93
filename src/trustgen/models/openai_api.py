"""OpenAI-compatible servers (vLLM, SGLang, llama.cpp, Ollama, any gateway), over our own thin aiohttp client."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from trustgen.core import Level, ModelOptions, Reply, Request

from . import chat_format, streamed
from .adapting import adapting
from .client import longest_body
from .served import Served

SLOTS = 256


def open_model(rest: str, options: ModelOptions) -> OpenAIModel:
    """The model of `MODEL@http://host:port/v1`.

    Raises `InputError` for a malformed URI, an unset key, and a secret that would cross a network unencrypted.
    """
    return OpenAIModel(rest, options)


class OpenAIModel(Served):
    """A model that completes chats."""

    scheme, path = "openai-api", "/chat/completions"
    levels = frozenset({Level.GENERATE, Level.LOGPROBS})
    maybe = frozenset({Level.IMAGE_IN, Level.TOOLS})
    slots = SLOTS

    async def ask(self, request: Request) -> Reply:
        """One chat completion. Raises the `ModelFault` that `faults` or `chat_format` reads in the answer.

        A parameter that the server refuses is left out or renamed from then on: see `adapting`.
        """
        return await adapting(self._adapted, partial(self._asked, request))

    async def _asked(self, request: Request, adapted: Mapping[str, str]) -> Reply:
        def read(content: bytes, seconds: float) -> Reply:
            whole = streamed.whole(content) if streamed.is_stream(content) else content
            return chat_format.reply(whole, request.sampling, seconds, self._client.hide)

        data = chat_format.body(self._name, request, adapted)
        return await self._client.ask(self._target, data, longest_body(request.sampling), read)
