"""kill -9 at random moments: nothing acknowledged is lost, nothing is bought twice beyond what was in flight."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from yes_or_no import yes_or_no

from trustgen.store import check_seal
from trustgen.testing.server import MockServer

TASK = "llm.fairness.counterfactual"
CONCURRENCY = 8
LATENCY = 0.02
# What may be lost at a kill: calls in flight, and replies that came within the journal's commit window (50 ms, in which
# 8 workers at 20 ms a call bring at most 20 more; twice that on a machine that stutters).
LOST = CONCURRENCY + 40


def command(url: str, edition: Path, out: Path) -> list[str]:
    """The run, as a user would type it."""
    start = [sys.executable, "-c", "from trustgen.cli import main; main()", "run", str(edition)]
    return [*start, "--model", f"openai-api:m@{url}", "-o", str(out), "--concurrency", str(CONCURRENCY), "--json"]


def stored(run: Path) -> dict[str, bytes]:
    """The acknowledged rows of a killed run, read from a copy so that the journal itself is not touched."""
    import shutil
    import tempfile

    if not (run / "journal.db").exists():
        return {}
    with tempfile.TemporaryDirectory() as copy:
        for path in run.glob("journal.db*"):
            shutil.copy(path, copy)
        with sqlite3.connect(Path(copy) / "journal.db") as journal:
            try:
                rows = dict(journal.execute("SELECT key, body FROM responses"))
            except sqlite3.OperationalError:  # killed before the tables were made
                rows = {}
        journal.close()
    return rows


def kill_and_resume(tmp_path: Path, records: int, kills: int) -> Counter[str]:
    """Kill a run `kills` times at random moments, finish it, and check it against an uninterrupted one."""
    draw = random.Random(20)
    subprocess.run(
        [*command("", tmp_path, tmp_path)[:3], "build", TASK, "--n", str(records), "--salt", "k", "-o", tmp_path / "e"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with MockServer(latency=LATENCY, reply=yes_or_no) as server:
        subprocess.run(command(server.url, tmp_path / "e", tmp_path / "whole"), check=True, stdout=subprocess.DEVNULL)
        assert {n for prompt, n in server.asked.items() if prompt} == {1}
        server.asked.clear()

        run, kept, gained = tmp_path / "run", {}, []
        for left in range(kills, 0, -1):
            child = subprocess.Popen(command(server.url, tmp_path / "e", run), stdout=subprocess.DEVNULL)
            # A random moment of the work: after so many more requests (0 is while it starts), and a little later.
            moment = server.asked.total() + draw.randrange(2 * (4 * records - len(kept)) // (left + 1))
            while server.asked.total() < moment and child.poll() is None:
                time.sleep(0.002)
            time.sleep(draw.uniform(0.0, 0.06))
            child.send_signal(signal.SIGKILL)
            child.wait()
            rows = stored(run)
            gained.append(len(rows) - len(kept))
            lost = {key for key, body in kept.items() if rows.get(key) != body}
            assert not lost, f"{len(lost)} acknowledged rows are gone or changed after a kill"
            kept = rows
        done = subprocess.run(command(server.url, tmp_path / "e", run), check=True, capture_output=True)
        assert done.returncode == 0
        asked = Counter({prompt: n for prompt, n in server.asked.items() if prompt})
    assert sum(n > 0 for n in gained) > kills / 2, f"most kills must hit a run at work: {gained}"
    assert len(kept) < 4 * records, "the last kill must leave something to do"
    again = sum(n - 1 for n in asked.values())
    assert len(asked) == records * 4
    assert again <= kills * LOST, f"{again} calls were bought twice over {kills} kills"
    estimates = [(tmp_path / name / "estimates.json").read_bytes() for name in ("whole", "run")]
    assert estimates[0] == estimates[1], "an interrupted run must come to the same numbers"
    assert not (run / "journal.db").exists()
    assert check_seal(run).whole
    assert [link.did for link in check_seal(run).links] == ["run"], "no killed session ended"
    print(f"{kills} kills, rows gained before each: {gained}, bought twice: {again}")
    return asked


def test_a_killed_run_resumes(tmp_path: Path) -> None:
    kill_and_resume(tmp_path, records=75, kills=3)


@pytest.mark.proof
def test_twenty_kills_of_two_thousand_cases(tmp_path: Path) -> None:
    kill_and_resume(tmp_path, records=500, kills=20)
