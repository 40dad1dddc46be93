"""What a build brings to its tasks and pools: models bound to roles, and a memory of all that came from outside.

A model that helps to *make* a test (`writer`, `embedder`, `judge` …) is bound to a role by name. Everything that such a
model, a search engine or a web page gave is kept by key, so a build that is killed resumes without asking again, and
the same edition can be built byte for byte without any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import msgspec

from .assets import Assets, Scratch
from .errors import BuildStopped, InputError, Unusable
from .records import Image, Turn, user
from .replies import Reply
from .sampling import Sampling

CRAFTING = Sampling(temperature=0.0, max_tokens=512)
"""How a role is asked unless the caller says otherwise. For variety pass a temperature and a seed from the draw."""

T = TypeVar("T")


class Bound(Protocol):
    """A model bound to a role. `ask` blocks until the reply is there; the engine runs several builders at a time."""

    @property
    def role(self) -> str:
        """The role's name."""

    @property
    def uri(self) -> str:
        """The model's URI."""

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        """One reply, remembered by (model, turns, sampling). Raises `Unusable` where none can be had."""


class Cache(Protocol):
    """Remembers what came from outside, for this build and for the edition's export."""

    def remember(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        """What is stored under (kind, key), else what `make` returns, stored. `kind` is `reply`, `page`, `search` …"""


class Forgets:
    """A cache that remembers nothing."""

    def remember(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        """What `make` returns."""
        return make()


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """What the user allows the files of pools, which others may have written: nothing, unless it was said.

    `keys` are pairs of an environment variable and the origin it may be sent to ("": the search engine's own place),
    `private` lets a file send us into the own network, `limits` lets it raise the bounds of what is fetched.
    """

    keys: frozenset[tuple[str, str]] = frozenset()
    private: bool = False
    limits: bool = False

    @classmethod
    def parse(cls, keys: Iterable[str], *, private: bool = False, limits: bool = False) -> Granted:
        """`VAR` or `VAR@https://host:port` for each key; raises `InputError` for anything else."""
        found = set()
        for text in keys:
            variable, _, origin = text.partition("@")
            if not re.fullmatch(r"\w+", variable) or not re.fullmatch(r"(https?://[^\s/@]+)?/?", origin):
                raise InputError(f"--pool-key {text}: write VAR or VAR@ORIGIN, as SEARCH_KEY@https://search.example")
            found.add((variable, origin.rstrip("/").lower()))
        return cls(keys=frozenset(found), private=private, limits=limits)


NOTHING_GRANTED = Granted()


@dataclass(frozen=True)
class Kit:
    """Handed to every task and pool that a build makes; empty where nothing was bound."""

    roles: Mapping[str, Bound] = field(default_factory=dict)
    cache: Cache = field(default_factory=Forgets)
    granted: Granted = NOTHING_GRANTED
    assets: Assets = field(default_factory=Scratch)

    def asset(self, sha256: str) -> bytes:
        """The bytes of a picture that was kept here, or that a run shows or got."""
        return self.assets.asset(sha256)

    def keep(self, body: bytes, alt: str = "") -> Image:
        """Keep a picture that a builder or a variation made, so that a case can show it; `alt` says what it shows."""
        return self.assets.keep(body, alt)

    def role(self, name: str) -> Bound | None:
        """The model bound to a role, if any."""
        return self.roles.get(name)

    def need(self, name: str, what: str = "this") -> Bound:
        """The model bound to a role; raises `InputError` where none is: there is no fallback."""
        if (bound := self.roles.get(name)) is None:
            raise InputError(f"{what} needs a model in the role `{name}`: add --role {name}=URI")
        return bound


@dataclass(frozen=True)
class Named:
    """A role by name alone, where a task is needed only to judge or to count: it cannot be asked."""

    role: str
    uri: str

    def ask(self, *turns: Turn, sampling: Sampling = CRAFTING) -> Reply:
        """Raises: nobody is bound."""
        raise BuildStopped(f"role `{self.role}` ({self.uri}) is only named here: build with --role to ask it")


def named(roles: Mapping[str, str]) -> Kit:
    """A kit whose roles have names and cannot be asked: what judging an edition with roles needs."""
    return Kit({role: Named(role, uri) for role, uri in roles.items()})


BARE = Kit()
"""A kit with nothing in it."""


def structured(bound: Bound, prompt: str, shape: type[T], *, sampling: Sampling = CRAFTING, tries: int = 2) -> T:
    """Ask for JSON of a shape (a `msgspec.Struct` type, say) and decode it.

    The schema is sent along for servers that enforce it; what comes back is validated here in any case, and a reply
    that does not fit is answered with the fault, at most `tries` times in all. Raises `Unusable` after that.
    """
    asked = msgspec.structs.replace(sampling, schema=schema_of(shape))
    turns: tuple[Turn, ...] = (user(prompt),)
    fault = ""
    for _ in range(tries):
        text = bound.ask(*turns, sampling=asked).text
        try:
            return msgspec.json.decode(_json_in(text), type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # the last: brackets without end
            fault = str(error)
            turns = (user(f"{prompt}\n\nThe last reply could not be used ({fault}). Reply with that JSON alone."),)
    raise Unusable(f"`{bound.role}` ({bound.uri}) gave no usable JSON in {tries} tries: {fault}")


def schema_of(shape: Any) -> dict[str, Any]:
    """The JSON schema of a type, references resolved at its top."""
    (found,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    if "$ref" in found and len(parts) == 1:
        return dict(next(iter(parts.values())))
    return {**found, **({"$defs": parts} if parts else {})}


def _json_in(text: str) -> str:
    """The JSON of a reply that may stand in a code fence or between sentences."""
    starts = [i for i in (text.find("{"), text.find("[")) if i >= 0]
    end = max(text.rfind("}"), text.rfind("]"))
    return text[min(starts) : end + 1] if starts and end > min(starts) else text


__all__ = ["BARE", "CRAFTING", "Bound", "Cache", "Forgets", "Kit", "Named", "named", "schema_of", "structured"]
