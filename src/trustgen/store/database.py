"""SQLite files of ours: made with one schema, and believed only with that one; read without a trace in the folder.

A file may come from somebody else. So nothing of its own runs (no view, no trigger, no function in its schema), a
value has a longest length, and a query has a longest way: pages that point at each other would otherwise never end.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from trustgen.core import FolderError
from trustgen.core.plain import not_plain, opened

LONGEST = 128 << 20  # bytes of one value
_TAILS = ("", "-wal", "-shm", "-journal")
_STEPS = 100_000  # of SQLite's machine between two looks at the count
_FREE = 20_000_000  # steps of any query; a row of ours takes some hundred bytes and some fifty steps
_PER_BYTE = 4


class Damaged(FolderError):
    """A database that is not ours, or no longer whole."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(
            f"`{path}` is damaged ({why}): keep a copy, then delete it to start anew, or name another with -o"
        )


@cache
def _made_of(schema: str) -> frozenset[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        return frozenset(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _check_plain(path: Path) -> None:
    """No file of the database may be a link, a pipe or a device: SQLite would follow or wait."""
    for tail in _TAILS:
        place = path.with_name(path.name + tail)
        try:
            fault = not_plain(place.lstat().st_mode)
        except FileNotFoundError:
            continue
        if fault:
            raise FolderError(f"`{place}` cannot be used: {fault}: remove it")


class Database:
    """A connection to a file of ours. Reading goes through `select`, where whatever is wrong is `Damaged`."""

    def __init__(self, path: Path, schema: str, *, writing: bool) -> None:
        self.path = path
        self._schema = _made_of(schema)
        self._steps = 0
        self._most = _FREE
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        _check_plain(path)
        try:
            self.connection = self._connect(writing)
        except BaseException as error:
            self._forget()
            if isinstance(error, sqlite3.Error):
                raise Damaged(path, error) from error
            raise

    def _connect(self, writing: bool) -> sqlite3.Connection:
        address = self.path.absolute().as_uri() if writing else self._address()
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA cell_size_check=ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
            connection.set_progress_handler(self._step, _STEPS)
            self._check_schema(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _address(self) -> str:
        """The URI under which SQLite reads the file and its log, and writes nothing beside them.

        A log needs an index in shared memory. Where the writer left one it is read only; where there is none, SQLite
        would make it, so both are read from a copy elsewhere.
        """
        log, index = (self.path.with_name(self.path.name + tail) for tail in ("-wal", "-shm"))
        place, how = self.path, "immutable=1"
        if log.exists() and log.stat().st_size:
            how = "readonly_shm=1"
            if not index.exists():
                self._scratch = tempfile.TemporaryDirectory()
                place, how = Path(self._scratch.name) / self.path.name, ""
                for source in (self.path, log):
                    with opened(source) as file, (place.parent / source.name).open("wb") as copy:
                        shutil.copyfileobj(file, copy)
        return f"{place.absolute().as_uri()}?mode=ro&{how}"

    def _check_schema(self, connection: sqlite3.Connection) -> None:
        found = frozenset(connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
        self.empty = not found
        if found and found != self._schema:
            strange = sorted(str(name) for _, name, *_ in found ^ self._schema)
            raise Damaged(self.path, f"its tables are not ours: {', '.join(strange[:3])}")

    def _step(self) -> bool:
        self._steps += _STEPS
        return self._steps > self._most

    def select(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, as they come."""
        try:
            size = self.path.stat().st_size
            self._steps, self._most = 0, _FREE + _PER_BYTE * size
            # Not `yield from`: that closes the cursor, perhaps after its connection.
            for row in self.connection.execute(sql, values):  # noqa: UP028
                yield row
        except (sqlite3.Error, OSError) as error:
            raise Damaged(self.path, error) from error

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()
        self._forget()

    def _forget(self) -> None:
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None


def writable(path: Path, schema: str) -> Database:
    """The database, made where it is missing, in WAL mode; a row counts once its transaction is on disk."""
    made = Database(path, schema, writing=True)
    try:
        made.connection.execute("PRAGMA journal_mode=WAL")
        made.connection.execute("PRAGMA synchronous=FULL")
        if made.empty:
            made.connection.executescript(schema)
            made.empty = False
    except sqlite3.Error as error:
        made.close()
        raise Damaged(path, error) from error
    return made


def readable(path: Path, schema: str) -> Database:
    """The database as it was committed, with nothing written beside it; `empty` where it has no table yet.

    What a killed writer, or one at work, has in the log beside the file is seen too.
    """
    return Database(path, schema, writing=False)


__all__ = ["Damaged", "Database", "readable", "writable"]
