"""A gate at its edges: the number that just holds, a number that is not there, and who decided what."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from made_run import COWARD, FACTS, MODELS, SMALL, answer, make_run
from pages import estimate
from test_report_gate import gated

from trustgen.core import Outcome, Vote
from trustgen.report.against import Measured
from trustgen.report.checks import _bounded, _not_worse
from trustgen.report.judging import judged
from trustgen.report.policy import Rule, read_policy
from trustgen.store import RunFolder


def test_the_bound_itself_holds_on_either_side() -> None:
    e = estimate(FACTS, SMALL)
    for side in ("min", "max"):
        assert _bounded(e, side, 0.8, 0.8, "value")[-1] == ""
    assert _bounded(e, "min", 0.8, 0.79, "value")[-1] != ""
    assert _bounded(e, "max", 0.8, 0.81, "value")[-1] != ""


@pytest.mark.parametrize(
    ("span", "loss", "held"), [(1, 0.25, True), (1, 0.26, False), (2, 0.5, True), (2, 0.51, False)]
)
def test_a_margin_is_a_share_of_the_range_and_holds_at_its_end(span: float, loss: float, held: bool) -> None:
    """A quarter of -1..1 is twice a quarter of 0..1."""
    e = estimate(FACTS, SMALL, range=(1 - span, 1.0))
    against = Measured("`last`", e, e, -loss, -loss, -loss, "paired")
    assert (_not_worse(Rule(on="value"), e, against, 0.25)[-1] == "") is held


def test_a_hole_in_the_table_is_counted_from_the_rows(tmp_path: Path) -> None:
    folder = RunFolder.open(make_run(tmp_path / "run", n=3))
    rule = '[[rule]]\ntask = "*"\ncoverage_min = 0.5\n'
    before = gated(tmp_path, folder.folder, rule, SMALL).checks
    folder.write_estimates([e for e in folder.estimates() if (e.task, e.model) != (FACTS, SMALL)])
    after = gated(tmp_path, folder.folder, rule, SMALL).checks
    assert [(c.task, c.status, c.seen) for c in after if c.rule] == [
        (c.task, c.status, c.seen) for c in before if c.rule
    ]


def test_checks_stand_by_model_and_within_it_by_rule(tmp_path: Path, run: Path) -> None:
    text = f'[[rule]]\ntask = "{FACTS}"\nmin = 0.0\n[[rule]]\ntask = "{FACTS}"\ncoverage_min = 0.1\n'
    found = gated(tmp_path, run, text)
    assert [(c.model, c.rule) for c in found.checks] == [(m, rule) for m in MODELS for rule in (0, 0, 0, 1, 2)]


# ── what a policy may say ───────────────────────────────────────────────────────────────────────────────────────────


def policy(tmp_path: Path, text: str):
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    return read_policy(path)


RULE = f'[[rule]]\ntask = "{FACTS}"\n'


@pytest.mark.parametrize("text", ["coverage_min = 1.0", "min = 0.5\nmax = 0.5", "not_worse_by = 0.5\nbaseline = 'x'"])
def test_a_bound_may_lie_at_the_end_of_what_it_bounds(tmp_path: Path, text: str) -> None:
    assert policy(tmp_path, RULE + text).rules


@pytest.mark.parametrize(
    "text", ["coverage_min = 0.0", "not_worse_by = 0.0\nbaseline = 'x'", "not_worse_by = 1.0\nbaseline = 'x'"]
)
def test_a_bound_that_everything_or_nothing_holds_is_refused(tmp_path: Path, text: str) -> None:
    from trustgen.core import InputError

    with pytest.raises(InputError, match="it is a share"):
        policy(tmp_path, RULE + text)


def test_a_rules_own_baseline_does_not_take_over_the_model_named_for_another(tmp_path: Path) -> None:
    shared = 'baseline = "last"\nbaseline_model = "m"\n'
    worse = "not_worse_by = 0.1\n"
    found = policy(tmp_path, f'{shared}{RULE}{worse}{RULE}{worse}baseline = "other"\n{RULE}min = 0.1\n').rules
    assert [(r.baseline, r.baseline_model) for r in found] == [("last", "m"), ("other", ""), ("", "")]


def test_a_line_is_told_only_where_every_rule_has_one(tmp_path: Path) -> None:
    assert policy(tmp_path, f"# first\n{RULE}min = 0.1\n[[ rule ]]\ntask = '*'\nmin = 0\n").lines == (2, 5)
    inline = f'rule = [{{task = "{FACTS}", min = 0.1}}]\n'
    assert policy(tmp_path, inline).lines == (0,)


# ── who decided ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_rungs_are_counted_over_the_judge_of_the_numbers_and_lost_votes_are_no_labels(tmp_path: Path) -> None:
    """What was blocked nobody judged, an earlier verdict is another judge's, and a lost vote agrees with none."""
    run = RunFolder.open(make_run(tmp_path / "run", n=8, models=(COWARD,), seal=False))
    cases = [case for case in run.edition().cases() if case.task == FACTS]
    ballots = [("a", "a"), ("a", "b"), ("b", "b"), ("a", ""), ("b", "")]
    journal = run.journal()
    for case, ballot in zip(cases, ballots, strict=False):
        _, verdict = answer(case, COWARD, 0)
        votes = tuple(Vote(f"judge{i}", label) for i, label in enumerate(ballot))
        journal.put(None, msgspec.structs.replace(verdict, rung="panel", votes=votes))
    _, blocked = answer(cases[5], COWARD, 0)
    journal.put(None, msgspec.structs.replace(blocked, outcome=Outcome.BLOCKED, score=None, rung="rule"))
    _, other = answer(cases[6], COWARD, 0)
    journal.put(None, msgspec.structs.replace(other, key="another", judge="another", rung="model"))
    journal.close()
    found = judged(run, run.manifest())[FACTS]
    assert found.rungs == {"rule": len(cases) - 6, "panel": 5}
    assert found.agreement is not None
    assert found.agreement.units == 3, "both members voted on three"
    assert found.agreement.raters == 2


def test_a_failing_number_never_reads_as_its_bound() -> None:
    """It was printed that 0.800 is below 0.8."""
    e = estimate(FACTS, SMALL)
    assert _bounded(e, "min", 0.8, 0.7997, "value")[-1] == "value 0.7997 is below 0.8"
    assert _bounded(e, "max", 0.05, 0.05004, "value")[-1] == "value 0.05004 is above 0.05"
    against = Measured("`last`", e, e, -0.02003, -0.02003, -0.02003, "paired")
    assert "could be worse by 0.02003" in _not_worse(Rule(on="value"), e, against, 0.02)[-1]
