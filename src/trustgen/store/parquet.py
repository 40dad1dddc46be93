"""Parquet files that others may have written, read in bounded memory.

A file of some hundred bytes can hold one long value and say two hundred times "the same again", or a page that unpacks
to gigabytes behind a footer that says otherwise. So texts stay what they are in the file, a dictionary and numbers
into it; and the size that each page itself gives, which is what the reader sets aside, is held to the footer's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 16 << 20  # bytes that a batch of rows should not exceed
_SLACK = 1 << 16  # bytes by which writers miscount their pages
_HEADER = 1 << 16  # bytes that the header of a page may take: it holds no data, only a smallest and a largest value
_DEPTH = 8


class Unfit(Exception):
    """A file that cannot be read within its bounds."""


class Bounds(NamedTuple):
    """What may be unpacked at once: bytes of one column of a row group, bytes of all that are read, values of one."""

    column: int = 64 << 20
    group: int = 128 << 20
    values: int = 16 << 20


def read_batches(
    stream: BinaryIO,
    columns: Sequence[str] | None = None,
    *,
    rows: int,
    bounds: Bounds | None = None,
    longest_name: int = 1 << 20,
    most_names: int = 100_000,
    groups: Collection[int] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The rows of a file that can be sought in, at most `rows` at a time; texts and bytes come as dictionaries.

    `columns` are those to read, where all of them are there; `groups` the row groups, by number, where not all are.
    Raises `Unfit` beyond the bounds, and what pyarrow raises.
    """
    from pyarrow import parquet

    thrift = {"thrift_string_size_limit": longest_name, "thrift_container_size_limit": most_names}
    metadata = parquet.ParquetFile(stream, **thrift).metadata
    leaves = [metadata.schema.column(i) for i in range(metadata.num_columns)]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    file = parquet.ParquetFile(stream, metadata=metadata, read_dictionary=texts, pre_buffer=False, **thrift)
    named = set(columns or ()) if columns is not None and set(columns) <= set(file.schema_arrow.names) else None
    chosen = [i for i, leaf in enumerate(leaves) if named is None or leaf.path.split(".")[0] in named]
    for group in range(metadata.num_row_groups):
        if groups is not None and group not in groups:
            continue
        size = _checked(stream, metadata.row_group(group), chosen, leaves, bounds or Bounds())
        at_once = max(1, min(rows, rows * _BATCH // max(size, 1)))
        wanted = None if named is None else list(columns or ())
        yield from file.iter_batches(batch_size=at_once, row_groups=[group], columns=wanted, use_threads=False)


def group_sizes(stream: BinaryIO) -> list[int]:
    """How many rows each row group of a file has."""
    from pyarrow import parquet

    limits = {"thrift_string_size_limit": 1 << 20, "thrift_container_size_limit": 100_000}
    metadata = parquet.ParquetFile(stream, **limits).metadata
    return [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]


def _checked(stream: BinaryIO, group: Any, chosen: Sequence[int], leaves: Sequence[Any], bounds: Bounds) -> int:
    """The bytes that the chosen columns of a row group unpack to."""
    total = 0
    for i in chosen:
        column = group.column(i)
        stored: int = column.total_uncompressed_size
        # Only texts come as dictionaries; a long value of a fixed length comes as often as it is said to.
        width = leaves[i].length if leaves[i].physical_type == "FIXED_LEN_BYTE_ARRAY" else 0
        size = max(stored, width * column.num_values)
        if not 0 <= stored <= size <= bounds.column:
            raise Unfit(f"a column unpacks to {size:,} bytes at once: write smaller row groups")
        if not 0 <= column.num_values <= bounds.values:
            raise Unfit(f"a column has {column.num_values:,} values at once: write smaller row groups")
        total += size
        if total > bounds.group:
            raise Unfit(f"a row group unpacks to over {bounds.group:,} bytes: write smaller row groups")
        _check_pages(stream, column, stored)
    return total


def _check_pages(stream: BinaryIO, column: Any, size: int) -> None:
    """Add up what the pages of a column say that they unpack to: the footer must not have said less."""
    first, dictionary = column.data_page_offset, column.dictionary_page_offset
    start = dictionary if dictionary and 0 < dictionary < first else first
    end = start + column.total_compressed_size
    found = values = 0
    while start < end and values < column.num_values:
        stream.seek(start)
        page = _page(stream.read(min(_HEADER, end - start)))
        found += page.unpacked
        values += page.values
        if page.unpacked < 0 or page.packed < 0 or found > size + _SLACK:
            raise Unfit(f"a column says that it unpacks to {size:,} bytes, and unpacks to more")
        start += page.header + page.packed
    if values > column.num_values + 1:
        raise Unfit("a column holds more values than it says")


class _Page(NamedTuple):
    header: int  # bytes
    unpacked: int
    packed: int
    values: int  # of a page of data; of a dictionary none


def _page(data: bytes) -> _Page:
    """What the header of a page says. It is a struct in Thrift's compact form: kind 1, unpacked 2, packed 3, then one
    of several structs whose first field counts values."""
    reader = _Compact(data)
    try:
        fields = reader.struct(0)
    except IndexError:
        raise Unfit("the header of a page is cut off or too long") from None
    number = {key: value for key, value in fields.items() if isinstance(value, int)}
    counts: dict[int, int] = next((fields[key] for key in (5, 8) if isinstance(fields.get(key), dict)), {})
    return _Page(reader.at, number.get(2, -1), number.get(3, -1), counts.get(1, 0))


class _Compact:
    """As much of Thrift's compact protocol as it takes to step through a struct."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def _byte(self) -> int:
        self.at += 1
        return self._data[self.at - 1]

    def _number(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
            if shift > 70:
                raise Unfit("the header of a page holds no number")

    def _signed(self) -> int:
        value = self._number()
        return (value >> 1) ^ -(value & 1)

    def struct(self, depth: int) -> dict[int, Any]:
        """The numbers and structs of a struct by field; all else is stepped over."""
        if depth > _DEPTH:
            raise Unfit("the header of a page is nested too deep")
        fields: dict[int, Any] = {}
        key = 0
        while (head := self._byte()) != 0:
            key = key + (head >> 4) if head >> 4 else self._signed()
            fields[key] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        match kind:
            case 1 | 2:  # a boolean lies in the kind itself
                return None
            case 3:
                self.at += 1
            case 4 | 5 | 6:
                return self._signed()
            case 7:
                self.at += 8
            case 8:
                length = self._number()
                self.at += length
            case 9 | 10:
                head = self._byte()
                for _ in range(head >> 4 if head >> 4 != 15 else self._number()):
                    self._value(head & 15, depth + 1)
            case 12:
                return self.struct(depth + 1)
            case _:
                raise Unfit("the header of a page is none")
        return None


# ── from columns to values ──────────────────────────────────────────────────────────────────────────────────────────


def listed(column: Any) -> list[Any]:
    """The values of a column; a value that comes again is the same object, not a copy."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        places = column.indices.to_pylist()
        if len(column.dictionary) <= len(places):
            pool: Any = column.dictionary.to_pylist()
        else:
            pool = {i: column.dictionary[i].as_py() for i in set(places) if i is not None}
        return [None if i is None else pool[i] for i in places]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        ends = column.offsets.to_pylist()
        first = ends[0] if ends else 0
        inner = listed(column.values[first : ends[-1]]) if ends else []
        found = [inner[a - first : b - first] for a, b in pairwise(ends)]
        return [None if gone else value for gone, value in zip(column.is_null().to_pylist(), found, strict=True)]
    values: list[Any] = column.to_pylist()
    return values


def weights(column: Any) -> Any:
    """About how many bytes each value of a column takes once it is read, as an array."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, size = column.type, len(column)
    if pa.types.is_dictionary(kind):
        inner = np.append(weights(column.dictionary), 0)
        return inner[column.indices.fill_null(len(column.dictionary)).to_numpy(zero_copy_only=False)]
    if pa.types.is_map(kind):
        ends = np.asarray(column.offsets)
        summed = np.append(0, np.cumsum(weights(column.keys) + weights(column.items) + 8))
        return summed[ends[1:]] - summed[ends[:-1]]
    if pa.types.is_nested(kind) and not pa.types.is_struct(kind):
        ends = np.append(0, np.asarray(pc.fill_null(pc.list_value_length(column), 0)).cumsum())
        summed = np.append(0, np.cumsum(weights(column.flatten()) + 8))
        return summed[ends[1:]] - summed[ends[:-1]]
    if pa.types.is_struct(kind):
        return sum((weights(part) for part in column.flatten()), np.zeros(size, np.int64))
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind):
        return np.asarray(pc.fill_null(pc.binary_length(column), 0)).astype(np.int64)
    return np.full(size, 8, np.int64)


__all__ = ["Bounds", "Unfit", "group_sizes", "listed", "read_batches", "weights"]
