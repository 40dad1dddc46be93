"""A leaderboard and CI files at their edges: who stands first, whose number is whose, what counts as the same."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from made_run import FACTS

from trustgen.core import registry
from trustgen.report.board_parts import Line
from trustgen.report.ranking import _standing
from trustgen.report.reading import card_of, dimension_of
from trustgen.stats.profile import Mean, Minimum
from trustgen.store import RunFolder


def line(model: str, weakest: float, mean: float, tasks: int = 4) -> Line:
    def part(value: float) -> Mean:
        return Mean("x", value, 0.0, 1.0, 1, 1, {})

    return Line(
        model=model,
        simulated=False,
        trust=part(mean),
        minimum=Minimum(value=weakest, low=0.0, high=1.0, chances={"x": 1.0}),
        dimensions=(),
        utility=None,
        refusals=(),
        tasks=tasks,
        of=4,
    )


def test_the_weakest_dimension_goes_before_the_mean_and_a_whole_profile_before_both() -> None:
    lines = [
        line("part", 0.9, 0.9, tasks=3),
        line("lopsided", 0.2, 0.8),
        line("even", 0.5, 0.5),
        line("better", 0.5, 0.6),
        line("a", 0.2, 0.8),
        msgspec.structs.replace(line("nothing", 0, 0), minimum=None),
    ]
    found = [one.model for one in sorted(lines, key=_standing)]
    assert found == ["better", "even", "a", "lopsided", "part", "nothing"]


@pytest.mark.parametrize(("version", "dimension"), [("1-B", "fairness"), ("2-A", "truthfulness")])
def test_a_card_speaks_for_the_versions_that_are_comparable(
    run: Path, monkeypatch: pytest.MonkeyPatch, version: str, dimension: str
) -> None:
    (entry,) = [e for e in RunFolder.open(run).edition().manifest.tasks if e.id == FACTS]
    made = SimpleNamespace(version="1-A", card=SimpleNamespace(dimension="fairness"))
    monkeypatch.setattr(registry, "load", lambda *_: made)
    entry = msgspec.structs.replace(entry, version=version)
    assert dimension_of(entry, card_of(entry)) == dimension
