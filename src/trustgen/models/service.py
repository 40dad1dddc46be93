"""One's own HTTP service, as a TOML file describes it: `http:app.toml`.

    url = "http://localhost:8000/ask"      where calls go
    reply = "answer"                       where the text stands in the JSON of the answer; "" for a body that is text
    [headers]                              $NAME and ${NAME} stand for variables of the environment, $$ for a $
    [body]                                 what is sent, with slots: {{prompt}}, {{messages}}, {{system}} …

Slots are filled in parsed JSON, never pasted into its text: a prompt is one value, whatever stands in it.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from yarl import URL

from trustgen.core import (
    Blocked,
    InputError,
    Model,
    ModelOptions,
    Permanent,
    Reply,
    Request,
    Transient,
    Usage,
    digest,
    plain,
)

from . import slots, streamed
from .address import can_be
from .client import Client, longest_body, read_key, sealed, without_secrets
from .faults import clean, fault_within
from .loose import counted, loose, mended
from .secrets import is_secret, strike

SLOTS = 64
"""Calls at once, where nobody says how many: an application does more for a call than a server of models."""
FORM = 'a service needs a `url`, a `reply` (where the text stands in its answer) and a [body] with "{{prompt}}"'

_SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|([A-Za-z_]\w*)|\$)")
_PLACE = re.compile(r"-?[0-9]{1,6}")
_SHOWN = 12  # names that a message lists


class _Tokens(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    input: str = ""
    output: str = ""


class App(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says. Paths lead into the answer's JSON, as `choices.0.text`; "" is nowhere.

    `body` is a table, or the text of a JSON object. `refused` are statuses, paths to what is not empty or false, and
    PATH=VALUE, each of which says that a filter refused; `error` is a path to what went wrong.
    """

    url: str
    reply: str
    body: dict[str, Any] | str
    method: str = "POST"
    headers: dict[str, str] = {}
    thoughts: str = ""
    usage: _Tokens = _Tokens()
    refused: list[str | int] = []
    error: str = ""


def open_model(rest: str, options: ModelOptions) -> Service:
    """The service of `FILE.toml`; with `#` and its mark behind it, only while the file says the same.

    Raises `InputError` for a file that cannot be used, an unset variable, and a secret that would go unencrypted.
    """
    path, _, mark = rest.partition("#")
    if not path or path.startswith("//"):
        raise InputError(
            f"model URI `http:{clean(rest)}`: a service is described by a file, as http:app.toml; a server that speaks "
            "as OpenAI's does is openai-api:MODEL@http://…"
        )
    try:
        told = plain.toml(plain.read_text(Path(path).expanduser()))
        app = msgspec.convert(told, App)
        body = _object(app.body)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"`{path}` cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'}): {FORM}"
        ) from None
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(f"`{path}`: {clean(str(error))}: {FORM}") from None
    found = digest(told)[:8]
    if mark not in ("", found):
        raise InputError(f"`{path}` says something else than it did (#{found}, not #{mark}): write http:{path}")
    _check(app, path)
    return Service(f"http:{path}#{found}", path, app, body, options)


class Service(Model):
    """One service. Its connections belong to the event loop of the first call, until `close`."""

    slots = SLOTS

    def __init__(self, uri: str, path: str, app: App, body: dict[str, Any], options: ModelOptions) -> None:
        self.uri, self._path, self._app, self._body = uri, path, app, body
        self._taken = _taken(body, path)
        self.without = slots.without(self._taken, f"the body in `{path}`")
        secrets: list[str] = []
        headers = {name: _header(name, value, path, secrets) for name, value in app.headers.items()}
        key = read_key(options.api_key_env)
        if key or secrets or any(is_secret(name) for name in (*headers, *options.headers)):
            sealed("a secret", without_secrets(app.url), options, f"`{path}`")
        blocked = frozenset(status for status in app.refused if isinstance(status, int))
        self._client = Client(key, options, headers=headers, hide=tuple(secrets), blocked=blocked)
        self.ends_within = options.timeout

    def __repr__(self) -> str:
        return f"Service({self.uri!r})"

    async def check(self) -> None:
        """Ask what it takes, by a method that does nothing. Raises `InputError` where nothing answers."""
        await self._client.reach("OPTIONS", URL(self._app.url), without_secrets(self._app.url))

    async def ask(self, request: Request) -> Reply:
        """One call. Raises the `ModelFault` that the answer is, or that is read in it."""
        values = slots.handed(request, self._taken, f"the body in `{self._path}`")
        extra = request.sampling.extra
        body = {**_filled(self._body, values), **extra}
        try:
            data = msgspec.json.encode({n: value for n, value in body.items() if n not in extra or value is not None})
        except ValueError as error:  # half a surrogate pair in a text
            raise Permanent(f"the conversation cannot be written as UTF-8: {error}") from error
        text, most = not self._app.reply, longest_body(request.sampling)
        return await self._client.ask(URL(self._app.url), data, most, self._read, method=self._app.method, text=text)

    def _read(self, content: bytes, seconds: float) -> Reply:
        """The reply in an answer."""
        app, hide = self._app, self._client.hide
        if not app.reply:
            return Reply(strike(content.decode("utf-8-sig", "replace"), hide), seconds=seconds)
        try:
            answer = loose(streamed.whole(content) if streamed.is_stream(content) else content)
        except (ValueError, RecursionError) as error:
            raise Transient(f"the answer is not JSON: {clean(str(error), hide)}") from None
        if app.error and (said := _at(answer, app.error, None)):
            raise fault_within(said, hide)
        for path, _, wanted in (told.partition("=") for told in app.refused if isinstance(told, str)):
            said = _at(answer, path, None)
            if _text(said) == wanted if wanted else said:
                raise Blocked(f"the service refused (`{path}`): {clean(_text(said), hide)}")
        try:
            said = _at(answer, app.reply)
        except LookupError as error:
            raise Permanent(clean(f'`reply = "{app.reply}"` {error.args[0]}', hide)) from None
        if isinstance(said, dict | list):
            raise Permanent(clean(f'`reply = "{app.reply}"` leads to no text: it {_has(said)}', hide))
        usage = Usage(counted(_at(answer, app.usage.input, None)), counted(_at(answer, app.usage.output, None)))
        thoughts = _text(_at(answer, app.thoughts, None)).strip()
        return Reply(strike(_text(said), hide), usage=usage, seconds=seconds, thoughts=strike(thoughts, hide))

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        await self._client.close()


# ── the file ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _object(body: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise msgspec.ValidationError(f"its `body` is no JSON ({error})") from None
    if not isinstance(body, dict):
        raise msgspec.ValidationError("its `body` is no JSON object")
    return body


def _check(app: App, path: str) -> None:
    """Raise `InputError` for what no service can have."""
    try:
        parts = urlsplit(app.url)
        good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        can_be(parts.hostname or "")
    except ValueError:
        good = False
    if not good or not app.url.isprintable() or " " in app.url:
        raise InputError(f"`{path}`: `url` is no http(s) URL: write for example http://localhost:8000/ask")
    if parts.username is not None or parts.password is not None:
        raise InputError(f"`{path}`: `url` holds a user or password: give a key as a header, Bearer $NAME")
    if app.method not in ("POST", "PUT", "PATCH"):
        raise InputError(f"`{path}`: `method` is {clean(app.method)}: write POST, PUT or PATCH")
    if not app.reply and (
        app.thoughts or app.error or app.usage != _Tokens() or any(isinstance(one, str) for one in app.refused)
    ):
        raise InputError(f'`{path}`: `reply = ""` says that the answer is a text, where no other path leads anywhere')


def _header(name: str, value: str, path: str, secrets: list[str]) -> str:
    """A header's value with its variables, whose values come into `secrets`."""

    def one(found: re.Match[str]) -> str:
        variable = found[1] or found[2]
        if not variable:
            return "$"
        secrets.append(read_key(variable))
        return secrets[-1]

    filled = _VARIABLE.sub(one, value)
    if not (re.fullmatch(r"[\w-]+", name) and name.isascii() and filled.isascii() and filled.isprintable()):
        raise InputError(f"`{path}`: header `{clean(name)}` holds characters that no HTTP header can carry")
    return filled


# ── slots ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _texts(part: Any) -> Iterator[str]:
    """Every text in a template."""
    if isinstance(part, str):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _texts(inner)


def _taken(body: dict[str, Any], path: str) -> frozenset[str]:
    """The slots of a template. Raises `InputError` for one that there is not, or that would be pasted into a text."""
    known = (*slots.CONVERSATION, *slots.SAMPLING)
    taken = {}
    for text in _texts(body):
        for name in _SLOT.findall(text):
            if name not in known:
                raise InputError(f"`{path}`: the body has an unknown slot {{{{{name}}}}}: known are {', '.join(known)}")
            if name not in slots.TEXTS and not _SLOT.fullmatch(text):
                raise InputError(f'`{path}`: {{{{{name}}}}} is no text: let it stand alone, as "{{{{{name}}}}}"')
            taken[name] = True
    return frozenset(taken)


def _filled(part: Any, values: dict[str, Any]) -> Any:
    """A template with its slots filled in one pass: what a value holds is no slot."""
    if isinstance(part, str):
        alone = _SLOT.fullmatch(part)
        return values[alone[1]] if alone else _SLOT.sub(lambda found: values[found[1]], part)
    if isinstance(part, dict):
        return {name: _filled(inner, values) for name, inner in part.items()}
    return [_filled(inner, values) for inner in part] if isinstance(part, list) else part


# ── paths ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def _at(answer: Any, path: str, *default: Any) -> Any:
    """What stands at a path. Where nothing does, the default, or a `LookupError` that says what there is."""
    value: Any = answer
    gone: list[str] = []
    for step in path.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and _PLACE.fullmatch(step) and -len(value) <= int(step) < len(value):
            value = value[int(step)]
        elif default:
            return default[0]
        else:
            where = f"`{'.'.join(gone)}`" if gone else "the answer"
            raise LookupError(f"is not in the answer: {where} {_has(value)}")
        gone.append(step)
    return value


def _has(value: Any) -> str:
    """What there is in a value of JSON, in words."""
    if isinstance(value, dict):
        names = list(value)
        return f"has: {', '.join(names[:_SHOWN]) or 'nothing'}{' …' if len(names) > _SHOWN else ''}"
    return f"is a list of {len(value)}" if isinstance(value, list) else "is no object"


def _text(value: Any) -> str:
    """A value of JSON as a text; nothing where it is null."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(mended(value)).decode()
