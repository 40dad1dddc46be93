"""The next token: the likeliest at temperature 0, drawn as often as it is probable above, and none that cannot come."""

from __future__ import annotations

from collections import Counter
from math import inf, nan
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Permanent
from trustgen.models.chat_format import FLOOR
from trustgen.models.picking import likeliest, picked

LOGITS = st.lists(st.one_of(st.floats(-50, 50, width=32), st.just(-inf)), min_size=1, max_size=40).filter(
    lambda found: max(found) > -inf
)


def probabilities(logits: list[float], temperature: float = 1.0) -> np.ndarray:
    found = np.exp((np.array(logits) - max(logits)) / temperature)
    return found / found.sum()


@given(LOGITS, st.integers(0, 9))
def test_at_temperature_0_it_is_the_first_of_the_likeliest(logits: list[float], seed: int) -> None:
    assert picked(np.array(logits, np.float32), 0.0, 0.5, Random(seed)) == logits.index(max(logits))


@given(LOGITS, st.floats(0.05, 3), st.floats(0.01, 1), st.integers(0, 999))
def test_what_is_drawn_can_come_and_is_in_the_nucleus(
    logits: list[float], temperature: float, top_p: float, seed: int
) -> None:
    told = np.array(logits)
    token = picked(told, temperature, top_p, Random(seed))
    assert token == picked(told, temperature, top_p, Random(seed)), "its seed decides"
    assert logits[token] > -inf
    likely = probabilities(logits, temperature)
    assert likely[likely > likely[token]].sum() <= top_p + 1e-9, "those before it do not fill the nucleus yet"


@given(LOGITS, st.integers(0, 999))
def test_a_nucleus_of_next_to_nothing_is_the_likeliest(logits: list[float], seed: int) -> None:
    assert logits[picked(np.array(logits), 1.0, 1e-9, Random(seed))] == max(logits)


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.5, 1.0), (2.0, 0.75)])
def test_tokens_come_as_often_as_they_are_probable(temperature: float, top_p: float) -> None:
    logits, n = [1.0, -inf, 0.0, 2.0, -1.0], 20_000
    due = probabilities(logits, temperature)
    order = np.argsort(-due)
    due[order[int(np.searchsorted(np.cumsum(due[order]), top_p)) + 1 :]] = 0
    due /= due.sum()
    draw = Random(1)
    seen = Counter(picked(np.array(logits), temperature, top_p, draw) for _ in range(n))
    for token, share in enumerate(due):
        assert seen[token] / n == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5)


class Always(Random):
    """Draws one number."""

    def __init__(self, number: float) -> None:
        super().__init__()
        self.number = number

    def random(self) -> float:
        return self.number


@given(LOGITS, st.floats(0.05, 3), st.one_of(st.just(1.0), st.floats(0.01, 1)))
def test_the_lowest_and_the_highest_draw_are_still_tokens_that_can_come(
    logits: list[float], temperature: float, top_p: float
) -> None:
    for number in (0.0, 1 - 2**-53):
        assert logits[picked(np.array(logits), temperature, top_p, Always(number))] > -inf


@given(LOGITS, st.integers(1, 50), st.data())
def test_alternatives_are_the_likeliest_with_their_probabilities(
    logits: list[float], count: int, data: st.DataObject
) -> None:
    token = data.draw(st.integers(0, len(logits) - 1))
    own, found = likeliest(np.array(logits, np.float32), token, count)
    due = np.maximum(np.log(np.maximum(probabilities([float(np.float32(one)) for one in logits]), 1e-320)), FLOOR)
    assert len(found) == min(count, len(logits)) == len({one.token for one in found})
    assert [one.logprob for one in found] == sorted((one.logprob for one in found), reverse=True)
    for one in [*found, *([found[0]._replace(token=token, logprob=own)])]:
        if logits[one.token] == -inf:
            assert one.logprob == FLOOR
        elif due[one.token] > -700:
            assert one.logprob == pytest.approx(due[one.token], abs=1e-6)
    left = [logits[at] for at in range(len(logits)) if at not in {one.token for one in found}]
    assert max(left, default=-inf) <= min(logits[one.token] for one in found)


def test_none_asked_for_is_none() -> None:
    assert likeliest(np.array([0.0, 0.0]), 1, 0) == (pytest.approx(np.log(0.5)), [])


@pytest.mark.parametrize("logits", [[nan, 1.0], [inf, 1.0], [-inf, -inf]])
def test_what_is_no_number_is_said_and_not_drawn_from(logits: list[float]) -> None:
    for asked in (
        lambda: picked(np.array(logits), 0.0, 1.0, Random(0)),
        lambda: likeliest(np.array(logits), 0, 1),
    ):
        with pytest.raises(Permanent, match="is no number"):
            asked()
