"""The journal of a running run: SQLite in WAL mode, one writer thread, group commits.

A row counts as stored once its transaction is on disk (`synchronous=FULL`); progress shows only those. A kill at any
moment therefore loses at most what was in flight. Scores and payloads lie in separate tables: grouping a million scores
must not read the replies.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from trustgen.core import FolderError, InternalError, Outcome, Reply, Response, Verdict, Vote

from .database import Damaged, Database, readable, writable
from .spent import Spent

SCHEMA = """
CREATE TABLE IF NOT EXISTS responses (
    key TEXT PRIMARY KEY, case_id TEXT, task TEXT, model TEXT, status TEXT, attempts INTEGER,
    prompt_tokens INTEGER, completion_tokens INTEGER, body BLOB, checksum BLOB
);
CREATE TABLE IF NOT EXISTS verdicts (
    key TEXT PRIMARY KEY, response TEXT, case_id TEXT, task TEXT, model TEXT, judge TEXT,
    outcome TEXT, score REAL, label TEXT, reason TEXT, rung TEXT, confidence REAL, votes TEXT
);
CREATE TABLE IF NOT EXISTS begun (
    key TEXT, place INTEGER, body BLOB, checksum BLOB, PRIMARY KEY (key, place)
);
CREATE TABLE IF NOT EXISTS spent (
    model TEXT PRIMARY KEY, calls INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER, seconds REAL,
    images INTEGER
);
"""
_PUT_RESPONSE = "INSERT OR REPLACE INTO responses VALUES (?,?,?,?,?,?,?,?,?,?)"
_PUT_VERDICT = "INSERT OR REPLACE INTO verdicts VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
_PUT_BEGUN = "INSERT OR REPLACE INTO begun VALUES (?,?,?,?)"
_ADD_SPENT = """
INSERT INTO spent VALUES (?,?,?,?,?,?) ON CONFLICT (model) DO UPDATE SET calls = calls + excluded.calls,
prompt_tokens = prompt_tokens + excluded.prompt_tokens,
completion_tokens = completion_tokens + excluded.completion_tokens,
seconds = seconds + excluded.seconds, images = images + excluded.images
"""
COMMIT_ROWS = 500
TOGETHER = 50
COMMIT_SECONDS = 0.05

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Response).decode
_reply = msgspec.json.Decoder(Reply).decode
_votes = msgspec.json.Decoder(tuple[Vote, ...]).decode


_SPENT = Spent.__struct_fields__


class Step(NamedTuple):
    """One reply of a game that is not over: whose it is, the key of its response, and its place in it."""

    model: str
    key: str
    place: int
    reply: Reply


class Row(NamedTuple):
    """A response and its verdict; `kept`: its replies were handed over as steps before, and have been counted."""

    response: Response | None
    verdict: Verdict
    kept: bool


Item = Row | Step


def _check(body: object) -> bytes:
    if not isinstance(body, bytes):  # SQLite stores any type in any column: a row that was meddled with may be text
        return b""
    return blake2b(body, digest_size=8).digest()


class Journal:
    """Rows in, rows out. `put` never blocks; `stored` counts what is safely on disk."""

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        """The journal at `path`, made where it is missing; or, without `writing`, what was committed to one."""
        self.path = path
        self.put_count = 0
        self.stored = 0
        self.failure: Exception | None = None
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._due = threading.Event()  # set when there is no more to wait for: rows enough, or the end
        self._base = self._connect() if writing else readable(path, SCHEMA)
        self._read = self._base.connection

    def _connect(self) -> Database:
        made = writable(self.path, SCHEMA)
        made.connection.execute("PRAGMA cache_size=-8000")
        return made

    # ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def waiting(self) -> int:
        """Rows handed over but not yet on disk; callers slow down when this grows."""
        return self.put_count - self.stored

    def put(self, response: Response | None, verdict: Verdict, *, kept: bool = False) -> None:
        """Hand over a row: a response and its verdict, or the verdict alone for a response already stored.

        `kept`: its replies were handed over one by one with `keep`, where their cost was counted.
        """
        self._hand_over(Row(response, verdict, kept))

    def keep(self, model: str, key: str, place: int, reply: Reply) -> None:
        """Hand over a reply of a game that is not over, so that it need not be bought again."""
        self._hand_over(Step(model, key, place, reply))

    def _hand_over(self, item: Item) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
            self._thread.start()
        self.put_count += 1
        self._queue.put(item)
        if self.waiting >= COMMIT_ROWS and not self._due.is_set():
            self._due.set()

    def _write(self) -> None:
        with closing(self._connect()) as base:
            connection = base.connection
            while True:
                items, last = self._gather()
                if items and self.failure is None:
                    try:
                        self._commit(connection, items)
                        self.stored += len(items)
                    except Exception as error:
                        self.failure = error  # the engine sees it, stops asking, and says so
                if last:
                    return

    def _gather(self) -> tuple[list[Item], bool]:
        """Wait for a row, then take what else has come by the end of the commit window.

        The writer sleeps through the window: called awake by each row, it would take the interpreter from whoever asks.
        """
        item = self._queue.get()
        self._due.wait(COMMIT_SECONDS if item is not None else 0)
        self._due.clear()
        items: list[Item] = []
        while item is not None:
            items.append(item)
            if len(items) == COMMIT_ROWS or self._queue.empty():
                return items, False
            item = self._queue.get()
        return items, True

    def _commit(self, connection: sqlite3.Connection, items: Sequence[Item]) -> None:
        responses, verdicts, steps, over = [], [], [], []
        spent: dict[str, Spent] = {}
        for item in items:
            if isinstance(item, Step):
                body = _encode(item.reply)
                steps.append((item.key, item.place, body, _check(body)))
                spent.setdefault(item.model, Spent()).reply(item.reply)
                continue
            response, v, kept = item
            if response is not None:
                r, body, usage = response, _encode(response), response.usage
                row = (r.key, r.case, r.task, r.model, r.status, r.attempts, usage.prompt, usage.completion)
                responses.append((*row, body, _check(body)))
                total = spent.setdefault(r.model, Spent())
                if kept:
                    total.calls += r.attempts - len(r.replies)
                    over.append((r.key,))
                else:
                    total.add(r)
            verdicts.append(verdict_row(v))
        totals = _totals(spent)
        connection.execute("BEGIN")
        try:
            _put(connection, _PUT_RESPONSE, responses)
            _put(connection, _PUT_VERDICT, verdicts)
            connection.executemany(_PUT_BEGUN, steps)
            connection.executemany("DELETE FROM begun WHERE key = ?", over)
            connection.executemany(_ADD_SPENT, totals)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def flush(self) -> None:
        """Write everything handed over, and stop the writer; a write that failed is raised here."""
        if self._thread is not None:
            self._queue.put(None)
            self._due.set()
            self._thread.join()
            self._thread = None
        if self.failure is not None:
            failure, self.failure = self.failure, None
            lost = self.waiting
            self.put_count = self.stored
            raise FolderError(
                f"cannot write to `{self.path}` ({failure}): {lost} rows in flight were not kept; make room and run "
                "the same command again to resume"
            ) from failure
        if self.stored != self.put_count:
            raise InternalError(f"journal stored {self.stored} rows of {self.put_count}")

    def close(self) -> None:
        """Flush, and let go of the file."""
        try:
            self.flush()
        finally:
            self._base.close()

    # ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever stored."""
        return self._base.empty or not any(self._base.select("SELECT 1 FROM responses LIMIT 1"))

    def spent(self) -> dict[str, Spent]:
        """What each model has cost so far."""
        with self._sound():
            found = self._base.select("SELECT * FROM spent ORDER BY model")
            return {m: msgspec.convert(dict(zip(_SPENT, rest, strict=True)), Spent) for m, *rest in found}

    def answered(self, model: str) -> bool:
        """Whether a model ever gave an answer, or a filter did in its place."""
        return any(self._base.select("SELECT 1 FROM responses WHERE model = ? AND status != 'error' LIMIT 1", (model,)))

    def statuses(self, keys: Sequence[str]) -> dict[str, str]:
        """The stored status of some responses."""
        marks = ",".join("?" * len(keys))
        return dict(self._base.select(f"SELECT key, status FROM responses WHERE key IN ({marks})", keys))

    def judged(self, keys: Sequence[str]) -> dict[str, str]:
        """The stored outcome of some verdicts."""
        marks = ",".join("?" * len(keys))
        return dict(self._base.select(f"SELECT key, outcome FROM verdicts WHERE key IN ({marks})", keys))

    def begun(self, key: str) -> tuple[Reply, ...]:
        """The stored replies of a game that is not over, from its first on, as far as they are whole."""
        found: list[Reply] = []
        sql = "SELECT place, body, checksum FROM begun WHERE key = ? ORDER BY place"
        for place, body, checksum in self._base.select(sql, (key,)):
            if place != len(found) or _check(body) != checksum:
                break
            with self._sound():
                found.append(_reply(body))
        return tuple(found)

    def find(self, key: str) -> Response | None:
        """One stored response, if there is one."""
        found = self._base.select("SELECT key, body, checksum FROM responses WHERE key = ?", (key,))
        return next((self._decoded(*row) for row in found), None)

    def responses(self) -> Iterator[Response]:
        """Every stored response, by key."""
        for row in self._base.select("SELECT key, body, checksum FROM responses ORDER BY key"):
            yield self._decoded(*row)

    def verdicts(self, task: str = "", model: str = "", judge: str = "") -> Iterator[Verdict]:
        """Stored verdicts, by key; "" means any."""
        sql = "SELECT * FROM verdicts WHERE ?1 IN ('', task) AND ?2 IN ('', model) AND ?3 IN ('', judge) ORDER BY key"
        with self._sound():
            yield from map(verdict_of, self._base.select(sql, (task, model, judge)))

    def judged_by(self) -> list[tuple[str, str, str]]:
        """Every (task, model, judge) that has verdicts."""
        with self._sound():
            found = self._base.select("SELECT DISTINCT task, model, judge FROM verdicts ORDER BY 1, 2, 3")
            return [msgspec.convert(row, tuple[str, str, str]) for row in found]

    def joined(self, task: str, model: str, judge: str) -> Iterator[list[list[Any]]]:
        """Case, outcome, score, label and confidence of stored verdicts, column by column, some thousands at a time."""
        sql = (
            "SELECT case_id, outcome, score, label, confidence FROM verdicts WHERE task = ? AND model = ? AND judge = ?"
        )
        found = self._base.select(sql, (task, model, judge))
        with self._sound():
            while batch := list(islice(found, 4096)):
                yield checked_columns([list(column) for column in zip(*batch, strict=True)])

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """What is stored in a column may be of any type: a value that is none of ours is damage."""
        try:
            yield
        except (ValueError, RecursionError) as error:
            raise Damaged(self.path, error) from error

    def _decoded(self, key: str, body: bytes, checksum: bytes) -> Response:
        if _check(body) != checksum:
            raise FolderError(
                f"row {key} of `{self.path}` is corrupt: run again with --drop-corrupt to forget such rows and ask "
                "them anew"
            )
        with self._sound():
            return _decode(body)

    def corrupt(self) -> list[str]:
        """Keys of responses whose bytes no longer match their checksum."""
        rows = self._base.select("SELECT key, body, checksum FROM responses")
        return [key for key, body, checksum in rows if _check(body) != checksum]

    def drop(self, keys: Iterable[str]) -> None:
        """Forget responses and their verdicts."""
        pairs = [(k,) for k in keys]
        self._read.execute("BEGIN")
        self._read.executemany("DELETE FROM verdicts WHERE response = ?", pairs)
        self._read.executemany("DELETE FROM responses WHERE key = ?", pairs)
        self._read.execute("COMMIT")

    def spend(self, model: str, response: Response) -> None:
        """Count what a question cost that is no case, on disk before this returns."""
        (cost := Spent()).add(response)
        self._read.executemany(_ADD_SPENT, _totals({model: cost}))

    def restore(self, responses: Iterable[Response], verdicts: Iterable[Verdict], spent: dict[str, Spent]) -> None:
        """Fill an empty journal from a sealed run, in one transaction."""
        self._read.execute("BEGIN")
        for r in responses:
            body, usage = _encode(r), r.usage
            row = (r.key, r.case, r.task, r.model, r.status, r.attempts, usage.prompt, usage.completion)
            self._read.execute(_PUT_RESPONSE, (*row, body, _check(body)))
        self._read.executemany(_PUT_VERDICT, (verdict_row(v) for v in verdicts))
        self._read.executemany(_ADD_SPENT, _totals(spent))
        self._read.execute("COMMIT")


def _totals(spent: Mapping[str, Spent]) -> list[tuple[str, int, int, int, float, int]]:
    return [(m, s.calls, s.prompt_tokens, s.completion_tokens, s.seconds, s.images) for m, s in spent.items()]


def _put(connection: sqlite3.Connection, insert: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows, `TOGETHER` a statement: SQLite lets the interpreter go at each, and must wait for it."""
    many = ",".join((insert, *[insert[insert.rindex("(") :]] * (TOGETHER - 1)))
    rest = len(rows) % TOGETHER
    for at in range(0, len(rows) - rest, TOGETHER):
        connection.execute(many, [value for row in rows[at : at + TOGETHER] for value in row])
    connection.executemany(insert, rows[len(rows) - rest :])


def verdict_row(v: Verdict) -> tuple[object, ...]:
    """A verdict's columns, in the order they are stored."""
    head = (v.key, v.response, v.case, v.task, v.model, v.judge)
    votes = _encode(v.votes).decode() if v.votes else ""
    return (*head, v.outcome.value, v.score, v.label, v.reason, v.rung, v.confidence, votes)


_KINDS = ((str,),) * 7 + ((float, int, type(None)), (str,), (str,), (str,), (float, int, type(None)), (str,))
_OUTCOMES = frozenset(map(str, Outcome))
_COLUMNS = ("case", "outcome", "score", "label", "confidence")


def verdict_of(row: Sequence[Any]) -> Verdict:
    """A verdict from its columns, in the order they are stored; `ValueError` where they are none."""
    if len(row) != len(_KINDS) or not all(map(isinstance, row, _KINDS)):
        raise ValueError("a row is no verdict")
    key, response, case, task, model, judge, outcome, score, label, reason, rung, confidence, votes = row
    head = (key, response, case, task, model, judge, Outcome(outcome), score, label, reason, rung, confidence)
    return Verdict(*head, _votes(votes) if votes else ())


def checked_columns(columns: list[list[Any]]) -> list[list[Any]]:
    """Columns of verdicts as `Journal.joined` gives them; `ValueError` where a value is of another kind."""
    for name, column in zip(_COLUMNS, columns, strict=True):
        found = set(map(type, column))
        if not found <= ({float, int, type(None)} if name in ("score", "confidence") else {str}):
            raise ValueError(f"the {name} of a verdict is of another type")
    if not set(columns[1]) <= _OUTCOMES or not all(map(str.isascii, columns[0])):
        raise ValueError("a row is no verdict")
    return columns
