"""A gate against an earlier run: what is shown to be worse fails, all headlines of a rule being one family."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_run import COWARD, FACTS, SMALL, make_run

from commands import trustgen
from trustgen.core import Estimate
from trustgen.report import gate
from trustgen.report.against import Measured
from trustgen.report.checks import _tested
from trustgen.report.policy import against
from trustgen.stats.multiplicity import holm


def rules(found: object) -> list[tuple[str, str, str]]:
    return [(c.model, c.task, c.status) for c in found.checks if c.rule]  # type: ignore[attr-defined]


def test_a_run_is_not_worse_than_itself_and_the_gate_says_that_nothing_changed(run: Path) -> None:
    found = gate(run, against(run))
    assert found.passed
    held = [check for check in found.checks if check.rule]
    assert held
    assert all(check.seen == 1.0 and "every verdict is what it was there" in check.by for check in held)


def test_what_is_shown_to_be_worse_fails_and_what_is_better_does_not(run: Path, tmp_path: Path) -> None:
    """The coward of one run stands where the small model was in the other."""
    policy = against(run)
    (rule,) = policy.rules
    import msgspec

    worse = msgspec.structs.replace(policy, rules=(msgspec.structs.replace(rule, baseline_model=SMALL),))
    better = msgspec.structs.replace(policy, rules=(msgspec.structs.replace(rule, baseline_model=COWARD),))
    one, other = gate(run, worse, [COWARD]), gate(run, better, [SMALL])
    lost = {task for _, task, status in rules(one) if status == "failed"}
    won = {task for _, task, status in rules(other) if status == "failed"}
    assert lost or won
    assert not lost & won, "no headline is worse in both directions"
    for check in (*one.failed, *other.failed):
        assert "worse than there" in check.reason
        assert "among" in check.reason


@pytest.mark.parametrize(("p", "tests", "held"), [(0.03, 1, False), (0.03, 4, True), (0.01, 4, False)])
def test_a_family_is_adjusted_as_one(p: float, tests: int, held: bool) -> None:
    from pages import estimate

    e: Estimate = estimate(FACTS, SMALL)
    worse = Measured("`last`", e, e, -0.2, -0.3, -0.01, "paired", p)
    adjusted = float(holm([p, *[0.9] * (tests - 1)])[0])
    assert (_tested(worse, adjusted, tests, e)[-1] == "") is held
    better = worse._replace(difference=0.2, low=0.01, high=0.3)
    assert _tested(better, adjusted, tests, e)[-1] == ""


def test_the_margin_says_how_many_records_it_needs() -> None:
    from pages import estimate

    e = estimate(FACTS, SMALL)
    wide = Measured("`last`", e, e, 0.0, -0.2, 0.2, "paired", 1.0)
    assert wide.enough(0.1) > wide.enough(0.2) > e.counted
    assert wide.enough(0.1) == pytest.approx(4 * wide.enough(0.2), rel=0.02)
    assert wide._replace(low=0.0, high=0.0).enough(0.1) == 0


def test_the_command_takes_a_baseline_or_a_policy_and_says_so(run: Path, tmp_path: Path) -> None:
    other = make_run(tmp_path / "other", n=3)
    assert "either --baseline RUN or --policy FILE" in trustgen("gate", run).stderr
    done = trustgen("gate", run, "--baseline", other, "--junit", tmp_path / "gate.xml")
    assert done.returncode in (0, 1)
    assert "not shown worse than" in (tmp_path / "gate.xml").read_text("utf-8")
