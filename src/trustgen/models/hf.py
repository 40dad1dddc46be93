"""A language model that lies in a folder, in process: `hf/FOLDER?device=cuda&dtype=bfloat16`.

Whatever `save_pretrained` of transformers writes is read, models of words and models that read pictures beside them,
from disk alone: no hub is asked, only safetensors are loaded, and a folder that wants code of its own run is refused.
Nothing shapes the sampling but what is asked: the folder's own settings for it are not taken up.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from threading import Lock
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from trustgen.core import (
    Image,
    InputError,
    Level,
    MissingExtra,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Sampling,
    TokenLogprob,
    Transient,
    Usage,
)
from trustgen.core.replies import Finish
from trustgen.vision.decode import decoded, reader

from .hf_reader import Reader
from .marked import mark
from .picking import likeliest, picked

INSTALL = "pip install torch==2.13.0 'transformers>=5' safetensors pillow"
FORM = "write for example hf/models/my-model?device=cuda&dtype=bfloat16"
SETTINGS = {"device": r"cpu|mps|cuda(:\d+)?", "dtype": "float32|bfloat16|float16"}
PLAIN = {"device": "cpu", "dtype": "float32"}
TEMPLATE = "chat_template_kwargs"
"""What of `Sampling.extra` there is a use for: variables of the chat template, as servers call them too."""


def open_model(rest: str, options: ModelOptions) -> FolderModel:
    """The model in `FOLDER`, its template read, its weights not yet loaded.

    Raises `InputError` for a folder that is none, or that wants its own code run, and `MissingExtra` without torch or
    transformers.
    """
    named, _, query = rest.partition("?")
    named, _, wanted = named.partition("#")
    folder = Path(named).expanduser()
    if not named or not (folder / "config.json").is_file():
        raise InputError(f"`{named}` is no folder of a language model (it has no config.json): {FORM}")
    settings = _settings(query)
    _harmless(folder)
    marked = mark(folder)
    if wanted not in ("", marked):
        raise InputError(f"`{named}` holds another model than it did (#{marked}, not #{wanted}): write {named}")
    said = "&".join(f"{name}={value}" for name, value in sorted(settings.items()) if value != PLAIN[name])
    uri = f"hf/{named}#{marked}{'?' if said else ''}{said}"
    return FolderModel(uri, folder, settings, _kind(folder), options.timeout)


class Kind(NamedTuple):
    """What transformers loads the weights by, and what reads a conversation for them."""

    loader: Any
    reader: Reader


class FolderModel(Model):
    """One call at a time. What it draws is drawn on the CPU from the seed."""

    def __init__(self, uri: str, folder: Path, settings: Mapping[str, str], kind: Kind, timeout: float) -> None:
        self.uri, self._folder, self._settings, self._timeout = uri, folder, settings, timeout
        self._loader, self._reader = kind
        self.levels = frozenset({Level.GENERATE, Level.LOGPROBS} | ({Level.IMAGE_IN} if self._reader.sees else set()))
        self.without = self._reader.without
        self._lock = Lock()
        self._loaded: Any = None

    def __repr__(self) -> str:
        return f"FolderModel({self.uri!r})"

    async def check(self) -> None:
        """Load the weights. Raises `InputError` where they cannot be, or are not all there."""
        await asyncio.to_thread(self._model)

    async def ask(self, request: Request) -> Reply:
        """One reply. What its template, its processor or its context has no place for is `Permanent`, and so are a
        JSON schema and fields of a body; over the timeout is `Transient`."""
        sampling = request.sampling
        if sampling.schema is not None:
            raise Permanent("a model of a folder follows no JSON schema")
        if strange := sorted(sampling.extra.keys() - {TEMPLATE}):
            raise Permanent(f"a model of a folder has no field `{strange[0]}`: of a body it takes `{TEMPLATE}`")
        if not self._reader.sees and any(isinstance(part, Image) for turn in request.turns for part in turn.parts):
            raise Permanent("this model reads no pictures")
        return await asyncio.to_thread(self._replied, request)

    async def close(self) -> None:
        """Let go of the weights. A later call loads them again."""
        self._loaded = None

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder, self._loader, self._settings, self._reader)
            return self._loaded

    def _replied(self, request: Request) -> Reply:
        model, sampling = self._model(), request.sampling
        began = perf_counter()
        inputs = self._reader.inputs(request.turns, _pictures(request), _told(sampling))
        length = int(inputs["input_ids"].shape[-1])
        room = _room(model, length, sampling.max_tokens + sampling.thinking)
        said = Said(sampling, self._reader, _numbers(model.generation_config.eos_token_id), self._timeout)
        with self._lock:
            _generated(model, inputs, said, room)
        return said.reply(length, perf_counter() - began)


class Said:
    """A reply in the making: chooses each token and keeps it, and says when to stop."""

    def __init__(self, sampling: Sampling, reader: Reader, ends: set[int], timeout: float) -> None:
        self._sampling, self._reader, self._ends, self._timeout = sampling, reader, ends, timeout
        self._draw, self._began = Random(sampling.seed), perf_counter()
        self._ids: list[int] = []
        self._logprobs: list[TokenLogprob] = []

    def __call__(self, _before: Any, scores: Any) -> Any:
        """Scores (1, vocabulary) in which the token that was chosen is the only one left."""
        logits, sampling = scores[0].float().cpu().numpy(), self._sampling
        token = picked(logits, sampling.temperature, sampling.top_p, self._draw)
        if sampling.logprobs and token not in self._ends:
            logprob, others = likeliest(logits, token, sampling.logprobs)
            own, *names = self._reader.pieces(self._ids, [token, *(other.token for other in others)])
            top: dict[str, float] = {}
            for name, other in zip(names, others, strict=True):
                top.setdefault(name, other.logprob)  # two that print alike: the likelier keeps the name
            self._logprobs.append(TokenLogprob(own, logprob, top))
        self._ids.append(token)
        left = scores.new_full(scores.shape, float("-inf"))
        left[0, token] = 0.0
        return left

    def ended(self) -> bool:
        """Whether what it is to stop at was said. Raises `Transient` once the time is over."""
        if perf_counter() - self._began > self._timeout:
            raise Transient(f"no answer within {self._timeout:g} s")
        return bool(self._sampling.stop) and self._cut(self._reader.words(self._ids)) is not None

    def reply(self, length: int, seconds: float) -> Reply:
        """The reply to a conversation of `length` tokens."""
        done = bool(self._ids) and self._ids[-1] in self._ends
        text = self._reader.words(self._ids[:-1] if done else self._ids)
        cut = self._cut(text)
        finish: Finish = "stop" if done or cut is not None else "length"
        kept: list[TokenLogprob] = []
        left = len(text) if cut is None else cut
        for one in self._logprobs:
            if cut is not None and left <= 0:
                break
            kept.append(one)
            left -= len(one.token)
        return Reply(text[:cut], finish, Usage(length, len(self._ids)), seconds, tuple(kept))

    def _cut(self, text: str) -> int | None:
        """Where the first of the stops begins."""
        return min((text.index(stop) for stop in self._sampling.stop if stop in text), default=None)


class _Until:
    """Stops where `said` has ended; transformers asks it after every token."""

    def __init__(self, said: Said) -> None:
        self._said = said

    def __call__(self, _ids: Any, _scores: Any, **_: Any) -> bool:
        return self._said.ended()


def _generated(model: Any, inputs: Mapping[str, Any], said: Said, room: int) -> None:
    """Have the model speak. Raises `Permanent` for whatever it fails at."""
    import torch
    from transformers import LogitsProcessorList, StoppingCriteriaList

    device, dtype = model.device, model.dtype
    taken = {n: t.to(device, dtype) if t.is_floating_point() else t.to(device) for n, t in inputs.items()}
    try:
        with torch.inference_mode():
            model.generate(
                **taken,
                logits_processor=LogitsProcessorList([said]),
                stopping_criteria=StoppingCriteriaList([_Until(said)]),
                max_new_tokens=room,
                do_sample=False,
            )
    except (RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError) as error:
        why = " ".join(str(error).split())[:200]
        raise Permanent(f"the model failed at this conversation ({type(error).__name__}: {why})") from None


def _room(model: Any, length: int, wanted: int) -> int:
    """How many tokens it may say. Raises `Permanent` where the conversation leaves room for none."""
    if model.config.is_encoder_decoder:
        return wanted
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None) or length + wanted
    if length >= most:
        raise Permanent(f"the conversation has {length} tokens, and the model reads {most}")
    return min(wanted, int(most) - length)


def _told(sampling: Sampling) -> dict[str, Any]:
    """What the chat template is told beside the conversation."""
    told = sampling.extra.get(TEMPLATE) or {}
    if not isinstance(told, dict):
        raise Permanent(f'`{TEMPLATE}` holds variables of the chat template by name, as {{"enable_thinking": false}}')
    return ({"reasoning_effort": sampling.effort} if sampling.effort else {}) | told


def _pictures(request: Request) -> list[Any]:
    """The pictures that are shown, decoded as judges see them, in their order."""
    found = []
    for part in (part for turn in request.turns for part in turn.parts if isinstance(part, Image)):
        seen = decoded(request.asset(part.sha256))
        if seen.pixels is None:
            raise Permanent(f"a picture that is shown cannot be read: {seen.reason}")
        found.append(reader().fromarray(seen.pixels))
    return found


# ── opening ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _settings(query: str) -> dict[str, str]:
    try:
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise InputError(f"`{query}` is not NAME=VALUE&…: {FORM}") from None
    made: dict[str, str] = {}
    for name, value in given:
        if name in made or not re.fullmatch(SETTINGS.get(name, "(?!)"), value):
            known = "device (cpu, cuda, cuda:1 …, mps) and dtype (float32, bfloat16, float16), each once"
            raise InputError(f"a model of a folder was given `{name}={value}`: it takes {known}")
        made[name] = value
    return PLAIN | made


def _harmless(folder: Path) -> None:
    """Raise `InputError` for a folder that would have code of others run, or weights that lie elsewhere loaded."""
    if (folder / "adapter_config.json").is_file():
        raise InputError(
            f"`{folder}` holds an adapter, whose model lies elsewhere: merge the two and save them together"
        )
    for path in sorted(folder.glob("*config.json")):
        try:
            told = msgspec.json.decode(path.read_bytes())
        except (OSError, msgspec.DecodeError):
            raise InputError(f"`{path}` cannot be read as JSON") from None
        for name, value in _entries(told):
            if name == "auto_map" and value:
                raise InputError(
                    f"`{path}` asks for code of its own (`auto_map`), which is not run: take a model without"
                )
            if name.endswith(("attn_implementation", "experts_implementation")) and "/" in str(value):
                raise InputError(f"`{path}` asks for code of a hub (`{name}`), which is not run: take that line out")


def _entries(told: Any) -> Iterator[tuple[str, Any]]:
    """All names and values of a JSON, at any depth."""
    if isinstance(told, dict):
        yield from told.items()
    for one in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _entries(one)


def _kind(folder: Path) -> Kind:
    try:
        import torch  # noqa: F401  (transformers is importable without it, and then loads nothing)
        import transformers
    except ImportError as error:
        raise MissingExtra("`hf/FOLDER`", error.name or "transformers", INSTALL) from None
    where, local = str(folder), {"local_files_only": True, "trust_remote_code": False}
    try:
        config = transformers.AutoConfig.from_pretrained(where, **local)
        sees = type(config) in transformers.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
        if not sees and type(config) not in transformers.MODEL_FOR_CAUSAL_LM_MAPPING:
            raise InputError(
                f"`{folder}` holds a `{config.model_type}`: neither a model of text nor one of pictures and text"
            )
        loader = transformers.AutoModelForImageTextToText if sees else transformers.AutoModelForCausalLM
        speaker = transformers.AutoProcessor if sees else transformers.AutoTokenizer
        return Kind(loader, Reader(speaker.from_pretrained(where, **local), sees))
    except InputError:
        raise
    except Exception as error:  # of some twenty kinds, by what is amiss in a folder of others
        raise _unloaded(folder, error) from None


def _load(folder: Path, loader: Any, settings: Mapping[str, str], reader: Reader) -> Any:
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    try:
        model, found = loader.from_pretrained(
            str(folder),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=getattr(torch, settings["dtype"]),
            output_loading_info=True,
        )
    except Exception as error:
        raise _unloaded(folder, error) from None
    try:
        model = model.to(settings["device"]).eval()
    except Exception as error:  # no such device, none that torch was built for, or too little memory
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise InputError(f"`{folder}` cannot be put on `{settings['device']}` ({why}): name another device") from None
    if missing := sorted(found["missing_keys"]):
        raise InputError(
            f"`{folder}` lacks {len(missing)} of the model's weights, as `{missing[0]}`: it would make them up"
        )
    given = model.generation_config
    ends = sorted(_numbers(given.eos_token_id) | _numbers(reader.tokens.eos_token_id))
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=ends or None,
        pad_token_id=next(iter([*_numbers(given.pad_token_id), *ends]), 0),
        bos_token_id=given.bos_token_id,
        decoder_start_token_id=given.decoder_start_token_id,
    )
    return model


def _numbers(told: Any) -> set[int]:
    """The tokens of a setting that holds one, several or none."""
    return set() if told is None else {int(one) for one in told} if isinstance(told, list | tuple) else {int(told)}


def _unloaded(folder: Path, error: Exception) -> InputError:
    why = " ".join(str(error).split())[:200]
    return InputError(f"`{folder}` holds no model that can be loaded ({type(error).__name__}: {why})")
