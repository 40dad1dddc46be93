"""What stands behind a name before it is asked: the first record of a pool, and the fields that a task reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from trustgen.core import Pool, Record, Task

SHOWN = 5
"""Rows that cannot be used which are named."""
WIDE = 200
ITS_OWN = ("core", "difficulty")  # a record may name these in every pool


class _Read(dict[str, Any]):
    """Fields that remember which of them were asked for: those that must be there, and those that may."""

    def __init__(self, fields: dict[str, Any], needed: dict[str, None], optional: dict[str, None]) -> None:
        super().__init__(fields)
        self._needed, self._optional = needed, optional

    def __getitem__(self, name: str) -> Any:
        self._needed.setdefault(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._optional.setdefault(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self._optional.setdefault(str(name))
        return super().__contains__(name)


def fields_of(task: Task, records: int = 12) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields that a task reads of its records: those that it needs, and those that may be there.

    Found by making cases of some records of its own pool; a field that only a rarer record leads to is not seen.
    """
    from trustgen.core import expand

    needed: dict[str, None] = {}
    optional: dict[str, None] = {}
    for _, record in zip(range(records), task.records.select("fields"), strict=False):
        watched: Record = msgspec.structs.replace(record, fields=_Read(record.fields, needed, optional))
        list(expand(task, watched, "fields"))
    may = (name for name in optional if name not in needed and name not in ITS_OWN)
    return tuple(name for name in needed if name not in ITS_OWN), tuple(may)


def preview(pool: Pool) -> Iterator[str]:
    """The first record of a pool that is no live one, and the rows that cannot be used, with the reason."""
    from trustgen.core.shown import flat

    if not isinstance(pool.manifest.get("rows"), int):
        return
    for record in pool.first("1", 1):
        yield "first record:"
        yield from (f"  {name}: {flat(str(value))[:WIDE]}" for name, value in record.fields.items())
    bad = list(pool.bad_rows())
    if bad:
        yield f"{len(bad)} row{'s' * (len(bad) > 1)} cannot be used:"
    yield from (f"  {row.where}: {f'`{row.field}` ' if row.field else ''}{row.reason}" for row in bad[:SHOWN])


__all__ = ["fields_of", "preview"]
