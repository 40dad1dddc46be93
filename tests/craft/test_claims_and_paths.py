"""Claims and paths by rule: every label can be derived again from the record."""

from __future__ import annotations

from random import Random

import pytest
from craft_records import CAPITAL, RIDDLE, RIVER, fact
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Unusable
from trustgen.craft import CORRUPTIONS, asked_along, claim, path_of, worded

SEEDS = st.integers(0, 10**6)


@given(SEEDS, st.booleans(), st.booleans())
def test_a_claim_is_true_as_the_record_says(seed: int, true: bool, denied: bool) -> None:
    made = claim(fact(), Random(seed), true=true, denied=denied)
    right, says_no = "Lima" in made.text, " not " in made.text or "wrong" in made.text
    assert (made.true, says_no) == (true, denied)
    assert true == (right != says_no)
    assert made.kind.startswith("nega") == denied


@given(SEEDS, st.booleans())
def test_both_claims_of_a_record_differ_in_what_was_corrupted_alone(seed: int, denied: bool) -> None:
    made = [claim(fact(), Random(seed), true=true, denied=denied) for true in (True, False)]
    corrupted, other = sorted(made, key=lambda one: "→" not in one.what)
    before, after = corrupted.what.removesuffix("; denied").split(" → ")
    assert other.text.replace(before, after) == corrupted.text


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("1889", "changed_number"),
        ("8,849 m", "changed_number"),
        ("3.14", "changed_number"),
        ("2019-12-31", "changed_date"),
    ],
)
def test_numbers_and_dates_are_changed_and_keep_their_shape(answer: str, kind: str) -> None:
    record = fact("it", answer, "value", distractors=[])
    for seed in range(200):
        made = CORRUPTIONS[kind](record, Random(seed), None)
        assert made != answer
        assert len(made) in range(len(answer) - 1, len(answer) + 2)
        assert [c for c in made if c in ",.-m "] == [c for c in answer if c in ",.-m "]
    if answer == "1889":
        assert {abs(int(CORRUPTIONS[kind](record, Random(s), None)) - 1889) for s in range(500)} == set(range(1, 26))


@given(st.one_of(st.integers(0, 10**7), st.floats(0, 10**6).map(lambda x: f"{x:.2f}")), SEEDS)
def test_a_changed_number_is_another_number_and_never_negative(number: object, seed: int) -> None:
    made = CORRUPTIONS["changed_number"](fact("it", str(number), "value"), Random(seed), None)
    assert made
    assert float(made.replace(",", "")) != float(str(number))
    assert not made.startswith("-")


def test_swapped_subjects_need_another_answer_of_the_same_relation() -> None:
    swap, draw = CORRUPTIONS["swapped_subjects"], Random(1)
    assert swap(fact(), draw, CAPITAL) == "Oslo"
    assert swap(fact(), draw, RIVER) == ""
    assert swap(fact(), draw, fact()) == ""
    assert swap(fact(aliases=["Oslo"]), draw, CAPITAL) == ""
    made = claim(fact(), draw, true=False, kinds=("swapped_subjects",), other=CAPITAL)
    assert (made.kind, made.what, "Oslo" in made.text) == ("swapped_subjects", "Lima → Oslo", True)
    with pytest.raises(Unusable, match="none of changed_date"):
        claim(fact(), draw, true=False, kinds=("changed_date",))


def test_what_lies_between_is_never_named() -> None:
    for seed in range(30):
        question = asked_along(path_of(RIDDLE), "Paris", Random(seed))
        assert "X has the capital Paris, and X uses the currency Y" in question
        assert "France" not in question


def test_steps_forward_are_a_chain_of_nouns() -> None:
    path = [["Norway", "has the capital", "Oslo"], ["Oslo", "has the main river", "Akerselva"]]
    steps = path_of(fact("Norway", "Akerselva", "river_of_capital", path=path))
    assert [step.end for step in steps] == ["Oslo", "Akerselva"]
    for seed in range(30):
        question = asked_along(steps, "Norway", Random(seed))
        assert "the capital of Norway" in question
        assert "main river" in question
        assert "Oslo" not in question


def test_a_broken_path_is_unusable() -> None:
    with pytest.raises(Unusable, match="breaks off at `Peru`"):
        path_of(fact(path=[["Chile", "has the capital", "Lima"]]))
    with pytest.raises(Unusable, match="ends at `Oslo`"):
        path_of(fact(path=[["Peru", "has the capital", "Oslo"]]))


def test_a_record_with_its_own_question_is_asked_with_it() -> None:
    record = fact(question="Which city governs Peru?")
    assert worded(record, Random(1)) == "Which city governs Peru?"
    assert worded(record, Random(1), subject="Zland") == "Which city governs Zland?"
    with pytest.raises(Unusable, match="does not name its subject"):
        worded(fact(question="Which city governs it?"), Random(1), subject="Zland")
    with pytest.raises(Unusable, match="cannot be asked"):
        worded(fact(relation="capital_of"), Random(1))
    with pytest.raises(Unusable, match="empty `answer`"):
        claim(fact(answer=" "), Random(1), true=True)
