"""The nearest training picture: the method sheet's example, what a distance is, and how near is too near."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.vision.nearest import HELD_OUT, SIDE, distances, halved, held_out, nearest, reduced, threshold
from trustgen.vision.trained import picture, trained

SET = trained()


def test_the_method_sheet() -> None:
    """Method sheet I: held-out 1, 2, 3, 4 make .5 the limit; half of .1, .1, 3, 4 are copies, and none held out."""
    held = np.array([1.0, 2, 3, 4])
    limit = halved(held)
    assert limit == 0.5
    assert (np.array([0.1, 0.1, 3, 4]) < limit).mean() == 0.5
    assert (held < limit).mean() == 0
    assert halved(np.arange(1, 1001, dtype=float)) == 5, "the tenth of a thousand, halved"


def test_the_threshold_is_far_under_what_other_pictures_have_and_far_over_what_copies_have() -> None:
    """Over 1,200 other pictures of the same scenes, and these are not those that are counted elsewhere."""
    assert len(SET) * HELD_OUT >= 1000
    assert 0.02 < threshold() < 0.03
    assert max(nearest(picture(one, 64), one.number).distance for one in SET) < 1e-6
    assert min(nearest(held_out(one, 0), one.number).distance for one in SET) > threshold()


@given(rows=st.integers(1, 40), columns=st.integers(1, 40), red=st.integers(0, 255), at=st.integers(0, 39))
def test_means_of_areas_keep_the_mean_whatever_the_size(rows: int, columns: int, red: int, at: int) -> None:
    """Every pixel weighs the same: what is brighter by so much in one place is so in the mean."""
    made = np.zeros((rows, columns, 3), np.uint8)
    made[at % rows, at % columns] = (red, 255, 0)
    small = reduced(made)
    assert small.shape == (SIDE, SIDE, 3)
    assert small.mean(axis=(0, 1)) == pytest.approx(np.array([red, 255, 0]) / 255 / rows / columns)
    assert small.min() >= 0
    assert small.max() <= 1 + 1e-9


def test_a_distance_is_the_root_mean_square_and_knows_turns_and_light() -> None:
    """Written out slowly for pairs of pictures."""
    for nth in (3, 40, 77):
        one = picture(SET[nth], 64)
        small = reduced(one)
        found = distances(small.reshape(1, -1))[0]
        for other in (3, 8, 40, 99):
            known = reduced(picture(SET[other], 64))
            ways = [np.rot90(way, turns) for way in (known, known[:, ::-1]) for turns in range(4)]
            gains = np.linspace(1 / 1.2, 1.2, 400)
            slow = min(np.sqrt(((gain * small - way) ** 2).mean()) for way in ways for gain in gains)
            assert found[other] == pytest.approx(slow, abs=1e-3)
        assert distances(reduced(np.rot90(one[:, ::-1])).reshape(1, -1))[0, nth] == pytest.approx(0, abs=1e-6)
        assert distances(0.85 * small.reshape(1, -1))[0, nth] == pytest.approx(0, abs=1e-6)
        assert distances(0.7 * small.reshape(1, -1))[0, nth] > 0.05, "a night is no copy of a day"


def test_a_black_picture_is_far_from_all() -> None:
    assert nearest(np.zeros((64, 64, 3), np.uint8), 0).distance > 10 * threshold()


def test_what_is_never_trained_on_is_a_control_for_its_own_prompt_alone() -> None:
    never = next(one for one in SET if one.times == 0)
    seen = next(one for one in SET if one.times)
    assert nearest(picture(never, 64), never.number).number == never.number
    assert nearest(picture(never, 64), seen.number).number != never.number
    assert nearest(picture(seen, 64), never.number).number == seen.number, "a copy, whatever was asked"
