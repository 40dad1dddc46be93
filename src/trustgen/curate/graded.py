"""Facts of all relations that the installed packages know, in strata by how widely they are known: `facts.graded`.

Strata and relations take turns, so every beginning of the pool holds each in its share, and accuracy can be read
against popularity. A relation whose package is not installed is left out, and the pool's manifest says so: capitals and
currencies are always there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from trustgen.core import MissingExtra, Pool, PoolManifest, Record

from .elements import elements
from .facts import capitals, currencies
from .kin import STRATA
from .places import cities, divisions
from .pool import ranked


class Graded(Pool):
    """Pools of facts by share; a turn of strata goes around before the next relation has its turn."""

    def __init__(self, name: str, about: str, shares: Mapping[Pool, int]) -> None:
        self.name, self.about, self._shares = name, about, dict(shares)

    @cached_property
    def _held(self) -> dict[Pool, tuple[Record, ...]]:
        """The records of every pool whose package is installed."""
        held = {}
        for pool in self._shares:
            try:
                held[pool] = tuple(pool.draw(""))
            except MissingExtra:
                continue
        return held

    @property
    def size(self) -> int:
        """How many records there are."""
        return sum(map(len, self._held.values()))

    @property
    def manifest(self) -> PoolManifest:
        """What the pools are that it draws from, and which are left out for want of a package."""
        told = [pool.manifest for pool in self._held]
        gone = [pool.name for pool in self._shares if pool not in self._held]
        without = f" (without {', '.join(gone)}: not installed)" if gone else ""
        return {
            "origin": ", ".join(str(one["origin"]) for one in told) + without,
            "revision": ", ".join(str(one["revision"]) for one in told),
            "licence": "; ".join(dict.fromkeys(str(one["licence"]) for one in told)),
            "rows": self.size,
        }

    def draw(self, salt: str) -> Iterator[Record]:
        """Every record once; a cell of a relation and a stratum that is used up is passed over."""
        cells = {pool: self._cells(pool, salt) for pool in self._held}
        round_ = [pool for turn in range(max(self._shares.values())) for pool in cells if turn < self._shares[pool]]
        while any(cell for strata in cells.values() for cell in strata.values()):
            for pool in round_:
                for stratum in STRATA:
                    if cell := cells[pool][stratum]:
                        yield cell.pop()

    def _cells(self, pool: Pool, salt: str) -> dict[str, list[Record]]:
        """A pool's records by stratum, the first of the salt last."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in reversed(ranked(self._held[pool], salt)):
            found[record["difficulty"]].append(record)
        return found


facts = Graded(
    "facts.graded",
    "capitals, currencies, cities, divisions of countries and elements, in three strata by how widely they are known",
    {capitals: 1, currencies: 1, cities: 4, divisions: 3, elements: 1},
)

__all__ = ["Graded", "facts"]
