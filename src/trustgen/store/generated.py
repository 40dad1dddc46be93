"""What came from outside while an edition was built: replies of roles, search results, pages, SPARQL answers.

While a build runs they lie in `generated.db`, on disk before they are used, so a killed build asks nothing twice. A
sealed edition carries those it was made with as `generated.parquet`, in the order of their keys; from that, and the
manifest, the same edition can be built again byte for byte without any model or network.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from trustgen.core import BuildStopped, FolderError, Unusable

from .database import Damaged, writable
from .tables import rows, write_rows

COLUMNS = (("kind", "category"), ("key", "text"), ("body", "bytes"), ("fault", "text"))
SCHEMA = "CREATE TABLE IF NOT EXISTS outside (kind TEXT, key TEXT, body BLOB, fault TEXT, PRIMARY KEY (kind, key))"


class Generated:
    """A `Cache` on disk. Safe to use from several threads; one key is made by one of them at a time.

    `closed` makes a miss an error: nothing may come from outside (verifying, or building again from an edition).
    """

    def __init__(self, path: Path, *, closed: bool = False) -> None:
        self.path = path
        self.closed = closed
        self._open = True
        self.made = 0  # how many things were really fetched by this build
        self._used: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._making: defaultdict[tuple[str, str], threading.Lock] = defaultdict(threading.Lock)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FolderError(f"cannot use `{path}` ({error}): build elsewhere") from error
        self._base = writable(path, SCHEMA)
        self._db = self._base.connection

    def remember(self, kind: str, key: str, make: Callable[[], bytes]) -> bytes:
        """What is stored, else what `make` returns, on disk before it is returned.

        A `make` that raises `Unusable` is remembered for the export (so the same record is lost again when the edition
        is rebuilt), but asked again by the next build here.
        """
        name = (kind, key)
        with self._lock:
            making = self._making[name]
        with making:
            body, fault = self._find(name)
            if body is None and (fault is None or (not self.closed and name not in self._used)):
                body, fault = self._make(name, make)
            self._used.add(name)
        with self._lock:
            self._making.pop(name, None)  # who waits for it holds it, and then finds the body stored
        if body is None:
            raise Unusable(fault or "nothing came back")
        return body

    def _make(self, name: tuple[str, str], make: Callable[[], bytes]) -> tuple[bytes | None, str | None]:
        if self.closed:
            raise BuildStopped(
                f"a {name[0]} that this build needs is not among the edition's generated outputs: the tasks, "
                "prompts or pools it was made with differ from those installed now"
            )
        body: bytes | None = None
        fault: str | None = None
        try:
            body = make()
        except Unusable as error:
            fault = str(error)
        self.made += 1
        self._put([(*name, body, fault)])
        return body, fault

    def _find(self, name: tuple[str, str]) -> tuple[bytes | None, str | None]:
        with self._lock:
            found = list(self._base.select("SELECT body, fault FROM outside WHERE kind = ? AND key = ?", name))
        body, fault = found[0] if found else (None, None)
        if not (isinstance(body, bytes | None) and isinstance(fault, str | None)):
            raise Damaged(self.path, "a row holds something else")
        return body, fault

    def _put(self, found: list[tuple[str, str, bytes | None, str | None]]) -> None:
        try:
            with self._lock:
                self._db.execute("BEGIN")
                self._db.executemany("INSERT OR REPLACE INTO outside VALUES (?,?,?,?)", found)
                self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise FolderError(
                f"cannot write to `{self.path}` ({error}): make room and run the same command again to resume"
            ) from error

    def fill(self, table: Path) -> None:
        """Take in what an edition was made with."""
        batch: list[tuple[str, str, bytes | None, str | None]] = []
        for kind, key, body, fault in rows(table, COLUMNS):
            batch.append((kind, key, None if fault else body, fault or None))
            if len(batch) == 256:
                self._put(batch)
                batch = []
        self._put(batch)

    @property
    def used(self) -> int:
        """How many stored things this build asked for."""
        return len(self._used)

    def export(self, table: Path, *, everything: bool = False) -> int:
        """Write what this build used, or everything stored, by kind and key; returns how many."""
        return write_rows(table, COLUMNS, self._sorted(self._names() if everything else self._used))

    def _names(self) -> list[tuple[str, str]]:
        with self._lock:
            found = list(self._base.select("SELECT kind, key FROM outside"))
        if not all(isinstance(part, str) for name in found for part in name):
            raise Damaged(self.path, "a row has no name")
        return [(kind, key) for kind, key in found]

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """Kind and content of everything stored that came well."""
        for name in self._names():
            body, _ = self._find(name)
            if body is not None:
                yield name[0], body

    def _sorted(self, names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, bytes, str]]:
        for name in sorted(names):
            body, fault = self._find(name)
            if body is not None or fault is not None:
                yield *name, body or b"", fault or ""

    @property
    def empty(self) -> bool:
        """Whether nothing was ever stored."""
        return self._open and not any(self._base.select("SELECT 1 FROM outside LIMIT 1"))

    def close(self) -> None:
        """Let go of the file. Safe to call twice."""
        self._open = False
        self._base.close()

    def delete(self) -> None:
        """Let go of the file and remove it: the sealed edition has what was used."""
        self.close()
        for end in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)
