"""Gold balance, and human against generated labels: hand-computed examples and laws."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit.labels import (
    Gold,
    Labelled,
    agreement,
    balance_p,
    flip_matrix,
    gold_of,
    longest_excess,
    majority,
    minority,
    spread,
)
from trustgen.core import Expect


def test_the_place_of_a_gold_answer() -> None:
    assert gold_of(Expect(answer="C", options=("w", "x", "longest", "z"))) == Gold(2, 4, 1)
    assert gold_of(Expect(answer="A", options=("w", "x", "longest", "z"))) == Gold(0, 4, 0)
    assert gold_of(Expect(answer="false", options=("true", "false"))) == Gold(1, 2, 1)
    assert gold_of(Expect(answer="yes", options=("yes", "not"))) == Gold(0, 2, -1)
    assert gold_of(Expect(answer="E", options=("w", "x"))) is None
    assert gold_of(Expect(answer="Paris")) is None
    assert gold_of(Expect(options=("yes", "no"))) is None


def test_balance_is_the_chi_square_test_over_records() -> None:
    counts = (40, 20, 20, 20)
    records = [[Gold(place, 4)] for place, n in enumerate(counts) for _ in range(n)]
    assert balance_p(records) == pytest.approx(0.00738, abs=1e-5)  # statistic 12, 3 degrees of freedom
    assert balance_p([[Gold(0, 4)]] * 30) < 1e-15
    assert balance_p([[Gold(p, 4) for p in range(4)]] * 30) == pytest.approx(1.0)  # each record balanced in itself
    assert math.isnan(balance_p([[Gold(0, 4)]] * 19))


def test_many_cases_of_a_record_have_one_vote() -> None:
    alone = [[Gold(place, 2)] for place in (0,) * 14 + (1,) * 8]
    assert balance_p([golds * 10 for golds in alone]) == pytest.approx(balance_p(alone))


def test_balanced_golds_fail_about_as_often_as_they_should() -> None:
    draw = Random(0)
    ps = [balance_p([[Gold(draw.randrange(4), 4)] for _ in range(60)]) for _ in range(400)]
    assert 0.02 < sum(p < 0.05 for p in ps) / len(ps) < 0.09


def test_gold_that_is_always_longest_shows() -> None:
    told, low, high = longest_excess([[Gold(0, 4, 1)]] * 15 + [[Gold(0, 4, 0)]] * 15)
    assert told == pytest.approx(0.25)
    assert low < told < high
    assert longest_excess([[Gold(0, 4, 1)]] * 30)[:2] == (0.75, 0.75)
    fair = [[Gold(0, 4, 1)]] * 10 + [[Gold(0, 4, 0)]] * 30
    assert longest_excess(fair)[0] == pytest.approx(0.0)
    assert math.isnan(longest_excess([[Gold(0, 4, -1)]] * 50)[0])


# ── human and generated labels ──────────────────────────────────────────────────────────────────────────────────────

ITEMS = [
    Labelled("1", ("yes", "yes", "no"), ("yes", "yes", "yes")),  # minority lost
    Labelled("2", ("yes", "no", "no"), ("yes", "yes", "no")),  # majorities turned round
    Labelled("3", ("no", "no", "no"), ("no", "no", "no")),  # people agree: no minority to find
    Labelled("4", ("yes", "no"), ("no", "no")),  # a tie matches either
]


def test_majority_and_minority() -> None:
    assert majority(("a", "b", "a")) == {"a"}
    assert minority(("a", "b", "a")) == {"b"}
    assert majority(("a", "b")) == {"a", "b"}
    assert minority(("a", "b")) == set()


def test_agreement_by_hand() -> None:
    found = agreement(ITEMS)
    assert found["items"] == 4
    assert found["disputed"] == 2
    assert found["majority_match"] == pytest.approx(3 / 4)
    assert found["minority_match"] == pytest.approx(0 / 2)
    # Chance that two labels differ: people 2/3, 2/3, 0, 1; the model 0, 2/3, 0, 0.
    assert found["variance_ratio"] == pytest.approx((2 / 3 + 2 / 3 + 0 + 1) / (2 / 3))
    assert found["variance_ratio_low"] <= found["variance_ratio"] <= found["variance_ratio_high"]
    assert found["flips"] == {"no": {"no": 1.5, "yes": 1.0}, "yes": {"no": 0.5, "yes": 1.0}}
    assert found["flip_rate"] == pytest.approx(1.5 / 4)


def test_minorities_that_meet_are_counted() -> None:
    items = [Labelled("1", ("a", "a", "b"), ("a", "a", "b")), Labelled("2", ("a", "a", "b"), ("b", "b", "c"))]
    found = agreement(items)
    assert found["minority_match"] == 0.5
    assert found["majority_match"] == 0.5


def test_variance_of_numbers_and_of_words() -> None:
    assert spread(("1", "2", "3")) == pytest.approx(1.0)
    assert spread(("2", "2")) == 0.0
    assert spread(("yes", "no")) == pytest.approx(1.0)
    assert spread(("yes", "yes", "no", "no")) == pytest.approx(2 / 3)
    assert math.isnan(spread(("1",)))


def test_variance_ratio_of_numbers_by_hand() -> None:
    items = [Labelled("1", ("1", "3"), ("2", "3")), Labelled("2", ("1", "5"), ("3", "4"))]
    assert agreement(items)["variance_ratio"] == pytest.approx((2 + 8) / (0.5 + 0.5))


def test_a_model_that_never_disagrees_and_one_that_agrees_wholly() -> None:
    never = agreement([Labelled("1", ("a", "b"), ("a", "a"))] * 5)
    assert never["variance_ratio"] == math.inf
    same = agreement([Labelled(str(i), ("a", "b", "a"), ("a", "b", "a")) for i in range(5)])
    assert same["variance_ratio"] == pytest.approx(1.0)
    assert (same["majority_match"], same["minority_match"], same["flip_rate"]) == (1.0, 1.0, 0.0)
    assert math.isnan(agreement([])["majority_match"])


LABELS = st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(tuple)
ROWS = st.lists(st.builds(Labelled, st.just("i"), LABELS, LABELS), min_size=1, max_size=8)


@given(ROWS)
def test_flips_hold_every_item_once_and_rates_are_shares(items: list[Labelled]) -> None:
    assert sum(sum(row.values()) for row in flip_matrix(items).values()) == pytest.approx(len(items))
    found = agreement(items)
    for name in ("majority_match", "minority_match", "flip_rate"):
        assert math.isnan(found[name]) or -1e-9 <= found[name] <= 1 + 1e-9
    again = agreement(items[::-1])
    assert again["flip_rate"] == pytest.approx(found["flip_rate"])
    assert again["majority_match"] == found["majority_match"]
