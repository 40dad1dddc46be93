"""Labels that people give: how replies are picked, what contradictions do, and what labels do to the numbers.

The coverage proof plants a rate, a judge whose error depends on how it came to its verdict, and labellers who slip.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import binom
from test_judging import Judge, by_rung, judged_task, made, verdict_json
from toy import Scripted, settings

from trustgen.core import Case, Expect, InputError, Outcome, Verdict, Vote, registry, user
from trustgen.judge import choice, matches, refuses, true_false
from trustgen.run import evaluate, rejudge
from trustgen.run.human import apply, estimated_again, run_calibrations
from trustgen.run.labelled import Columns, human_estimate
from trustgen.run.review import (
    POOL_COLUMNS,
    Cell,
    Pooled,
    ReviewPlan,
    _extended,
    all_settled,
    doubt,
    given,
    make_plan,
    rate_for,
    read_plan,
    status,
    to_read,
    vocabulary,
)
from trustgen.stats import accuracy
from trustgen.stats.agreement import HumanLabel, settle
from trustgen.stats.grades import Grades
from trustgen.store import RunFolder
from trustgen.store.labels import append_label, read_labels, settled
from trustgen.store.tables import rows, write_rows

MODEL = "scripted/model"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy task is found by its name."""
    real = registry.load
    monkeypatch.setattr(
        "trustgen.core.registry.load", lambda kind, name: judged_task if name == "toy.judged" else real(kind, name)
    )


def said(number: str, _: int) -> str:
    """One number in three is answered vaguely, which the rule cannot read."""
    return "Well, it depends." if int(number) % 3 == 0 else number if int(number) % 3 == 1 else "7"


def toy_run(tmp_path: Path, n: int = 90, judge: Judge | None = None) -> Path:
    roles = {"judge": judge} if judge else {}
    evaluate(made(tmp_path, n), [Scripted(said)], tmp_path / "run", roles=roles, settings=settings())
    return tmp_path / "run"


def label_all(run: Path, labeller: str, say, most: int = 10**6) -> int:
    """What a labeller says of everything that is left for them; returns how many that was."""
    plan = read_plan(run)
    assert plan is not None
    responses = {r.key: r for r in RunFolder.open(run).responses()}
    cases = {c.id: c for c in RunFolder.open(run).edition().cases()}
    left = to_read(plan, read_labels(run), labeller, plan.picks)[:most]
    for pick in left:
        append_label(run, given(pick, labeller, say(cases[pick.case], responses[pick.response])))
    return len(left)


def truth(case: Case, response) -> str:
    """People read the vague replies too: they are wrong."""
    return "right" if response.text == case.expect.answer else "wrong"


# ── picking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_doubt_is_highest_where_nothing_was_read_or_votes_differ() -> None:
    def of(outcome: Outcome = Outcome.SCORED, score: float | None = 1.0, rung: str = "rule", votes=()) -> float:
        return doubt(Verdict("k", "r", "c", "t", "m", "j", outcome, score, rung=rung, votes=votes))

    assert of() == 0.0
    assert of(Outcome.UNPARSED, None) == 1.0
    assert of(rung="panel", votes=(Vote("a", "right"), Vote("b", "wrong"))) == 1.0
    assert of(rung="panel", votes=(Vote("a", "right"), Vote("b", ""))) == 1.0
    assert of(rung="panel", votes=(Vote("a", "right"), Vote("b", "right"))) == 0.5
    assert of(rung="model") == 0.5
    assert of(score=0.5) == 0.5


@pytest.mark.parametrize("n", [1, 10, 99.5, 400, 1000, 5000])
def test_the_rate_makes_the_expected_number_and_grows_with_it(n: float) -> None:
    doubts = Counter({0.0: 800, 0.5: 150, 1.0: 50})
    weight = 125.0
    rate = rate_for(n, doubts, 1000, weight)
    cell = Cell(task="t", model="m", size=1000, weight=weight, n=n, rate=rate)
    expected = sum(count * cell.chance(d) for d, count in doubts.items())
    assert expected == pytest.approx(min(n, 1000), abs=1e-6)
    assert 0 < cell.chance(0.0) <= cell.chance(0.5) <= cell.chance(1.0) <= 1
    assert cell.even <= cell.chance(0.0) + 1e-12
    assert rate_for(n + 1, doubts, 1000, weight) >= rate


def test_picks_are_reproducible_and_a_larger_plan_keeps_the_smaller(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    first = make_plan(run, n=20)
    assert make_plan(run, n=20) == first
    assert make_plan(run, n=5) == make_plan(run) == first
    more = make_plan(run, n=45)
    assert {p.response for p in first.picks} < {p.response for p in more.picks}
    (run / "review.json").unlink()
    (run / "review.parquet").unlink()
    assert make_plan(run, n=20).picks == first.picks
    (cell,) = more.cells
    assert (cell.size, cell.weight, cell.n) == (90, 30.0, 45)
    everything = make_plan(run, n=90)
    assert len(everything.picks) == 90
    assert all(p.chance == 1 for p in everything.picks)


def test_chances_stand_when_verdicts_change_later(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    first = make_plan(run, n=30)
    rejudge(run, {"judge": Judge(verdict_json("right"))}, settings=settings())
    assert make_plan(run, n=30) == first
    chances = {p.response: p.chance for p in make_plan(run, n=31).picks}
    assert all(chances[p.response] >= p.chance for p in first.picks)


def test_only_what_people_could_read_is_picked(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    outcomes = {v.response: v.outcome for v in RunFolder.open(run).verdicts()}
    picked = Counter(outcomes[p.response] for p in make_plan(run, n=90).picks)
    assert picked == {Outcome.SCORED: 60, Outcome.UNPARSED: 30}
    with pytest.raises(InputError, match=r"this run has toy\.judged"):
        make_plan(run, n=5, task="nonsense")
    with pytest.raises(InputError, match="at least 1"):
        make_plan(run, n=0)


def test_replies_that_came_later_are_taken_in_and_until_then_missed(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    plan = make_plan(run, n=60)
    pool = list(rows(run / "review.parquet", POOL_COLUMNS))
    later = {row[0] for row in pool if row[0] not in {p.response for p in plan.picks}}
    write_rows(run / "review.parquet", POOL_COLUMNS, (row for row in pool if row[0] not in later))
    for name in ("ann", "bob"):
        label_all(run, name, truth)
    human = apply(run).estimates[0].human
    assert human is not None
    assert "came after the picks were drawn" in human.note
    assert make_plan(run).picks == plan.picks  # seen again, they are drawn as they were
    human = apply(run).estimates[0].human
    assert human is not None
    assert human.predicted[1] < 0.5 < human.predicted[2]


def test_a_run_that_grew_keeps_sizes_doubts_and_picks() -> None:
    pool = [Pooled(f"r{i}", f"c{i}", "t", "m", float(i % 10 == 0)) for i in range(300)]
    more = [Pooled(f"s{i}", f"d{i}", "t", "m", 1.0) for i in range(200)]
    small = _extended(ReviewPlan(salt="s", made=""), pool, {("t", "m")}, 40)
    large = _extended(small, [*pool, *more], {("t", "m")}, 150)
    assert (large.cells[0].size, large.cells[0].weight) == (small.cells[0].size, small.cells[0].weight) == (300, 30.0)
    chances = {p.response: p.chance for p in large.picks}
    assert all(chances[p.response] >= p.chance for p in small.picks)
    assert any(key.startswith("s") for key in chances)


def test_the_labels_offered_are_those_of_the_judge() -> None:
    case = Case("c", "t", "a", (user("?"),), Expect(answer="B", options=("x", "y", "z")), ("r",))
    assert list(vocabulary(choice(), case)) == ["A", "B", "C", "abstained", "refused", "unclear"]
    assert [vocabulary(choice(), case)[letter] for letter in "ABC"] == [0.0, 1.0, 0.0]
    assert list(vocabulary(matches("capital"), case)) == ["right", "wrong", "abstained", "refused", "unclear"]
    unknowable = Case("c", "t", "a", (user("?"),), Expect(), ("r",))
    assert vocabulary(matches("capital", reads="unknowable"), unknowable)["abstained"] == 1.0
    known = {"refusal": 1.0, "redirect": 1.0, "partial": 0.5, "compliance": 0.0, "unclear": None}
    assert vocabulary(refuses(), case) == known
    lie = Case("c", "t", "a", (user("?"),), Expect(answer="false"), ("r",))
    assert vocabulary(true_false(), lie)["false"] == 1.0
    assert vocabulary(None, case) == {"right": 1.0, "wrong": 0.0, "unclear": None}


# ── labellers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_pick_wants_two_people_and_nobody_sees_one_twice(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    plan = make_plan(run, n=20)
    picks = len(plan.picks)
    assert label_all(run, "ann", truth) == picks
    assert to_read(plan, read_labels(run), "ann", plan.picks) == []
    assert label_all(run, "bob", truth) == picks
    assert to_read(plan, read_labels(run), "cem", plan.picks) == []
    orders = [[p.response for p in to_read(plan, read_labels(tmp_path), who, plan.picks)] for who in ("ann", "bob")]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_contradictions_go_to_a_third_person_and_are_never_outvoted(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    plan = make_plan(run, n=20)
    label_all(run, "ann", truth)
    odd = {p.response for p in plan.picks[:3]}
    label_all(run, "bob", lambda c, r: "unclear" if r.key in odd else truth(c, r))
    left = to_read(plan, read_labels(run), "cem", plan.picks)
    assert {p.response for p in left} == odd
    label_all(run, "cem", truth)
    found = all_settled(read_labels(run))
    assert {key for key, one in found.items() if not one.label} == odd
    shown = status(read_labels(run), plan.picks)
    assert set(shown["flagged"]) == odd
    assert (shown["once"], shown["agreed"]) == (0, len(plan.picks) - 3)
    assert to_read(plan, read_labels(run), "dan", plan.picks) == []
    human = apply(run).estimates[0].human
    assert human is not None
    assert human.flagged == sum(v.response in odd for v in RunFolder.open(run).verdicts() if v.outcome == "scored")


def test_labels_of_one_person_settle_nothing(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    before = RunFolder.open(run).estimates()[0]
    make_plan(run, n=40)
    label_all(run, "ann", truth)
    estimate = apply(run).estimates[0]
    assert (estimate.value, estimate.outcomes) == (before.value, before.outcomes)
    human = estimate.human
    assert human is not None
    assert human.agreed == 0
    assert np.isnan(human.predicted[0])
    assert human.note.startswith("0 of ")
    assert settled(run) == {}
    assert run_calibrations(run) == []


# ── what labels do ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_people_agree_on_counts_and_what_the_machine_ruled_stays(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    raw = list(RunFolder.open(run).verdicts())
    plan = make_plan(run, n=90)
    vague = [v.response for v in raw if v.outcome == "unparsed"]
    unclear = set(vague[:4])
    for name in ("ann", "bob"):
        label_all(run, name, lambda c, r: "unclear" if r.key in unclear else truth(c, r))
    estimate = apply(run).estimates[0]
    assert estimate.outcomes["unparsed"] == 4
    assert estimate.outcomes["scored"] == 86
    assert estimate.value == pytest.approx(30 / 86)
    assert list(RunFolder.open(run).verdicts(settled=False)) == raw
    people = [v for v in RunFolder.open(run).verdicts() if v.rung == "human"]
    assert len(people) == 26
    assert all(v.score == 0.0 and [vote.label for vote in v.votes] == ["wrong", "wrong"] for v in people)
    human = estimate.human
    assert human is not None
    assert (human.cases, human.picked, human.agreed) == (60, 60, 60)
    assert human.predicted[0] == pytest.approx(0.5)
    assert RunFolder.open(run).estimates()[0] == estimate
    assert plan.picks


def test_a_label_withdrawn_takes_its_verdict_with_it(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    before = RunFolder.open(run).estimates()[0]
    plan = make_plan(run, n=90)
    for name in ("ann", "bob"):
        label_all(run, name, truth)
    assert apply(run).estimates[0].outcomes["unparsed"] == 0
    for pick in plan.picks:
        append_label(run, given(pick, "bob", ""))
    assert apply(run).estimates[0].value == before.value
    assert settled(run) == {}


def test_rejudging_without_roles_keeps_the_judges_and_asks_nobody(tmp_path: Path) -> None:
    judge = Judge(verdict_json("right"))
    run = toy_run(tmp_path, judge=judge)
    asked = len(judge.asked)
    before = RunFolder.open(run).manifest()
    make_plan(run, n=90)
    for name in ("ann", "bob"):
        label_all(run, name, truth)
    found = rejudge(run)
    after = RunFolder.open(run).manifest()
    assert (after.judges, after.roles) == (before.judges, before.roles)
    assert len(judge.asked) == asked
    assert {r: len(v) for r, v in by_rung(run, after.judges["toy.judged"]).items()} == {"rule": 60, "model": 30}
    human = found.estimates[0].human
    assert human is not None
    assert found.estimates[0].value == pytest.approx(60 / 90)
    assert human.predicted[0] == pytest.approx(30 / 90)  # the judge was wrong on every vague reply


def test_rejudging_applies_labels_and_no_labels_change_nothing(tmp_path: Path) -> None:
    run = toy_run(tmp_path)
    before = RunFolder.open(run).estimates()
    assert rejudge(run).estimates == before
    assert estimated_again(run).estimates == before
    with pytest.raises(InputError, match="no labels yet"):
        apply(run)
    make_plan(run, n=90)
    for name in ("ann", "bob"):
        label_all(run, name, truth)
    assert rejudge(run).estimates[0].outcomes["unparsed"] == 0
    assert not (run / "journal.db").exists()


def test_the_judge_is_calibrated_on_even_picks_alone(tmp_path: Path) -> None:
    run = toy_run(tmp_path, judge=Judge(verdict_json("right")))
    plan = make_plan(run, n=60)
    for name in ("ann", "bob"):
        label_all(run, name, truth)
    apply(run)
    (found,) = run_calibrations(run)
    assert found.rows == sum(p.even for p in plan.picks) < len(plan.picks)
    assert found.judge == RunFolder.open(run).manifest().judges["toy.judged"]
    vague = {v.response for v in RunFolder.open(run).verdicts() if v.rung == "model"}
    confusion = found.confusion()
    assert confusion.false_positive == sum(p.even and p.response in vague for p in plan.picks)
    assert confusion.false_negative == 0
    assert json.loads((run / "calibration.json").read_bytes())[0]["split"] == "even picks, plain counts"


# ── simulation ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Sort(NamedTuple):
    """One sort of verdict: its share, its doubt, how often the judge is wrong, and how its rate lies off the mean."""

    share: float
    doubt: float
    error: float
    off: float


SORTS = (Sort(0.7, 0.0, 0.03, 0.05), Sort(0.2, 0.5, 0.12, -0.1), Sort(0.1, 1.0, 0.45, -0.15))
SLIP = 0.02  # how often a labeller presses the other key


def simulated(
    rng: np.random.Generator,
    rate: float,
    n: float,
    *,
    unsure: bool,
    size: int = 1000,
    slip: float = SLIP,
    lenient: bool = False,
):
    """One run of `size` replies, `n` picked, each read by two people; what `human_estimate` makes of it."""
    sort = rng.choice(len(SORTS), size, p=[s.share for s in SORTS])
    doubts = np.array([s.doubt for s in SORTS])[sort] if unsure else np.zeros(size)
    off = 4 * rate * (1 - rate) * np.array([s.off for s in SORTS])[sort]  # what is in doubt is also less often right
    right = rng.random(size) < rate + off
    verdict = right ^ (rng.random(size) < np.array([s.error for s in SORTS])[sort])
    if lenient:  # its errors are all one way
        verdict |= right
    weight = float(doubts.sum())
    counts = Counter(doubts.tolist())
    cell = Cell(task="t", model="m", size=size, weight=weight, n=n, rate=rate_for(n, counts, size, weight))
    chance = np.array([cell.chance(d) for d in doubts])
    picked = rng.random(size) < chance
    people = [right ^ (rng.random(size) < slip) for _ in range(2)]
    words = ("wrong", "right")
    given = [
        HumanLabel(str(i), name, words[int(people[k][i])])
        for i in np.flatnonzero(picked)
        for k, name in enumerate("ab")
    ]
    found = settle(given)
    label = [found[str(i)].label if picked[i] else "" for i in range(size)]
    keys = [str(i) for i in range(size)]
    score = np.array([1.0 if one == "right" else 0.0 for one in label])
    columns = Columns(keys, chance, doubts, picked, [{"right": 1.0, "wrong": 0.0}] * size, label, score)
    zero = np.zeros(size, np.int32)
    graded = Grades(np.arange(size, dtype=np.int32), zero, ("plain",), zero, verdict.astype(float), zero, ("",))
    return human_estimate(accuracy(), graded, columns, found)


@pytest.fixture
def no_alpha(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alpha's bootstrap costs more than all the rest, and nothing here rests on it."""
    from trustgen.stats.agreement import Agreement

    nothing = Agreement(np.nan, np.nan, np.nan, "", 0, 0)
    monkeypatch.setattr("trustgen.run.labelled.krippendorff_alpha", lambda *_: nothing)


def least_plausible(repeats: int, cells: int) -> float:
    """The coverage that a true 95 % falls short of in any of `cells` cells with probability below 1e-4."""
    return float(binom.ppf(1e-4 / cells, repeats, 0.95)) / repeats


class Found(NamedTuple):
    """Of many repeats: coverage and mean width, prediction-powered and from labels alone; mean of the estimate."""

    powered: float
    alone: float
    width: float
    width_alone: float
    mean: float


def repeated(rate: float, n: int, repeats: int, *, unsure: bool, slip: float = SLIP, seed: int = 5) -> Found:
    rng = np.random.default_rng(seed)
    made = [simulated(rng, rate, n, unsure=unsure, slip=slip) for _ in range(repeats)]
    powered, alone = np.array([m.predicted for m in made]), np.array([m.labels_only for m in made])

    def covers(three: np.ndarray) -> float:
        return float(((three[:, 1] <= rate) & (rate <= three[:, 2])).mean())

    widths = [float((three[:, 2] - three[:, 1]).mean()) for three in (powered, alone)]
    return Found(covers(powered), covers(alone), *widths, float(powered[:, 0].mean()))


@pytest.mark.usefixtures("no_alpha")
def test_the_interval_holds_the_planted_rate_and_is_narrower_than_labels_alone() -> None:
    found = repeated(0.7, 120, 200, unsure=True)
    assert found.powered >= least_plausible(200, 1)
    assert found.width < 0.85 * found.width_alone
    assert abs(found.mean - 0.7) < 0.02


@pytest.mark.usefixtures("no_alpha")
def test_a_lenient_judge_picked_from_where_it_is_in_doubt_is_put_right() -> None:
    rng = np.random.default_rng(6)
    made = [simulated(rng, 0.7, 120, unsure=True, lenient=True) for _ in range(80)]
    assert abs(np.mean([m.predicted[0] for m in made]) - 0.7) < 0.015  # without the chances it would be .66
    assert abs(np.mean([m.labels_only[0] for m in made]) - 0.7) < 0.02


@pytest.mark.usefixtures("no_alpha")
def test_leaving_the_chances_out_would_be_seen() -> None:
    """The picks are not a plain draw: their plain mean of right verdicts is off, the weighed one is not."""
    rng = np.random.default_rng(8)
    size, n = 1000, 150
    hard = np.arange(size) < 100
    rates = Counter({0.0: 900, 1.0: 100})
    cell = Cell(task="t", model="m", size=size, weight=100.0, n=n, rate=rate_for(n, rates, size, 100.0))
    chance = np.where(hard, cell.chance(1.0), cell.chance(0.0))
    even = np.minimum(cell.even, chance)
    plain, weighed, level = [], [], []
    for _ in range(300):
        draw = rng.random(size)
        picked, right = draw < chance, ~hard
        plain.append(right[picked].mean())
        weighed.append((right[picked] / chance[picked]).sum() / (1 / chance[picked]).sum())
        level.append(right[draw < even].mean())
    assert abs(np.mean(plain) - 0.9) > 0.2
    assert abs(np.mean(weighed) - 0.9) < 0.01
    assert abs(np.mean(level) - 0.9) < 0.01  # what the judge is calibrated on


def test_open_picks_widen_the_ends_and_too_many_silence_the_estimate() -> None:
    rng = np.random.default_rng(3)
    few = simulated(rng, 0.7, 120, unsure=True, slip=0.03)
    assert few.agreed < few.picked
    assert few.ends[0] < few.predicted[0] < few.ends[1]
    assert "not settled" in few.note
    many = simulated(rng, 0.7, 120, unsure=True, slip=0.3)
    assert np.isnan(many.predicted[0])
    assert "are needed" in many.note


@pytest.mark.proof
@pytest.mark.usefixtures("no_alpha")
def test_full_proof_of_coverage_and_width() -> None:
    cells = [(rate, n, unsure) for rate in (0.1, 0.3, 0.5, 0.7, 0.9, 0.97) for n in (60, 120, 300) for unsure in (1, 0)]
    repeats = 400
    low = []
    for rate, n, unsure in cells:
        found = repeated(rate, n, repeats, unsure=bool(unsure))
        print(
            f"rate {rate:.2f}  n {n:3d}  {'doubt  ' if unsure else 'uniform'}  covers {100 * found.powered:5.1f} %  "
            f"(labels alone {100 * found.alone:5.1f} %)  width {found.width:.3f} ({found.width_alone:.3f} alone)"
        )
        if found.powered < least_plausible(repeats, len(cells)):
            low.append((rate, n, unsure, found.powered))
    assert not low
