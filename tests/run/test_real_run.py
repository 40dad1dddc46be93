"""The real model: in process and behind a real server it says the same, and the main job needs no network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from trustgen.run import Settings, build, evaluate
from trustgen.store import RunFolder
from trustgen.tasks.suites import load_suite


@pytest.mark.parametrize("n", [1, pytest.param(3, marks=pytest.mark.proof)])
def test_the_suite_says_the_same_in_process_and_behind_a_real_server(tmp_path: Path, real_server: str, n: int) -> None:
    edition = build(load_suite("core").build(n), tmp_path / "e", salt="parity", suite="core")
    replies = {}
    for name, model in (("inside", "smollm2"), ("outside", f"openai-api:smollm2@{real_server}")):
        result = evaluate(
            edition, [model], tmp_path / name, settings=Settings(concurrency=8 if name == "outside" else 1)
        )
        assert result.manifest.status == "finished"
        replies[name] = {r.case: [x.text for x in r.replies] for r in RunFolder.open(tmp_path / name).responses()}
    assert len(replies["inside"]) == edition.planned >= 15 * n
    differing = {case for case, said in replies["inside"].items() if said != replies["outside"][case]}
    assert not differing, f"{len(differing)} of {edition.planned} answers differ"
    estimates = [RunFolder.open(tmp_path / name).estimates() for name in replies]
    assert [e.outcomes for e in estimates[0]] == [e.outcomes for e in estimates[1]]


BLOCKED = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        host = arguments[1][0] if event != "socket.getaddrinfo" else arguments[0]
        if event == "socket.connect" and isinstance(arguments[1], (str, bytes)):
            return
        if str(host) not in ("127.0.0.1", "localhost", "::1"):
            raise SystemExit(f"the main job reached for {host}")
sys.addaudithook(refuse)
from trustgen.cli import main
main(["quickstart", "--n", "1", "--salt", "blocked", "-o", sys.argv[1]])
"""


def test_the_main_job_runs_with_other_hosts_blocked(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, str(tmp_path / "q")],
        capture_output=True,
        text=True,
        env=os.environ | {"TRUSTGEN_OFFLINE": "1"},
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "q" / "report.html").stat().st_size > 1_000
    assert RunFolder.open(tmp_path / "q").manifest().status == "finished"
