"""What the audit keeps of an edition while it reads it once: marks, a keyed choice of records, and rates over records.

Memory is bounded whatever the edition's size, and the order in which cases arrive changes nothing.
"""

from __future__ import annotations

import math
from bisect import insort
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from heapq import heappop, heappush
from typing import Generic, NamedTuple, TypeVar

from trustgen.core import Case

KEPT = 2_000
"""Cases of one task that are looked at closely, at most."""

EACH = 40
"""Cases of one record among them, at most."""

MARKS = 65_536
"""Marks held for counting what is distinct: exact up to here, within about 0.4 % above."""

CHARACTERS = 8_000
"""How far a text is read for style and diversity."""

Item = TypeVar("Item")


class Passage(NamedTuple):
    """A text to compare. `cluster` names the record it was made from, `label` its class where it has one."""

    text: str
    cluster: str
    task: str = ""  # "" for a text that belongs to no task in particular
    label: str = ""


class Limits(NamedTuple):
    """A rate and its 95 % limits; `nan` over nothing."""

    value: float
    low: float
    high: float


def asked(case: Case) -> str:
    """What a case asks: the bare question where the builder marks it, else all that the user says."""
    return case.question or "\n".join(turn.text for turn in case.turns if turn.role == "user")


def mark(*parts: str) -> int:
    """64 bits that stand for a text, evenly spread."""
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8, person=b"audit").digest(), "big")


def record_rate(hits: Iterable[float], clusters: Iterable[str]) -> Limits:
    """Mean of `hits` (each in [0, 1]) with the limits of `rate_over`."""
    values = list(hits)
    return rate_over(sum(values), len(values), len(set(clusters)))


def rate_over(hits: float, cases: int, records: int) -> Limits:
    """Share of hits among cases, with Wilson's limits for as many observations as there are records.

    Cases of one record are counted as one observation, as if they all behaved alike: never too narrow.
    """
    if not cases or not records:
        return Limits(math.nan, math.nan, math.nan)
    share, z = hits / cases, 1.959964
    shrink = 1 + z * z / records
    middle = (share + z * z / (2 * records)) / shrink
    half = z / shrink * math.sqrt(share * (1 - share) / records + z * z / (4 * records * records))
    return Limits(share, max(0.0, min(middle - half, share)), min(1.0, max(middle + half, share)))


class Distinct:
    """Counts distinct marks in bounded memory, by the smallest of them (Bar-Yossef et al. 2002)."""

    def __init__(self, room: int = MARKS) -> None:
        self._room = room
        self._marks: set[int] = set()
        self._limit = 1 << 64

    def add(self, marked: int) -> None:
        """See a mark."""
        if marked < self._limit:
            self._marks.add(marked)
            if len(self._marks) > 2 * self._room:
                self._trim()

    def _trim(self) -> None:
        smallest = sorted(self._marks)[: self._room]
        self._marks, self._limit = set(smallest), smallest[-1] + 1

    @property
    def count(self) -> float:
        """How many different marks were seen: exact up to `room`, an estimate above."""
        if self._limit == 1 << 64 and len(self._marks) <= self._room:
            return float(len(self._marks))
        smallest = sorted(self._marks)[: self._room]
        return (len(smallest) - 1) / ((smallest[-1] + 1) / (1 << 64))


class Kept(Generic[Item]):
    """A keyed choice of whole records: those whose marks are smallest, as many as hold `room` cases.

    `last` is the mark of the record that was asked about last.
    """

    def __init__(self, room: int = KEPT, each: int = EACH) -> None:
        self._room, self._each = room, each
        self._of: dict[int, list[tuple[str, Item]]] = {}
        self._largest: list[int] = []  # a heap of negated marks
        self._total = 0
        self._limit = 1 << 64
        self._cluster = ""
        self.last = mark("")

    def wants(self, cluster: str) -> int:
        """The record's mark where its cases are kept so far, else -1."""
        if cluster != self._cluster:
            self._cluster, self.last = cluster, mark(cluster)
        return self.last if self.last < self._limit else -1

    def add(self, record: int, id: str, item: Item) -> None:
        """Keep an item under the mark that `wants` gave; `id` orders the items of a record."""
        mine = self._of.get(record)
        if mine is None:
            mine = self._of[record] = []
            heappush(self._largest, -record)
        if len(mine) == self._each and id >= mine[-1][0]:
            return
        insort(mine, (id, item), key=lambda pair: pair[0])
        self._total += 1
        if len(mine) > self._each:
            mine.pop()
            self._total -= 1
        while self._total > self._room and len(self._of) > 1:
            self._limit = -heappop(self._largest)
            self._total -= len(self._of.pop(self._limit))

    def records(self) -> Iterator[list[Item]]:
        """The items of each kept record, records in the order of their marks."""
        for record in sorted(self._of):
            yield [item for _, item in self._of[record]]
