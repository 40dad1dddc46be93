"""What models of pictures are asked for that they may have been trained on: `pictures.trained`, a fixed set.

A model is trained once, so the records are the same under every salt (see `trustgen.vision.trained`): the salt decides
their order alone. How often a picture was trained on takes turns, so that a smaller test has as many of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec

from trustgen.core import Record
from trustgen.vision.trained import EXPOSURES
from trustgen.vision.trained import trained as pictures

from .bank import RULE
from .pictured import core
from .pool import Table, ranked

POOL = "pictures.trained"


@dataclass(frozen=True)
class InTurn(Table):
    """A table in which records of the most exposures come first, then of the next, and so in turn."""

    def draw(self, salt: str) -> Iterator[Record]:
        """Every record once; those of one exposure by rank."""
        order = ranked(self.read(), salt)
        columns = ([record for record in order if record["times"] == times] for times in reversed(EXPOSURES))
        return (record for round_ in zip(*columns, strict=True) for record in round_)


@cache
def _read() -> tuple[Record, ...]:
    return tuple(Record.of(POOL, RULE(), **msgspec.to_builtins(one), core=core(one.scene)) for one in pictures())


trained = InTurn(
    POOL, "a fixed set of pictures that a model can be trained on 64, 16, 4, 1 times or never, by prompt", RULE, _read
)

__all__ = ["InTurn", "trained"]
