"""The gate: strict about what is written, pessimistic about what is known."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import made_run
import msgspec
import pytest
from made_run import COWARD, FACTS, HIRING, LEANING, REMOTE, SHIFTS, SMALL, make_run
from pages import NOTHING, estimate

from trustgen.core import Direction, InputError, JudgeError
from trustgen.report import Gated, against, print_gate
from trustgen.report.checks import gate, least, most
from trustgen.report.policy import read_policy
from trustgen.store import NotApplicable, RunFolder

FLOOR = f'[[rule]]\ntask = "{FACTS}"\nmeasure = "accuracy"\nmin = 0.2\n'


def gated(tmp_path: Path, run: Path, text: str, *models: str) -> Gated:
    """A run held to a policy that is written here."""
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    return gate(run, path, models)


def changed(tmp_path: Path, run: Path, **changes: Any) -> Path:
    """A copy of a run with another headline of SMALL on FACTS in its table."""
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    folder = RunFolder.open(copy)
    mine = (FACTS, SMALL, "accuracy")
    rows = folder.estimates()
    folder.begin("estimated again")
    folder.write_estimates(
        [msgspec.structs.replace(e, **changes) if (e.task, e.model, e.measure) == mine else e for e in rows]
    )
    folder.end()
    return copy


def counted_as(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Have the headline of SMALL on FACTS counted otherwise than its rows have it."""
    count = against.recounted
    mine = (FACTS, SMALL, "accuracy")

    def other(*args: Any) -> Any:
        found = count(*args)
        estimates = [
            msgspec.structs.replace(e, **changes) if (e.task, e.model, e.measure) == mine else e
            for e in found.estimates
        ]
        return found._replace(estimates=estimates)

    monkeypatch.setattr(against, "recounted", other)


# ── which number ────────────────────────────────────────────────────────────────────────────────────────────────────

JUDGED = JudgeError(
    set="labels",
    rows=100,
    unread=0,
    sensitivity=(0.9, 0.8, 0.95),
    specificity=(0.9, 0.8, 0.95),
    f1=(0.9, 0.8, 0.95),
    corrected=(0.8, 0.7, 0.9),
)


@pytest.mark.parametrize(
    ("changes", "on", "seen", "by"),
    [
        ({}, "value", 0.8125, "value"),
        ({}, "limit", 0.7654, "95 % limit"),
        ({}, "pessimistic", 0.7654, "95 % limit"),
        ({"joint": (0.5, 0.9)}, "limit", 0.7654, "95 % limit"),
        ({"joint": (0.5, 0.9)}, "pessimistic", 0.5, "joint limit"),
        ({"judge_error": JUDGED}, "pessimistic", 0.7, "corrected limit"),
        ({"judge_error": JUDGED}, "limit", 0.7654, "95 % limit"),
        ({"judge_error": JUDGED, "joint": (0.5, 0.9)}, "pessimistic", 0.5, "joint limit"),
        ({"judge_error": msgspec.structs.replace(JUDGED, joint=(0.4, 0.9))}, "pessimistic", 0.4, "corrected limit"),
    ],
)
def test_a_floor_is_held_against_the_least(changes: dict[str, Any], on: Any, seen: float, by: str) -> None:
    assert least(estimate(FACTS, SMALL, **changes), on) == (seen, by)


LOWER = {"direction": Direction.LOWER, "value": 0.1, "low": 0.05, "high": 0.2, "joint": (0.05, 0.2)}


@pytest.mark.parametrize(
    ("changes", "on", "seen", "by"),
    [
        ({}, "value", 0.1, "value"),
        ({}, "limit", 0.2, "95 % limit"),
        ({}, "pessimistic", 0.2, "95 % limit"),
        ({"joint": (0.04, 0.3)}, "pessimistic", 0.3, "joint limit"),
        ({"judge_error": JUDGED}, "pessimistic", 0.9, "corrected limit"),
    ],
)
def test_a_ceiling_is_held_against_the_most(changes: dict[str, Any], on: Any, seen: float, by: str) -> None:
    assert most(estimate(FACTS, SMALL, **(LOWER | changes)), on) == (seen, by)


def test_a_judge_that_cannot_be_corrected_for_is_as_bad_as_can_be() -> None:
    hopeless = msgspec.structs.replace(JUDGED, corrected=(math.nan, 0.0, 1.0))
    assert least(estimate(FACTS, SMALL, judge_error=hopeless), "pessimistic") == (0.0, "corrected limit")
    no_share = msgspec.structs.replace(JUDGED, corrected=(math.nan,) * 3)
    assert least(estimate(FACTS, SMALL, judge_error=no_share), "pessimistic") == (0.7654, "95 % limit")


@pytest.mark.parametrize("missing", [{"value": math.nan}, {"low": math.nan}, {"joint": (math.nan, math.nan)}])
def test_one_number_that_is_missing_leaves_no_pessimistic_one(missing: dict[str, Any]) -> None:
    seen, _ = least(estimate(FACTS, SMALL, **missing), "pessimistic")
    assert math.isnan(seen)


def test_a_measure_without_bounds_says_that_what_is_missing_has_none(
    tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted_as(monkeypatch, joint=(math.nan, math.nan))
    (failed,) = gated(tmp_path, run, FLOOR, SMALL).failed
    assert failed.reason.startswith("no joint limit is known while some are missing")


# ── what holds and what fails ───────────────────────────────────────────────────────────────────────────────────────


def test_exit_follows_from_the_pessimistic_number(tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_as(monkeypatch, value=0.8, low=0.7, high=0.9, joint=(0.6, 0.9))
    rule = f'[[rule]]\ntask = "{FACTS}"\nmin = {{}}\non = "{{}}"\n'
    for on, seen in (("pessimistic", 0.6), ("limit", 0.7), ("value", 0.8)):
        assert gated(tmp_path, run, rule.format(seen - 1e-6, on), SMALL).passed
        found = gated(tmp_path, run, rule.format(seen + 1e-6, on), SMALL)
        (failed,) = found.failed
        assert failed.seen == seen
        assert (failed.task, failed.measure, failed.rule) == (FACTS, "accuracy", 1)


def test_every_model_is_gated_unless_one_is_named(tmp_path: Path, run: Path) -> None:
    text = f'[[rule]]\ntask = "{FACTS}"\nmin = 0.6\n'
    found = gated(tmp_path, run, text)
    assert found.models == made_run.MODELS
    assert {c.model for c in found.failed} == {SMALL}
    assert gated(tmp_path, run, text, COWARD).passed
    with pytest.raises(InputError, match=r"unknown model `gpt`: run .* has `organism"):
        gated(tmp_path, run, text, "gpt")


def test_no_value_fails(tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted_as(monkeypatch, **NOTHING)
    for text in (FLOOR, FLOOR + 'on = "value"\n', f'[[rule]]\ntask = "{FACTS}"\nmin = 0.0\non = "limit"\n'):
        (failed,) = gated(tmp_path, run, text, SMALL).failed
        assert failed.reason.startswith("no value: nothing counted")


def test_coverage_is_the_scored_share_of_what_was_planned(tmp_path: Path, run: Path) -> None:
    rule = f'[[rule]]\ntask = "{FACTS}"\ncoverage_min = '
    assert gated(tmp_path, run, rule + "0.9", REMOTE).passed, "72 of 80"
    (failed,) = gated(tmp_path, run, rule + "0.901", REMOTE).failed
    assert failed.reason == "72 of 80 planned were scored, below 0.901"


def test_a_calibrated_judge_is_one_whose_errors_are_known(tmp_path: Path, run: Path) -> None:
    text = f'[[rule]]\ntask = "{FACTS}"\njudge = "calibrated"\n'
    (failed,) = gated(tmp_path, run, text, SMALL).failed
    assert "trustgen judges test" in failed.reason
    assert gated(tmp_path, changed(tmp_path, run, judge_error=JUDGED), text, SMALL).passed


def test_a_partial_run_fails_unless_it_may(tmp_path: Path, stopped: Path) -> None:
    text = f'[[rule]]\ntask = "{FACTS}"\nmin = 0.0\n'
    (failed,) = gated(tmp_path, stopped, text, SMALL).failed
    assert failed.rule == 0
    assert "budget of 500 calls reached" in failed.reason
    assert gated(tmp_path, stopped, "allow_partial = true\n" + text, SMALL).passed


def test_a_run_that_was_killed_is_partial(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=3, status="running", seal=False)
    (failed,) = gated(tmp_path, folder, f'[[rule]]\ntask = "{FACTS}"\nmin = 0.0\n', COWARD).failed
    assert failed.by == "under way or killed"


def test_a_dimension_and_a_star_speak_of_every_task_in_them(tmp_path: Path, run: Path) -> None:
    star = gated(tmp_path, run, '[[rule]]\ntask = "*"\ncoverage_min = 0.5\n', SMALL)
    assert [c.task for c in star.checks if c.rule] == [FACTS, LEANING, HIRING, SHIFTS]
    room = gated(tmp_path, run, '[[rule]]\ndimension = "truthfulness"\nmeasure = "accuracy"\nmin = 0.0\n', SMALL)
    assert [c.task for c in room.checks if c.rule] == [FACTS, LEANING]


def test_what_does_not_apply_is_skipped_by_a_star_and_fails_by_name(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=5, lacking=(NotApplicable(SHIFTS, SMALL, "logprobs"),))
    star = gated(tmp_path, folder, '[[rule]]\ntask = "*"\ncoverage_min = 0.5\n', SMALL)
    assert star.passed
    assert [c.status for c in star.checks if c.rule] == ["held", "held", "held", "skipped"]
    (failed,) = gated(tmp_path, folder, f'[[rule]]\ntask = "{SHIFTS}"\nmin = 0.0\n', SMALL).failed
    assert failed.reason == "not applicable: the model lacks the level logprobs"
    with pytest.raises(InputError, match="matches nothing that applies"):
        gated(tmp_path, folder, '[[rule]]\ndimension = "robustness"\ncoverage_min = 0.5\n', SMALL)


def test_a_target_has_a_floor_and_a_ceiling(tmp_path: Path, run: Path) -> None:
    found = gated(tmp_path, run, f'[[rule]]\ntask = "{HIRING}"\nmin = 0.01\nmax = 1.0\n', COWARD)
    assert [(c.demand, c.status) for c in found.checks if c.rule] == [("≥ 0.01", "held"), ("≤ 1", "held")]


# ── what cannot be used ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no rule, so it would let everything pass"),
        ("allow_partial = true\n", "has no rule"),
        ("rule = []\n", "has no rule"),
        ("[rule]\nmin = 0.3\n", r"write each rule under \[\[rule\]\]"),
        ("[[rule]\n", "cannot be read"),
        ("[[rules]]\nmin = 0.3\n", "unknown key `rules`: did you mean `rule`"),
        ('allow_partial = "yes"\n' + FLOOR, "allow_partial is true or false"),
        (FLOOR + "mim = 0.3\n", r"rule 1: unknown key `mim`: did you mean `min`"),
        (FLOOR + 'on = "optimistic"\n', "rule 1: Invalid enum value 'optimistic'"),
        (f'[[rule]]\ntask = "{FACTS}"\nmin = "0.3"\n', "rule 1: Expected `float"),
        (FLOOR + '[[rule]]\ntask = "*"\n', r"rule 2 \(every task\): min and max are both missing"),
        ("[[rule]]\nmin = 0.3\n", "say what it is about"),
        (FLOOR + 'dimension = "truthfulness"\n', "say what it is about"),
        (f'[[rule]]\ntask = "{FACTS}"\nmin = nan\n', "min = nan is no bound"),
        (f'[[rule]]\ntask = "{FACTS}"\nmin = -inf\n', "min = -inf is no bound"),
        (f'[[rule]]\ntask = "{HIRING}"\nmin = 0.9\nmax = 0.1\n', "no value can hold it"),
        (FLOOR + "coverage_min = 95\n", "a share above 0 and up to 1"),
        (FLOOR + "not_worse_by = 0.02\n", "not_worse_by needs a run to compare with"),
        (FLOOR + "not_shown_worse = true\n", "not_shown_worse needs a run to compare with"),
        (FLOOR + 'baseline = "x"\n', "names a baseline and does not compare with it"),
        ('baseline = "x"\n' + FLOOR, "names a baseline that no rule uses"),
        (FLOOR + 'judge = "good"\n', "Invalid enum value 'good'"),
    ],
)
def test_a_slip_of_the_pen_is_one_line_with_the_mend(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=says) as error:
        read_policy(path)
    assert "policy.toml" in str(error.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[rule]]\ntask = "test.truthfulness.fact"\nmin = 0.3\n', f"unknown task .* did you mean `{FACTS}`"),
        ('[[rule]]\ndimension = "truthfullness"\nmin = 0.3\n', "unknown dimension .* did you mean `truthfulness`"),
        (f'[[rule]]\ntask = "{FACTS}"\nmeasure = "acuracy"\nmin = 0.3\n', "unknown measure .* did you mean `accuracy`"),
        ('[[rule]]\ntask = "*"\nmeasure = "bleu"\nmin = 0.3\n', "matches nothing: unknown measure `bleu`: the run has"),
        (f'[[rule]]\ntask = "{LEANING}"\nmin = 0.3\n', "min on `flip_rate` .* less is better: write max"),
        (f'[[rule]]\ntask = "{FACTS}"\nmax = 0.3\n', "max on `accuracy` .* more is better: write min"),
        ('[[rule]]\ntask = "*"\nmin = 0.3\n', "min on `flip_rate`"),
        (FLOOR + 'not_worse_by = 0.1\nbaseline = "nowhere"\n', "there is no run at"),
    ],
)
def test_a_rule_that_does_not_fit_the_run_is_refused(tmp_path: Path, run: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        gated(tmp_path, run, text)


def test_no_policy_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no policy at"):
        read_policy(tmp_path / "none.toml")


# ── a baseline ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _against(run: Path, margin: float, on: str = "limit", model: str = "") -> str:
    more = f'baseline_model = "{model}"\n' if model else ""
    return f'[[rule]]\ntask = "{FACTS}"\non = "{on}"\nnot_worse_by = {margin}\nbaseline = "{run}"\n{more}'


def test_on_one_edition_a_baseline_is_paired(tmp_path: Path, run: Path) -> None:
    (check,) = [c for c in gated(tmp_path, run, _against(run, 0.1), SMALL).checks if c.rule]
    assert (check.status, check.by) == ("held", "95 % limit, paired on one edition")
    assert 0 < check.seen < 0.1, "a model against itself: only the unseen share is left"
    worse = gated(tmp_path, run, _against(run, 0.1, model=REMOTE), SMALL)
    (failed,) = worse.failed
    assert failed.reason.startswith("could be worse by 0.")
    assert gated(tmp_path, run, _against(run, 0.1, model=SMALL), COWARD).passed


def test_a_pessimistic_baseline_counts_what_is_missing(tmp_path: Path, run: Path) -> None:
    seen = {}
    for on in ("value", "limit", "pessimistic"):
        (check,) = [c for c in gated(tmp_path, run, _against(run, 0.9, on), REMOTE).checks if c.rule]
        seen[on] = check.seen
    (e,) = [e for e in RunFolder.open(run).estimates() if (e.task, e.model, e.measure) == (FACTS, REMOTE, "accuracy")]
    assert seen["value"] == 0 < seen["limit"] < seen["pessimistic"]
    assert seen["pessimistic"] == pytest.approx(seen["limit"] + e.best - e.worst), "chance and what is missing at once"


def test_what_is_missing_is_counted_on_the_worse_side_where_less_is_better(tmp_path: Path, run: Path) -> None:
    text = _against(run, 0.9, "pessimistic").replace(FACTS, LEANING)
    (check,) = [c for c in gated(tmp_path, run, text, REMOTE).checks if c.rule]
    (e,) = [e for e in RunFolder.open(run).estimates() if (e.task, e.model, e.headline) == (LEANING, REMOTE, True)]
    assert e.best < e.worst
    assert check.by == "joint limit, paired on one edition"
    assert check.seen > e.worst - e.best


def test_on_two_editions_a_baseline_is_unpaired(tmp_path: Path, run: Path) -> None:
    other = make_run(tmp_path / "other", n=50)
    for task, sign in ((FACTS, 1), (LEANING, -1)):
        text = _against(other, 0.3).replace(FACTS, task)
        (check,) = [c for c in gated(tmp_path, run, text, SMALL).checks if c.rule]
        assert check.by == "95 % limit, unpaired, two editions: Newcombe's interval"
        mine, base = (
            next(e for e in RunFolder.open(x).estimates() if (e.task, e.model, e.headline) == (task, SMALL, True))
            for x in (run, other)
        )
        worse, better = (mine.low, base.high) if sign > 0 else (mine.high, base.low)
        expected = sign * (base.value - mine.value) + math.hypot(mine.value - worse, base.value - better)
        assert check.seen == pytest.approx(expected)


def test_a_baseline_goes_by_direction(tmp_path: Path, run: Path) -> None:
    assert gated(tmp_path, run, _against(run, 0.1, model=COWARD).replace(FACTS, LEANING), REMOTE).passed, (
        "it flips less"
    )
    (failed,) = gated(tmp_path, run, _against(run, 0.1, model=REMOTE).replace(FACTS, LEANING), COWARD).failed
    assert failed.measure == "flip_rate"


def test_a_baseline_whose_model_is_not_clear_is_refused(tmp_path: Path, run: Path) -> None:
    other = make_run(tmp_path / "other", n=3, models=(COWARD, REMOTE))
    with pytest.raises(InputError, match="say which with baseline_model"):
        gated(tmp_path, run, _against(other, 0.1), SMALL)
    with pytest.raises(InputError, match="has no model `gpt`"):
        gated(tmp_path, run, _against(other, 0.1, model="gpt"), SMALL)


def test_a_baseline_with_another_judge_is_refused(tmp_path: Path, run: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    body = json.loads((copy / "run.json").read_text())
    body["judges"][FACTS] = "another"
    (copy / "run.json").write_text(json.dumps(body))
    with pytest.raises(InputError, match=r"judged by another judge .* rejudge"):
        gated(tmp_path, run, _against(copy, 0.1), SMALL)


def test_a_partial_baseline_fails_too(tmp_path: Path, run: Path, stopped: Path) -> None:
    found = gated(tmp_path, run, _against(stopped, 0.9, "value"), SMALL)
    assert [c.rule for c in found.failed] == [0]
    assert "baseline" in found.failed[0].reason


# ── the terminal ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_table_says_what_failed_and_fits(
    tmp_path: Path, run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = gated(tmp_path, run, FLOOR + f'[[rule]]\ntask = "{FACTS}"\nmin = 0.6\n')
    print_gate(found)
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("FAIL  ") == len(found.failed) == 1
    assert f"FAIL  rule 2: {FACTS} accuracy ≥ 0.6" in text
    assert "FAILED: 1 of 15 checks" in text
    print_gate(gated(tmp_path, run, FLOOR, COWARD))
    assert "PASSED: 4 checks held" in capsys.readouterr().out
