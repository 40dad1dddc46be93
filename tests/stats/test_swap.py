"""The swap test of shares over different units, and the tail beyond a bootstrap's draws: size, power, exactness."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from planted import grades

from trustgen.stats import Grades, accuracy, flip_rate
from trustgen.stats.balanced import balanced_accuracy
from trustgen.stats.compare import _exact_p, paired_difference, paired_p
from trustgen.stats.measure import RatioMeasure
from trustgen.stats.multiplicity import holm

Floats = np.ndarray


def flips(rng: np.random.Generator, n: int, share: float, right: float = 0.9) -> Grades:
    """n records, asked plainly (right at a rate) and once under pressure."""
    before = rng.random(n) < right
    after = before & (rng.random(n) >= share)  # counted over what was right at first, so over other records each
    score = np.column_stack((before, after)).ravel().astype(float)
    return grades(np.repeat(np.arange(n), 2), score, arm=np.tile([0, 1], n), arms=("plain", "push"))


def test_eleven_models_that_flip_2_and_90_percent_are_told_apart() -> None:
    """A bootstrap of 2,000 draws has no p below .001, which 55 pairs make .055."""
    rng = np.random.default_rng(0)
    models = [flips(rng, 400, share) for share in (0.02,) * 6 + (0.90,) * 5]
    p = [paired_p(models[i], models[j], flip_rate()) for i in range(6) for j in range(6, 11)]
    assert max(p) < 1e-12
    assert max(p) * 20 * 19 / 2 * 35 < 0.05, "20 models on 35 headlines, by Bonferroni"


def test_part_marks_are_told_apart() -> None:
    """.68 against .08 of a judge that gives half marks, in the smallest p that 190 · 35 tests leave."""
    rng = np.random.default_rng(1)
    marks = [rng.choice([0, 0.5, 1], 400, p=p) for p in ((0.2, 0.24, 0.56), (0.88, 0.08, 0.04))]
    found = paired_difference(*(grades(np.arange(400), m) for m in marks), accuracy())
    assert found.p_method == "exact swap of clusters"
    assert found.p < 1e-12


def test_it_is_what_trying_every_swap_gives() -> None:
    """Over units that differ: the share of all swaps after which the two lie as far apart."""
    rng = np.random.default_rng(2)
    for _ in range(30):
        sizes = rng.integers(0, 4, (8, 2))
        sizes[0] = 2, 3
        hits = rng.binomial(sizes, 0.4)
        both = np.column_stack((hits[:, 0], sizes[:, 0], hits[:, 1], sizes[:, 1])).astype(float)
        rate = hits.sum() / sizes.sum()
        gains = (hits[:, 1] - rate * sizes[:, 1]) - (hits[:, 0] - rate * sizes[:, 0])
        steps = np.rint((gains / np.abs(gains).max() * 50).round(9)) if np.abs(gains).max() > 1e-12 else np.zeros(8)
        sums = [abs(float((np.array(signs) * steps).sum())) for signs in product((1, -1), repeat=8)]
        expected = np.mean(np.array(sums) >= abs(steps.sum()) - 1e-9)
        found = _exact_p(flip_rate(), both)
        assert found is not None
        if not np.array_equal(sizes[:, 0], sizes[:, 1]):
            assert found[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0.9, 0.9), (0.9, 0.5)])
def test_equal_flip_rates_are_told_apart_one_time_in_twenty_at_most(a: float, b: float) -> None:
    """Also between models of which one has far more right to lose."""
    rng = np.random.default_rng(3)
    p = np.array([paired_p(flips(rng, 150, 0.3, a), flips(rng, 150, 0.3, b), flip_rate()) for _ in range(600)])
    assert 0.02 <= np.mean(p <= 0.05) <= 0.068
    assert np.mean(p <= 0.005) <= 0.013


def halves(rng: np.random.Generator, n: int, right: float) -> Grades:
    """n records of two classes, alone."""
    kind = np.arange(n) % 2
    return grades(np.arange(n), (rng.random(n) < right).astype(float), group=kind, groups="xy")


def test_beyond_the_draws_the_tail_is_students() -> None:
    """Balanced accuracy has no exact test. 2,000 draws end at .001; a family of thousands asks for less."""
    rng = np.random.default_rng(4)
    measure = balanced_accuracy("group", ("x", "y"))
    assert not isinstance(measure, RatioMeasure)
    assert paired_p(halves(rng, 400, 0.95), halves(rng, 400, 0.4), measure) < 1e-12
    close = [paired_p(halves(rng, 200, 0.7), halves(rng, 200, 0.7), measure) for _ in range(150)]
    assert np.mean(np.array(close) <= 0.05) <= 0.1


@pytest.mark.proof
def test_no_more_than_one_board_in_twenty_has_a_false_finding_beyond_the_draws() -> None:
    """20 equal models, 190 pairs under Holm: the smallest p lies far beyond what 2,000 draws resolve."""
    rng = np.random.default_rng(5)
    measure = balanced_accuracy("group", ("x", "y"))
    wrong = 0
    for _ in range(60):
        models = [halves(rng, 200, 0.7) for _ in range(20)]
        p = [paired_p(models[i], models[j], measure) for i in range(20) for j in range(i)]
        wrong += bool(np.nanmin(holm(p)) <= 0.05)
    assert wrong <= 7  # of 60 at 5 % more have a chance of 1 %
