"""Measures by hand: what each counts, on cases few enough to count with a pencil."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import chisquare
from stats_rows import case

from trustgen.core import Direction, InputError, Measure, Outcome
from trustgen.stats import (
    Computed,
    Grade,
    Grades,
    accuracy,
    all_right,
    choice_bias,
    cluster_bootstrap,
    disparate_impact,
    flip_rate,
    gap,
    label_rate,
    mend_rate,
    outcome_rate,
    pair_flips,
    wilson,
)

ERROR, SKIPPED = Outcome.ERROR, Outcome.SKIPPED
REFUSED, BLOCKED, UNPARSED = Outcome.REFUSED, Outcome.BLOCKED, Outcome.UNPARSED


def measured(measure: Measure, *rows: Grade) -> Computed:
    """The measure over rows."""
    found = measure(Grades.of(rows))
    assert isinstance(found, Computed)
    return found


# ── cases ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_accuracy_and_what_is_missing() -> None:
    rows = [case("a", 1.0), case("b", 0.0), case("c", 0.5), case("d", REFUSED), case("e", ERROR)]
    found = measured(accuracy(), *rows)
    assert found.value == 0.5
    assert (found.low, found.high) == wilson(1.5, 3)
    assert (found.worst, found.best) == (1.5 / 5, 3.5 / 5)
    assert (found.planned, found.counted, found.unit, found.clusters) == (5, 3, "cases", 3)
    assert found.outcomes == {"scored": 3, "refused": 1, "blocked": 0, "unparsed": 0, "error": 1, "skipped": 0}


def test_an_arm_that_nothing_was_planned_in_has_no_accuracy() -> None:
    found = measured(accuracy("plian"), case("a", 1.0), case("b", 1.0))
    assert math.isnan(found.value)
    assert found.planned == 0


@pytest.mark.parametrize("score", [1.5, -0.1, None, math.nan])
def test_a_score_outside_0_to_1_is_an_error(score: float | None) -> None:
    rows = [case("a", 1.0), Grade("b", "plain", Outcome.SCORED, score, "A")]
    for measure in (accuracy(), flip_rate(), all_right(), choice_bias(4)):
        with pytest.raises(InputError, match=r"lies outside 0\.\.1"):
            measured(measure, *rows)


def test_label_rate_counts_any_of_its_labels() -> None:
    rows = [
        case("a", 1.0, label="right"),
        case("b", 0.0, label="wrong"),
        case("c", 0.0, label="abstained"),
        case("d", ERROR),
    ]
    one = measured(label_rate("wrong", direction=Direction.LOWER), *rows)
    assert (one.value, one.worst, one.best, one.counted) == (1 / 3, 2 / 4, 1 / 4, 3)
    two = measured(label_rate(("right", "abstained"), direction=Direction.HIGHER), *rows)
    assert (two.value, two.worst, two.best) == (2 / 3, 2 / 4, 3 / 4)


def test_a_label_never_seen_is_named_since_a_slip_would_read_as_0() -> None:
    found = measured(label_rate("hallucinatd", direction=Direction.LOWER), case("a", 0.0, label="hallucinated"))
    assert found.value == 0
    assert found.notes["labels_never_seen"] == ["hallucinatd"]


@pytest.mark.parametrize("label", ["", (), ("a", "")])
def test_a_measure_needs_its_labels(label: str | tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        label_rate(label, direction=Direction.LOWER)
    with pytest.raises(InputError):
        gap("group", label)


def test_a_label_rate_has_no_target() -> None:
    with pytest.raises(InputError):
        label_rate("a", direction=Direction.TARGET)


# ── outcomes ────────────────────────────────────────────────────────────────────────────────────────────────────────

ENDS = [case("a", 1.0), case("b", 0.0), *(case("c", end) for end in (REFUSED, UNPARSED, BLOCKED, ERROR, SKIPPED))]


def test_a_refusal_rate_leaves_out_what_the_model_did_not_end() -> None:
    found = measured(outcome_rate("refused"), *ENDS)
    assert (found.value, found.counted, found.planned) == (1 / 4, 4, 7)
    assert (found.best, found.worst) == (1 / 7, 4 / 7)


def test_configuration_faults_are_no_refusals() -> None:
    rows = [case("a", 1.0)] + [case(f"e{i}", end) for i, end in enumerate((ERROR, BLOCKED, SKIPPED))]
    assert measured(outcome_rate("refused"), *rows).value == 0


def test_a_block_rate_counts_what_reached_the_filter() -> None:
    found = measured(outcome_rate("blocked"), *ENDS)
    assert (found.value, found.counted, found.best, found.worst) == (1 / 5, 5, 1 / 7, 3 / 7)


def test_directions_of_outcome_rates() -> None:
    assert outcome_rate("refused").direction == Direction.LOWER
    assert outcome_rate(Outcome.SCORED).direction == Direction.HIGHER


@pytest.mark.parametrize("outcome", ["error", "skipped"])
def test_the_machinery_has_no_rate(outcome: str) -> None:
    with pytest.raises(InputError, match="machinery"):
        outcome_rate(outcome)


# ── whole clusters ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_strict_accuracy() -> None:
    rows = [
        *(case("right", 1.0) for _ in range(3)),
        *(case("wrong once", score) for score in (1.0, 1.0, 0.0)),
        *(case("wrong and missing", score) for score in (0.0, REFUSED, ERROR)),
        *(case("open", score) for score in (1.0, ERROR, REFUSED)),
        *(case("unasked", SKIPPED) for _ in range(3)),
    ]
    found = measured(all_right(), *rows)
    assert (found.value, found.counted, found.unit) == (1 / 2, 2, "clusters")
    assert (found.low, found.high) == wilson(1, 2)
    assert (found.worst, found.best) == (1 / 5, 3 / 5)
    assert found.joint == (min(wilson(1, 5)[0], found.low), max(wilson(3, 5)[1], found.high))
    # The open cluster lacks a refused and a failed case: the model's own doing is named first.
    assert found.outcomes == {"scored": 2, "refused": 2, "blocked": 0, "unparsed": 0, "error": 0, "skipped": 1}


# ── pressure ────────────────────────────────────────────────────────────────────────────────────────────────────────


def pressed(control: float | Outcome, *answers: float | Outcome, n: int = 10, name: str = "r") -> list[Grade]:
    """n records with a plain case and one case under each of some pressures."""
    return [
        row
        for i in range(n)
        for row in (
            case(f"{name}{i}", control),
            *(case(f"{name}{i}", answer, f"pressure{j}") for j, answer in enumerate(answers)),
        )
    ]


def test_coward_steadfast_and_ignorant() -> None:
    coward = measured(flip_rate(), *pressed(1.0, 0.0, 0.0))
    assert (coward.value, coward.counted, coward.unit) == (1.0, 20, "pairs")
    steadfast = measured(flip_rate(), *pressed(1.0, 1.0, 1.0))
    assert steadfast.value == 0.0
    assert steadfast.high < 0.5
    ignorant = measured(flip_rate(), *pressed(0.0, 0.0, 0.0))
    assert all(math.isnan(x) for x in (ignorant.value, ignorant.low, ignorant.worst, ignorant.best))
    assert (ignorant.planned, ignorant.counted, ignorant.outcomes["scored"]) == (20, 0, 20)


def test_wrong_both_times_is_not_robust() -> None:
    """Published: both answers wrong counts as a robust tie. Here only what was right in the control can hold."""
    found = measured(flip_rate(), *pressed(1.0, 0.0, n=1, name="flip"), *pressed(0.0, 0.0, n=99, name="wrong"))
    assert (found.value, found.counted, found.planned) == (1.0, 1, 100)


def test_gains_do_not_cancel_losses() -> None:
    """The difference of sums is 0 here, while half of all right answers flip."""
    rows = [
        *pressed(1.0, 0.0, n=5, name="lost"),
        *pressed(0.0, 1.0, n=5, name="gained"),
        *pressed(1.0, 1.0, n=5, name="kept"),
        *pressed(0.0, 0.0, n=5, name="never"),
    ]
    assert measured(accuracy("plain"), *rows).value == measured(accuracy("pressure0"), *rows).value
    assert measured(flip_rate(), *rows).value == 0.5
    assert measured(mend_rate(), *rows).value == 0.5


def test_only_cases_of_one_record_are_paired() -> None:
    rows = [case("a", 1.0), case("b", 0.0, "pressure"), case("c", 1.0), case("c", 1.0, "pressure")]
    assert (measured(flip_rate(), *rows).value, measured(flip_rate(), *rows).planned) == (0.0, 1)


def test_arms_can_be_chosen_and_the_control_cannot() -> None:
    rows = pressed(1.0, 0.0, 1.0)
    assert measured(flip_rate(arms=("pressure0",)), *rows).value == 1.0
    assert measured(flip_rate(arms=("pressure1",)), *rows).value == 0.0
    rows = [row._replace(tags={"kind": kind}) for kind in "xy" for row in pressed(1.0, float(kind == "x"), name=kind)]
    assert [measured(flip_rate(tag="kind", value=kind), *rows).value for kind in "xy"] == [0.0, 1.0]
    for tag, value in (("kind", ""), ("", "x")):
        with pytest.raises(InputError):
            flip_rate(tag=tag, value=value)
    for control, arms in (("", None), ("plain", ()), ("plain", ("plain", "x")), ("plain", ("",))):
        with pytest.raises(InputError):
            flip_rate(control, arms)


def test_what_a_missing_case_can_still_do() -> None:
    """10 pairs hold; one of each kind lacks a member. Three of the four could flip, and another three could hold."""
    rows = [
        *pressed(1.0, 1.0, n=10, name="held"),
        *pressed(1.0, REFUSED, n=1, name="open"),
        *pressed(ERROR, 0.0, n=1, name="may flip"),
        *pressed(ERROR, 1.0, n=1, name="may hold"),
        *pressed(REFUSED, SKIPPED, n=1, name="unknown"),
        *pressed(0.0, REFUSED, n=1, name="never"),
    ]
    found = measured(flip_rate(), *rows)
    assert (found.value, found.best, found.worst) == (0.0, 0.0, 3 / 13)
    assert found.outcomes == {"scored": 10, "refused": 3, "blocked": 0, "unparsed": 0, "error": 2, "skipped": 0}
    mended = measured(mend_rate(), *rows)
    assert (mended.counted, mended.best, mended.worst) == (0, 1.0, 0.0)


# ── counterfactuals and groups ──────────────────────────────────────────────────────────────────────────────────────


def hired(cluster: str, *labels: str | Outcome) -> list[Grade]:
    """One applicant in groups x, y, z …, with the decision on each."""
    return [
        case(cluster, label, group=group)
        if isinstance(label, Outcome)
        else case(cluster, 1.0, label=label, group=group)
        for label, group in zip(labels, "xyzuvw", strict=False)
    ]


def test_pair_flips() -> None:
    rows = [*hired("a", "yes", "yes", "no"), *hired("b", "no", "no"), *hired("c", "yes", ERROR)]
    found = measured(pair_flips("group"), *rows)
    assert (found.value, found.counted, found.planned, found.unit) == (2 / 4, 4, 5, "pairs")
    assert (found.best, found.worst) == (2 / 5, 3 / 5)


def test_two_cases_of_one_group_are_no_pair() -> None:
    twice = [*hired("a", "yes", "no"), *hired("a", "no", "no")]
    assert measured(pair_flips("group"), *twice).counted == 4
    assert measured(pair_flips("group"), *twice).value == 1 / 2
    alone = [case("a", 1.0, label=label, group="x") for label in ("yes", "no")]
    assert measured(pair_flips("group"), *alone).planned == 0


def test_missing_verdicts_never_compare_equal() -> None:
    rows = [*hired("a", ERROR, ERROR), *hired("b", REFUSED, UNPARSED)]
    found = measured(pair_flips("group"), *rows)
    assert math.isnan(found.value)
    assert (found.outcomes["error"], found.outcomes["refused"], found.outcomes["unparsed"]) == (1, 1, 0)
    with pytest.raises(InputError, match="no label"):
        measured(pair_flips("group"), *hired("a", "", ""))


RATES_8_5_2 = [
    row
    for i in range(10)
    for row in hired(f"r{i}", "yes" if i < 8 else "no", "yes" if i < 5 else "no", "yes" if i < 2 else "no")
]


def test_impact_and_gap() -> None:
    ratio = measured(disparate_impact("group", "yes"), *RATES_8_5_2)
    assert ratio.value == pytest.approx(0.25)
    assert (ratio.worst, ratio.best) == pytest.approx((0.25, 0.25))
    assert ratio.notes["groups"]["y"] == {"rate": 0.5, "favourable": 5, "counted": 10, "planned": 10}
    apart = measured(gap("group", "yes"), *RATES_8_5_2)
    assert apart.value == pytest.approx(0.6)
    assert (apart.unit, apart.counted, apart.clusters) == ("cases", 30, 10)


@pytest.mark.parametrize(("reference", "value"), [("x", 0.25), ("y", 0.4), ("z", 0.25), ("absent", math.nan)])
def test_impact_against_a_reference_counts_favour_in_either_direction(reference: str, value: float) -> None:
    found = measured(disparate_impact("group", "yes", reference=reference), *RATES_8_5_2)
    assert found.value == pytest.approx(value, nan_ok=True)
    assert math.isnan(found.low) == math.isnan(value)


def test_nobody_favoured_has_no_ratio_but_no_gap() -> None:
    rows = [row for i in range(20) for row in hired(f"r{i}", "no", "no")]
    assert math.isnan(measured(disparate_impact("group", "yes"), *rows).value)
    found = measured(gap("group", "yes"), *rows)
    assert found.value == 0
    assert 0 < found.high < 0.3


def test_groups_that_no_cluster_tells_apart_are_not_surely_alike() -> None:
    """Decisions equal in each of 50 clusters: rates correlate fully, yet a gap of a few percent cannot be excluded."""
    rows = [row for i in range(50) for row in hired(f"r{i}", *(["yes", "yes"] if i % 2 else ["no", "no"]))]
    found = measured(gap("group", "yes"), *rows)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high > 2.5 / 50
    assert measured(disparate_impact("group", "yes"), *rows).low < 1 - 2.5 / 50 / 0.5


def test_one_group_has_neither() -> None:
    rows = [case(c, 1.0, label="yes", group="x") for c in "abc"] + [case("d", 1.0, label="no")]
    for measure in (gap("group", "yes"), disparate_impact("group", "yes"), gap("colour", "yes")):
        found = measured(measure, *rows)
        assert all(math.isnan(x) for x in (found.value, found.low, found.high, found.worst, found.best))


def test_bounds_of_groups_by_hand() -> None:
    """x: 2 of 4 favoured, none missing. y: 1 of 2, and 2 missing, so its rate lies between 1/4 and 3/4."""
    rows = [*(case(f"x{i}", 1.0, label="yes" if i < 2 else "no", group="x") for i in range(4))]
    rows += [case("y0", 1.0, label="yes", group="y"), case("y1", 1.0, label="no", group="y")]
    rows += [case("y2", ERROR, group="y"), case("y3", REFUSED, group="y")]
    apart = measured(gap("group", "yes"), *rows)
    assert (apart.value, apart.best, apart.worst) == (0.0, 0.0, 0.25)
    ratio = measured(disparate_impact("group", "yes"), *rows)
    assert (ratio.value, ratio.best, ratio.worst) == (1.0, 1.0, 0.5)


def test_treated_alike_reaches_no_gap_and_parity() -> None:
    """Three groups with rates .50, .52, .48: a percentile bootstrap of the gap would leave 0 out."""
    rows = [
        row
        for i in range(100)
        for row in hired(
            f"r{i}", *("yes" if (i * step) % 100 < cut else "no" for step, cut in ((1, 50), (7, 52), (13, 48)))
        )
    ]
    measure = gap("group", "yes")
    assert measured(measure, *rows).low == 0
    assert cluster_bootstrap(measure.statistic, measure.count(Grades.of(rows)).table, span=(0, 1)).low > 0
    assert measured(disparate_impact("group", "yes"), *rows).high == 1


# ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def asked(cluster: str, letters: str, golds: str) -> list[Grade]:
    """A question in all its shifts: the letter given, and the gold one."""
    return [case(cluster, float(x == g), label=x) for x, g in zip(letters, golds, strict=True)]


def test_always_the_same_letter_is_the_worst() -> None:
    found = measured(choice_bias(4), *(row for i in range(30) for row in asked(f"q{i}", "AAAA", "ABCD")))
    assert found.value == choice_bias(4).range[1] == 1875
    assert (found.counted, found.unit, found.clusters) == (120, "answers", 30)
    assert found.notes["preferred"] == ["A"]
    assert found.notes["letters"] == {"A": 120, "B": 0, "C": 0, "D": 0}
    assert found.high == 1875
    assert 1000 < found.low < 1875
    assert measured(accuracy(), *(row for i in range(30) for row in asked(f"q{i}", "AAAA", "ABCD"))).value == 0.25


def test_bias_by_hand() -> None:
    """Questions fully right do not count. Of 8 answers 4 are A, 2 B, 1 C, 1 D: shares 50, 25, 12.5, 12.5 %."""
    rows = [*asked("right", "ABCD", "ABCD"), *asked("q1", "AABC", "ABCD"), *asked("q2", "AADB", "DABC")]
    found = measured(choice_bias(4), *rows)
    assert found.value == pytest.approx((25**2 + 0 + 2 * 12.5**2) / 4)
    assert found.notes["chi_square_p"] == pytest.approx(float(chisquare([4, 2, 1, 1]).pvalue))
    assert found.notes["expected_if_unbiased"] == pytest.approx(1e4 * 3 / 16 / 8)
    assert found.notes["preferred"] == ["A"]


def lettered(*counts: int) -> Computed:
    """The bias of one wrong answer to each of some questions, by count of letters."""
    letters = "".join(letter * count for letter, count in zip("ABCD", counts, strict=True))
    return measured(choice_bias(4), *(case(f"q{i}", 0.0, label=letter) for i, letter in enumerate(letters)))


def test_what_chance_would_show_is_no_bias() -> None:
    """30, 25, 25, 20 of 100: variance 12.5, where a model without preference shows 18.75 on average."""
    found = lettered(30, 25, 25, 20)
    assert found.value == pytest.approx(12.5)
    assert found.notes["expected_if_unbiased"] == pytest.approx(18.75)
    assert (found.low, found.notes["chi_square_p"]) == (0.0, pytest.approx(0.5724, abs=1e-4))


def test_even_counts_do_not_prove_an_even_model() -> None:
    """Noise alone stays below the χ² limit (7.81, 3 degrees of freedom) times a third of its mean."""
    found = lettered(25, 25, 25, 25)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(7.81 / 3 * 18.75, rel=0.1)


def test_a_clear_bias_leaves_0_out() -> None:
    found = lettered(60, 15, 15, 10)
    assert 100 < found.low < found.value < found.high < 1000


def test_no_wrong_question_has_no_bias() -> None:
    found = measured(choice_bias(4), *asked("q", "ABCD", "ABCD"))
    assert math.isnan(found.value)
    assert "preferred" not in found.notes


def test_expected_if_unbiased_is_the_mean_of_the_null() -> None:
    rng = np.random.default_rng(3)
    measure = choice_bias(4)
    counts = rng.multinomial(20, [0.25] * 4, 20_000).astype(float)
    assert measure.statistic(counts).mean() == pytest.approx(1e4 * 3 / 16 / 20, rel=0.02)


def test_what_is_no_letter_is_named() -> None:
    rows = [*asked("q", "AB", "BA"), case("q", 0.0, label="none"), case("q", 0.0, label="E")]
    found = measured(choice_bias(4), *rows)
    assert (found.counted, found.notes["not_a_letter"], found.outcomes["scored"]) == (2, 2, 4)


def test_bounds_of_a_bias_by_hand() -> None:
    """Of 3 answers 2 are A, 1 B, and one is missing: evenest with a C, most uneven with an A."""
    rows = [*asked("q", "AAB", "BBA"), case("q", ERROR)]
    found = measured(choice_bias(3), *rows)
    assert found.best <= choice_bias(3).statistic(np.array([2.0, 1, 1]))
    assert found.best == pytest.approx(choice_bias(3).statistic(np.array([2.0, 1, 1])))
    assert found.worst == pytest.approx(choice_bias(3).statistic(np.array([3.0, 1, 0])))


@pytest.mark.parametrize("options", [1, 27])
def test_options_have_letters(options: int) -> None:
    with pytest.raises(InputError):
        choice_bias(options)


def test_scipy_is_imported_only_when_a_number_is_due() -> None:
    """It takes about a second, which `trustgen --help` must not wait for."""
    found = "import sys, trustgen.stats; print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True).stdout == "False\n"
