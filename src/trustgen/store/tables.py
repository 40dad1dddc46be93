"""Typed tables in Parquet (zstd), written and read in bounded pieces.

pyarrow is imported on use: it costs 100 ms, and `--help` must not pay it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import FolderError
from trustgen.core.plain import opened

from .parquet import Bounds, Unfit, listed, read_batches

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


def batches(path: Path, table: Columns, names: Sequence[str] = (), rows: int = ROWS) -> Iterator[list[list[Any]]]:
    """The rows of one of our tables, column by column, some thousands at a time: all columns, or those of `names`.

    Raises `FolderError` for a file that is missing, no plain file, not such a table, or too big to read at once.
    """
    import pyarrow as pa

    kinds = dict(table)
    wanted = list(names) or list(kinds)
    try:
        with opened(path) as stream:
            for batch in read_batches(stream, wanted, rows=rows, bounds=BOUNDS):
                if batch.schema.names != wanted:
                    raise Unfit("its columns are not those of the table")
                yield [_values(batch.column(i), name, kinds[name]) for i, name in enumerate(wanted)]
    except FileNotFoundError:
        raise FolderError(f"`{path}` is missing") from None
    except (OSError, pa.ArrowException, ValueError, Unfit, MemoryError) as error:
        raise FolderError(f"`{path}` cannot be read as Parquet: {' '.join(str(error).split())[:300]}") from error


def _values(column: Any, name: str, kind: str) -> list[Any]:
    """The values of a column, which must be of its type; only a number may be missing."""
    import pyarrow as pa

    found = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_list(found) and pa.types.is_dictionary(found.value_type):
        found = pa.list_(found.value_type.value_type)
    due = schema([(name, "text" if kind == "category" else kind)])[0].type
    if found != due or (column.null_count and kind != "float"):
        raise Unfit(f"column `{name}` holds {found}{' with gaps' if column.null_count else ''}, not {due}")
    return listed(column)


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
