"""Item calibration, read again: where nothing can be fitted it says so, and what all models do alike stays finite."""

from __future__ import annotations

import numpy as np
import pytest

from trustgen.core import InputError
from trustgen.stats.irt import Calibration, ability, calibrate, information


def fitted(answers: np.ndarray) -> Calibration:
    return calibrate([f"m{i}" for i in range(len(answers))], [f"q{i}" for i in range(answers.shape[1])], answers)


def chance(items: int = 20, models: int = 10) -> np.ndarray:
    return (np.random.default_rng(4).random((models, items)) < 0.5).astype(float)


@pytest.mark.parametrize(
    "answers",
    [np.ones((10, 20)), np.zeros((10, 20)), np.full((10, 20), np.nan), np.zeros((10, 0)), chance(1), chance(2)],
    ids=["all right", "all wrong", "none answered", "no items", "one item", "two items"],
)
def test_answers_that_tell_no_models_apart_are_refused(answers: np.ndarray) -> None:
    """All right gave a difficulty of -91 with an error of 2, and no items a crash."""
    with pytest.raises(InputError, match="items are answered rightly by some models"):
        fitted(answers)


def test_extreme_models_and_items_stay_finite() -> None:
    answers = chance()
    answers[:, 0], answers[:, 1] = 1, 0
    answers[0], answers[1] = 1, 0
    answers[2] = np.nan
    made = fitted(answers)
    assert made.converged
    for column in made.bank[1:]:
        assert np.isfinite(column).all()
    assert made.bank.difficulty[0] < made.bank.difficulty[2:].min()
    assert made.bank.difficulty[1] > made.bank.difficulty[2:].max()
    assert made.abilities[0].value > made.abilities[3].value > made.abilities[1].value
    assert made.abilities[2].answered == 0
    assert np.isnan(made.abilities[2].value)


def test_an_item_that_able_models_miss_tells_nothing() -> None:
    rng = np.random.default_rng(2)
    theta = rng.normal(size=60)
    answers = (rng.random((60, 30)) < 1 / (1 + np.exp(-1.5 * (theta[:, None] - rng.normal(size=30))))).astype(float)
    answers[:, 0] = theta < 0
    bank = fitted(answers).bank
    assert bank.slope[0] < 0.5 * np.median(bank.slope)
    assert information(bank, 0.0)[0] < np.median(information(bank, 0.0))


def test_the_scale_is_that_of_the_models() -> None:
    """Mean 0 and spread 1 of the models calibrated with, however able they are."""
    rng = np.random.default_rng(6)
    theta = rng.normal(2, 0.7, size=80)
    answers = (rng.random((80, 120)) < 1 / (1 + np.exp(-1.2 * (theta[:, None] - rng.normal(2, 1, 120))))).astype(float)
    made = fitted(answers)
    values = np.array([one.value for one in made.abilities])
    assert abs(values.mean()) < 0.05
    assert 0.85 < values.std() < 1.05  # posterior means, drawn a little towards 0
    again = ability(made.bank, answers[7])
    assert again.value == pytest.approx(made.abilities[7].value, abs=0.02)
