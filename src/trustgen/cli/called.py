"""Models as a command names them: `--model NAME=URI`, and how each is asked, by `[NAME=]VALUE` options.

A value without a name is for every model under test; a role's models go by the role's name (`judge`, `writer` …). Only
`--api-key-env` without a name is for everybody, roles too, and only where all are at one place: a secret goes to the
server it was meant for, and to no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import click

from trustgen.core import InputError, Manner, Model, ModelOptions, Named, underlying
from trustgen.core.plain import read_text

Command = Callable[..., Any]
_NAMED = re.compile(r"([A-Za-z][\w.+-]{0,39})=(.+)", re.DOTALL)
_OWN = ("model", "messages", "stream")  # fields of a request that are ours to fill


class Called(NamedTuple):
    """A model as a command names it. `name` is "" for one that goes by its URI."""

    uri: str
    name: str
    manner: Manner
    options: ModelOptions
    role: str = ""

    def open(self) -> Model:
        """The endpoint, under its name and in its manner."""
        from trustgen.models import open_model

        model = open_model(self.uri, self.options)
        return Named(model, self.name, self.manner) if self.name or self.manner != Manner() else model

    @property
    def label(self) -> str:
        """What tables, files and commands call it."""
        return self.name or self.uri


def _number(low: float, high: float, whole: bool = False) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            value = int(text) if whole else float(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            span = f"from {low:g}" if high == float("inf") else f"from {low:g} to {high:g}"
            raise InputError(f"write a {'whole ' if whole else ''}number {span}")
        return value

    return read


def _system(text: str) -> str:
    if not text.startswith("@"):
        return text
    try:
        return read_text(Path(text[1:])).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None


def _body(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InputError(f"this is no JSON ({error})") from None
    if not isinstance(found, dict):
        raise InputError('write a JSON object, as {"top_k": 20}')
    if taken := [name for name in _OWN if name in found]:
        raise InputError(f"`{taken[0]}` is filled by TrustGen")
    return found


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not (colon and re.fullmatch(r"[\w-]+", name.strip()) and value.isascii() and value.isprintable()):
        raise InputError("write NAME: VALUE, as x-team: red")
    return name.strip(), value.strip()


def _word(text: str) -> str:
    if not re.fullmatch(r"[\w-]+", text):
        raise InputError("write a word, as low, medium or high")
    return text


_MOST = 10_000_000
MANNERS: Mapping[str, tuple[Callable[[str], Any], str, str]] = {
    "temperature": (_number(0, 10), "T", "Sampling temperature in place of the tasks' 0."),
    "top_p": (_number(0, 1), "P", "Nucleus sampling in place of 1."),
    "seed": (_number(-(2**63), 2**63, whole=True), "N", "Seed of the sampling in place of 0."),
    "max_tokens": (_number(1, _MOST, whole=True), "N", "Cap on an answer in place of the tasks' own."),
    "thinking_tokens": (_number(1, _MOST, whole=True), "N", "Room for thoughts on top of the cap on the answer."),
    "reasoning_effort": (_word, "LEVEL", "How hard a reasoning model is to think: low, medium, high …"),
    "system": (_system, "TEXT|@FILE", "A system message in front of every conversation."),
    "extra_body": (_body, "JSON", "Fields for the body of every request; null leaves one out."),
}
"""Options that make a `Manner`: how each is read, its metavar, and its help."""


def asking_models(command: Command) -> Command:
    """The options that say how each model is asked."""
    command = click.option(
        "--api-key-env",
        multiple=True,
        metavar="[NAME=]VAR",
        help="Environment variable that holds the key; without a name for all, where they are on one server.",
    )(command)
    command = click.option(
        "--insecure", is_flag=True, help="Let keys go unencrypted, by http, to servers on other machines."
    )(command)
    command = click.option(
        "--header", multiple=True, metavar="[NAME=]NAME:VALUE", help="A header for every call; repeat for several."
    )(command)
    for name, (_, metavar, help_) in reversed(tuple(MANNERS.items())):
        flag = f"--{name.replace('_', '-')}"
        command = click.option(flag, name, multiple=True, metavar=f"[NAME=]{metavar}", help=help_)(command)
    return command


def called(
    models: Sequence[str],
    roles: Mapping[str, str],
    timeout: float,
    said: Mapping[str, tuple[str, ...]],
    insecure: bool = False,
) -> tuple[list[Called], dict[str, Called]]:
    """The models under test and the roles, each with its name and manner; `said` are the values of the options.

    Raises `InputError` for a name given to two models, a value for a name that nobody has, and values that cannot be.
    """
    under_test = [(found[1], found[2]) if (found := _NAMED.fullmatch(text)) else ("", text) for text in models]
    under_test = list(dict.fromkeys(under_test))
    names = [name or uri for name, uri in under_test]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise InputError(f"--model {twice}=… is given twice: each name is one model")
    if clash := next((name for name in names if name in roles), ""):
        raise InputError(f"--model {clash}=…: `{clash}` is a role's name: choose another")
    values = _values(said, names, tuple(roles))
    _keep_apart(said, {**dict(zip(names, (uri for _, uri in under_test), strict=True)), **roles}, values)

    def one(name: str, uri: str, role: str = "") -> Called:
        mine = values.get(role or name or uri, {})
        headers = dict(mine.get("header", ()))
        key = (mine.get("api_key_env") or [""])[0]
        manner = Manner(**{name: mine[name][0] for name in MANNERS if name in mine})
        options = ModelOptions(api_key_env=key, timeout=timeout, headers=headers, insecure=insecure)
        return Called(uri, name, manner, options, role)

    return [one(*found) for found in under_test], {role: one("", uri, role) for role, uri in roles.items()}


def _keep_apart(
    said: Mapping[str, tuple[str, ...]], uris: Mapping[str, str], values: Mapping[str, Mapping[str, list[Any]]]
) -> None:
    """Raise `InputError` where a secret that was given without a name would reach more than one server."""
    from trustgen.models.secrets import is_secret

    for option in ("api_key_env", "header"):
        flag = f"--{option.replace('_', '-')}"
        for text in said.get(option, ()):
            named = any(text.startswith(f"{name}=") for name in uris)
            if named or (option == "header" and not is_secret(text.partition(":")[0])):
                continue
            value = text if option == "api_key_env" else _header(text)
            to = sorted({_server(uris[name]) for name, mine in values.items() if value in mine.get(option, ())} - {""})
            if len(to) > 1:
                shown = text.partition(":")[0] if option == "header" else text
                mend = (
                    f"write {flag} NAME={shown}{':…' if option == 'header' else ''} for each model that is to have it"
                )
                raise InputError(f"{flag} {shown}: it would go to {len(to)} servers ({', '.join(to)}): {mend}")


def _server(uri: str) -> str:
    """Where a model's calls go: the origin of its URL, the file that says so, or the provider; "" for this process."""
    if underlying(uri).startswith("http:"):
        return underlying(uri).partition("#")[0]
    scheme, _, rest = underlying(uri).partition("/")
    if scheme.startswith(("openai-api:", "images:")):
        url = urlsplit(uri.rpartition("@")[2])
        return f"{url.scheme.lower()}://{url.netloc.lower()}"
    here = ("smollm2", "organism", "glassllm", "tiny-t2i", "tiny-vlm")
    if scheme.partition("?")[0] in here or scheme.startswith("python:"):
        return ""
    return f"{scheme}/{rest.partition('/')[0]}"


def _values(
    said: Mapping[str, tuple[str, ...]], names: Sequence[str], roles: Sequence[str]
) -> dict[str, dict[str, list[Any]]]:
    """By model or role and option, the values read."""
    found: dict[str, dict[str, list[Any]]] = {name: {} for name in (*names, *roles)}
    for option, texts in said.items():
        flag = f"--{option.replace('_', '-')}"
        general: dict[str, list[Any]] = {}
        own: dict[str, dict[str, list[Any]]] = {name: {} for name in found}
        for text in texts:
            name, value = _whose(text, found, flag, free=option in ("system", "extra_body", "header"))
            into = own[name] if name else general
            if option != "header" and option in into:
                whom = f" for `{name}`" if name else ""
                raise InputError(f"{flag} is given twice{whom}: give it once, or as {flag} NAME={value} for each model")
            into.setdefault(option, []).append(_read(option, value, flag, text))
        if general and not names and option != "api_key_env":
            raise InputError(f"{flag} {texts[0]}: no model is under test here: write {flag} ROLE=…")
        for name, mine in found.items():
            shared = general.get(option, []) if name in names or option == "api_key_env" else []
            special = own[name].get(option, [])
            if values := (shared + special if option == "header" else special or shared):
                mine[option] = values
    return found


def _whose(text: str, known: Iterable[str], flag: str, *, free: bool) -> tuple[str, str]:
    """The model that a value is for ("" for all), and the value. A free text may hold a `=` of its own."""
    for name in sorted(known, key=len, reverse=True):  # a URI may hold a `=` too
        if text.startswith(f"{name}="):
            return name, text[len(name) + 1 :]
    if not free and "=" in text:
        name = text.partition("=")[0]
        raise InputError(f"{flag} {text}: no model or role is called `{name}`: known are {', '.join(known) or 'none'}")
    return "", text


def _read(option: str, value: str, flag: str, text: str) -> Any:
    try:
        if option == "header":
            return _header(value)
        return value if option == "api_key_env" else MANNERS[option][0](value)
    except InputError as error:
        shown = text if len(text) <= 60 else f"{text[:59]}…"
        raise InputError(f"{flag} {shown}: {error}") from None


__all__ = ["MANNERS", "Called", "asking_models", "called"]
