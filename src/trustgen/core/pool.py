"""Where records come from: a pool, and a task's choice of records from one or several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Self

from .errors import InputError
from .kit import Kit
from .records import BadRow, Record

PoolManifest = dict[str, str | int]
"""What a pool is: `origin` (a package), its `revision`, the `licence` of the data as far as known, and `rows`."""


class Pool:
    """A named supply of records, as a plug-in registers it under `trustgen.pools`.

    A subclass gives `name`, `about`, `manifest` and `draw`; all else has a default.
    """

    name: str  # what tasks and people call it, such as `facts.capitals`
    about: str  # one line: what its records are

    @property
    def size(self) -> int | None:
        """How many records there are; None where they are made without end."""
        return None

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        raise NotImplementedError(f"pool `{self.name}` says nothing of its source: give it `manifest`")

    def draw(self, salt: str) -> Iterator[Record]:
        """All records, in an order that only the salt decides."""
        raise NotImplementedError(f"pool `{self.name}` holds no records: give it `def draw(self, salt)`")

    def first(self, salt: str, n: int) -> Iterable[Record]:
        """The beginning of `draw`, for pools in which it can be had without holding or sorting everything."""
        return islice(self.draw(salt), n)

    def using(self, kit: Kit) -> Self:
        """The pool with its roles bound and what it fetches remembered; itself where it needs nothing."""
        return self

    def asset(self, sha256: str) -> bytes:
        """A picture that its records name. Raises `InputError` where there is none of this hash."""
        raise InputError(f"picture {sha256[:12]}… is not in the pool `{self.name}`")

    def bad_rows(self) -> Iterable[BadRow]:
        """Rows of its source that could not become records; known once it is drawn from."""
        return ()


class Records:
    """Where a task's records come from. Everything but `pool` and `select` has a default."""

    pool: str  # the names of the pools

    @property
    def size(self) -> int | None:
        """How many records the pools hold; None where they are made without end, or nobody knows."""
        return None

    def enough(self) -> None:
        """Raise an `InputError` where the pools hold fewer than are asked for. Only who draws needs to know."""

    def select(self, salt: str) -> Iterator[Record]:
        """The records this salt draws, in an order that only the salt decides."""
        raise NotImplementedError(f"{type(self).__name__} holds no records: give it `def select(self, salt)`")

    def bad_rows(self) -> Iterable[BadRow]:
        """Rows of the source that could not become records; known once `select` is exhausted."""
        return ()

    def asset(self, sha256: str) -> bytes:
        """A picture that a record names. Raises `InputError` where there is none of this hash."""
        raise InputError(f"picture {sha256[:12]}… is in none of the pools `{self.pool}`")

    @property
    def manifests(self) -> Mapping[str, PoolManifest]:
        """What each pool is, by name."""
        return {}
