"""Databases of others: tables of ours alone, read without a trace, and never for ever."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from test_forged_names import tree
from test_journal import row
from test_store_edges import manifest, verdict

from trustgen.core import FolderError
from trustgen.store import Generated, Journal, RunFolder, write_json
from trustgen.store.database import Damaged

WRITER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_journal import row
from trustgen.store import Journal
journal = Journal(Path(sys.argv[1]))
for i in range(400):
    journal.put(*row(i))
while journal.waiting:
    time.sleep(.01)
print("stored", flush=True)
i = 400
while True:
    journal.put(*row(i)); i += 1
    time.sleep(.001)
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run that was killed: 400 rows and more, most of them in the log only."""
    place = tmp_path / "run"
    place.mkdir()
    write_json(place / "run.json", manifest())
    with AtWork(place):
        pass
    return place


class AtWork:
    """A process that writes a journal until the block ends, and is killed then."""

    def __init__(self, place: Path) -> None:
        command = [sys.executable, "-c", WRITER, str(place / "journal.db"), str(Path(__file__).parent)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "stored\n"

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def read(place: Path) -> int:
    """Read a run all over, as every reading command does."""
    run = RunFolder.open(place)
    rows = sum(1 for _ in run.responses())
    assert sum(1 for _ in run.verdicts()) >= rows
    assert sum(len(batch[0]) for _, batch in run.joined()) >= rows
    assert sum(1 for _ in run.response_bodies()) >= rows
    return rows


def test_reading_a_killed_run_shows_what_was_committed_and_leaves_no_trace(run: Path) -> None:
    assert {p.name for p in run.iterdir()} == {"run.json", "journal.db", "journal.db-wal", "journal.db-shm"}
    before = tree(run)
    rows = read(run)
    assert rows >= 400
    assert tree(run) == before
    run.chmod(0o500)
    assert read(run) == rows
    run.chmod(0o700)
    for body in (b"", os.urandom(32_768)):  # the index is the writer's: whatever is in it is not believed
        (run / "journal.db-shm").write_bytes(body)
        before = tree(run)
        assert read(run) == rows
        assert tree(run) == before
    (run / "journal.db-shm").unlink()  # as where only the files that seem to matter were sent
    before = tree(run)
    assert read(run) == rows
    assert tree(run) == before
    with closing(RunFolder(run).journal()) as journal:  # the next one who writes takes the log in
        assert sum(1 for _ in journal.responses()) == rows
    assert not (run / "journal.db-wal").exists()
    before = tree(run)
    assert read(run) == rows
    assert tree(run) == before


def test_a_run_at_work_can_be_read_all_the_while(tmp_path: Path) -> None:
    write_json(tmp_path / "run.json", manifest())
    with AtWork(tmp_path):
        seen = [read(tmp_path) for _ in range(20)]
    assert seen == sorted(seen)
    assert 400 <= seen[0] < seen[-1]


def test_an_empty_journal_hides_no_sealed_rows(tmp_path: Path) -> None:
    """A kill between the making of the journal and the return of the sealed rows to it: they were asked anew."""
    run = RunFolder.take(tmp_path / "run")
    run.write_manifest(manifest())
    journal = run.journal()
    for i in range(5):
        journal.put(*row(i))
    journal.flush()
    run.seal(journal)
    with closing(Journal(run.journal_path)):
        pass
    assert read(run.folder) == 5
    run.journal_path.write_bytes(b"")
    assert read(run.folder) == 5
    with closing(run.journal()) as journal:
        assert sum(1 for _ in journal.responses()) == 5
    run.leave()


# ── what is none of ours ────────────────────────────────────────────────────────────────────────────────────────────


def made(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n AS key, 'x' AS case_id FROM r"
FOREIGN = {
    "views": f"CREATE VIEW responses AS {ENDLESS}; CREATE VIEW verdicts AS {ENDLESS}; CREATE VIEW spent AS {ENDLESS};",
    "columns": "CREATE TABLE responses (key, body); CREATE TABLE verdicts (key); CREATE TABLE spent (model);",
    "stranger": "CREATE TABLE accounts (name, password); INSERT INTO accounts VALUES ('a', 'b');",
}
BESIDE = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON verdicts BEGIN DELETE FROM responses; END;",
    "view": f"CREATE VIEW more AS {ENDLESS};",
    "index": "CREATE INDEX i ON verdicts (label);",
    "table": "CREATE TABLE more (a);",
}


@pytest.mark.parametrize("kind", [*FOREIGN, *BESIDE, "no database"])
def test_only_tables_of_ours_are_believed(tmp_path: Path, kind: str) -> None:
    """Views in the place of tables never ended; a stranger's database got tables of ours."""
    write_json(tmp_path / "run.json", manifest())
    path = tmp_path / "journal.db"
    if kind == "no database":
        path.write_bytes(os.urandom(5_000))
    elif kind in FOREIGN:
        made(path, FOREIGN[kind])
    else:
        Journal(path).close()
        made(path, BESIDE[kind])
    before = tree(tmp_path)
    for use in (read, lambda p: RunFolder(p).journal(), lambda p: Generated(p / "journal.db")):
        with pytest.raises(Damaged, match="is damaged"):
            use(tmp_path)
    assert tree(tmp_path) == before


COLUMNS = ["key", "response", "case_id", "task", "model", "judge", "outcome", "score", "label", "reason", "rung"]


@pytest.mark.parametrize("value", ["X'00'", "'nobody knows'", "NULL", "7"])
@pytest.mark.parametrize("column", [*COLUMNS, "confidence", "votes"])
def test_a_row_of_other_types_is_damage_and_no_bug(tmp_path: Path, column: str, value: str) -> None:
    run = RunFolder(tmp_path)
    write_json(tmp_path / "run.json", manifest())
    with closing(run.journal()) as journal:
        journal.put(*row(1))
        journal.put(None, verdict("c"))
    made(run.journal_path, f"UPDATE verdicts SET {column} = {value} WHERE rowid = 2")
    read_all: list[Callable[[], object]] = [lambda: list(run.verdicts()), lambda: list(run.joined())]
    for use in read_all:
        with suppress(Damaged):
            use()
    with closing(Journal(run.journal_path, writing=False)) as journal:
        if value == "X'00'" or column == "outcome":
            with pytest.raises(Damaged):
                list(journal.verdicts())
            if column in ("case_id", "outcome", "score", "label", "confidence", "task", "model", "judge"):
                with pytest.raises(Damaged):
                    list(run.joined())


def test_other_tables_of_other_types_are_damage_too(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    with closing(run.journal()) as journal:
        journal.put(*row(1))
    made(run.journal_path, "UPDATE spent SET calls = 'many'")
    with closing(Journal(run.journal_path, writing=False)) as journal, pytest.raises(Damaged):
        journal.spent()
    made(run.journal_path, "UPDATE responses SET body = 'text'")
    with closing(run.journal()) as journal:
        assert len(journal.corrupt()) == 1


def test_a_value_is_no_longer_than_what_can_be_held(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    write_json(tmp_path / "run.json", manifest())
    with closing(run.journal()) as journal:
        journal.put(*row(1))
    made(run.journal_path, "UPDATE responses SET body = zeroblob(200000000)")
    with pytest.raises(Damaged, match="too big"):
        list(run.responses())


def test_pages_that_lead_to_each_other_end(tmp_path: Path) -> None:
    """Fifteen levels of pages, each with forty children that are the same page, are 40^15 ways."""
    path = tmp_path / "journal.db"
    with closing(Journal(path)) as journal:
        for i in range(2_000):
            journal.put(*row(i))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'verdicts'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    body = bytearray(path.read_bytes())
    start = (root - 1) * size
    assert body[start] == 5, "the root of the table has children"
    leaf = body[start + 8 : start + 12]
    levels, wide = 15, 40
    grown = len(body) // size
    body += bytes(size * levels)
    for level in range(levels):
        at = (grown + level) * size
        child = leaf if level == levels - 1 else (grown + level + 2).to_bytes(4, "big")
        content = size - 5 * wide
        body[at : at + 12] = bytes([5, 0, 0]) + wide.to_bytes(2, "big") + content.to_bytes(2, "big") + b"\0" + child
        for i in range(wide):
            place = content + 5 * i
            body[at + 12 + 2 * i : at + 14 + 2 * i] = place.to_bytes(2, "big")
            body[at + place : at + place + 5] = child + bytes([i + 1])
    body[start + 8 : start + 12] = (grown + 1).to_bytes(4, "big")
    body[28:32] = (len(body) // size).to_bytes(4, "big")
    path.write_bytes(body)
    with closing(Journal(path, writing=False)) as journal, pytest.raises(Damaged):
        journal.judged_by()


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """A hang is a failure, not a wait; and no error that somebody catches, as `TimeoutError` is."""

    def late(*_: object) -> None:
        raise KeyboardInterrupt("it hangs")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(120)
    yield
    signal.alarm(0)


def test_a_database_goes_through_no_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim.db"
    made(victim, FOREIGN["stranger"])
    (tmp_path / "run").mkdir()
    before = tree(tmp_path)
    for tail in ("", "-wal", "-shm", "-journal"):
        path = tmp_path / "run" / f"journal.db{tail}"
        path.symlink_to(victim)
        for use in (Journal, lambda p: Journal(p, writing=False), Generated):
            with pytest.raises(FolderError, match="it is a link"):
                use(tmp_path / "run" / "journal.db")
        path.unlink()
    assert tree(tmp_path).keys() == before.keys()
    assert tree(tmp_path)["victim.db"] == before["victim.db"]
