"""A judge's error beside an estimate: from a labelled set, by label, never where it does not belong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trustgen.core import Direction, Outcome
from trustgen.stats import ClusterMeasure, accuracy, flip_rate, label_rate
from trustgen.stats.calibration import Calibration, cells_of, judge_error
from trustgen.stats.grades import Grade, Grades
from trustgen.stats.share import label_among, label_share, score_among

PAIRS = (
    [("right", "right")] * 90
    + [("right", "wrong")] * 10
    + [("wrong", "wrong")] * 160
    + [("wrong", "right")] * 40
    + [("abstained", "abstained")] * 45
    + [("abstained", "wrong")] * 5
    + [("right", "")] * 7
    + [("unclear", "")] * 11
    + [("unclear", "right")] * 3
    + [("refused", "refused")] * 4
)
CALIBRATION = Calibration(
    judge="j",
    name="matches",
    kind="answer",
    set="labels.test",
    sha256="0",
    language="en",
    cells=cells_of(PAIRS),
    right=("right",),
)


def graded(right: int, wrong: int) -> Grades:
    """So many cases called right and wrong."""
    rows = [Grade(f"r{i}", "a", Outcome.SCORED, 1.0, "right") for i in range(right)]
    return Grades.of(rows + [Grade(f"w{i}", "a", Outcome.SCORED, 0.0, "wrong") for i in range(wrong)])


def test_right_or_not_is_counted_with_what_nobody_could_score() -> None:
    found = CALIBRATION.confusion()
    assert (found.true_positive, found.false_negative) == (90, 10)
    assert (found.true_negative, found.false_positive) == (210, 43)  # 40, and 3 read where nobody could
    assert (found.unread_positive, found.unread_negative) == (7, 0)  # a rightly unread row is no error
    assert found.planned == 90 + 10 + 210 + 43 + 7
    assert CALIBRATION.rows == len(PAIRS)


def test_other_labels_have_an_error_of_their_own() -> None:
    found = CALIBRATION.confusion(("abstained",))
    assert (found.true_positive, found.false_negative) == (45, 5)
    assert found.false_positive == 0


def test_the_corrected_rate_undoes_a_planted_error() -> None:
    """Of 1,000 cases 300 are truly right: a judge of this error calls 300·.9 + 700·.17 of them right."""
    called = round(300 * 0.9 + 700 * 43 / 253)
    found = judge_error(accuracy(), graded(called, 1000 - called), CALIBRATION)
    value, low, high = found.corrected
    assert value == pytest.approx(0.3, abs=0.01)
    assert low < 0.3 < high
    raw = accuracy()(graded(called, 1000 - called))
    assert raw.low > 0.3, "uncorrected, the interval is around the wrong value"
    assert high - low > raw.high - raw.low, "the labelled set's uncertainty is carried"
    assert found.sensitivity[0] == pytest.approx(0.9)


def test_a_rate_of_a_label_uses_that_labels_error_and_an_unknown_label_none() -> None:
    rows = [Grade(f"c{i}", "a", Outcome.SCORED, 0.0, "abstained" if i < 90 else "wrong") for i in range(300)]
    known = judge_error(label_rate("abstained", direction=Direction.LOWER), Grades.of(rows), CALIBRATION)
    assert known.corrected[0] == pytest.approx(0.3 / 0.9, abs=0.01)
    unknown = judge_error(label_rate("followed", direction=Direction.LOWER), Grades.of(rows), CALIBRATION)
    assert math.isnan(unknown.corrected[0])
    assert "no labelled row is `followed`" in unknown.note


def test_measures_that_are_no_share_of_labels_are_not_corrected() -> None:
    found = judge_error(flip_rate(control="a"), graded(10, 10), CALIBRATION)
    assert math.isnan(found.corrected[0])
    assert found.sensitivity[0] == pytest.approx(0.9)


def test_a_judge_that_guesses_corrects_nothing() -> None:
    guess = [(true, said) for true in ("right", "wrong") for said in ("right", "wrong") for _ in range(50)]
    found = judge_error(accuracy(), graded(50, 50), Calibration(**{**fields(), "cells": cells_of(guess)}))
    assert math.isnan(found.corrected[0])
    assert found.note


def fields() -> dict[str, object]:
    """The calibration's fields."""
    return {name: getattr(CALIBRATION, name) for name in CALIBRATION.__struct_fields__}


def test_corrected_intervals_cover_and_uncorrected_ones_do_not() -> None:
    """A judge with sensitivity .9 and specificity .8, labels and cases drawn anew each time."""
    rng = np.random.default_rng(1)
    truth, repeats, covered, plain = 0.3, 60, 0, 0
    for _ in range(repeats):
        labels = [("right", "right" if rng.random() < 0.9 else "wrong") for _ in range(100)]
        labels += [("wrong", "right" if rng.random() < 0.2 else "wrong") for _ in range(100)]
        called = int(rng.binomial(400, truth * 0.9 + (1 - truth) * 0.2))
        grades = graded(called, 400 - called)
        _, low, high = judge_error(accuracy(), grades, Calibration(**{**fields(), "cells": cells_of(labels)})).corrected
        covered += low <= truth <= high
        raw = accuracy()(grades)
        plain += raw.low <= truth <= raw.high
    assert covered >= 0.85 * repeats
    assert plain <= 0.2 * repeats


# ── every share, whichever factory made it ──────────────────────────────────────────────────────────────────────────


def seen(truth: str, rng: np.random.Generator) -> str:
    """What a judge with sensitivity .9 and specificity .8 says; it always sees what is neither."""
    return truth if truth == "neither" or rng.random() < (0.9 if truth == "bad" else 0.8) else OTHER[truth]


OTHER = {"bad": "good", "good": "bad"}
LOW = Direction.LOWER
SHARES = {
    "accuracy": (accuracy(), False),
    "label rate": (label_rate("bad", direction=LOW), False),
    "among arms": (label_among("bad", arms=("a", "b"), direction=LOW), False),
    "score among": (score_among(tag="t", value="x", direction=LOW), False),
    "among labels": (label_share("bad", ("bad", "good"), direction=LOW), True),
}


@pytest.mark.parametrize(("measure", "neither"), SHARES.values(), ids=SHARES)
def test_every_share_is_corrected_around_the_planted_rate(measure: ClusterMeasure, neither: bool) -> None:
    rng = np.random.default_rng(3)
    truth, repeats, covered, plain = 0.3, 8, 0, 0
    for _ in range(repeats):
        labels = [(true, seen(true, rng)) for true in ("bad", "good") for _ in range(150)]
        labels += [("neither", "neither")] * 30 * neither
        known = Calibration(**{**fields(), "cells": cells_of(labels), "right": ("bad",)})
        rows = []
        for i in range(500):
            true = "neither" if neither and i % 5 == 0 else "bad" if rng.random() < truth else "good"
            said = seen(true, rng)
            rows.append(Grade(f"c{i}", "ab"[i % 2], Outcome.SCORED, float(said == "bad"), said, {"t": "x"}))
        grades = Grades.of(rows)
        _, low, high = judge_error(measure, grades, known).corrected
        covered += low <= truth <= high
        raw = measure(grades)
        plain += raw.low <= truth <= raw.high
    assert covered >= repeats - 1
    assert plain <= 0.5 * repeats


def test_where_judge_and_people_differ_on_the_denominator_nothing_is_corrected() -> None:
    pairs = [("bad", "bad")] * 60 + [("good", "good")] * 60 + [("neither", "good")] * 4 + [("good", "neither")] * 3
    known = Calibration(**{**fields(), "cells": cells_of(pairs), "right": ("bad",)})
    found = judge_error(label_share("bad", ("bad", "good"), direction=LOW), graded(10, 10), known)
    assert math.isnan(found.corrected[0])
    assert found.note == "on 7 labelled rows the judge and people differ on what the share is of"


def test_a_mean_of_part_marks_is_no_share_of_right_and_wrong() -> None:
    rows = [Grade(f"c{i}", "a", Outcome.SCORED, score, "x") for i, score in enumerate([1.0, 0.5, 0.5, 0.0])]
    found = judge_error(accuracy(), Grades.of(rows), CALIBRATION)
    assert math.isnan(found.corrected[0])
    assert found.note == "2 of 4 scores are part marks: no share of right and wrong"
