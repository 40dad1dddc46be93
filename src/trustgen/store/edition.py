"""An edition: a frozen, content-addressed set of cases in a folder.

    EDITION/edition.json      manifest: id, salt, tasks with versions and counts, SHA-256 of every file
            cases.parquet     what is asked
            records.parquet   what it was made from, with sources
            rejects.parquet   the ledger: rows, cases and variations that were not used, and why
            generated.parquet what roles, searches and pages gave while it was built, where anything did
            assets/           pictures, each named by its SHA-256 (see `blobs`)

The id hashes the content (tasks, cases, records), not the files, so it does not change with a Parquet library; the
files' own hashes stand in the manifest beside it, and the manifest is sealed by its own. No time stamp: the same suite,
salt and generated outputs give the same bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import Any, Self

import msgspec
import numpy as np

from trustgen.core import Case, Expect, FolderError, Play, Record, Sampling, Source, Turn
from trustgen.core.assets import is_name

from .blobs import ASSETS, Blobs
from .columns import ids_of
from .entries import FORMAT, Anchor, EditionManifest, Reject, TaskEntry
from .files import (
    EDITION,
    GENERATED,
    TABLES,
    Head,
    as_json,
    check_names,
    claim,
    link_or_copy,
    read_json,
    sha256_file,
    write_json,
)
from .tables import TableWriter, arrow_batches, batches, rows, taken

CASES = (
    ("id", "text"),
    ("task", "category"),
    ("arm", "category"),
    ("cluster", "text"),
    ("turns", "json"),
    ("expect", "json"),
    ("records", "texts"),
    ("steps", "texts"),
    ("tags", "json"),
    ("question", "text"),
    ("sampling", "text"),  # JSON, where a case has its own
    ("play", "text"),  # JSON, where a case is played
    ("block", "category"),
)
RECORDS = (("id", "text"), ("pool", "category"), ("fields", "json"), ("source", "json"))
REJECTS = (
    ("stage", "category"),
    ("task", "category"),
    ("arm", "category"),
    ("record", "text"),
    ("where", "text"),
    ("reason", "text"),
    ("attempt", "int"),
    ("lost", "int"),
    ("turns", "json"),
)
_followed: set[str] = set()  # seals of editions whose rows were found to be what the manifest says, by this process

_turns = msgspec.json.Decoder(tuple[Turn, ...])
_expect = msgspec.json.Decoder(Expect)
_tags = msgspec.json.Decoder(dict[str, str])
_sampling = msgspec.json.Decoder(Sampling)
_play = msgspec.json.Decoder(Play)
_encode = msgspec.json.Encoder(order="deterministic").encode
_fields = msgspec.json.Decoder(dict[str, Any])
_source = msgspec.json.Decoder(Source)


def identity(hashed: Any, tasks: tuple[TaskEntry, ...], salt: str) -> str:
    """The id of an edition: the hash of its records and cases so far, finished with its tasks and salt."""
    hashed.update(msgspec.json.encode((tasks, salt), order="deterministic"))
    named: str = hashed.hexdigest()
    return named


def read_cases(table: Path) -> Iterator[tuple[Case, str]]:
    """The cases of a table, each with its block."""
    with _sound(table):
        for row in rows(table, CASES):
            yield _case(row), row[-1]


def _case(row: tuple[Any, ...]) -> Case:
    case_id, task, arm, _, turns, expect, records, steps, tags, question, sampling, play, _ = row
    return Case(
        case_id,
        task,
        arm,
        _turns.decode(turns),
        _expect.decode(expect),
        tuple(records),
        tuple(steps),
        _tags.decode(tags) if tags != "{}" else {},
        question,
        _sampling.decode(sampling) if sampling else None,
        _play.decode(play) if play else None,
    )


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    """A row that is none of ours is a fault of the file."""
    try:
        yield
    except (ValueError, RecursionError) as error:
        raise FolderError(f"`{path}` holds a row that is not ours ({error}): build it again") from error


class EditionWriter:
    """Writes an edition beside its final place and moves it there whole when sealed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        claim(folder, EDITION)
        self._work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        self._cases = TableWriter(self._work / "cases.parquet", CASES)
        self._records = TableWriter(self._work / "records.parquet", RECORDS)
        self._rejects = TableWriter(self._work / "rejects.parquet", REJECTS)
        self._blobs = Blobs(self._work / ASSETS)
        self._assets: set[str] = set()
        self._more: list[str] = []
        self._lost = 0
        self._hash = hashlib.blake2b(digest_size=16)

    def record(self, record: Record) -> None:
        """Add a record that at least one case was made from."""
        self._hash.update(b"r" + record.id.encode())
        self._records.add((record.id, record.pool, record.fields, record.source))

    def case(self, case: Case, block: str = "") -> None:
        """Add an accepted case."""
        self._hash.update(b"c" + case.id.encode())
        row = (case.id, case.task, case.arm, case.cluster, case.turns, case.expect)
        sampling = _encode(case.sampling).decode() if case.sampling else ""
        play = _encode(case.play).decode() if case.play else ""
        self._cases.add((*row, list(case.records), list(case.steps), case.tags, case.question, sampling, play, block))

    def has_asset(self, name: str) -> bool:
        """Whether a picture is kept already."""
        return name in self._assets

    def asset(self, body: bytes) -> str:
        """Keep a picture's bytes; returns the SHA-256 that names them."""
        name = self._blobs.put(body)
        self._assets.add(name)
        return name

    def reject(self, lost: Reject) -> None:
        """Add a line to the ledger."""
        self._lost += lost.lost
        row = (lost.stage, lost.task, lost.arm, lost.record, lost.where, lost.reason, lost.attempt)
        self._rejects.add((*row, int(lost.lost), lost.turns))

    def generated(self, export: Callable[[Path], int]) -> None:
        """Take in what came from outside; `export` writes a table and returns its rows."""
        export(self._work / GENERATED)
        self._more.append(GENERATED)

    def close(self) -> None:
        """Finish the tables; what was written can be read (`cases`) until the edition is sealed."""
        for table in (self._cases, self._records, self._rejects):
            table.close()

    def cases(self) -> Iterator[Case]:
        """The accepted cases, once the tables are closed."""
        return (case for case, _ in read_cases(self._work / "cases.parquet"))

    def seal(
        self,
        *,
        suite: str,
        salt: str,
        trustgen: str,
        tasks: tuple[TaskEntry, ...],
        roles: Mapping[str, str] | None = None,
        anchor: Anchor | None = None,
        pools: Mapping[str, dict[str, str | int]] | None = None,
        audit: Mapping[str, Any] | None = None,
    ) -> Edition:
        """Close the files, write the manifest, and put the folder in place."""
        self.close()
        names = [*TABLES, *self._more, *(f"{ASSETS}/{name}" for name in sorted(self._assets))]
        accepted = self._cases.count
        manifest = EditionManifest(
            id=identity(self._hash, tasks, salt),
            suite=suite,
            salt=salt,
            trustgen=trustgen,
            tasks=tasks,
            files={name: sha256_file(self._work / name) for name in names},
            acceptance=accepted / (accepted + self._lost) if accepted + self._lost else float("nan"),
            roles=dict(roles or {}),
            anchor=anchor,
            pools=dict(pools or {}),
            audit=dict(audit or {}),
        ).sealed()
        write_json(self._work / "edition.json", manifest)
        for name in [*names, "edition.json"]:  # the manifest last: without it the folder is not an edition
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self._work / name).replace(self.folder / name)
        self.discard()
        return Edition(self.folder, manifest)

    def discard(self) -> None:
        """Remove what was not sealed."""
        shutil.rmtree(self._work, ignore_errors=True)


class Edition:
    """A sealed edition, read in pieces."""

    def __init__(self, folder: Path, manifest: EditionManifest) -> None:
        self.folder = folder
        self.manifest = manifest

    @classmethod
    def open(cls, folder: Path, *, rows: bool = True) -> Self:
        """Open a folder; every file must still have the hash it was sealed with.

        The rows must be those that the manifest speaks of, which is looked at once a process; not where `rows` is
        False, for whoever looks itself.
        """
        if not folder.is_dir():
            raise FolderError(f"there is no edition at `{folder}`: make one with `trustgen build SUITE -o {folder}`")
        check_names(folder, EDITION)
        head = read_json(folder / "edition.json", Head, "an edition")
        mend = f"rebuild it with `trustgen build {quote(head.suite)} --salt {quote(head.salt)}`"
        if head.format not in (0, FORMAT):
            raise FolderError(
                f"`{folder}` has edition format {head.format}, this TrustGen reads format {FORMAT}: {mend}"
            )
        manifest = read_json(folder / "edition.json", EditionManifest, "an edition")
        if strange := [name for name, sealed in manifest.files.items() if not _ours(name, sealed)]:
            raise FolderError(f"edition `{folder}` names a file that no edition has, {min(strange)[:80]!r}: refused")
        if lacking := [name for name in TABLES if name not in manifest.files]:
            raise FolderError(f"edition `{folder}` has no {lacking[0]} in its manifest: {mend}")
        edition = cls(folder, manifest)
        if altered := edition.altered():
            raise FolderError(f"edition `{folder}` was changed after it was sealed ({', '.join(altered[:5])}): {mend}")
        if rows and manifest.seal not in _followed:
            if fault := edition.differs():
                raise FolderError(f"edition `{folder}` is not what its manifest says: {fault}: {mend}")
            _followed.add(manifest.seal)
        return edition

    def altered(self) -> list[str]:
        """Names of files that are missing or no longer have their sealed hash, the manifest among them."""
        changed = [name for name, sealed in self.manifest.files.items() if _hash(self.folder / name) != sealed]
        written = as_json(self.manifest)
        whole = _hash(self.folder / "edition.json") == hashlib.sha256(written).hexdigest()
        return changed if whole and self.manifest.sealed() == self.manifest else [*changed, "edition.json"]

    def differs(self) -> str:
        """In what the rows are not those of the manifest, in words: cases an arm, ids, and the id of the whole."""
        made: dict[str, Counter[str]] = {}
        ids: set[str] = set()
        hashed = hashlib.blake2b(digest_size=16)
        for kind, named, again, case in self._again():
            if named != again:
                return f"{kind} {named[:32]} has another content than its name says"
            hashed.update(kind[:1].encode() + again.encode())
            if case:
                made.setdefault(case.task, Counter())[case.arm] += 1
                ids.add(named)
        for entry in self.manifest.tasks:
            arms = made.pop(entry.id, Counter())
            for arm in sorted(arms.keys() | entry.arms.keys()):
                if arms[arm] != entry.arms.get(arm, 0):
                    said = f"{entry.arms.get(arm, 0):,} cases of {entry.id} in the arm {arm}"
                    return f"it says {said}, and there are {arms[arm]:,}"
        if made:
            return f"it has cases of {min(made)}, which is none of its tasks"
        if len(ids) != self.planned:
            return "a case stands in it twice"
        named = identity(hashed, self.manifest.tasks, self.manifest.salt)
        return "" if named == self.manifest.id else f"its id is {self.manifest.id[:32]}, its rows have {named}"

    def _again(self) -> Iterator[tuple[str, str, str, Case | None]]:
        """Records and cases as they were made, each with its name and with that which its content has."""
        records = self.records()
        written: set[str] = set()
        for case in self.cases():
            if case.cluster not in written:
                written.add(case.cluster)
                if (r := next(records, None)) is not None:
                    yield "record", r.id, Record.of(r.pool, r.source, **r.fields).id, None
            yield "case", case.id, case.sealed(case.task).id, case

    def content_id(self) -> str:
        """The id derived again from the rows: records, cases, tasks and salt."""
        hashed = hashlib.blake2b(digest_size=16)
        for kind, _, again, _ in self._again():
            hashed.update(kind[:1].encode() + again.encode())
        return identity(hashed, self.manifest.tasks, self.manifest.salt)

    @property
    def planned(self) -> int:
        """Cases of all tasks."""
        return sum(t.planned for t in self.manifest.tasks)

    def cases(self) -> Iterator[Case]:
        """Every case, in the edition's order."""
        return (case for case, _ in self.blocks())

    def blocks(self) -> Iterator[tuple[Case, str]]:
        """Every case with its block: `ANCHOR`, or "" for the edition's own."""
        return read_cases(self.folder / "cases.parquet")

    def case_columns(self, *columns: str) -> Iterator[list[list[Any]]]:
        """Some columns of the cases, some thousands of rows at a time."""
        return batches(self.folder / "cases.parquet", CASES, columns)

    def case_arrays(self, *columns: str) -> Iterator[list[Any]]:
        """Some columns of the cases as Arrow arrays, once for all draws."""
        return arrow_batches(self.folder / "cases.parquet", CASES, columns)

    def cases_at(self, places: Iterable[int]) -> dict[int, Case]:
        """Some cases by their number in the table, from 0."""
        table = self.folder / "cases.parquet"
        with _sound(table):
            return {at: _case(row) for at, row in taken(table, CASES, [name for name, _ in CASES], places).items()}

    def records_of(self, ids: Collection[str]) -> dict[str, Record]:
        """Some records by their ids."""
        table = self.folder / "records.parquet"
        sought, places, at = np.asarray([*ids], "S32"), list[int](), 0
        for (column,) in arrow_batches(table, RECORDS, ("id",)):
            places += (np.flatnonzero(np.isin(ids_of(column), sought)) + at).tolist()
            at += len(column)
        with _sound(table):
            found = taken(table, RECORDS, [name for name, _ in RECORDS], places).values()
            return {i: Record(i, pool, _fields.decode(f), _source.decode(source)) for i, pool, f, source in found}

    def records(self) -> Iterator[Record]:
        """Every record."""
        table = self.folder / "records.parquet"
        with _sound(table):
            for record_id, pool, fields, source in rows(table, RECORDS):
                yield Record(record_id, pool, _fields.decode(fields), _source.decode(source))

    def rejects(self) -> Iterator[Reject]:
        """The ledger, line by line."""
        table = self.folder / "rejects.parquet"
        with _sound(table):
            for stage, task, arm, record, where, reason, attempt, lost, turns in rows(table, REJECTS):
                yield Reject(
                    stage=stage,
                    task=task,
                    arm=arm,
                    record=record,
                    where=where,
                    reason=reason,
                    attempt=attempt,
                    lost=bool(lost),
                    turns=_turns.decode(turns),
                )

    @property
    def blobs(self) -> Blobs:
        """The pictures."""
        return Blobs(self.folder / ASSETS)

    def asset(self, sha256: str) -> bytes:
        """A picture's bytes, checked against the hash that names them."""
        return self.blobs.asset(sha256)

    def copy_to(self, folder: Path) -> Edition:
        """Place the same edition at `folder`, sharing bytes where the file system can."""
        if folder.is_dir():
            check_names(folder, EDITION)
        for name in [*self.manifest.files, "edition.json"]:
            if not (folder / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(self.folder / name, folder / name)
        copied = Edition(folder, self.manifest)
        if folder != self.folder and (altered := copied.altered()):
            raise FolderError(f"`{folder}` holds another edition ({', '.join(altered[:5])}): choose another with -o")
        return copied


def _ours(name: str, sealed: str) -> bool:
    """Whether an edition has a file of this name: a table, or an asset under its own hash."""
    if name in (*TABLES, GENERATED):
        return True
    folder, _, asset = name.partition("/")
    return folder == ASSETS and is_name(asset) and asset == sealed


def _hash(path: Path) -> str:
    """The hash of a file, "" where there is no such plain file."""
    try:
        return sha256_file(path)
    except OSError:
        return ""
