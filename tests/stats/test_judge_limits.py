"""What a judge's error does where labels come in clusters or from elsewhere, or cases come in pairs.

Inputs and the figures of before are those of an outside audit of these statistics.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from test_missing import answered, drawn

from trustgen.core import Direction, InputError, Outcome
from trustgen.stats import Grade, Grades, accuracy, flip_rate, label_rate, pair_flips
from trustgen.stats.calibration import ELSEWHERE, Calibration, counted, effects_of, judge_error
from trustgen.stats.confusion import Confusion
from trustgen.stats.corrected import Seen, _seen, band, band_limits, corrected_limits, corrected_rate
from trustgen.stats.grades import Floats

HEAD = Calibration(
    judge="j", name="j", kind="answer", set="s", sha256="0" * 64, language="en", cells=(), right=("right",)
)


def labelled(rng: np.random.Generator, clusters: int, each: int, right: float, icc: float) -> Floats:
    """How many of `each` rows of every prompt a judge reads rightly, whose error goes together within a prompt."""
    scale = (1 - icc) / icc
    return rng.binomial(each, rng.beta(right * scale, (1 - right) * scale, clusters)).astype(np.float64)


def told(rng: np.random.Generator, se: float, sp: float, clusters: int, each: int, icc: float) -> Calibration:
    """A calibration on labelled replies to `clusters` prompts a class."""
    rows: list[tuple[str, str, str]] = []
    for true, other, share in (("right", "wrong", se), ("wrong", "right", sp)):
        for i, good in enumerate(labelled(rng, clusters, each, share, icc)):
            rows += [(true, true, f"{true} {i}")] * int(good) + [(true, other, f"{true} {i}")] * (each - int(good))
    return counted(HEAD, rows)


def rates(rng: np.random.Generator, n: int, truth: float, se: float, sp: float) -> Floats:
    """A table of n cases alone in their records, as a judge of this error reads them."""
    right = rng.random(n) < truth
    said = rng.random(n) < np.where(right, se, 1 - sp)
    return np.column_stack((said, np.ones(n))).astype(np.float64)


def one(table: Floats) -> tuple[float, Floats, Floats]:
    """The rate, hits and sizes of a table."""
    return float(table[:, 0].mean()), table[:, 0], table[:, 1]


def stacked(seen: list[Seen]) -> Seen:
    """Many corrections, to be limited at once."""
    return Seen(*(np.array(part, np.float64) for part in zip(*seen, strict=True)))


@pytest.mark.parametrize(
    ("clusters", "each", "icc"),
    [
        (10, 20, 0.2),
        pytest.param(10, 20, 0.5, marks=pytest.mark.proof),
        pytest.param(20, 10, 0.2, marks=pytest.mark.proof),
        pytest.param(50, 4, 0.2, marks=pytest.mark.proof),
    ],
)
@pytest.mark.parametrize("truth", [0.3, pytest.param(0.7, marks=pytest.mark.proof)])
def test_labels_in_clusters_cover(clusters: int, each: int, icc: float, truth: float) -> None:
    """Ten prompts of 20 replies a class at a correlation of .2: .66 to .72 were covered."""
    rng = np.random.default_rng(clusters)
    seen = []
    for _ in range(400):
        judge = told(rng, 0.9, 0.9, clusters, each, icc)
        seen.append(_seen(*one(rates(rng, 1000, truth, 0.9, 0.9)), judge.confusion()))
    low, high = corrected_limits(stacked(seen))
    assert float(((low <= truth) & (truth <= high)).mean()) > 0.91


def test_rows_with_a_prompt_of_their_own_have_no_design_effect() -> None:
    rows = [("right", "right" if i % 5 else "wrong", "") for i in range(100)]
    assert effects_of(rows) == {}
    assert counted(HEAD, rows).confusion().effect == (1.0, 1.0)


def test_rows_of_one_prompt_tell_as_much_as_one() -> None:
    rows = [("right", "right" if i % 2 else "wrong", f"p{i // 10}") for i in range(100)]
    alike = [("right", "right" if i // 10 % 2 else "wrong", f"p{i // 10}") for i in range(100)]
    assert effects_of(rows)["right"] < 2.5
    assert effects_of(alike)["right"] > 10  # ten rows a prompt, all alike, and Student's t for ten prompts
    wide, narrow = counted(HEAD, alike).confusion().sensitivity, counted(HEAD, rows).confusion().sensitivity
    assert wide.value == narrow.value
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


@pytest.mark.parametrize("there", [(0.90, 0.95), (0.95, 0.90), (0.85, 0.95), (0.95, 0.85)])
@pytest.mark.parametrize("truth", [0.05, 0.5, 0.95])
def test_the_band_holds_a_judge_that_errs_otherwise_elsewhere(there: tuple[float, float], truth: float) -> None:
    """Labelled .95 and .95, on these replies up to .1 less: the corrected interval covers down to .035 of them."""
    rng = np.random.default_rng(11)
    seen = []
    for _ in range(300):
        positive, negative = (int(n) for n in rng.binomial(200, 0.95, 2))
        judge = Confusion(
            true_positive=positive, false_negative=200 - positive, true_negative=negative, false_positive=200 - negative
        )
        seen.append(_seen(*one(rates(rng, 1000, truth, *there)), judge))
    plain, about = corrected_limits(stacked(seen)), band_limits(stacked(seen), ELSEWHERE)
    held = [float(((low <= truth) & (truth <= high)).mean()) for low, high in (plain, about)]
    assert held[1] > 0.95
    assert held[1] >= held[0]


def test_the_band_is_everything_where_the_judge_may_be_guessing() -> None:
    judge = Confusion(true_positive=60, false_negative=40, true_negative=60, false_positive=40)
    assert band(np.array([[1.0, 2.0]] * 40), judge, ELSEWHERE) == (0.0, 1.0)


def test_half_right_is_no_share_of_right_and_wrong() -> None:
    """All replies half right, read with .9 and .8: .358 [.26, .44] came out, for .5."""
    judge = Confusion(true_positive=90, false_negative=10, true_negative=80, false_positive=20)
    with pytest.raises(InputError, match="part marks"):
        corrected_rate(np.array([[0.5, 1.0]] * 100), judge)


# ── pairs ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("right", "se", "sp", "floor"), [(0.8, 0.97, 0.97, 0.037), (0.5, 0.97, 0.97, 0.058)])
def test_flips_that_the_judge_alone_makes(right: float, se: float, sp: float, floor: float) -> None:
    """No answer turns, and .037 or .058 of the right ones are seen to."""
    rng = np.random.default_rng(5)
    true = rng.random(40_000) < right
    seen = [rng.random(40_000) < np.where(true, se, 1 - sp) for _ in range(2)]
    grades = Grades.of(
        Grade(f"r{i}", arm, Outcome.SCORED, float(said), "yes" if said else "no", {"form": arm})
        for arm, half in zip(("plain", "pressed"), seen, strict=True)
        for i, said in enumerate(half)
    )
    measure = flip_rate()
    assert measure.floor(grades, se, sp) == pytest.approx(floor, abs=0.002)
    assert measure.floor(grades, se, sp) == pytest.approx(measure(grades).value, abs=0.004)
    apart = pair_flips("form")
    assert apart.floor(grades, se, sp) == pytest.approx(apart(grades).value, abs=0.004)


def calibration(se: int, sp: int) -> Calibration:
    """100 rows a class, of which so many are read rightly."""
    read = [("right", "right")] * se + [("right", "wrong")] * (100 - se)
    read += [("wrong", "wrong")] * sp + [("wrong", "right")] * (100 - sp)
    return counted(HEAD, [(true, said, "") for true, said in read])


def test_pairs_carry_the_floor_and_say_why_they_are_not_corrected() -> None:
    rows = [Grade(f"r{i}", arm, Outcome.SCORED, 1.0, "yes") for i in range(50) for arm in ("plain", "pressed")]
    found = judge_error(flip_rate(), Grades.of(rows), calibration(97, 97))
    assert found.floor == pytest.approx(0.03, abs=0.002)
    assert math.isnan(found.corrected[0])
    assert "no correction" in found.note
    share = judge_error(accuracy(), Grades.of(rows), calibration(97, 97))
    assert math.isnan(share.floor)
    assert share.note == ""


def test_a_perfect_judge_leaves_no_floor() -> None:
    rows = [Grade(f"r{i}", arm, Outcome.SCORED, 1.0, "yes") for i in range(9) for arm in ("plain", "pressed")]
    assert flip_rate().floor(Grades.of(rows), 1.0, 1.0) == 0.0
    assert math.isnan(flip_rate().floor(Grades.of(rows), 0.5, 0.5)), "it may be guessing"


# ── with what is missing ────────────────────────────────────────────────────────────────────────────────────────────


def test_corrected_limits_carry_what_is_missing() -> None:
    """Half of the wrong are lost: the correction alone is over what was read, and far above the truth of .7."""
    rng = np.random.default_rng(2)
    held = plain = 0
    for _ in range(12):
        right = drawn(rng, 600, 1, 0.7, 0.3)
        said = rng.random(right.shape) < np.where(right, 0.95, 0.1)
        grades = answered(said, ~right & (rng.random(right.shape) < 0.5))
        found = judge_error(accuracy(), grades, calibration(95, 90))
        held += found.joint[0] <= 0.7 <= found.joint[1]
        plain += found.corrected[1] <= 0.7 <= found.corrected[2]
    assert plain < 4
    assert held >= 11


def test_nothing_missing_and_own_labels_leave_the_corrected_limits_as_they_are() -> None:
    grades = answered(drawn(np.random.default_rng(4), 300, 1, 0.6, 0.3), np.zeros((300, 1), np.bool_))
    import msgspec

    own = msgspec.structs.replace(calibration(90, 90), own=True)
    found = judge_error(label_rate("right", direction=Direction.HIGHER), grades, own)
    assert math.isnan(found.corrected[0]) or found.joint == pytest.approx(found.corrected[1:])
    found = judge_error(accuracy(), grades, own)
    assert found.joint == pytest.approx(found.corrected[1:])
    assert math.isnan(found.band[0])
    elsewhere = judge_error(accuracy(), grades, calibration(90, 90))
    assert elsewhere.band[0] < elsewhere.corrected[1] < elsewhere.corrected[2] < elsewhere.band[1]
