"""OpenAI-compatible servers (vLLM, SGLang, llama.cpp, Ollama, any gateway), over our own thin aiohttp client."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from yarl import URL

from trustgen.core import InputError, Level, Model, ModelOptions, Reply, Request

from . import chat_format, streamed
from .adapting import adapting
from .client import Client, longest_body, read_key, sealed
from .secrets import is_secret

SLOTS = 256


def open_model(rest: str, options: ModelOptions) -> OpenAIModel:
    """The model of `MODEL@http://host:port/v1`.

    Raises `InputError` for a malformed URI, an unset key, and a secret that would cross a network unencrypted.
    """
    name, base = _parse(rest)
    model = OpenAIModel(name, base, read_key(options.api_key_env), options)
    secret = "its key" if options.api_key_env else next((f"header `{h}`" for h in options.headers if is_secret(h)), "")
    sealed(secret, base, options, f"model `{name}`")
    return model


class OpenAIModel(Model):
    """One model of one server. Its connections belong to the event loop of the first call, until `close`."""

    levels = frozenset({Level.GENERATE, Level.LOGPROBS})
    maybe = frozenset({Level.IMAGE_IN, Level.TOOLS})
    slots = SLOTS

    def __init__(self, name: str, base: str, key: str, options: ModelOptions) -> None:
        self.uri = f"openai-api:{name}@{base}"
        self._name = name
        self._base = base
        self._target = URL(f"{base}/chat/completions")
        self._key_env = options.api_key_env
        self._client = Client(key, options)
        self.ends_within = options.timeout
        self._adapted: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"OpenAIModel({self.uri!r})"

    @property
    def adapted(self) -> Mapping[str, str]:
        """What the server refuses."""
        return self._adapted

    def adapt(self, known: Mapping[str, str]) -> None:
        """What it refused before is not tried again."""
        self._adapted.update(known)

    async def check(self) -> None:
        """Ask for the list of models. Raises `InputError` where nothing answers or the key is refused."""
        if (status := await self._client.reach("GET", URL(f"{self._base}/models"), self._base)) in (401, 403):
            named = f"the key in `{self._key_env}`" if self._key_env else "calls without a key"
            mend = f"correct `{self._key_env}`" if self._key_env else "name its variable with --api-key-env"
            raise InputError(f"{self._base} refuses {named} (HTTP {status}): {mend}")

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

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        await self._client.close()


def _parse(rest: str) -> tuple[str, str]:
    """Model name and base URL of `MODEL@URL`. A model's name may hold `@`, `/` and `:`; the URL no user, no query."""
    form = "write `openai-api:MODEL@http://host:port/v1`"
    found = re.fullmatch(r"([^\s\x00-\x1f]+?)@(https?://\S+)", rest, re.IGNORECASE)
    if not found:
        raise InputError(f"model URI `openai-api:…` needs a model and an http(s) URL: {form}")
    name, url = found.groups()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"the URL of model `{name}` is malformed ({error}): {form}") from None
    if parts.username is not None or parts.password is not None:
        raise InputError(f"the URL of model `{name}` holds a user or password: give a key with --api-key-env instead")
    if not host or parts.query or parts.fragment:
        raise InputError(f"the URL of model `{name}` needs a host and no query or fragment: {form}")
    scheme = parts.scheme.lower()
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != {"http": 80, "https": 443}[scheme]:
        place += f":{port}"
    path = parts.path.rstrip("/").removesuffix("/chat/completions")  # as server pages show it, and people copy it
    return name, f"{scheme}://{place}{path}"
