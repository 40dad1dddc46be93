"""An edition: a frozen, content-addressed set of cases in a folder.

    EDITION/edition.json      manifest: id, salt, tasks with versions and counts, SHA-256 of every file
            cases.parquet     what is asked
            records.parquet   what it was made from, with sources
            rejects.parquet   what failed an audit, and why
            assets/           images, each named by its SHA-256

The id hashes the content (tasks, cases, records), not the files, so it does not change with a Parquet library; the
files' own hashes stand in the manifest beside it. No time stamp: the same suite and salt give the same bytes.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from trustgen.core import Case, Expect, FolderError, Level, Record, Sampling, Source, Turn

from .files import claim, link_or_copy, read_json, sha256_file, write_json
from .tables import TableWriter, batches, rows

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
)
RECORDS = (("id", "text"), ("pool", "category"), ("fields", "json"), ("source", "json"))
REJECTS = (("task", "category"), ("arm", "category"), ("record", "text"), ("reason", "text"), ("turns", "json"))

_turns = msgspec.json.Decoder(tuple[Turn, ...])
_expect = msgspec.json.Decoder(Expect)
_tags = msgspec.json.Decoder(dict[str, str])
_fields = msgspec.json.Decoder(dict[str, Any])
_source = msgspec.json.Decoder(Source)


class TaskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One task of an edition. `arms` counts the accepted cases; `made` is how many were crafted, rejects included."""

    id: str
    version: str
    n: int
    pool: str
    level: Level
    sampling: Sampling
    arms: dict[str, int]
    calls: int
    made: int

    @property
    def planned(self) -> int:
        """Cases to ask."""
        return sum(self.arms.values())


class EditionManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`edition.json`."""

    id: str
    suite: str
    salt: str
    trustgen: str
    tasks: tuple[TaskEntry, ...]
    files: dict[str, str]
    acceptance: float
    format: int = 1


class EditionWriter:
    """Writes an edition beside its final place and moves it there whole when sealed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        claim(folder, "edition.json", "an edition")
        self._work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        self._cases = TableWriter(self._work / "cases.parquet", CASES)
        self._records = TableWriter(self._work / "records.parquet", RECORDS)
        self._rejects = TableWriter(self._work / "rejects.parquet", REJECTS)
        self._assets: set[str] = set()
        self._hash = hashlib.blake2b(digest_size=16)

    def record(self, record: Record) -> None:
        """Add a record that at least one case was made from."""
        self._hash.update(b"r" + record.id.encode())
        self._records.add((record.id, record.pool, record.fields, record.source))

    def case(self, case: Case) -> None:
        """Add an accepted case."""
        self._hash.update(b"c" + case.id.encode())
        row = (case.id, case.task, case.arm, case.cluster, case.turns, case.expect)
        self._cases.add((*row, list(case.records), list(case.steps), case.tags))

    def asset(self, body: bytes) -> str:
        """Keep an image's bytes; returns the SHA-256 that names them, for `Image(sha256)`."""
        name = hashlib.sha256(body).hexdigest()
        folder = self._work / "assets"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(body)
        self._assets.add(f"assets/{name}")
        return name

    def reject(self, case: Case, reason: str) -> None:
        """Add a case that failed its audit."""
        self._rejects.add((case.task, case.arm, case.cluster, reason, case.turns))

    def seal(self, *, suite: str, salt: str, trustgen: str, tasks: tuple[TaskEntry, ...]) -> Edition:
        """Close the files, write the manifest, and put the folder in place."""
        tables = {"cases": self._cases, "records": self._records, "rejects": self._rejects}
        for table in tables.values():
            table.close()
        names = [*(f"{name}.parquet" for name in tables), *sorted(self._assets)]
        self._hash.update(msgspec.json.encode((tasks, salt), order="deterministic"))
        accepted, rejected = self._cases.count, self._rejects.count
        manifest = EditionManifest(
            id=self._hash.hexdigest(),
            suite=suite,
            salt=salt,
            trustgen=trustgen,
            tasks=tasks,
            files={name: sha256_file(self._work / name) for name in names},
            acceptance=accepted / (accepted + rejected) if accepted + rejected else float("nan"),
        )
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
    def open(cls, folder: Path) -> Edition:
        """Open a folder; every file must still have the hash it was sealed with."""
        if not folder.is_dir():
            raise FolderError(f"there is no edition at `{folder}`: make one with `trustgen build SUITE -o {folder}`")
        manifest = read_json(folder / "edition.json", EditionManifest, "an edition")
        if manifest.format != 1:
            raise FolderError(f"`{folder}` has edition format {manifest.format}; this TrustGen reads format 1")
        edition = cls(folder, manifest)
        if altered := edition.altered():
            raise FolderError(
                f"edition `{folder}` was changed after it was sealed ({', '.join(altered)}): rebuild it with "
                f"`trustgen build {manifest.suite} --salt {manifest.salt}`"
            )
        return edition

    def altered(self) -> list[str]:
        """Names of files that are missing or no longer have their sealed hash."""
        files = self.manifest.files.items()
        found = [(name, digest, self.folder / name) for name, digest in files]
        return [name for name, digest, path in found if not path.is_file() or sha256_file(path) != digest]

    @property
    def planned(self) -> int:
        """Cases of all tasks."""
        return sum(t.planned for t in self.manifest.tasks)

    def cases(self) -> Iterator[Case]:
        """Every case, in the edition's order."""
        for case_id, task, arm, _, turns, expect, records, steps, tags in rows(self.folder / "cases.parquet"):
            yield Case(
                case_id,
                task,
                arm,
                _turns.decode(turns),
                _expect.decode(expect),
                tuple(records),
                tuple(steps),
                _tags.decode(tags) if tags != "{}" else {},
            )

    def case_columns(self, *columns: str) -> Iterator[Any]:
        """Record batches with some columns of the cases."""
        return batches(self.folder / "cases.parquet", columns)

    def records(self) -> Iterator[Record]:
        """Every record."""
        for record_id, pool, fields, source in rows(self.folder / "records.parquet"):
            yield Record(record_id, pool, _fields.decode(fields), _source.decode(source))

    def rejects(self) -> Iterator[tuple[str, str, str, str]]:
        """Rejected cases as (task, arm, record id, reason)."""
        for row in rows(self.folder / "rejects.parquet", ("task", "arm", "record", "reason")):
            yield row[0], row[1], row[2], row[3]

    def asset(self, sha256: str) -> bytes:
        """An image's bytes, checked against the hash that names them."""
        path = self.folder / "assets" / sha256
        try:
            body = path.read_bytes()
        except OSError as error:
            raise FolderError(f"asset {sha256} of edition `{self.folder}` cannot be read: {error.strerror}") from error
        if hashlib.sha256(body).hexdigest() != sha256:
            raise FolderError(f"asset {sha256} of edition `{self.folder}` was changed after it was sealed")
        return body

    def copy_to(self, folder: Path) -> Edition:
        """Place the same edition at `folder`, sharing bytes where the file system can."""
        for name in [*self.manifest.files, "edition.json"]:
            if not (folder / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                link_or_copy(self.folder / name, folder / name)
        return Edition(folder, self.manifest)
