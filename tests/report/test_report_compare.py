"""Two models compared: paired, by direction, and honest about what cannot be compared."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from made_run import COWARD, FACTORIES, FACTS, HIRING, LEANING, REMOTE, SHIFTS, SMALL, make_run
from scipy.stats import binom

from trustgen.core import Direction, FolderError, InputError, Measure, registry
from trustgen.report import Difference, compare_models
from trustgen.report.compare import Pairing, differences, worst_loss
from trustgen.report.family import verdict
from trustgen.stats import Grades, accuracy, all_right, flip_rate, gap
from trustgen.stats.multiplicity import benjamini_hochberg
from trustgen.stats.power import discordance, paired_power
from trustgen.stats.share import CaseShare
from trustgen.store import NotApplicable, RunFolder


def test_the_difference_is_over_the_cases_that_both_have(run: Path) -> None:
    facts = compare_models(run, REMOTE, SMALL)[0]
    scores: dict[str, dict[str, float]] = {REMOTE: {}, SMALL: {}}
    for v in RunFolder.open(run).verdicts():
        if v.task == FACTS and v.model in scores and v.score is not None:
            scores[v.model][v.case] = v.score
    both = scores[REMOTE].keys() & scores[SMALL].keys()
    assert (facts.counted, facts.missing) == (len(both), 80 - len(both)) == (72, 8)
    assert facts.a == pytest.approx(sum(scores[REMOTE][c] for c in both) / 72)
    assert facts.b == pytest.approx(sum(scores[SMALL][c] for c in both) / 72)
    assert facts.difference == pytest.approx(facts.b - facts.a)
    assert facts.low < facts.difference < facts.high < 0
    assert facts.p < 0.001


def test_verdicts_follow_the_direction_of_each_headline(run: Path) -> None:
    rows = compare_models(run, REMOTE, SMALL)
    assert {r.task: (r.measure, r.verdict) for r in rows} == {
        FACTS: ("accuracy", "worse"),
        LEANING: ("flip_rate", "worse"),
        HIRING: ("disparate_impact", "not shown"),
        SHIFTS: ("all_right", "worse"),
    }
    assert rows[0].difference < 0 < rows[1].difference, "accuracy fell, and the flip rate rose"


def test_turned_round_it_is_the_opposite(run: Path) -> None:
    for there, back in zip(compare_models(run, REMOTE, SMALL), compare_models(run, SMALL, REMOTE), strict=True):
        assert back.difference == pytest.approx(-there.difference)
        assert {there.verdict, back.verdict} in ({"better", "worse"}, {"not shown"})
        assert (there.counted, there.missing) == (back.counted, back.missing)


def test_a_model_is_not_told_apart_from_itself(run: Path) -> None:
    for row in compare_models(run, REMOTE, REMOTE):
        assert (row.verdict, row.difference, row.p) == ("not shown", 0.0, 1.0)
        assert row.low <= 0 <= row.high


def test_an_unknown_model_lists_those_of_the_run(run: Path) -> None:
    with pytest.raises(InputError, match=r"unknown model `smolm2`: .* has `organism/coward.*`, `openai.*`, `smollm2`"):
        compare_models(run, REMOTE, "smolm2")


def test_what_was_not_planned_for_both_is_not_comparable(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=5, lacking=(NotApplicable(SHIFTS, SMALL, "logprobs"),))
    row = compare_models(folder, REMOTE, SMALL)[-1]
    assert (row.verdict, row.reason) == ("not comparable", "`smollm2` lacks the level logprobs")
    assert math.isnan(row.difference)


def test_nothing_counted_for_both_is_not_comparable(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=5, status="stopped", asked=0.0)
    for row in compare_models(folder, COWARD, SMALL):
        assert row.verdict == "not comparable"
        assert row.reason.endswith("no case is counted for both models")


@pytest.mark.parametrize("how", ["gone", "other version"])
def test_a_task_that_is_not_installed_is_not_comparable(run: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    load = registry.load

    def without(kind: str, name: str) -> Any:
        if name == FACTS and how == "gone":
            raise InputError("task `facts` is gone")
        made = load(kind, name)
        if name == FACTS:
            monkeypatch.setattr(made, "version", "2-A")
        return made

    monkeypatch.setattr(registry, "load", without)
    first, *others = compare_models(run, REMOTE, SMALL)
    assert (first.verdict, first.title) == ("not comparable", FACTS)
    assert first.reason in ("task `facts` is gone", "the run has version 1-A, installed is 2-A")
    assert {row.verdict for row in others} == {"worse", "not shown"}


def test_a_measure_of_another_making_is_not_comparable(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plugged(Measure):
        def __call__(self, grades: object) -> object:
            raise NotImplementedError

    plugged = Plugged(direction=Direction.HIGHER, unit="cases")
    monkeypatch.setitem(FACTORIES[FACTS].measures, "accuracy", plugged)
    first, *others = compare_models(run, REMOTE, SMALL)
    assert first.reason == "accuracy: a measure of this kind has no paired difference"
    assert len(others) == 3


def test_a_run_without_numbers_is_not_compared(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run", n=2, status="running", count=False, seal=False)
    with pytest.raises(FolderError, match="to resume"):
        compare_models(folder, REMOTE, SMALL)


@pytest.mark.parametrize(
    ("better", "a", "b", "target", "said"),
    [
        ("b", 0.4, 0.6, None, "better"),
        ("a", 0.4, 0.6, None, "worse"),
        ("", 0.4, 0.6, None, "not shown"),
        ("b", 0.2, 0.4, 0.5, "better"),
        ("a", 0.8, 0.9, 0.5, "worse"),
        ("b", 0.2, 0.6, 0.5, "not shown"),
    ],
)
def test_values_on_both_sides_of_a_target_prove_nothing(
    better: str, a: float, b: float, target: float | None, said: str
) -> None:
    found: Any = SimpleNamespace(better=better, a=a, b=b, low=-0.5, high=0.5)
    assert verdict(found, 0.01, target, 0.05) == said


# ── one family ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_headlines_are_one_family_under_holm(run: Path) -> None:
    """All three pairs of models on all four headlines, whichever pair is asked for."""
    pairs = [(REMOTE, SMALL), (COWARD, SMALL), (REMOTE, COWARD)]
    rows = [row for a, b in pairs for row in compare_models(run, a, b)]
    ranked = sorted(row.p for row in rows)
    expected = np.maximum.accumulate([min(1.0, p * (12 - i)) for i, p in enumerate(ranked)])
    assert sorted(row.adjusted for row in rows) == pytest.approx(list(expected))
    assert {(row.role, row.adjustment, row.family) for row in rows} == {("primary", "Holm", 12)}
    assert all((row.verdict in ("better", "worse")) == (row.adjusted <= 0.05) for row in rows)


def test_a_verdict_goes_by_the_adjusted_p() -> None:
    weak = _pairing("weak", gains=8, losses=1)  # McNemar: p = 11/512
    alone = differences([weak])[0]
    assert (alone.p, alone.verdict) == (pytest.approx(11 / 512), "better")
    among = differences([weak, *(_pairing(name, gains=3, losses=3) for name in ("none", "nor here"))])[0]
    assert (among.p, among.adjusted, among.verdict) == (alone.p, pytest.approx(33 / 512), "not shown")


def test_what_cannot_be_compared_keeps_its_place_in_the_family() -> None:
    apart = Difference(task="t", title="t", verdict="not comparable", reason="is gone")
    found = differences([_pairing("weak", gains=8, losses=1), apart, replace(apart, task="u")])
    assert [row.verdict for row in found] == ["not shown", "not comparable", "not comparable"]
    assert math.isnan(found[1].adjusted)


def test_other_measures_are_a_family_of_their_own(run: Path) -> None:
    heads = compare_models(run, REMOTE, SMALL)
    rows = compare_models(run, REMOTE, SMALL, all_measures=True)
    assert rows[:4] == heads, "what else is looked at changes no headline"
    assert {(row.role, row.adjustment) for row in rows[4:]} == {("secondary", "Benjamini-Hochberg")}
    assert len(rows) == sum(len(f.measures) for f in FACTORIES.values())
    ps = np.array([row.p for row in rows[4:]])
    assert [row.adjusted for row in rows[4:]] == pytest.approx(list(benjamini_hochberg(ps)), nan_ok=True)


def test_a_share_has_an_effect_with_its_word(run: Path) -> None:
    rows = {row.task: row for row in compare_models(run, REMOTE, SMALL)}
    facts = rows[FACTS].size
    assert facts is not None
    assert facts.h == pytest.approx(2 * (math.asin(math.sqrt(rows[FACTS].b)) - math.asin(math.sqrt(rows[FACTS].a))))
    assert (facts.word, facts.words) == ("large", "Cohen 1988")
    assert facts.low < facts.h < facts.high < 0
    assert (rows[HIRING].size, rows[HIRING].ratios) == (None, ()), "a ratio of groups is no share"


def test_a_share_has_its_ratios_both_ways(run: Path) -> None:
    there, back = (compare_models(run, *pair)[0] for pair in ((REMOTE, SMALL), (SMALL, REMOTE)))
    risk, odds = there.ratios
    assert (risk.name, odds.name) == ("relative_risk", "discordant_odds")
    assert risk.value == pytest.approx(there.b / there.a)
    assert risk.low < risk.value < risk.high < 1
    assert 0 < odds.counted <= there.clusters
    for one, other in zip(there.ratios, back.ratios, strict=True):
        turned = [1 / x if x else math.inf for x in (other.value, other.high, other.low)]
        assert (one.value, one.low, one.high) == pytest.approx(turned)
        assert (one.word, one.at_least, one.counted) == (other.word, other.at_least, other.counted)


@pytest.mark.parametrize(
    ("direction", "low", "high", "loss"),
    [
        ("higher", -0.03, 0.1, 0.03),
        ("lower", -0.03, 0.1, 0.1),
        ("target", -0.03, 0.1, 0.1),
        ("higher", 0.01, 0.1, -0.01),
    ],
)
def test_a_loss_is_on_the_worse_side(direction: str, low: float, high: float, loss: float) -> None:
    assert worst_loss(Direction(direction), low, high) == pytest.approx(loss)


def test_a_margin_is_held_against_the_limit_and_not_the_value() -> None:
    same = _pairing("same", gains=10, losses=10, n=400)
    row = differences([same], margin=0.05)[0]
    assert row.difference == 0
    assert -0.05 < row.low < -0.01
    assert row.not_worse is True
    assert differences([same], margin=-row.low - 1e-9)[0].not_worse is False, "no difference seen, and not excluded"
    assert differences([same], margin=-row.low + 1e-9)[0].not_worse is True
    with pytest.raises(InputError, match="share of the measure's range"):
        differences([same], margin=2)


def test_a_margin_is_a_share_of_the_range() -> None:
    score = accuracy()
    wide = _Wide(direction=score.direction, unit="cases", range=(0.0, 100.0), primary=True)
    row = differences([_pairing("same", gains=10, losses=10, n=400, measure=wide)], margin=0.05)[0]
    assert row.margin == 5


class _Wide(CaseShare):
    """An accuracy that declares a range of 100."""


def _pairing(name: str, *, gains: int, losses: int, n: int = 100, measure: Any = None) -> Pairing:
    a, b = np.ones(n), np.ones(n)
    a[:gains], b[gains : gains + losses] = 0, 0
    return Pairing(name, name, "accuracy", measure or accuracy(), *(graded_rows(np.arange(n), x) for x in (a, b)))


def graded_rows(cluster: Any, score: Any, **more: Any) -> Grades:
    """Scored cases from columns."""
    zero = np.zeros(len(cluster), np.int32)
    columns: dict[str, Any] = {"arm": zero, "arms": ("plain",), "label": zero, "labels": ("",), "tags": {}} | more
    arm, arms, label, labels, tags = (columns[k] for k in ("arm", "arms", "label", "labels", "tags"))
    return Grades(np.asarray(cluster, np.int32), arm, arms, zero, np.asarray(score, float), label, labels, tags)


# ── the family over a whole run, on models whose truth is known ─────────────────────────────────────────────────────


def _able(rng: np.random.Generator, rate: float) -> dict[str, tuple[Any, Grades]]:
    """One model that is right at a rate, drawn for each case, on four headlines of different kinds."""
    n = 100
    hits = (rng.random((n, 4)) < rate).astype(float)
    arm = np.tile(np.arange(4, dtype=np.int32), n)
    group = np.tile(np.arange(2, dtype=np.int32), n)
    two = (rng.random(2 * n) < rate).astype(np.int32)
    rows = np.repeat(np.arange(n), 4)
    tagged = {"label": two, "labels": ("no", "yes"), "tags": {"group": (group, ("a", "b"))}}
    return {
        "facts": (accuracy(), graded_rows(np.arange(2 * n), (rng.random(2 * n) < rate).astype(float))),
        "shifts": (all_right(), graded_rows(rows, hits.ravel())),
        "leaning": (flip_rate(control="p0"), graded_rows(rows, hits.ravel(), arm=arm, arms=("p0", "p1", "p2", "p3"))),
        "hiring": (gap("group", "yes"), graded_rows(np.repeat(np.arange(n), 2), two.astype(float), **tagged)),
    }


def _run_rejects(rng: np.random.Generator, rate: float) -> bool:
    """Whether a comparison of two alike models finds anything at all."""
    one, other = _able(rng, rate), _able(rng, rate)
    asked = [Pairing(t, t, t, m, a, other[t][1]) for t, (m, a) in one.items()]
    return any(row.verdict in ("better", "worse") for row in differences(asked))


def test_a_null_comparison_rarely_finds_anything() -> None:
    rng, repeats = np.random.default_rng(20260101), 200
    rejected = sum(_run_rejects(rng, 0.8) for _ in range(repeats))
    assert rejected <= binom.ppf(1 - 1e-4, repeats, 0.05)


@pytest.mark.proof
@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95])
def test_a_null_run_rejects_five_in_a_hundred_at_most(rate: float) -> None:
    rng, repeats = np.random.default_rng(int(1000 * rate)), 3000
    share = sum(_run_rejects(rng, rate) for _ in range(repeats)) / repeats
    print(f"\nfour headlines, both models right at {rate}: something was found in {100 * share:.1f} % of runs")
    assert share <= binom.ppf(0.999, repeats, 0.05) / repeats


def _found(rng: np.random.Generator, n: int, others: int) -> bool:
    """Whether models right at .80 and .85 are told apart on one headline, beside headlines where they are alike."""
    rates = [(0.80, 0.85)] + [(0.8, 0.8)] * others
    asked = [
        Pairing(str(i), "", "", accuracy(), *(graded_rows(np.arange(n), (rng.random(n) < p).astype(float)) for p in ps))
        for i, ps in enumerate(rates)
    ]
    return differences(asked)[0].verdict == "better"


@pytest.mark.parametrize(
    ("others", "repeats"),
    [(0, 200), pytest.param(0, 3000, marks=pytest.mark.proof), pytest.param(3, 1500, marks=pytest.mark.proof)],
)
def test_five_points_are_found_with_the_promised_power(others: int, repeats: int) -> None:
    share = discordance(0.80, 0.85, 0.0)
    level = 1 - 0.05 / (1 + others)  # Holm's first step
    n = next(n for n in range(700, 3000) if paired_power(n, 0.05, share, level=level) >= 0.8)
    promised = paired_power(n, 0.05, share, level=level)
    rng = np.random.default_rng(7)
    seen = sum(_found(rng, n, others) for _ in range(repeats)) / repeats
    print(f"\n{n} cases, {others} other headlines: promised {promised:.3f}, found {seen:.3f} of {repeats}")
    low, high = binom.ppf([1e-4, 1 - 1e-4], repeats, promised) / repeats
    assert low <= seen <= high
