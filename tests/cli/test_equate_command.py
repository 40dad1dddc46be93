"""Two runs on two editions that share an anchor block: the second on the scale of the first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trustgen.cli.app import app
from trustgen.core import InputError, registry
from trustgen.report import equate_runs
from trustgen.run import build, evaluate
from trustgen.store import Anchor


def run(folder: Path, salt: str, models: tuple[str, ...], anchor: Anchor | None = None, n: int = 240) -> Path:
    """A run of `facts` and `sycophancy` on organisms."""
    tasks = [registry.load("task", f"llm.truthfulness.{name}")(n) for name in ("facts", "sycophancy")]
    edition = build(tasks, folder / "edition", salt=salt, anchor=anchor)
    evaluate(edition, models, folder / "run")
    return folder / "run"


def test_runs_are_linked_by_their_anchor_block_or_by_a_model(tmp_path: Path) -> None:
    block = Anchor("block", 120)
    a = run(tmp_path / "a", "a", ("organism/able?rate=0.8",), block)
    b = run(tmp_path / "b", "b", ("organism/able?rate=0.5", "organism/able?rate=0.6"), block)
    chained = {row.task: row for row in equate_runs(a, b)}["llm.truthfulness.facts"].equating
    assert chained is not None
    assert chained.method.startswith("chained equating of log-odds, by the mean")
    assert chained.linked_by == 120
    assert ["rate=0.5" in m.model for m in chained.equated] == [True, False]
    assert all(m.low < m.value < m.high for m in chained.equated)
    c = run(tmp_path / "c", "c", ("organism/able?rate=0.8", "organism/able?rate=0.5"))
    single = {row.task: row for row in equate_runs(a, c)}["llm.truthfulness.facts"].equating
    assert single is not None
    assert single.method.startswith("single group equating of log-odds, by the mean")
    assert single.linked_by == 1
    assert abs(single.equated[0].value - 0.8) < 0.2, "a model is put where it was on edition A"


def test_what_cannot_be_equated_says_why(tmp_path: Path) -> None:
    a = run(tmp_path / "a", "a", ("organism/able?rate=0.8",))
    with pytest.raises(InputError, match="same edition"):
        equate_runs(a, a)
    b = run(tmp_path / "b", "b", ("organism/able?rate=0.5",))
    assert all("nothing links" in row.reason for row in equate_runs(a, b))
    block = Anchor("block", 4)
    c, d = (run(tmp_path / salt, salt, ("organism/able?rate=0.6",), block, n=20) for salt in ("c", "d"))
    reasons = [row.reason for row in equate_runs(c, d)]
    assert any("says too little" in reason for reason in reasons), reasons


def test_the_command(tmp_path: Path) -> None:
    block = Anchor("block", 120)
    a = run(tmp_path / "a", "a", ("organism/able?rate=0.8",), block)
    b = run(tmp_path / "b", "b", ("organism/able?rate=0.8",), block)
    shown = CliRunner().invoke(app, ["equate", str(a), str(b)])
    assert shown.exit_code == 0, shown.output
    assert "Scores on the scale of the first run" in shown.output
    found = json.loads(CliRunner().invoke(app, ["equate", str(a), str(b), "--json"]).output)
    assert {row["task"] for row in found} == {"llm.truthfulness.facts", "llm.truthfulness.sycophancy"}
