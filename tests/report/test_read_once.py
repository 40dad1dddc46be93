"""A report reads a run once, and makes each of its tasks once, however much of it is printed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made_run
import pytest
from made_run import REMOTE, SMALL, make_run

from trustgen.report import findings, leaderboard, write_html
from trustgen.store import RunFolder


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often the verdicts were read, and each task made."""
    counts: Counter[str] = Counter()
    joined, make = RunFolder.joined, made_run.Factory.__call__

    def read(self: RunFolder, **asked: Any) -> Iterator[Any]:
        counts["read"] += 1
        return joined(self, **asked)

    def made(self: made_run.Factory, *asked: Any) -> Any:
        counts[self.id] += 1
        return make(self, *asked)

    monkeypatch.setattr(RunFolder, "joined", read)
    monkeypatch.setattr(made_run.Factory, "__call__", made)
    return counts


@pytest.mark.parametrize("models", [(REMOTE,), (REMOTE, SMALL)])
def test_a_page_reads_its_run_once(done: Counter[str], models: tuple[str, ...], tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=6, models=models)
    done.clear()
    found = findings(folder)
    assert found.board is not None
    write_html(found, tmp_path / "report.html")
    assert done == Counter({"read": 1, **dict.fromkeys(made_run.FACTORIES, 1)})


def test_a_leaderboard_reads_each_of_its_runs_once(done: Counter[str], tmp_path: Path) -> None:
    folders = [make_run(tmp_path / name, n=6, models=(model,)) for name, model in (("a", REMOTE), ("b", SMALL))]
    done.clear()
    assert len(leaderboard(folders).lines) == 2
    assert done == Counter({"read": 2, **dict.fromkeys(made_run.FACTORIES, 1)})
