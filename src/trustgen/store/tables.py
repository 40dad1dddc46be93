"""Typed tables in Parquet (zstd), written and read in bounded pieces.

pyarrow is imported on use: it costs 100 ms, and `--help` must not pay it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import FolderError
from trustgen.core.plain import opened

from .parquet import Bounds, Unfit, group_sizes, listed, read_batches

ROWS = 2_048
"""Rows in memory at a time, and per row group."""
GROUP = 16 << 20
"""Bytes of text after which a row group ends early, so that whoever reads it can hold it."""
BOUNDS = Bounds(column=96 << 20, group=128 << 20, values=4 << 20)


def schema(columns: Sequence[tuple[str, str]]) -> Any:
    """An Arrow schema from (name, type) pairs; types: text, json, texts (a list), bytes, int, float, category."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "json": pa.string(),
        "texts": pa.list_(pa.string()),
        "bytes": pa.binary(),
        "int": pa.int64(),
        "float": pa.float64(),
        "category": pa.dictionary(pa.int32(), pa.string()),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns])


class TableWriter:
    """Appends row tuples to one Parquet file; memory holds at most `ROWS` of them, or `GROUP` bytes."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, str]]) -> None:
        import pyarrow.parquet as pq

        self._schema = schema(columns)
        self._names = [name for name, _ in columns]
        self._json = [i for i, (_, kind) in enumerate(columns) if kind == "json"]
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=3)
        self._rows: list[list[Any]] = []
        self._size = 0
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self.count = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """Append one row; values in `json` columns are encoded here."""
        told = list(row)
        for i in self._json:
            told[i] = self._encode(told[i]).decode()
        self._rows.append(told)
        self._size += sum(len(value) for value in told if isinstance(value, str | bytes))
        self.count += 1
        if len(self._rows) >= ROWS or self._size >= GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        columns = zip(*self._rows, strict=True)
        arrays = [pa.array(c, type=f.type) for c, f in zip(columns, self._schema, strict=True)]
        self._file.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows.clear()
        self._size = 0

    def close(self) -> None:
        """Write what is left and the footer."""
        self._flush()
        self._file.close()

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


Columns = Sequence[tuple[str, str]]
"""The names and types of a table."""


def arrow_batches(
    path: Path, table: Columns, names: Sequence[str] = (), rows: int = ROWS, groups: Collection[int] | None = None
) -> Iterator[list[Any]]:
    """The rows of one of our tables as Arrow columns, some thousands at a time: all columns, or those of `names`.

    `groups` are the row groups to read, by number. Raises `FolderError` for a file that is missing, no plain file, not
    such a table, or too big to read at once.
    """
    import pyarrow as pa

    kinds = dict(table)
    wanted = list(names) or list(kinds)
    try:
        with opened(path) as stream:
            for batch in read_batches(stream, wanted, rows=rows, bounds=BOUNDS, groups=groups):
                if batch.schema.names != wanted:
                    raise Unfit("its columns are not those of the table")
                yield [_checked(batch.column(i), name, kinds[name]) for i, name in enumerate(wanted)]
    except FileNotFoundError:
        raise FolderError(f"`{path}` is missing") from None
    except (OSError, pa.ArrowException, ValueError, Unfit, MemoryError) as error:
        raise FolderError(f"`{path}` cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error


def batches(path: Path, table: Columns, names: Sequence[str] = (), rows: int = ROWS) -> Iterator[list[list[Any]]]:
    """The rows of one of our tables, column by column, as `arrow_batches` reads them."""
    for columns in arrow_batches(path, table, names, rows):
        yield [listed(column) for column in columns]


def taken(path: Path, table: Columns, names: Sequence[str], places: Iterable[int]) -> dict[int, tuple[Any, ...]]:
    """Some rows of one of our tables by their number from 0; only the row groups that hold them are read."""
    starts = _starts(path)
    wanted = sorted(set(places))
    found: dict[int, tuple[Any, ...]] = {}
    for group in sorted({bisect_right(starts, place) - 1 for place in wanted}):
        at = starts[group]
        for columns in arrow_batches(path, table, names, groups=(group,)):
            size = len(columns[0])
            mine = [place for place in wanted if at <= place < at + size]
            found |= {place: tuple(column[place - at].as_py() for column in columns) for place in mine}
            at += size
    return found


def _starts(path: Path) -> list[int]:
    """The number of the first row of each row group."""
    import pyarrow as pa

    try:
        with opened(path) as stream:
            sizes = group_sizes(stream)
    except FileNotFoundError:
        raise FolderError(f"`{path}` is missing") from None
    except (OSError, pa.ArrowException, ValueError) as error:
        raise FolderError(f"`{path}` cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error
    return [0, *accumulate(sizes)][:-1] or [0]


def _checked(column: Any, name: str, kind: str) -> Any:
    """A column, which must be of its type; only a number may be missing."""
    import pyarrow as pa

    found = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_list(found) and pa.types.is_dictionary(found.value_type):
        found = pa.list_(found.value_type.value_type)
    due = schema([(name, "text" if kind == "category" else kind)])[0].type
    if found != due or (column.null_count and kind != "float"):
        raise Unfit(f"column `{name}` holds {found}{' with gaps' if column.null_count else ''}, not {due}")
    return column


def rows(path: Path, table: Columns, names: Sequence[str] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of one of our tables as tuples."""
    for batch in batches(path, table, names):
        yield from zip(*batch, strict=True)


def write_rows(path: Path, columns: Columns, source: Iterable[tuple[Any, ...]]) -> int:
    """Write rows to a Parquet file; returns how many."""
    with TableWriter(path, columns) as table:
        for row in source:
            table.add(row)
        return table.count
