"""What pools that a model writes have in common: the writer is bound, and what could not be used is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from trustgen.core import BARE, BadRow, Bound, Kit, Pool, Record
from trustgen.curate.rows import Fault
from trustgen.text.visible import one_line

from .fields import Novel, Wanted, reply_shape


@dataclass(frozen=True)
class LivePool(Pool):
    """A pool whose records are made while it is drawn from, by a model in the role `writer`: see `using`."""

    name: str
    about: str
    kit: Kit = field(default=BARE, kw_only=True)
    _bad: dict[str, list[BadRow]] = field(default_factory=dict, compare=False, repr=False, kw_only=True)

    def _records(self, salt: str, writer: Bound, bad: list[BadRow]) -> Iterator[Record]:
        raise NotImplementedError

    def using(self, kit: Kit) -> Self:
        """The pool with its writer bound and what it fetches remembered; `InputError` where no writer is bound."""
        kit.need("writer", f"pool `{self.name}`")
        return replace(self, kit=kit, _bad={})

    def bad_rows(self) -> list[BadRow]:
        """What was found or written and could not be used, with its place and reason, as far as was drawn."""
        return [row for rows in self._bad.values() for row in rows]

    def draw(self, salt: str) -> Iterator[Record]:
        """Record after record; what is not asked for is not written. Raises `InputError` where no writer is bound."""
        bad = self._bad[salt] = []
        return self._records(salt, self.kit.need("writer", f"pool `{self.name}`"), bad)


class Rows:
    """What a writer gave, row by row: the values that can be used. `near` is the overlap of rows that say the same."""

    def __init__(self, pool: str, fields: Mapping[str, Wanted], near: float, bad: list[BadRow], *, cited: bool) -> None:
        self._pool, self._fields, self._bad, self._novel = pool, fields, bad, Novel(near)
        self.shape: Any = reply_shape(fields, cited=cited)

    def lost(self, where: str, name: str, reason: str) -> None:
        """Note what was not used."""
        self._bad.append(BadRow(self._pool, one_line(where, 300), name, one_line(reason, 300)))

    def values(self, where: str, read: Callable[[str, Wanted], Any]) -> dict[str, Any] | None:
        """The fields of a row as `read` gives them, None for an optional one with a `Fault`; None where it is lost."""
        found: dict[str, Any] = {}
        for name, wanted in self._fields.items():
            try:
                found[name] = read(name, wanted)
            except Fault as fault:
                if wanted.required:
                    self.lost(where, name, str(fault))
                    return None
                found[name] = None
        if self._novel.add(" ".join(str(value) for value in found.values() if value is not None)):
            return found
        self.lost(where, "", "it says the same as a record before it")
        return None


__all__ = ["LivePool", "Rows"]
