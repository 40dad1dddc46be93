"""Option shift: the texts move, the gold letter moves with them, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import LETTERS, Case, Expect, InternalError, Record, Source, listed, user
from trustgen.vary import mcq, option_shift

RECORD = Record.of("p", Source(origin="o", revision="1", licence="l"), x=1)


def case(options: list[str], right: str) -> Case:
    return mcq(RECORD, "plain", f"Which one? \n\n{listed(options)}\n\nOne letter.", options, right)


def shifts(n: int, made: Case) -> Iterator[Case]:
    """Every shift of a case."""
    return (step(made, Random(0)) for step in option_shift(n).steps)


def test_abcd_reads_dabc() -> None:
    shifted = list(shifts(4, case(["w", "x", "y", "z"], "x")))
    assert [c.expect.options for c in shifted] == [tuple("wxyz"), tuple("zwxy"), tuple("yzwx"), tuple("xyzw")]
    assert [c.expect.answer for c in shifted] == ["B", "C", "D", "A"]
    assert [step.name for step in option_shift(4).steps] == ["shift_0", "shift_1", "shift_2", "shift_3"]
    assert not option_shift(4).keep_original
    assert shifted[1].turns[0].text == "Which one? \n\nA) z\nB) w\nC) x\nD) y\n\nOne letter."


def test_the_first_shift_is_the_case_as_it_was() -> None:
    plain = case(["w", "x", "y"], "y")
    first = next(shifts(3, plain))
    assert (first.turns, first.expect, first.records) == (plain.turns, plain.expect, plain.records)


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=2, max_size=8, unique=True), st.data())
def test_every_option_stands_at_every_letter_once(options: list[str], data: st.DataObject) -> None:
    right = data.draw(st.sampled_from(options))
    try:
        made = case(options, right)
    except InternalError:
        return  # options so odd that their block stands twice in the text
    shifted = list(shifts(len(options), made))
    assert {c.expect.answer for c in shifted} == set(LETTERS[: len(options)])
    for c in shifted:
        assert c.expect.options[LETTERS.index(c.expect.answer)] == right
        assert sorted(c.expect.options) == sorted(options)
        assert set(c.expect.wrong) == set(LETTERS[: len(options)]) - {c.expect.answer}
        assert c.turns[0].text.count(listed(c.expect.options)) >= 1
        assert c.turns[0].text.replace(listed(c.expect.options), "") == made.turns[0].text.replace(listed(options), "")


def test_what_is_no_multiple_choice_is_an_internal_error() -> None:
    open_case = Case.of(RECORD, "plain", user("What?"), expect=Expect(answer="x"))
    with pytest.raises(InternalError, match="no multiple-choice case"):
        list(shifts(4, open_case))
    with pytest.raises(InternalError, match="given 3 options"):
        list(shifts(4, case(["a", "b", "c"], "a")))
    with pytest.raises(InternalError, match="found 0 times"):
        mcq(RECORD, "plain", "no block here", ["a", "b"], "a")
    block = listed(["a", "b"])
    with pytest.raises(InternalError, match="found 2 times"):
        mcq(RECORD, "plain", f"{block}\n{block}", ["a", "b"], "a")
