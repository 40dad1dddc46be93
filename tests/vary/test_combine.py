"""Combining: every variation is an arm, and what cannot be one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import pytest
from vary_cases import QUESTIONS, RECORD, WRONG

from trustgen.core import Case, Expect, InputError, Keep, Maker, Record, Task, expand, user
from trustgen.vary.combine import each
from trustgen.vary.formats import to_mcq
from trustgen.vary.forms import longer
from trustgen.vary.noise import NOISES, noise


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
    vary = each(noise("emoji"), longer(), to_mcq())
    arms = [case.arm for case in expand(task(vary), RECORD, "s")]
    assert arms == ["plain", "emoji", "longer", "to_mcq"]
    assert [case.arm for case in expand(task(each(to_mcq(), keep_original=False)), RECORD, "s")] == ["to_mcq"]


def test_all_noises_make_an_arm_each_and_no_two_are_alike() -> None:
    made = list(expand(task(each(*map(noise, NOISES))), RECORD, "s"))
    assert len({case.turns[0].text for case in made}) == len(made) >= 20


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        each()
    with pytest.raises(InputError, match="does not keep the answer"):
        each(Careless())
    with pytest.raises(InputError, match="two variations are called `emoji`"):
        each(noise("emoji"), noise("emoji"))
