"""Progress: on a terminal of 80 columns every bar says whose it is, how far, how long and what it cost."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from commands import trustgen
from trustgen.cli import progress
from trustgen.core import OUTCOMES, Response, Verdict
from trustgen.report.console import console
from trustgen.run import Price, rejudge

LONG = "openai-api:middle@http://127.0.0.1:18101/v1"


def drawn(monkeypatch: pytest.MonkeyPatch, width: int) -> list[str]:
    """The bars of two models as they stand at the end, rows of every outcome counted."""
    screen = io.StringIO()

    def made(**_: Any) -> Any:
        return console(file=screen, force_terminal=True, width=width, color_system=None)

    monkeypatch.setattr(progress, "made", made)
    with progress.Bars({LONG: Price(3.0, 15.0)}) as bars:
        for model in (LONG, "fast"):
            bars.plan(model, 12_675, 1_000)
            for i in range(60):
                bars.row(None, SimpleNamespace(model=model, outcome=OUTCOMES[i % len(OUTCOMES)]))  # type: ignore[arg-type]
    return screen.getvalue().rstrip().split("\n")[-3:]


@pytest.mark.parametrize("width", [80, 160])
def test_name_count_time_and_cost_are_never_cut(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    text = "\n".join(drawn(monkeypatch, width))
    for said in ("middle ", "fast ", "1060/12675", "left ", "$0.00"):
        assert said in text, said
    assert "127.0.0.1" not in text
    rows = [line for line in text.split("\n") if "1060/12675" in line]
    assert len(rows) == 2
    assert all("left" in row for row in rows)
    assert ("…" in text) == (width == 80), "what is cut is at the end, and only where there is no room"


def test_rejudging_tells_how_far_it_is(tmp_path: Path) -> None:
    done = trustgen("run", "llm.truthfulness.facts", "--n", 3, "--model", "fast=organism/able", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr

    class Heard:
        """Counts what it is told."""

        def __init__(self) -> None:
            self.planned: dict[str, int] = {}
            self.rows = 0

        def plan(self, model: str, cases: int, done: int) -> None:
            self.planned[model] = cases - done

        def row(self, response: Response | None, verdict: Verdict) -> None:
            assert response is None, "nobody was asked anything"
            self.rows += verdict.model == "fast"

        def note(self, text: str) -> None: ...

    heard = Heard()
    rejudge(tmp_path / "run", progress=heard)
    assert heard.planned == {"fast": heard.rows}
    assert heard.rows > 10
