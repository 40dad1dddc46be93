"""A larger run under an earlier salt is a second look at its records: it is said, with its price."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trustgen.cli.app import app
from trustgen.core import InputError
from trustgen.run.earlier import earlier_looks
from trustgen.stats.stopping import PEEKED, peeked
from trustgen.store import Edition

PERFECT, ABLE = "organism/perfect", "organism/able?rate=0.8"


def asked(*args: str) -> str:
    done = CliRunner().invoke(app, [*args], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return " ".join((done.output + done.stderr).split())


def run(n: int, out: str, model: str = PERFECT, salt: str = "s", *more: str) -> str:
    return asked("run", "core", "--n", str(n), "--model", model, "--salt", salt, "-o", out, *more)


def cases(run: str) -> set[str]:
    found: set[str] = set()
    for batch in Edition.open(Path(run) / "edition").case_columns("id"):
        found |= set(batch[0])
    return found


def test_a_larger_n_under_one_salt_is_a_second_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "look 2" not in run(4, "trustgen-runs/one")
    second = run(6, "trustgen-runs/two")
    assert cases("trustgen-runs/one") < cases("trustgen-runs/two"), "the very same cases, and more"
    assert (
        "look 2 at one salt: `trustgen-runs/one` asked organism/perfect the first 4 of these 6 records (--salt s, in 4 "
        "tasks). Looked at 2 times, equal models are told apart in about 8 % of families, not in 5" in second
    )
    assert "look 3 at one salt: `trustgen-runs/two`" in run(8, "elsewhere/three"), "it is seen from another place too"
    assert "at one salt" not in run(4, "trustgen-runs/one"), "the same folder resumes"
    for other in (run(8, "trustgen-runs/four", ABLE), run(8, "trustgen-runs/five", PERFECT, "t")):
        assert "at one salt" not in other, "another model, or other records"
    shown = asked("plan", "core", "--n", "9", "--model", PERFECT, "--salt", "s")
    assert "look 3 at one salt: `trustgen-runs/two`" in shown
    assert "look" not in asked("plan", "core", "--n", "3", "--model", PERFECT, "--salt", "s")
    done = CliRunner().invoke(app, ["run", "core", "--n", "7", "--model", PERFECT, "--salt", "s", "-o", "x", "--json"])
    assert "look 3 at one salt" in done.stderr
    assert json.loads(done.stdout)


def test_what_cannot_be_read_is_no_look(tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "run.json").write_text("{}", "utf-8")
    run(3, str(tmp_path / "one"))
    manifest = Edition.open(tmp_path / "one" / "edition").manifest
    assert earlier_looks(manifest, [PERFECT], [tmp_path, tmp_path / "none"], tmp_path / "two") == []


def test_looks_are_priced() -> None:
    assert [peeked(n) for n in (1, 2, 4, 7, 100)] == [0.05, 0.083, 0.126, 0.142, 0.32]
    assert list(PEEKED.values()) == sorted(PEEKED.values())
    with pytest.raises(InputError):
        peeked(0)
