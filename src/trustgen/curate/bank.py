"""Pools made from words of our own: a TOML file beside its code, draws, and a record for every index.

    WORDS = Bank(__package__, "claims")

    @WORDS.pool("bias.claims", "unfair claims about people, and fair ones about things")
    def claims(at: Spot) -> Fields:
        return {"group": at.turn(WORDS["groups"], "group"), "place": at.draw.choice(WORDS["places"])}

Records are made one by one from the salt and an index, and none needs another one to exist.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from random import Random
from typing import Any, TypeVar

from trustgen.core import Record, Source, digest, in_turn, keyed

from .pool import Stream

OWN = "Apache-2.0: written for TrustGen"
Fields = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Spot:
    """One index of a pool under one salt."""

    pool: str
    salt: str
    index: int

    @cached_property
    def draw(self) -> Random:
        """The draws of this record, one after the other."""
        return self.drawn()

    def drawn(self, *of: str) -> Random:
        """New draws of this record, for one part of it."""
        return keyed(self.salt, self.pool, *of, str(self.index))

    def turn(self, values: Sequence[T], *stage: str, nth: int | None = None) -> T:
        """The value that is next in turn at this index, or the `nth`. A stage with `/` is part of the pool's name."""
        pool, *stages = (f"{self.pool}{stage[0]}", *stage[1:]) if stage and stage[0][0] == "/" else (self.pool, *stage)
        return in_turn(values, self.index if nth is None else nth, self.salt, pool, *stages)


def stream(name: str, about: str, source: Callable[[], Source]) -> Callable[[Callable[[Spot], Fields]], Stream]:
    """Makes a function into a pool without end: it gives the fields of the record at a spot."""

    def made(fields: Callable[[Spot], Fields]) -> Stream:
        def make(salt: str, index: int) -> Record:
            return Record.of(name, source(), **fields(Spot(name, salt, index)))

        return Stream(name, about, source, make)

    return made


def released(package: str, licence: str) -> Callable[[], Source]:
    """The source of what is made by rule from what a package ships, named by the package's release."""
    return cache(lambda: Source(origin=package, revision=version(package), licence=licence))


WRITTEN = released("trustgen", "written for TrustGen, Apache-2.0")
RULE = released("trustgen", "made by rule")
NAMES = released("faker", "package: MIT; name lists as its contributors compiled them; all else made by rule")


@dataclass(frozen=True)
class Bank:
    """The file `name.toml` of a package: `bank["table"]` is a table of it, read when it is first asked for.

    `filled` are the banks and `names` the package of names that fill its slots: they stand in its source's revision.
    """

    package: str
    name: str
    filled: tuple[str, ...] = ()
    names: str = ""
    licence: str = OWN

    @cached_property
    def told(self) -> dict[str, Any]:
        """The whole file."""
        return tomllib.loads(self._text(self.name))

    def __getitem__(self, name: str) -> Any:
        return self.told[name]

    def source(self) -> Source:
        """Where its records come from, named by the hash of its text."""
        return self._source

    @cached_property
    def _source(self) -> Source:
        texts = digest(*map(self._text, (self.name, *self.filled)))[:12]
        also = f", names: {self.names} {version(self.names)}" if self.names else ""
        revision = f"{version('trustgen')} {texts}{also}"
        return Source(origin=f"{self.name}.toml of trustgen", revision=revision, licence=self.licence)

    def _text(self, name: str) -> str:
        return (files(self.package) / f"{name}.toml").read_text("utf-8")

    def pool(
        self, name: str, about: str, source: Callable[[], Source] | None = None
    ) -> Callable[[Callable[[Spot], Fields]], Stream]:
        """Makes a function into a pool of this bank (see `stream`); its source is the bank unless another is given."""
        return stream(name, about, source or self.source)


def parts(text: str) -> tuple[str, ...]:
    """Words, or pieces of words, as they stand between blanks."""
    return tuple(text.split())


__all__ = ["NAMES", "OWN", "RULE", "WRITTEN", "Bank", "Fields", "Spot", "parts", "released", "stream"]
