"""Pools: named, registered supplies of records, and the choice of `n` of them.

A pool either has a fixed set of records (`Table`) or makes them one by one without end (`Stream`). Both hand them out
in an order that only the salt decides, so a smaller test is always the beginning of a larger one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from trustgen.core import (
    BadRow,
    InputError,
    MissingExtra,
    MissingExtras,
    Pool,
    PoolManifest,
    Record,
    Records,
    Source,
    unit,
)


def rank(record: Record, salt: str) -> tuple[float, str]:
    """Where a record stands under a salt. It depends on the record alone, never on what else is in the pool."""
    return unit(salt, "pool", record.pool, record.id), record.id


def ranked(records: Iterable[Record], salt: str) -> list[Record]:
    """Records in the order in which a salt draws them."""
    return sorted(records, key=lambda record: rank(record, salt))


def together(pools: Iterable[Pool]) -> Iterator[Record]:
    """The records of several pools, one pool after the other. The error names all packages that are missing."""
    missing, held = [], []
    for pool in pools:
        try:
            held.append(list(pool.draw("")))
        except MissingExtra as one:
            missing.append(one)
    if missing:
        raise MissingExtras(missing) if len(missing) > 1 else missing[0]
    return (record for records in held for record in records)


def manifest_of(source: Source, rows: int | str) -> PoolManifest:
    """What a pool of one source is."""
    return {"origin": source.origin, "revision": source.revision, "licence": source.licence, "rows": rows}


@dataclass(frozen=True)
class Table(Pool):
    """A pool with a fixed set of records. `read` returns them all; it is called when they are first needed."""

    name: str
    about: str
    source: Callable[[], Source]
    read: Callable[[], tuple[Record, ...]]

    @property
    def size(self) -> int:
        """How many records there are."""
        return len(self.read())

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        return manifest_of(self.source(), self.size)

    def draw(self, salt: str) -> Iterator[Record]:
        """Every record once, ranked by the keyed hash of its id."""
        return iter(ranked(self.read(), salt))


@dataclass(frozen=True)
class Stream(Pool):
    """A pool without end: `make(salt, index)` is the record at an index, and needs no other record to exist."""

    name: str
    about: str
    source: Callable[[], Source]
    make: Callable[[str, int], Record]

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        return manifest_of(self.source(), "made one by one, without end")

    def draw(self, salt: str) -> Iterator[Record]:
        """Record after record, in constant memory."""
        return (self.make(salt, index) for index in count())


@dataclass
class Selection(Records):
    """The first `n` records that a salt draws from one or several pools: the `Records` of a task."""

    pools: tuple[Pool, ...]
    n: int

    def __post_init__(self) -> None:
        self.pool = "+".join(p.name for p in self.pools)

    @property
    def size(self) -> int | None:
        """How many records the pools hold together; None where one is made without end."""
        sizes = [p.size for p in self.pools]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def manifests(self) -> dict[str, PoolManifest]:
        """What each pool is, by name."""
        return {p.name: p.manifest for p in self.pools}

    def enough(self) -> None:
        """Raise an `InputError` where the pools hold fewer than `n`, or an endless one is mixed with another.

        A pool whose package is missing says so once it is drawn from.
        """
        try:
            size = self.size
        except (MissingExtra, MissingExtras):
            return
        if len(self.pools) > 1 and size is None:
            raise InputError(f"pools {', '.join(f'`{p.name}`' for p in self.pools)}: an endless pool cannot be mixed")
        if size is not None and self.n > size:
            raise InputError(f"{self.n} records asked of `{self.pool}`, which holds {size}: ask for at most {size}")

    def select(self, salt: str) -> Iterator[Record]:
        """`n` records; those of several pools are mixed by rank, as if they were one pool. Raises as `enough`."""
        self.enough()
        if len(self.pools) == 1:
            return iter(self.pools[0].first(salt, self.n))
        merged = heapq.merge(*(p.draw(salt) for p in self.pools), key=lambda record: rank(record, salt))
        return islice(merged, self.n)

    def asset(self, sha256: str) -> bytes:
        """A picture that one of the pools' records names. Raises `InputError` where none has it."""
        for found in self.pools:
            try:
                return found.asset(sha256)
            except InputError:
                continue
        return super().asset(sha256)

    def bad_rows(self) -> Iterable[BadRow]:
        """Rows of the pools' sources that could not become records."""
        return (row for p in self.pools for row in p.bad_rows())
