"""Combining: arms, one drawn, or one after another; and what is promised together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vary_cases import QUESTIONS, RECORD, WRONG, open_case

from trustgen.core import Case, Expect, InputError, Keep, Maker, Record, Source, Task, expand, user
from trustgen.vary.combine import chain, each, one_of
from trustgen.vary.formats import to_mcq
from trustgen.vary.forms import persona, reworded, shorter
from trustgen.vary.noise import all_noise, noise


@dataclass(frozen=True)
class Careless:
    name: str = "careless"
    by: Maker = "writer"
    keeps: frozenset[Keep] = frozenset({Keep.MEANING})

    def __call__(self, case: Case, draw: Random, mend: str = "") -> Case:
        return case


def task(vary: object) -> Task:
    def cases(record: Record, draw: Random) -> list[Case]:
        return [Case.of(record, "plain", user(QUESTIONS[0]), expect=Expect(answer="Paris", wrong=WRONG))]

    return Task(records=None, cases=cases, judge=None, measures={}, vary=vary, id="t")  # type: ignore[arg-type]


def test_each_is_an_arm() -> None:
    vary = each(noise("emoji"), persona("cook"), to_mcq())
    arms = [case.arm for case in expand(task(vary), RECORD, "s")]
    assert arms == ["plain", "emoji", "persona_cook", "to_mcq"]
    assert [case.arm for case in expand(task(each(to_mcq(), keep_original=False)), RECORD, "s")] == ["to_mcq"]


def test_all_noise_makes_an_arm_each_and_no_two_are_alike() -> None:
    made = list(expand(task(each(*all_noise())), RECORD, "s"))
    assert len({case.turns[0].text for case in made}) == len(made) >= 20


def test_one_is_drawn_for_each_record_and_the_original_among_them() -> None:
    steps = (noise("emoji"), noise("hesitation"), persona())
    drawn = {}
    for i in range(400):
        record = Record.of("p", Source(origin="o", revision="1", licence="l"), x=i)
        (case,) = expand(task(one_of(*steps)), record, "s")
        assert case.arm == "plain"
        drawn[case.steps] = drawn.get(case.steps, 0) + 1
    assert set(drawn) == {(), ("emoji:rule",), ("hesitation:rule",), ("persona:rule",)}
    assert all(65 <= times <= 140 for times in drawn.values()), drawn


def test_a_chain_does_one_after_the_other_and_keeps_what_all_keep() -> None:
    both = chain(reworded(), noise("swapped_letters"), persona("nurse"))
    assert both.name == "paraphrase+swapped_letters+persona_nurse"
    assert both.keeps == reworded().keeps & noise("swapped_letters").keeps & persona().keeps
    assert Keep.WORDS not in both.keeps
    assert both.by == "rule"
    made = both(open_case(), Random(5))
    assert made is not None
    assert "nurse" in made.turns[0].text
    assert made.turns[0].text.count(made.question) == 1
    assert made.question != QUESTIONS[0]
    assert "of France" in made.question
    assert chain(shorter(), to_mcq())(open_case("Who wrote it?"), Random(1)) is None
    assert chain(*[replace(noise("emoji"), by="writer")]).by == "writer"


@given(st.integers(0, 10**6))
def test_a_chain_is_made_by_its_draw(seed: int) -> None:
    both = chain(noise("missing_letter", 0.5), to_mcq())
    assert both(open_case(), Random(seed)) == both(open_case(), Random(seed))


@pytest.mark.parametrize("make", [each, one_of, chain])
def test_what_cannot_be_used_is_refused(make: object) -> None:
    with pytest.raises(InputError, match="at least one"):
        make()  # type: ignore[operator]
    with pytest.raises(InputError, match="does not keep the answer"):
        make(Careless())  # type: ignore[operator]
    if make is not chain:
        with pytest.raises(InputError, match="two variations are called `emoji`"):
            make(noise("emoji"), noise("emoji"))  # type: ignore[operator]
