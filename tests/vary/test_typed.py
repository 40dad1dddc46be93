"""Slips of the hand in a dose of all words."""

from __future__ import annotations

import re
from random import Random

import pytest

from trustgen.core import Case, Expect, InputError, listed, user
from trustgen.core.registry import load
from trustgen.curate.questions import mixed
from trustgen.testing import trial
from trustgen.vary import typing
from trustgen.vary.typed import typed
from trustgen.vary.words import WORD, held, table

TEXT = (
    "Sarah and Miguel went down to the harbour in Lisbon, where they did not find more than 12 boats. The oldest boat "
    "had been painted green by a fisherman who lived nearby and never sailed without his dog."
)


def struck(before: str, after: str) -> list[tuple[str, str]]:
    """The words that differ, before and after."""
    pairs = zip(WORD.findall(before), WORD.findall(after), strict=True)
    return [(one, other) for one, other in pairs if one != other]


@pytest.mark.parametrize("dose", [0.05, 0.15, 0.3, 0.6])
def test_a_dose_is_a_share_of_all_words_and_names_are_among_them(dose: float) -> None:
    words, names = len(WORD.findall(TEXT)), 0
    for seed in range(60):
        changed = struck(TEXT, typed(TEXT, Random(seed), dose))
        assert len(changed) == max(1, round(dose * words))
        names += sum(one in ("Sarah", "Miguel", "Lisbon") for one, _ in changed)
        assert not any(one.lower() in table("critical") or one.isdigit() for one, _ in changed)
        assert not any(other.lower() in table("critical") for _, other in changed)
        assert all(one[0].lower() == other[0].lower() for one, other in changed)
    assert names > 0


def test_a_larger_dose_strikes_the_words_of_a_smaller_one_too() -> None:
    small, large = (dict(struck(TEXT, typed(TEXT, Random(7), dose))) for dose in (0.15, 0.6))
    assert small.items() <= large.items()


def test_what_the_answer_hangs_on_stays() -> None:
    options = ("harbour", "green")
    text = f"{TEXT}\n\n{listed(options)}"
    case = Case(
        "c", "t", "plain", (user(text),), Expect(answer="A", options=options, wrong=("B",)), ("r",), (), {}, TEXT
    )
    for seed in range(60):
        made = typing(0.6)(case, Random(seed))
        assert made is not None
        assert listed(options) in made.turns[0].text
        assert {"harbour", "green"} <= set(WORD.findall(made.question))
        assert made.expect == case.expect


def test_too_few_words_take_no_dose() -> None:
    assert typed("12 of 30?", Random(1), 0.05) == ""
    assert typed("Is it so, or is it not as we do?", Random(1), 0.6) == ""


@pytest.mark.parametrize("dose", [0, -0.1, 1.5])
def test_what_is_no_share_is_refused(dose: float) -> None:
    with pytest.raises(InputError):
        typing(dose)


def test_the_names_of_places_are_mistyped_and_the_options_are_not() -> None:
    """Noise that never touches the name in a question measures nothing."""
    made = trial.Trial(load("task", "llm.robustness.natural_noise"), 36)
    named = total = 0
    for case in made.cases("names"):
        plain = next(c for c in made.cases("names") if c.cluster == case.cluster and c.arm == "plain")
        if case.arm.startswith("typed_"):
            assert listed(plain.expect.options) in case.turns[0].text
            kept = held(plain)
            for one, _ in struck(plain.question, case.question):
                assert one.lower() not in kept
                named += bool(re.match(r"[A-Z][a-z]", one))
                total += 1
    assert named / total > 0.05


def test_mixed_questions_take_turns_and_lean_on_no_other_option() -> None:
    records = list(mixed.first("s", 120))
    sets = [record.pool.partition(".")[2] for record in records]
    for name in ("passages", "mmlu", "commonsense", "openbook", "social"):
        assert sets.count(name) == 20
    for record in records:
        options = [record["answer"], *record["distractors"]]
        assert len({option.casefold() for option in options}) == len(options) >= 2
        assert not any(re.search(r"\b(?:both|neither|all of|none of|above)\b", o, re.I) for o in options)
    passages = [record["answer"] for record in load("pool", "questions.passages").read()]
    assert passages.count("yes") == passages.count("no") > 1000
