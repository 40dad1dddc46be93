"""Adjusted p-values: as statsmodels has them, and with tests that could not be made kept in the family."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import InputError
from trustgen.stats.multiplicity import Family, benjamini_hochberg, holm, simultaneous_level

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


# As statsmodels 0.14 has them: p, by Holm, by Benjamini and Hochberg. Importing it takes longer than all of this file.
STATSMODELS: list[tuple[list[float], list[float], list[float]]] = [
    ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06], [0.03, 0.04, 0.04]),
    ([0.5], [0.5], [0.5]),
    ([0.2, 0.2, 0.2], [0.6, 0.6, 0.6], [0.2, 0.2, 0.2]),
    ([0.0, 1.0, 0.05, 0.049, 1e-09], [0.0, 1.0, 0.147, 0.147, 4e-09], [0.0, 1.0, 0.0625, 0.0625, 2.5e-09]),
    (
        [0.9, 0.001, 0.02, 0.02, 0.5, 0.3, 0.011],
        [1.0, 0.007, 0.1, 0.1, 1.0, 0.9, 0.066],
        [0.9, 0.007, 0.035, 0.035, 0.583333333333, 0.42, 0.035],
    ),
    ([1.0, 1.0], [1.0, 1.0], [1.0, 1.0]),
]


@pytest.mark.parametrize(("p", "by_holm", "by_hochberg"), STATSMODELS)
def test_as_statsmodels_has_them(p: list[float], by_holm: list[float], by_hochberg: list[float]) -> None:
    assert holm(p) == pytest.approx(by_holm, abs=1e-11)
    assert benjamini_hochberg(p) == pytest.approx(by_hochberg, abs=1e-11)


@pytest.mark.proof
@given(P_VALUES)
def test_as_statsmodels(p: list[float]) -> None:
    multipletests = pytest.importorskip("statsmodels.stats.multitest").multipletests
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


def test_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert benjamini_hochberg([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    assert len(holm([])) == 0


@given(P_VALUES, st.integers(1, 5))
def test_what_was_not_tested_makes_nothing_easier(p: list[float], untested: int) -> None:
    for adjust in (holm, benjamini_hochberg):
        found = adjust([*p, *[math.nan] * untested])
        assert np.isnan(found[len(p) :]).all()
        assert found[: len(p)] == pytest.approx(adjust([*p, *[1.0] * untested])[: len(p)])
        assert (found[: len(p)] >= adjust(p) - 1e-12).all()


@given(P_VALUES, st.randoms())
def test_order_changes_nothing(p: list[float], random: object) -> None:
    order = list(range(len(p)))
    random.shuffle(order)  # type: ignore[attr-defined]
    for adjust in (holm, benjamini_hochberg):
        assert adjust([p[i] for i in order]) == pytest.approx(adjust(p)[order])


def test_family_keeps_primary_apart() -> None:
    family = Family(("flip_rate", "accuracy", "refusal"))
    rows = family.adjust({"gap": 0.04, "accuracy": 0.02, "flip_rate": 0.01, "length": 0.02})
    assert [(r.name, r.role, r.method) for r in rows] == [
        ("flip_rate", "primary", "Holm"),
        ("accuracy", "primary", "Holm"),
        ("refusal", "primary", "Holm"),
        ("gap", "secondary", "Benjamini-Hochberg"),
        ("length", "secondary", "Benjamini-Hochberg"),
    ]
    assert [r.adjusted for r in rows] == pytest.approx([0.03, 0.04, math.nan, 0.04, 0.04], nan_ok=True)
    assert [r.rejected for r in rows] == [True, True, False, True, True]


def test_false_findings_stay_rare() -> None:
    # 20 true nulls: unadjusted, 64 % of studies find something; Holm keeps that at 5 %.
    p = np.random.default_rng(1).random((2000, 20))
    assert (p.min(axis=1) < 0.05).mean() > 0.55
    assert np.mean([holm(row).min() < 0.05 for row in p]) == pytest.approx(0.05, abs=0.02)


def test_intervals_agree_with_holm_one_way() -> None:
    # What a Bonferroni interval leaves out, Holm rejects; not always the other way round.
    p = [0.01, 0.02, 0.04]
    bonferroni = [x <= 1 - simultaneous_level(3) for x in p]
    rejected = [x <= 0.05 for x in holm(p)]
    assert bonferroni == [True, False, False]
    assert rejected == [True, True, True]


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match="is no p-value"):
        holm([0.1, 1.2])
    with pytest.raises(InputError, match="twice"):
        Family(("a", "a"))
    with pytest.raises(InputError, match="level"):
        Family(("a",), level=1.0)
    with pytest.raises(InputError, match="at least 1"):
        simultaneous_level(0)
