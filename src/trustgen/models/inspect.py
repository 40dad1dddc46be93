"""Every other vendor, through the providers of Inspect AI: `inspect/anthropic/…`, `inspect/google/…` and so on.

Inspect stays at arm's length: it is an extra, imported when a model is checked or first asked, and only its model
providers are used. Its retries, cache and adaptive connections are off, because the engine is the one that retries and
paces. A call costs about 3 ms of CPU, 40 times as much as with `openai_api`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import msgspec

from trustgen.core import (
    Blocked,
    Image,
    InputError,
    Level,
    MissingExtra,
    ModelFault,
    ModelOptions,
    Permanent,
    RateLimited,
    Reply,
    Request,
    Sampling,
    Text,
    TimedOut,
    TokenLogprob,
    Transient,
    Turn,
    Usage,
)
from trustgen.core.replies import Finish

from .adapting import Adapting, adapting
from .chat_format import FLOOR, PICTURE, beside, data_url, struck
from .client import read_key
from .faults import Refused, clean, fault_of_status, refused
from .pictures import elsewhere, pictured, wished
from .secrets import is_secret, strike
from .waits import retry_after, wait_of

SLOTS = 64
LOGPROBS = frozenset(
    {"grok", "hf", "llama-cpp-python", "mockllm", "openai", "openai-api", "sglang", "together", "vllm"}
)
"""Providers of which Inspect says that they return log-probabilities."""

PICTURES = {"openai": frozenset({"size"}), "google": frozenset[str]()}
"""Providers of which Inspect says that some models make pictures, and what of a drawing it has a word for."""

TOP_P_1 = frozenset({"anthropic", "azureai", "bedrock", "openai", "openrouter"})
"""Providers where `top_p` is 1 unless said, so 1 is left unsaid: some of their models refuse any. Elsewhere (Google,
servers with a generation config) it is not 1 unless said, so it is said."""

_FIELDS = {
    "max_tokens": "max_tokens",
    "top_p": "top_p",
    "seed": "seed",
    "temperature": "temperature",
    "response_format": "response_schema",
    "stop": "stop_seqs",
    "reasoning_effort": "reasoning_effort",
    "modalities": "modalities",
}
"""What Inspect calls the parameters that a server may refuse."""

_FINISH: dict[str, Finish] = {"stop": "stop", "max_tokens": "length", "model_length": "length"}
_MARKUP = re.compile(r"\[/?[a-z][a-z0-9 ]*\]")  # Inspect's own messages are written for rich


def open_model(rest: str, options: ModelOptions) -> InspectModel:
    """The model of `PROVIDER/MODEL`. Raises `InputError` for a malformed URI, `MissingExtra` without `inspect-ai`."""
    if not re.fullmatch(r"[\w.-]+/\S+", rest):
        raise InputError(f"model URI `inspect/{clean(rest)}` is malformed: write `inspect/PROVIDER/MODEL`")
    if find_spec("inspect_ai") is None:
        raise MissingExtra("model `inspect/…`", "inspect-ai", "pip install 'trustgen[inspect]'")
    return InspectModel(rest, options)


class InspectModel(Adapting):
    """One model of one Inspect provider. `given`, from Python, is an Inspect `Model` that is already made."""

    slots = SLOTS

    def __init__(self, name: str, options: ModelOptions, given: Any = None) -> None:
        super().__init__()
        self.uri = f"inspect/{name}"
        self._name = name
        self._provider = name.partition("/")[0]
        offers = {Level.GENERATE, Level.LOGPROBS} if self._provider in LOGPROBS else {Level.GENERATE}
        self.levels = frozenset(offers)
        makes = {Level.IMAGE_OUT} if self._provider in PICTURES else set()
        self.maybe = frozenset({Level.IMAGE_IN} | makes)
        self._key = read_key(options.api_key_env)
        self._timeout = options.timeout
        self._headers = dict(options.headers)
        self._model = given

    def __repr__(self) -> str:
        return f"InspectModel({self.uri!r})"

    async def check(self) -> None:
        """Make the provider's client; nothing is asked, so nothing is paid for.

        Raises `InputError` where the provider is unknown, or its package or key is missing.
        """
        self._loaded()

    async def ask(self, request: Request) -> Reply:
        """One reply. Raises the `ModelFault` that the provider's error amounts to.

        A parameter that the provider refuses is left out or renamed from then on: see `adapting`. Left out, too, is
        what Inspect has no word for: the steps of a picture, and the like.
        """
        if request.sampling.image is not None:
            known = PICTURES.get(self._provider, frozenset())
            self._adapted.update({name: "" for name in wished(request.sampling.image) if name not in known})
        return await adapting(self._adapted, partial(self._asked, request))

    async def _asked(self, request: Request, adapted: Mapping[str, str]) -> Reply:
        model = self._loaded()
        messages = [_message(turn, request) for turn in request.turns]
        config = _config(request.sampling, self._provider, adapted, self._headers)
        began = perf_counter()
        try:
            async with asyncio.timeout(self._timeout):
                # A task of its own has a context of its own: Inspect's transcript of the call goes with it. In the
                # caller's context it would grow by every conversation of the run.
                output = await asyncio.create_task(model.generate(messages, config=config, cache=False))
        except TimeoutError:
            fault: ModelFault | InputError = TimedOut(f"no answer within {self._timeout:g} s")
        except Exception as error:  # a provider may raise anything
            fault = self._fault(model.api, error)
        else:
            keys = self._keys(model.api)
            reply = _reply(output, request.sampling, perf_counter() - began, keys)
            return await pictured(reply, _places(output, request.sampling), request, _nowhere, keys)
        raise fault

    async def close(self) -> None:
        """Close the provider's client. A later call makes a new one."""
        model, self._model = self._model, None
        if model is not None:
            await model.api.aclose()

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = self._made()
        return self._model

    def _made(self) -> Any:
        from inspect_ai.model import get_model

        try:
            model = get_model(self._name, api_key=self._key or None, memoize=False)
        except InputError:
            raise
        except Exception as error:  # an unknown provider, a missing package or key: each has its own class
            reason = clean(_MARKUP.sub("", _words(error)), self._key)
        else:
            # The vendors' own clients retry too, twice by default.
            client: Any = getattr(model.api, "client", None)
            if isinstance(getattr(client, "max_retries", None), int):
                client.max_retries = 0
            return model
        raise InputError(f"model `{self.uri}` cannot be opened: {reason}")

    def _keys(self, api: Any) -> tuple[str, ...]:
        """The keys that this endpoint is sent, which neither a reply nor an error may show."""
        told = (value.rpartition(" ")[2] for header, value in self._headers.items() if is_secret(header))
        return (str(getattr(api, "api_key", None) or ""), self._key, *told)

    def _fault(self, api: Any, error: Exception) -> ModelFault | InputError:
        """What an exception from Inspect or a vendor's client amounts to."""
        chain = list(_chain(error))
        for link in chain:
            if isinstance(link, InputError):  # the offline guard, wrapped by a client
                return InputError(str(link))
        key = self._keys(api)
        decisions = [decision for link in chain if (decision := api.should_retry(link))]
        wait = next((_wait(d, chain) for d in decisions), _wait(None, chain))
        for link in chain:
            if (status := _status(link)) is not None:
                body = next(filter(None, map(_body, chain)), b"") or _words(link).encode("utf-8", "replace")
                fault = fault_of_status(status, body, wait, hide=key)
                name = refused(status, body, _FIELDS) if isinstance(fault, Permanent) else ""
                return Refused(str(fault), name) if name in _FIELDS else fault
        said = clean(f"{type(chain[-1]).__name__}: {_words(chain[-1])}", key)
        if any(getattr(decision, "kind", "") == "rate_limit" for decision in decisions):
            return RateLimited(said, wait)
        return Transient(said)  # a lost connection, or an answer that the vendor's client could not read


# ── asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _message(turn: Turn, request: Request) -> Any:
    from inspect_ai.model import (
        ChatMessageAssistant,
        ChatMessageSystem,
        ChatMessageUser,
        ContentText,
    )

    content: Any = turn.text
    if not all(isinstance(part, Text) for part in turn.parts):
        content = [
            ContentText(text=part.text) if isinstance(part, Text) else _shown(part, request) for part in turn.parts
        ]
    if turn.role == "system":
        return ChatMessageSystem(content=content)
    if turn.role == "assistant":
        return ChatMessageAssistant(content=content)
    return ChatMessageUser(content=content)  # a tool's turn too: vendors take a tool's message only after a tool call


def _shown(image: Image, request: Request) -> Any:
    """A picture in Inspect's form, which has a word for its detail and for nothing else."""
    from inspect_ai.model import ContentImage

    told = beside(request.sampling)
    try:
        if told.keys() <= {"detail"}:
            return ContentImage(image=data_url(image, request.asset), **told)
    except ValueError:
        pass  # a detail that Inspect does not know
    raise Permanent(f"Inspect AI has no word for what pictures are to be sent with: {told}")


def _config(sampling: Sampling, provider: str, adapted: Mapping[str, str], headers: Mapping[str, str]) -> Any:
    """Inspect's form of a sampling, with everything off that would retry, pace or cache."""
    from inspect_ai.model import GenerateConfig

    # A cap would cut a picture, which is a thousand tokens.
    cap = sampling.max_tokens + sampling.thinking if sampling.image is None else None
    more = {adapted["max_tokens"]: cap} if cap and adapted.get("max_tokens") else {}
    config = GenerateConfig(
        temperature=sampling.temperature,
        top_p=None if sampling.top_p == 1.0 and provider in TOP_P_1 else sampling.top_p,
        max_tokens=cap,
        reasoning_tokens=sampling.thinking or None,
        reasoning_effort=sampling.effort or None,
        extra_body=more | {name: value for name, value in sampling.extra.items() if name != PICTURE} or None,
        extra_headers=dict(headers) or None,
        seed=sampling.seed,
        stop_seqs=list(sampling.stop) or None,
        logprobs=True if sampling.logprobs else None,
        top_logprobs=sampling.logprobs or None,
        modalities=_modalities(sampling, provider),
        response_schema=None if sampling.schema is None else _schema(sampling.schema),
        max_retries=0,
        max_connections=SLOTS,  # the engine's own limit stands below it
        adaptive_connections=False,
        cache=False,
    )
    return config.model_copy(update=dict.fromkeys(_FIELDS[name] for name in adapted if name in _FIELDS))


def _modalities(sampling: Sampling, provider: str) -> list[Any] | None:
    """What Inspect is told of a picture that is asked for."""
    from inspect_ai.model import ImageOutput

    if sampling.image is None:
        return None
    told = {name: value for name, value in wished(sampling.image).items() if name in PICTURES.get(provider, ())}
    return [ImageOutput(options={"openai": told})] if told else ["image"]


def _schema(schema: dict[str, Any]) -> Any:
    from inspect_ai.model import ResponseSchema
    from inspect_ai.util import JSONSchema

    try:
        form = JSONSchema.model_validate(schema)
        lost = form.model_dump(exclude_unset=True) != schema
    except ValueError:
        lost = True
    if lost:
        raise Permanent("the reply's JSON schema uses what Inspect AI does not carry")
    return ResponseSchema(name="reply", json_schema=form, strict=True)


# ── being answered ──────────────────────────────────────────────────────────────────────────────────────────────────


def _reply(output: Any, sampling: Sampling, seconds: float, hide: tuple[str, ...] = ()) -> Reply:
    """The reply in an Inspect `ModelOutput`.

    Inspect turns some error answers into text (a request that a filter refused, a conversation too long for the
    model). Such text is no reply: it becomes `Blocked` or `Permanent`, as it does over HTTP.
    """
    if not output.choices:
        raise Transient("the answer holds no choices")
    choice = output.choices[0]
    text: str = choice.message.text
    thoughts = _thoughts(choice.message.content)
    if choice.stop_reason == "content_filter" or output.error:
        raise Blocked(clean(output.error or text, hide) or "the provider's content filter cut the reply")
    if choice.stop_reason == "model_length" and output.usage is None:
        raise Permanent(clean(text, hide) or "the conversation is too long for the model")
    logprobs: tuple[TokenLogprob, ...] = ()
    if sampling.logprobs:
        if choice.logprobs is None and text:
            raise Permanent("the provider returned no logprobs: it does not offer what this task needs")
        logprobs = tuple(_token(token) for token in choice.logprobs.content) if choice.logprobs else ()
    finish = _FINISH.get(choice.stop_reason, "other")
    told = _usage(output.usage)
    return Reply(strike(text, hide), finish, told, seconds, struck(logprobs, hide), strike(thoughts, hide))


def _places(output: Any, sampling: Sampling) -> list[str]:
    """Where the pictures of a reply are. Google's models draft in pictures, which come first and unmarked."""
    content = output.choices[0].message.content
    found = [] if isinstance(content, str) else [part.image for part in content if part.type == "image"]
    return found[-sampling.image.count :] if sampling.image else []


async def _nowhere(url: str) -> bytes:
    """Inspect hands over the pictures themselves; what it says lies somewhere is not fetched."""
    raise elsewhere(url)


def _thoughts(content: Any) -> str:
    """What Inspect's parsers set apart as reasoning."""
    if isinstance(content, str):
        return ""
    parts = (part.reasoning or part.summary or "" for part in content if part.type == "reasoning")
    return "\n\n".join(part for part in parts if part)


def _usage(usage: Any) -> Usage:
    if usage is None:
        return Usage()
    cached = (usage.input_tokens_cache_read or 0) + (usage.input_tokens_cache_write or 0)
    return Usage(usage.input_tokens + cached, usage.output_tokens, usage.reasoning_tokens or 0)


def _token(token: Any) -> TokenLogprob:
    top: dict[str, float] = {}
    for alternative in token.top_logprobs or ():
        top.setdefault(alternative.token, max(FLOOR, alternative.logprob))
    return TokenLogprob(token.token, max(FLOOR, token.logprob), top)


# ── failing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what caused it, outermost first."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _status(error: BaseException) -> int | None:
    """The HTTP status that an exception of a vendor's client carries."""
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "code", "status"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and 300 <= value <= 599:
                return value
    return None


def _wait(decision: Any, chain: list[BaseException]) -> float | None:
    """Seconds to wait, as Inspect or a `Retry-After` header says."""
    said = getattr(decision, "retry_after", None)
    if said is not None:
        return retry_after(str(said))
    found = (getattr(getattr(link, "response", None), "headers", None) for link in chain)
    return next((wait for headers in found if headers is not None and (wait := wait_of(headers)) is not None), None)


def _body(error: BaseException) -> bytes:
    """The error body that an exception carries, if any: Inspect's own exceptions have none, those they wrap do."""
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        return msgspec.json.encode(body, enc_hook=str)
    text = getattr(getattr(error, "response", None), "text", None)
    return text.encode("utf-8", "replace") if isinstance(text, str) else b""


def _words(error: BaseException) -> str:
    message = getattr(error, "provider_message", None) or getattr(error, "message", None)
    return message if isinstance(message, str) else str(error)
