"""Rows of files, one after the other: CSV, TSV, JSONL, JSON, Parquet and plain lines.

A reader yields what it finds and never stops at one bad row: such a row comes with its fault, and the next one is read.
Only what makes a whole file unusable raises. Memory is bounded by one row (JSON: by the document).
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Literal, NamedTuple

import msgspec

from trustgen.core import InputError
from trustgen.store.parquet import Bounds, Unfit, read_batches, weights

from .archives import LIMITS, Limits

Format = Literal["csv", "tsv", "json", "jsonl", "parquet", "lines"]
ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".txt": "lines",
}
DELIMITERS = (",", ";", "\t", "|")  # of as many the first counts
_QUOTED = re.compile(r'"[^"]*"')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NOT_TEXT = re.compile(r"[\ud800-\udfff]")  # how bytes that are not UTF-8 come out of the decoder
_CANARY = re.compile(r"canary guid", re.IGNORECASE)  # how benchmarks mark rows that must not be learnt from
_DEPTH = 20
_COSTS = {b"{": 240, b"[": 72, b",": 40}  # bytes in memory that go with each, about: three in a file can cost 240


class Raw(NamedTuple):
    """One row as it stands in the file, or its fault. `line` counts from 1 (in Parquet and JSON it is the row)."""

    line: int
    values: dict[str, Any]
    fault: str = ""
    field: str = ""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is laid out, where its ending does not say it all.

    `columns` names the columns of a file without a header, `comment` starts lines to skip before the header, and `at`
    is the dotted path to the rows inside a JSON document.
    """

    format: Format
    columns: tuple[str, ...] = ()
    comment: str = ""
    at: str = ""


class Fault(Exception):
    """Why a value cannot be used."""


def format_of(name: str) -> Format:
    """The format that a file's ending says."""
    ending = PurePosixPath(name.lower().removesuffix(".gz")).suffix
    if ending not in ENDINGS:
        raise InputError(f'{name}: the ending says no known format: add  format = "{"|".join(ENDINGS.values())}"')
    return ENDINGS[ending]


def read_rows(
    stream: BinaryIO, name: str, shape: Shape, limits: Limits = LIMITS, wanted: frozenset[str] = frozenset()
) -> Iterator[Raw]:
    """The rows of a file, as they come. `name` is what errors call it; raises `InputError` for faults of the file.

    Of a Parquet file only the `wanted` columns are read, where all of them are there.
    """
    match shape.format:
        case "csv":
            return _csv(stream, name, shape, limits, "")
        case "tsv":
            return _csv(stream, name, shape, limits, "\t")
        case "jsonl":
            return _jsonl(stream, name, limits)
        case "json":
            return _json(stream, name, shape, limits)
        case "parquet":
            return _parquet(stream, name, limits, wanted)
        case "lines":
            return _plain(stream, name, shape, limits)


class _TooLong(Exception):
    pass


class _Lines:
    """Lines of text with their numbers. Bytes that are not UTF-8 come as surrogates, which `unclean` finds."""

    def __init__(self, stream: BinaryIO, name: str, limits: Limits) -> None:
        self._stream, self._limits = stream, limits
        self._back: list[str] = []
        self.taken: list[str] = []
        self.number = 0
        head = self._stream.readline(limits.row)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:1024]:
            raise InputError(f"{name} is not UTF-8 text: save it as UTF-8")
        self._head = head.removeprefix(b"\xef\xbb\xbf")

    @property
    def delimiter(self) -> str:
        """What the first line has most of, outside of quotes, of the signs that part columns; else a comma."""
        head = _QUOTED.sub("", self._head.decode("utf-8", "surrogateescape"))
        return max(DELIMITERS, key=head.count)

    def begin(self) -> int:
        """Forget the row before; the number of the line that comes next."""
        self.taken.clear()
        self._size = 0
        return self.number + 1

    def again(self) -> None:
        """Give back every line of this row but its first."""
        self.number -= len(self.taken) - 1
        self._back.extend(reversed(self.taken[1:]))

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._read()
        self.number += 1
        self._size += len(line)
        if self._size > self._limits.row:
            raise _TooLong
        self.taken.append(line)
        return line

    def _read(self) -> str:
        raw, self._head = self._head, b""
        if not raw.endswith(b"\n"):
            raw += self._stream.readline(self._limits.row + 1)
        if not raw:
            raise StopIteration
        if len(raw) > self._limits.row:
            while raw and not raw.endswith(b"\n"):
                raw = self._stream.readline(1 << 20)
            self.number += 1
            raise _TooLong
        return raw.decode("utf-8", "surrogateescape")


def _csv(stream: BinaryIO, name: str, shape: Shape, limits: Limits, delimiter: str) -> Iterator[Raw]:
    lines = _Lines(stream, name, limits)
    delimiter = delimiter or ("," if shape.comment else lines.delimiter)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header = list(shape.columns) or _header(lines, rows, name, shape, limits)
    while True:
        line = lines.begin()
        try:
            row = next(rows)
        except StopIteration:
            return
        except _TooLong:
            yield Raw(line, {}, f"is over {limits.row:,} bytes (to line {lines.number}): a quote that never closes?")
            continue
        except csv.Error as error:
            # Likely a stray quote that swallowed what follows: only the line it stands in is lost.
            lines.again()
            yield Raw(line, {}, f"is not valid CSV: {error}")
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if not row:
            continue
        if len(row) != len(header):
            yield Raw(line, {}, f"has {len(row)} columns where the header has {len(header)}")
        else:
            yield Raw(line, dict(zip(header, row, strict=True)))


def _header(lines: _Lines, rows: Iterator[list[str]], name: str, shape: Shape, limits: Limits) -> list[str]:
    try:
        lines.begin()
        header = next(rows)
        while shape.comment and header and header[0].startswith(shape.comment):
            header = next(rows)
    except (StopIteration, _TooLong, csv.Error):
        header = []
    if len(header) > limits.members:
        raise InputError(f"{name} has over {limits.members:,} columns: is it CSV?")
    repeated = sorted(column for column, times in Counter(header).items() if times > 1)
    if repeated or not any(header) or any(_NOT_TEXT.search(column) for column in header):
        why = f"it names {repeated} twice" if repeated else "it is missing, or is not UTF-8 text"
        raise InputError(f"{name} has no usable header ({why}): mend its first line, or give `columns`")
    return header


def _jsonl(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Raw]:
    for line, text in _each_line(stream, name, limits):
        if isinstance(text, Fault):
            yield Raw(line, {}, str(text))
            continue
        try:
            value = msgspec.json.decode(text.encode("utf-8", "surrogateescape"))
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            yield Raw(line, {}, f"is not valid JSON: {error}")
            continue
        yield _as_row(line, value)


def _plain(stream: BinaryIO, name: str, shape: Shape, limits: Limits) -> Iterator[Raw]:
    for line, text in _each_line(stream, name, limits):
        if isinstance(text, Fault):
            yield Raw(line, {}, str(text))
        elif not (shape.comment and text.startswith(shape.comment)):
            yield Raw(line, {"text": text})


def _each_line(stream: BinaryIO, name: str, limits: Limits) -> Iterator[tuple[int, str | Fault]]:
    """Every line that is not blank, with its number."""
    lines = _Lines(stream, name, limits)
    while True:
        line = lines.begin()
        try:
            text = next(lines).strip()
        except StopIteration:
            return
        except _TooLong:
            yield line, Fault(f"is over {limits.row:,} bytes")
            continue
        if text:
            yield line, text


def _as_row(line: int, value: Any) -> Raw:
    if isinstance(value, dict):
        return Raw(line, value)
    return Raw(line, {"text": value}) if isinstance(value, str) else Raw(line, {}, "is not an object")


def _json(stream: BinaryIO, name: str, shape: Shape, limits: Limits) -> Iterator[Raw]:
    data = stream.read(limits.whole + 1)
    if len(data) > limits.whole:
        raise InputError(f"{name} is over {limits.whole:,} bytes: save it as JSONL, which is read row by row")
    if len(data) + sum(cost * data.count(mark) for mark, cost in _COSTS.items()) > limits.values:
        raise InputError(f"{name} holds too many values to be read at once: save it as JSONL, which is read row by row")
    try:
        value = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InputError(f"{name} is not valid JSON ({error}): mend it, or give the right `format`") from error
    for key in filter(None, shape.at.split(".")):
        if not isinstance(value, dict) or key not in value:
            raise InputError(f"{name} has nothing at `{shape.at}`: `at` is the path to the rows")
        value = value[key]
    if isinstance(value, dict) and len(value) == 1 and isinstance(held := next(iter(value.values())), list):
        value = held  # {"data": […]}
    if isinstance(value, dict):  # one row for each key
        value = [{"key": k, **v} if isinstance(v, dict) else {"key": k, "value": v} for k, v in value.items()]
    if not isinstance(value, list):
        raise InputError(f"{name} holds no list of rows: give `at`, the dotted path to them")
    return (_as_row(line, row) for line, row in enumerate(value, 1))


def _parquet(stream: BinaryIO, name: str, limits: Limits, wanted: frozenset[str]) -> Iterator[Raw]:
    import pyarrow

    if not stream.seekable():  # out of an archive
        data = stream.read(limits.whole + 1)
        if len(data) > limits.whole:
            raise InputError(f"{name} is a packed Parquet file over {limits.whole:,} bytes: unpack it first")
        stream = io.BytesIO(data)
    bounds = Bounds(column=limits.whole, group=2 * limits.whole)
    line = 0
    try:
        for batch in read_batches(
            stream,
            sorted(wanted) or None,
            rows=1024,
            bounds=bounds,
            longest_name=limits.row,
            most_names=limits.members * 10,
        ):
            sizes = sum(map(weights, batch.columns))
            for i in range(batch.num_rows):
                line += 1
                if sizes[i] > limits.row:
                    yield Raw(line, {}, f"is over {limits.row:,} bytes")
                else:
                    yield Raw(line, {n: c[i].as_py() for n, c in zip(batch.schema.names, batch.columns, strict=True)})
    except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
        raise InputError(f"{name} is not a usable Parquet file ({str(error)[:200]}): fetch it again") from error
    except Unfit as error:
        raise InputError(f"{name}: {error}") from error


# ── what a value must be ────────────────────────────────────────────────────────────────────────────────────────────


def unclean(value: Any, canary: str = "", limits: Limits = LIMITS, depth: int = 0) -> str:
    """Why a value cannot stand in a record, or "": not text, too long, a control character, a canary, a stray type."""
    if isinstance(value, str):
        return _unclean_text(value, canary, limits)
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        usable = math.isfinite(value) if isinstance(value, float) else abs(value) < 1 << 63
        return "" if usable else "is not a finite number of 64 bits"
    if isinstance(value, list | dict) and depth < _DEPTH and len(value) <= limits.members:
        inner = [*value, *value.values()] if isinstance(value, Mapping) else value
        return next((why for item in inner if (why := unclean(item, canary, limits, depth + 1))), "")
    return f"is of a type that no record holds ({type(value).__name__}), too long or too deep"


def _unclean_text(text: str, canary: str, limits: Limits) -> str:
    if len(text) > limits.field:
        return f"has {len(text):,} characters, over {limits.field:,}"
    if _NOT_TEXT.search(text):
        return "is not valid UTF-8"
    if found := _CONTROL.search(text):
        return f"holds the control character U+{ord(found[0]):04X}"
    marked = (canary and canary in text) or _CANARY.search(text)
    return "holds a canary: this row is marked as never to be used" if marked else ""


def as_type(value: Any, kind: str) -> Any:
    """A value as `text`, `integer`, `number`, `boolean`, `list` or list of `texts`. Raises `Fault` for what is none."""
    match kind, value:
        case ("text", str()) | ("list", list()) | ("boolean", bool()):
            return value
        case "texts", list():
            return [as_type(one, "text") for one in value]
        case "text", int() | float():
            return str(value).lower() if isinstance(value, bool) else str(value)
        case "boolean", int() | str() if str(value).lower() in ("true", "false", "yes", "no", "1", "0"):
            return str(value).lower() in ("true", "yes", "1")
        case "integer", int() | str() if not isinstance(value, bool) and re.fullmatch(r"[+-]?\d{1,18}", str(value)):
            return int(value)
        case "number", int() | float() | str() if not isinstance(value, bool):
            try:
                number = float(value)
            except ValueError:
                number = math.nan
            if math.isfinite(number):
                return number
    mend = ': take it apart with split = ";"' if kind == "texts" and isinstance(value, str) else ""
    raise Fault(f"is not a {'list' if kind == 'texts' else kind}: {str(value)[:40]!r}{mend}")


__all__ = ["ENDINGS", "Fault", "Format", "Raw", "Shape", "as_type", "format_of", "read_rows", "unclean"]
