"""The score of small signs: its weights, its law, and what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit.wording.doubt import Absent, doubt, doubted, signs, weights
from trustgen.audit.wording.evidence import paired
from trustgen.audit.wording.in_place import changed_in_place

ASKED = "Which river flows through the city of Cairo?"
SIGNS = sorted(weights().signs)


def test_every_sign_has_a_weight_and_none_speaks_for_the_same() -> None:
    assert set(signs(paired(ASKED, "Through Cairo flows which river?"))) == set(weights().signs)
    assert min(weights().signs.values()) >= 0
    assert 0 < weights().threshold < 1


def test_a_text_leaves_no_doubt_about_itself() -> None:
    assert max(signs(paired(ASKED, ASKED)).values()) == 0
    assert doubt({}) < weights().threshold


@given(st.dictionaries(st.sampled_from(SIGNS), st.floats(0, 1)), st.sampled_from(SIGNS), st.floats(0, 1))
def test_more_of_a_sign_never_lessens_the_doubt(found: dict[str, float], sign: str, more: float) -> None:
    assert doubt({**found, sign: found.get(sign, 0.0) + more}) >= doubt(found) - 1e-12


def test_a_lost_subject_adds_to_the_doubt() -> None:
    pair = paired(ASKED, "Which river flows through the town?")
    lost = Absent(("cairo",), 1, "Cairo")
    assert signs(pair, lost)["subject_lost"] > 0
    assert doubt(signs(pair, lost)) > doubt(signs(pair))
    assert doubted(pair, lost)


@pytest.mark.parametrize(
    ("after", "named"),
    [
        ("Which river does not flow through the city of Cairo?", "negated"),
        ("Which river flows through the city of Paris?", "cairo"),
        ("Which river flowed through the city of Cairo before 1900?", "before"),
        ("The city of Cairo has which river?", ""),
    ],
)
def test_one_change_in_a_sentence_that_stands(after: str, named: str) -> None:
    reason = changed_in_place(paired(ASKED, after))
    assert named in reason
    assert bool(reason) == bool(named)


def test_a_person_and_the_sides_of_a_comparison() -> None:
    mine, hers = "I sold my bike to a neighbour for ten euros.", "I sold her bike to a neighbour for ten euros."
    assert "person" in changed_in_place(paired(mine, hers))
    day, year = "Is the day longer than the year there?", "Is the year longer than the day there?"
    assert "comparison" in changed_in_place(paired(day, year))


def test_a_free_rewording_is_left_to_the_score() -> None:
    assert changed_in_place(paired(ASKED, "Cairo does not lack a river. What is it called?")) == ""
