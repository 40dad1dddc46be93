"""Agreement of people: known answers, undefined cases, and labels that are flagged instead of outvoted."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import InputError
from trustgen.stats.agreement import HumanLabel, krippendorff_alpha, settle

NAN = math.nan


def test_alpha_of_two_raters_by_hand() -> None:
    # Ten units, three disagreements: 3/10 seen; five of 20 votes are 1, so by chance 2·15·5/(20·19).
    votes = [*zip("0100000000", "1110010000", strict=True)]
    found = krippendorff_alpha(votes)
    assert found.value == pytest.approx(1 - 0.3 / (2 * 15 * 5 / (20 * 19)))
    assert found.low <= found.value <= found.high
    assert (found.units, found.raters, found.note) == (10, 2, "")


VOTES = st.lists(st.lists(st.sampled_from([1, 2, 3, None]), min_size=3, max_size=3), min_size=4, max_size=12)


def by_definition(votes: list[list[int | None]], scale: str) -> float:
    """Alpha from every ordered pair of votes, without matrices: seen within units, by chance over all that are paired.

    Distances as in Krippendorff (2004): of two ranks, the squared count of votes from the one to the other.
    """
    units = [[vote for vote in row if vote is not None] for row in votes]
    units = [row for row in units if len(row) > 1]
    pool = [vote for row in units for vote in row]

    def apart(a: int, b: int) -> float:
        if scale == "interval":
            return (a - b) ** 2
        if scale == "nominal":
            return float(a != b)
        low, high = sorted((a, b))
        between = sum(low <= vote <= high for vote in pool)
        return (between - (pool.count(low) + pool.count(high)) / 2) ** 2

    seen = sum(apart(a, b) / (len(row) - 1) for row in units for a, b in permutations(row, 2)) / max(1, len(pool))
    chance = sum(apart(a, b) for a, b in permutations(pool, 2)) / max(1, len(pool) * (len(pool) - 1))
    return 1 - seen / chance if chance else NAN


@given(VOTES, st.sampled_from(["nominal", "ordinal", "interval"]))
def test_alpha_is_what_its_definition_says(votes: list[list[int | None]], scale: str) -> None:
    found = krippendorff_alpha(votes, scale=scale, order=[1, 2, 3], draws=20)  # type: ignore[arg-type]
    assert found.value == pytest.approx(by_definition(votes, scale), nan_ok=True, abs=1e-9)


@pytest.mark.parametrize(("scale", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_the_textbook(scale: str, alpha: float) -> None:
    """Four observers and twelve units with votes missing: Krippendorff (2011), "Computing Krippendorff's Alpha"."""
    observers = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    votes = [[None if vote == "." else int(vote) for vote in unit] for unit in zip(*observers, strict=True)]
    found = krippendorff_alpha(votes, scale=scale, draws=20)  # type: ignore[arg-type]
    assert found.value == pytest.approx(alpha, abs=5e-4)
    assert (found.units, found.raters) == (11, 4)


def test_an_ordinal_scale_forgives_near_misses() -> None:
    votes = [("low", "mid"), ("mid", "mid"), ("high", "high"), ("low", "low"), ("high", "mid"), ("low", "low")]
    order = ["low", "mid", "high"]
    ordinal = krippendorff_alpha(votes, scale="ordinal", order=order)
    assert ordinal.value > krippendorff_alpha(votes).value
    with pytest.raises(InputError, match="order"):
        krippendorff_alpha(votes, scale="ordinal")
    with pytest.raises(InputError, match="not in `order`"):
        krippendorff_alpha(votes, order=["low", "high"])


def test_missing_votes_are_left_out() -> None:
    votes = [("a", "a", None), ("b", "b", "b"), ("a", "b", None), ("b", "b", "a")]
    alone = [*votes, ("a", None, None), (None, NAN, None)]
    assert krippendorff_alpha(alone).value == krippendorff_alpha(votes).value
    assert krippendorff_alpha(alone).units == 4
    with pytest.raises(InputError, match="2 to 3 votes"):
        krippendorff_alpha([("a", "b"), ("a", "b", "c")])


@pytest.mark.parametrize(
    ("votes", "word"),
    [([("a", "a")] * 5, "all votes are equal"), ([("a", None), (None, "b")], "no unit has two"), ([], "no unit")],
)
def test_undefined_alpha_is_nan_with_a_note(votes: list[tuple[str | None, ...]], word: str) -> None:
    found = krippendorff_alpha(votes)
    assert math.isnan(found.value)
    assert math.isnan(found.low)
    assert word in found.note


def test_full_agreement_is_one_with_an_interval_of_some_width() -> None:
    found = krippendorff_alpha([("a", "a"), ("b", "b")] * 10)
    assert found.value == 1
    assert found.low < 0.95


def test_interval_of_alpha_covers_a_planted_agreement() -> None:
    # Raters copy a fair coin with chance .8 each, else toss their own: alpha is .8² = .64.
    rng = np.random.default_rng(4)
    held = 0
    for _ in range(150):
        truth = rng.random((80, 1)) < 0.5
        votes = np.where(rng.random((80, 2)) < 0.8, truth, rng.random((80, 2)) < 0.5).astype(int)
        found = krippendorff_alpha(votes.tolist(), draws=400)
        held += found.low <= 0.64 <= found.high
    assert held >= 150 * 0.87


# ── labels of cases ─────────────────────────────────────────────────────────────────────────────────────────────────


def labels(text: str) -> list[HumanLabel]:
    return [HumanLabel(*row.split(":")) for row in text.split()]


def test_agreed_cases_have_their_label_and_others_are_flagged() -> None:
    found = settle(labels("1:ann:yes 1:bob:yes 2:ann:yes 2:bob:no 2:cy:yes 3:ann:no 4:ann:no 4:ann:no"))
    assert found["1"].label == "yes"
    assert found["1"].flagged == ""
    assert found["2"].label == ""
    assert found["2"].flagged == "contradicting labels: no, yes"  # two against one is no majority here
    assert found["2"].votes == {"ann": "yes", "bob": "no", "cy": "yes"}
    assert found["3"].flagged == found["4"].flagged == "1 labeller, 2 needed"
    assert settle(labels("3:ann:no"), least=1)["3"].label == "no"


def test_a_labeller_may_contradict_themselves() -> None:
    found = settle(labels("1:ann:yes 1:ann:no 1:bob:yes"))
    assert found["1"].flagged.startswith("contradicting")
    assert found["1"].votes["ann"] == "yes / no"


def test_an_empty_label_is_an_error() -> None:
    with pytest.raises(InputError, match="empty label"):
        settle([HumanLabel("1", "ann", "")])


@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from("abc"), st.sampled_from("yn")), max_size=12))
def test_a_case_is_settled_or_flagged_whatever_the_order(rows: list[tuple[str, str, str]]) -> None:
    found = settle(HumanLabel(*row) for row in rows)
    again = settle(HumanLabel(*row) for row in reversed(rows))
    assert found.keys() == {row[0] for row in rows}
    for case, one in found.items():
        assert bool(one.label) != bool(one.flagged)
        assert (one.label, one.flagged) == (again[case].label, again[case].flagged)
        if one.label:
            assert {label for name, _, label in rows if name == case} == {one.label}
