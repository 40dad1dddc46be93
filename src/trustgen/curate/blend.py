"""Records of several pools in fixed shares, endless pools among them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice

from trustgen.core import InputError, Pool, Record

from .pool import Selection


class Blend(Selection):
    """The first `n` records of pools that take turns; a smaller test is still the beginning of a larger one."""

    def __init__(self, shares: tuple[tuple[Pool, int], ...], n: int) -> None:
        super().__init__(tuple(pool for pool, _ in shares), n)
        self._turns = [place for place, (_, times) in enumerate(shares) for _ in range(times)]

    @property
    def size(self) -> int | None:
        """How many records there are before a pool is used up; None where all are made without end."""
        of = len(self._turns)
        turns = ((pool.size, self._turns.count(place)) for place, pool in enumerate(self.pools))
        return min((size // times * of for size, times in turns if size is not None), default=None)

    def enough(self) -> None:
        """Raise an `InputError` where a pool holds fewer than its share of `n`."""
        for place, pool in enumerate(self.pools):
            wanted = sum(turn == place for turn in islice(cycle(self._turns), self.n))
            if pool.size is not None and wanted > pool.size:
                raise InputError(
                    f"`{pool.name}` holds {pool.size} records, {self.n} in all would take {wanted}: ask for fewer"
                )

    def select(self, salt: str) -> Iterator[Record]:
        """`n` records, so many of each pool in turn. Raises as `enough`."""
        self.enough()
        drawn = [pool.draw(salt) for pool in self.pools]
        return (next(drawn[place]) for place in islice(cycle(self._turns), self.n))


def blend(*shares: tuple[Pool, int], n: int) -> Blend:
    """`n` records, each pool giving its share in turn: `blend((scenes, 3), (open_pool("bias.bbq"), 1), n=60)`."""
    return Blend(shares, n)


__all__ = ["Blend", "blend"]
