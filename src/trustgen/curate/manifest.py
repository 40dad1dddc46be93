"""Pools that a TOML file describes: a packaged, local or hub data set, or a knowledge graph.

    name = "mine.questions"
    about = "questions on our products"
    licence = "CC-BY-4.0"

    [origin]
    path = "questions.csv"          # or package + file, hub + file + revision, graph, endpoint

    [fields]                        # field of the record = column of the row; left out: every column as it is
    question = "Question"
    answers = {column = "Answers", split = ";"}

    [where]                         # rows to keep
    Language = "en"
    Question = {min = 10, max = 400}

Instead of [origin] there may be [web] (a topic that a writer searches the web for) or [topics] (a root topic that a
writer divides), each with its own table of fields; see `trustgen.curate.web` and `trustgen.curate.topics`.

Nothing is read before a record is needed. A row that cannot be used goes to `bad_rows`; a file that cannot raises.
"""

from __future__ import annotations

import difflib
import re
from array import array
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from msgspec import UNSET

from trustgen.core import BARE, BadRow, InputError, Kit, Pool, PoolManifest, Record, plain

from .archives import LIMITS, Limits, opened
from .described import Asked, Described, Field, Filter
from .graph import GraphPool
from .origins import Origin, Part, parts
from .pool import manifest_of, rank, ranked
from .rows import Fault, Raw, as_type, read_rows, unclean
from .topics import Growth, TopicPool, Topics
from .triples import Relation
from .web.agent import Web, WebPool
from .web.fields import Wanted

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_BAD = 10_000  # bad rows that are kept; the others are counted
SMALL = 8 << 20  # bytes of a plain file whose records stay in memory
CHUNK = 1 << 18  # records that a pass over a big file may bring


class Live(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a manifest file says of a pool that a writer makes: exactly one of `web` and `topics`."""

    name: str
    about: str
    licence: str = ""
    web: Web | None = None
    topics: Topics | None = None


LISTS = ("aliases", "distractors", "wrong")
"""Fields that hold a list in whatever task reads them."""
TEXTS = ("answer", "question", "relation", "subject")
"""Fields that are a text in whatever task reads them, also where JSON or Parquet have a number."""
KINDS = (Described, Live, Origin, Field, Filter, Relation, Web, Wanted, Topics, Growth)
"""All that a manifest file is made of: their fields are the keys that it may have."""


def read_manifest(path: str | Path) -> Pool:
    """The pool that a manifest file describes. Raises `InputError`, naming file, line and key, for what it cannot be.

    The rows themselves are not looked at before they are drawn.
    """
    path = Path(path)
    try:
        text = plain.read_text(path)
        told = plain.toml(text)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"manifest `{path}` cannot be read: {why}") from error
    tables = [name for name in ("origin", "web", "topics") if name in told]
    if len(tables) != 1:
        raise InputError(f"manifest `{path}`: write one of [origin], [web] and [topics], found {tables or 'none'}")
    try:
        if tables != ["origin"]:
            return _live(msgspec.convert(told, Live))
        described = msgspec.convert(told, Described)
    except msgspec.ValidationError as error:
        _explain(path, text, str(error))
    if not (described.name and described.about and described.licence):
        raise InputError(f"manifest `{path}`: `name`, `about` and `licence` must say something")
    if described.sha256 and not re.fullmatch(r"[0-9a-f]{64}", described.sha256):
        raise InputError(f"manifest `{path}`: `sha256` is {described.sha256[:80]!r}: write 64 hexadecimal digits")
    for name, field in described.fields.items():
        if isinstance(field, Field):
            _check_field(f"manifest `{path}`: field `{name}`", field)
        if name in LISTS:
            described.fields[name] = _list(f"manifest `{path}`: field `{name}`", field)
        elif name in TEXTS and isinstance(field, str):
            described.fields[name] = Field(column=field, type="text")
    described.origin.check(f"manifest `{path}`", described.sha256, described.revision)
    if described.origin.graph or described.origin.endpoint:
        return GraphPool.described(described, path)
    if described.relation or described.prefixes:
        raise InputError(f"manifest `{path}`: [[relation]] and [prefixes] are for an origin with `graph` or `endpoint`")
    return RowPool(described, path)


def _live(described: Live) -> Pool:
    name, about = described.name, described.about
    licence = {"licence": described.licence} if described.licence else {}
    if described.web:
        return WebPool.described(name, about, described.web, **licence)
    assert described.topics is not None
    return TopicPool.described(name, about, described.topics, **licence)


def _explain(path: Path, text: str, error: str) -> NoReturn:
    """Say where in the file an unfitting key stands, and which key was likely meant."""
    found = re.search(r"field `([^`]+)`", error)
    if not found or "unknown" not in error:
        raise InputError(f"manifest `{path}`: {error}")
    key = found[1]
    line = next((i for i, row in enumerate(text.splitlines(), 1) if re.search(rf"\b{re.escape(key)}\s*[=\].]", row)), 0)
    known = {field.encode_name for kind in KINDS for field in msgspec.structs.fields(kind)}
    near = difflib.get_close_matches(key, sorted(known), n=1)
    hint = f": did you mean `{near[0]}`?" if near else ": remove it"
    raise InputError(f"manifest `{path}`, line {line}: unknown key `{key}`{hint} ({error})")


def _check_field(where: str, field: Field) -> None:
    if bool(field.column) == (field.constant is not UNSET):
        raise InputError(f"{where} needs either `column` or `constant`")
    if field.type not in ("", "text", "integer", "number", "boolean", "list"):
        raise InputError(f"{where} has type `{field.type}`: known are text, integer, number, boolean, list")


def _as_it_is(column: str) -> Field:
    """The field of a column that no manifest names."""
    if column in LISTS:
        return Field(column=column, type="texts", default=[])
    return Field(column=column, type="text" if column in TEXTS else "", default="")


def _list(where: str, field: str | Field) -> Field:
    """A field that is a list in every task: its letters would else be taken for answers."""
    field = Field(column=field) if isinstance(field, str) else field
    if (field.constant is not UNSET and not isinstance(field.constant, list)) or field.type not in ("", "list"):
        raise InputError(f'{where} holds a list: write it in [ ], or take a column apart with split = ";"')
    constant = [_as_text(one) for one in field.constant] if isinstance(field.constant, list) else UNSET
    return msgspec.structs.replace(field, type="texts", constant=constant)


# ── one row ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kept(values: Mapping[str, Any], where: Mapping[str, Asked]) -> bool:
    """Whether a row is one that the manifest asks for."""
    for column, wanted in where.items():
        value = _at(values, column)
        if not isinstance(wanted, Filter):
            if _as_text(value) != _as_text(wanted):
                return False
        elif not _passes(wanted, value):
            return False
    return True


def _passes(wanted: Filter, value: Any) -> bool:
    if wanted.among is not UNSET and _as_text(value) not in {_as_text(one) for one in wanted.among}:
        return False
    length = 0 if value is None else len(value) if isinstance(value, list) else len(_as_text(value))
    return wanted.min <= length <= wanted.max


def _at(values: Mapping[str, Any], column: str) -> Any:
    """A column's value; `a.b.0` looks into objects and lists."""
    if column in values:
        return values[column]
    value: Any = values
    for key in column.split("."):
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value


def _value(field: Field, values: Mapping[str, Any]) -> Any:
    """What a record's field is; raises `Fault` where the row does not say."""
    if field.constant is not UNSET:
        return field.constant
    value = _at(values, field.column)
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":  # an empty list is a value
        if field.default is UNSET:
            raise Fault("is missing or empty")
        return field.default
    if field.split:
        value = [part for part in map(str.strip, as_type(value, "text").split(field.split)) if part]
    if field.values:
        value = field.values.get(_as_text(value), field.default)
        if value is UNSET:
            raise Fault(f"is none of {', '.join(field.values)}")
    return as_type(value, field.type) if field.type else value


# ── the pool ────────────────────────────────────────────────────────────────────────────────────────────────────────


class RowPool(Pool):
    """The rows of files as records. Memory does not grow with the files, but with the records asked for."""

    def __init__(self, described: Described, path: Path, kit: Kit = BARE, limits: Limits = LIMITS) -> None:
        self._described, self._path, self._kit, self._limits = described, path, kit, limits
        self.name, self.about = described.name, described.about
        self._fields = {n: Field(column=f) if isinstance(f, str) else f for n, f in described.fields.items()}
        asked = {field.column for field in self._fields.values() if field.column}
        self._columns = frozenset({*asked, *described.where} if asked else ())
        self._bad: list[BadRow] = []
        self.bad_count = 0

    @property
    def manifest(self) -> PoolManifest:
        """Source, licence and size."""
        return manifest_of(self._parts[0].source, self.size)

    @property
    def size(self) -> int:
        """How many different records there are; the first call reads everything."""
        return self._size

    def using(self, kit: Kit) -> RowPool:
        """The pool with what it downloads remembered by `kit`; itself where it downloads nothing."""
        return RowPool(self._described, self._path, kit, self._limits) if self._described.origin.hub else self

    def bad_rows(self) -> list[BadRow]:
        """Rows that could not become records, as the last reading found them: the first 10,000; `bad_count` is all."""
        return self._bad

    def first(self, salt: str, n: int, after: tuple[float, str] | None = None) -> list[Record]:
        """The first `n` records under a salt (behind a rank), in one reading and in memory for about `2 n` records."""
        best: dict[tuple[float, str], Record] = {}
        bar = (2.0, "")
        for record in self._records():
            place = rank(record, salt)
            if place > bar or (after is not None and place <= after):
                continue
            best[place] = record  # by rank, which holds the id: a row that comes twice is one record
            if len(best) > 2 * n + 1000:
                best = {place: best[place] for place in sorted(best)[:n]}
                bar = max(best, default=bar)
        return [best[place] for place in sorted(best)[:n]]

    def draw(self, salt: str) -> Iterator[Record]:
        """Every record once, by rank. Of a big file only some are held at a time; it is read again for more."""
        if self._small is not None:
            yield from ranked(self._small, salt)
            return
        n, after = 1024, None
        while found := self.first(salt, n, after):
            yield from found
            if len(found) < n:
                return
            n, after = min(4 * n, CHUNK), rank(found[-1], salt)

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return parts(self._described, self._path, self._kit, self._limits)

    @cached_property
    def _small(self) -> tuple[Record, ...] | None:
        """All records, where they fit in memory for certain."""
        if sum(part.bytes for part in self._parts) > SMALL or any(part.packed for part in self._parts):
            return None
        return tuple({record.id: record for record in self._read()}.values())

    @cached_property
    def _size(self) -> int:
        if self._small is not None:
            return len(self._small)
        import numpy

        ids = array("Q", (int(record.id[:16], 16) for record in self._read()))  # 8 bytes a row, not the records
        seen: NDArray[Any] = numpy.unique(numpy.frombuffer(ids, numpy.uint64))
        return len(seen)

    def _records(self) -> Iterator[Record]:
        return iter(self._small) if self._small is not None else self._read()

    def _read(self) -> Iterator[Record]:
        """Read everything once; repeated rows come repeatedly. Raises `InputError` where no row is usable."""
        bad: list[BadRow] = []
        faults = usable = 0
        for part in self._parts:
            with opened(part.content, part.name, part.member, self._limits) as stream:
                for raw in read_rows(stream, part.label, part.shape, self._limits, self._columns):
                    if raw.line == 1 or not usable:
                        self._check_columns(part, raw)
                    made = self._made(part, raw)
                    if isinstance(made, Record):
                        usable += 1
                        yield made
                    elif made is not None:
                        faults += 1
                        if len(bad) < MOST_BAD:
                            bad.append(made)
        self._bad, self.bad_count = bad, faults
        if not usable:
            why = f"the first fault: {bad[0].where} `{bad[0].field}` {bad[0].reason}" if bad else "none passes [where]"
            raise InputError(f"pool `{self.name}` has no usable row ({why}): mend the file or the manifest")

    def _check_columns(self, part: Part, raw: Raw) -> None:
        """Where a file has one set of columns for all rows, a column it lacks is a fault of the manifest."""
        if raw.fault or part.shape.format in ("json", "jsonl"):
            return
        lacking = sorted(c for c in self._columns if c.split(".")[0] not in raw.values and c not in raw.values)
        if lacking:
            known = ", ".join(map(str, raw.values))
            raise InputError(f"manifest `{self._path.name}`: {part.label} has no column `{lacking[0]}`: it has {known}")

    def _made(self, part: Part, raw: Raw) -> Record | BadRow | None:
        """The record of a row, the fault in it, or None for a row that is not asked for."""
        where = f"{part.label}:{raw.line}"
        if raw.fault:
            return BadRow(self.name, where, raw.field, raw.fault)
        if not _kept(raw.values, self._described.where):
            return None
        made: dict[str, Any] = {}
        asked = self._fields or {str(column): _as_it_is(str(column)) for column in raw.values}
        for name, field in asked.items():
            try:
                made[name] = _value(field, raw.values)
            except Fault as fault:
                return BadRow(self.name, where, name, str(fault))
            if why := unclean(made[name], self._described.canary, self._limits):
                return BadRow(self.name, where, name, why)
        return Record.of(self.name, part.source, **made)


def shipped(file: str) -> Pool:
    """The pool of a manifest that ships with TrustGen, by its place in this folder: `packaged/bbq.toml`."""
    return read_manifest(Path(str(files(__package__))) / file)


__all__ = ["RowPool", "read_manifest", "shipped"]
