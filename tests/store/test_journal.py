"""The journal: nothing acknowledged is lost, nothing corrupt is believed."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trustgen.core import FolderError, Outcome, Reply, Response, Usage, Verdict
from trustgen.store import Journal


def row(i: int, status: str = "answered") -> tuple[Response, Verdict]:
    """A response and its verdict."""
    reply = Reply(f"reply {i}", usage=Usage(10, 2), seconds=0.5)
    response = Response(f"r{i}", f"c{i}", "task", "model", status, (reply,))  # type: ignore[arg-type]
    return response, Verdict(f"v{i}", f"r{i}", f"c{i}", "task", "model", "judge", Outcome.SCORED, 1.0, "right")


def filled(path: Path, n: int) -> Journal:
    """A journal with n rows on disk."""
    journal = Journal(path)
    for i in range(n):
        journal.put(*row(i))
    journal.flush()
    return journal


def test_rows_come_back_as_they_went_in(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j.db", 1_234)
    assert {r.key: r for r in journal.responses()} == {f"r{i}": row(i)[0] for i in range(1_234)}
    assert sum(1 for _ in journal.verdicts(task="task", model="model", judge="judge")) == 1_234
    assert not list(journal.verdicts(judge="another"))
    spent = journal.spent()["model"]
    assert (spent.calls, spent.prompt_tokens, spent.completion_tokens) == (1_234, 12_340, 2_468)
    assert spent.seconds == pytest.approx(617.0)
    journal.close()


def test_a_row_put_twice_is_one_row(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j.db", 3)
    journal.put(*row(1))
    journal.flush()
    assert len(list(journal.responses())) == 3
    assert journal.spent()["model"].calls == 4, "what was paid twice is counted twice"
    journal.close()


def test_corrupt_rows_are_found_and_can_be_dropped(tmp_path: Path) -> None:
    filled(tmp_path / "j.db", 5).close()
    with sqlite3.connect(tmp_path / "j.db") as raw:
        raw.execute("UPDATE responses SET body = replace(body, 'reply 3', 'reply 8') WHERE key = 'r3'")
    raw.close()
    journal = Journal(tmp_path / "j.db")
    assert journal.corrupt() == ["r3"], "a changed byte is seen even where the JSON still reads"
    with pytest.raises(FolderError, match="--drop-corrupt"):
        list(journal.responses())
    journal.drop(["r3"])
    assert journal.corrupt() == []
    assert len(list(journal.verdicts())) == 4
    journal.close()


def test_a_damaged_file_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"not a database, but long enough to be one" * 100)
    with pytest.raises(FolderError, match="damaged"):
        Journal(tmp_path / "j.db")


def test_a_full_disk_is_told_and_keeps_what_was_stored(tmp_path: Path) -> None:
    journal = filled(tmp_path / "j.db", 10)
    journal._commit = _full  # type: ignore[method-assign, assignment]
    journal.put(*row(99))
    with pytest.raises(FolderError, match="1 rows in flight were not kept; make room"):
        journal.flush()
    assert len(list(journal.responses())) == 10
    journal.close()


def _full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


WRITER = """
import sys
from pathlib import Path
from test_journal import row
from trustgen.store import Journal
journal = Journal(Path(sys.argv[1]))
i = said = 0
while True:
    journal.put(*row(i))
    i += 1
    while journal.waiting > 50:
        if journal.stored > said:
            said = journal.stored
            print(said, flush=True)
"""


def test_a_kill_loses_no_acknowledged_row(tmp_path: Path) -> None:
    for round_number in range(3):
        path = tmp_path / f"{round_number}.db"
        env = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
        child = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, env=env)
        assert child.stdout is not None
        acknowledged = int(child.stdout.readline())
        time.sleep(0.1 * (round_number + 1))
        child.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in child.stdout.read().split())])
        child.wait()
        child.stdout.close()
        journal = Journal(path)
        kept = {int(r.key[1:]) for r in journal.responses()}
        journal.close()
        assert kept == set(range(len(kept))), "rows are stored in the order they came"
        assert len(kept) >= acknowledged > 0
