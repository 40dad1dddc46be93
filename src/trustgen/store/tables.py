"""Typed tables in Parquet (zstd), written and read in bounded pieces.

pyarrow is imported on use: it costs 100 ms, and `--help` must not pay it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from trustgen.core import FolderError

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 2_048
"""Rows in memory at a time, and per row group."""


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
    """Appends row tuples to one Parquet file; memory holds at most `ROWS` of them."""

    def __init__(self, path: Path, columns: Sequence[tuple[str, str]]) -> None:
        import pyarrow.parquet as pq

        self._schema = schema(columns)
        self._names = [name for name, _ in columns]
        self._json = [i for i, (_, kind) in enumerate(columns) if kind == "json"]
        self._file = pq.ParquetWriter(path, self._schema, compression="zstd", compression_level=3)
        self._rows: list[tuple[Any, ...]] = []
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self.count = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """Append one row; values in `json` columns are encoded here."""
        self._rows.append(row)
        self.count += 1
        if len(self._rows) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if not self._rows:
            return
        columns: list[Any] = [list(column) for column in zip(*self._rows, strict=True)]
        for i in self._json:
            columns[i] = [self._encode(value).decode() for value in columns[i]]
        arrays = [pa.array(c, type=f.type) for c, f in zip(columns, self._schema, strict=True)]
        self._file.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        """Write what is left and the footer."""
        self._flush()
        self._file.close()

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def batches(path: Path, columns: Sequence[str] | None = None, rows: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The record batches of a Parquet file, some columns or all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            yield from file.iter_batches(batch_size=rows, columns=columns, use_threads=False)
    except FileNotFoundError:
        raise FolderError(f"`{path}` is missing") from None
    except (OSError, pa.ArrowException) as error:
        raise FolderError(f"`{path}` cannot be read as Parquet: {error}") from error


def rows(path: Path, columns: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a Parquet file as tuples."""
    for batch in batches(path, columns):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def write_rows(path: Path, columns: Sequence[tuple[str, str]], source: Iterable[tuple[Any, ...]]) -> int:
    """Write rows to a Parquet file; returns how many."""
    with TableWriter(path, columns) as table:
        for row in source:
            table.add(row)
        return table.count
