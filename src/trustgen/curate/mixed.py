"""Several pools as one, each in its share, without those whose package is not installed; the manifest names these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from trustgen.core import MissingExtra, Pool, PoolManifest, Record

from .pool import ranked


class Mixed(Pool):
    """Pools by share. Where `strata` are named, each has its turn before the next pool does."""

    def __init__(self, name: str, about: str, shares: Mapping[Pool, int], strata: tuple[str, ...] = ()) -> None:
        self.name, self.about, self._shares, self._strata = name, about, dict(shares), strata

    @cached_property
    def _held(self) -> dict[Pool, tuple[Record, ...]]:
        """The records of every pool whose package is installed. Raises `MissingExtra` where none is."""
        held, missing = {}, None
        for pool in self._shares:
            try:
                held[pool] = tuple(pool.draw(""))
            except MissingExtra as lacking:
                missing = lacking
        if missing and not held:
            raise missing
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
        """Every record once; what is used up is passed over."""
        cells = {pool: self._cells(pool, salt) for pool in self._held}
        round_ = [pool for turn in range(max(self._shares.values())) for pool in cells if turn < self._shares[pool]]
        while any(cell for strata in cells.values() for cell in strata.values()):
            for pool in round_:
                for stratum in self._strata or ("",):
                    if cell := cells[pool][stratum]:
                        yield cell.pop()

    def _cells(self, pool: Pool, salt: str) -> dict[str, list[Record]]:
        """A pool's records by stratum, or all as one; the first of the salt last."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in reversed(ranked(self._held[pool], salt)):
            found[record["difficulty"] if self._strata else ""].append(record)
        return found


__all__ = ["Mixed"]
