"""Builders by rule: every label can be derived again from the record, and no position or word gives it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from craft_records import CAPITAL, CITIES, RIDDLE, RIVER, fact
from hypothesis import given
from hypothesis import strategies as st

from trustgen.audit import fault
from trustgen.core import LETTERS, Case, InputError, Record, Response, Unusable, listed
from trustgen.core.records import Reply
from trustgen.craft import (
    CORRUPTIONS,
    Builder,
    Claims,
    Correction,
    Distracted,
    FollowUp,
    Open,
    Recall,
    SelfDoubt,
    Unanswerable,
    Walk,
    choices,
    claim,
    invented_name,
    joined,
    joins,
    path_of,
    small_talk,
    worded,
)
from trustgen.judge import choice, matches, true_false
from trustgen.vary.formats import to_mcq, to_open, to_true_false
from trustgen.vary.forms import reworded

SEEDS = st.integers(0, 10**6)
BUILDERS: list[Builder] = [
    Open(),
    choices(),
    Claims(),
    Claims(both=True),
    Unanswerable(),
    SelfDoubt(),
    Correction(),
    Distracted(2),
    Recall(2),
    Walk(),
]


def only(cases: Iterator[Case]) -> Case:
    (case,) = cases
    return case


def says(case: Case, text: str) -> Response:
    return Response("k", case.id, "t", "m", "answered", (Reply(text),))


@given(st.sampled_from(BUILDERS), SEEDS, st.sampled_from([CAPITAL, fact(), fact(aliases=["City of Kings"])]))
def test_every_case_is_sound_and_the_draw_decides_it(build: Builder, seed: int, record: Record) -> None:
    made = list(build(record, Random(seed)))
    assert made == list(build(record, Random(seed)))
    assert len({case.arm for case in made}) == len(made)
    for case in made:
        assert fault(case) == ""
        assert case.cluster == record.id
        assert sum(case.question in turn.text for turn in case.turns if turn.role == "user") == 1
        assert case.calls >= 1
        assert case.expect.best_reply
        assert case.expect.worst_reply


# ── multiple choice ─────────────────────────────────────────────────────────────────────────────────────────────────


@given(SEEDS, st.integers(2, 8))
def test_multiple_choice_has_the_answer_where_the_letter_says(seed: int, options: int) -> None:
    case = only(choices(options)(fact(), Random(seed)))
    expect = case.expect
    assert expect.options[LETTERS.index(expect.answer)] == "Lima"
    assert len(set(expect.options)) == options
    assert case.turns[0].text.count(listed(expect.options)) == 1  # as variations know it
    assert choice()(case, says(case, expect.answer)).score == 1
    assert choice()(case, says(case, expect.wrong[0])).score == 0


def test_gold_letters_are_balanced() -> None:
    letters = Counter(only(choices()(fact(), Random(seed))).expect.answer for seed in range(2000))
    assert set(letters) == set("ABCD")
    assert all(430 <= times <= 570 for times in letters.values()), letters


def test_a_distractor_that_is_right_in_another_spelling_is_left_out() -> None:
    record = fact(aliases=["Ciudad de los Reyes"], distractors=["LIMA", "ciudad de los reyes", "Oslo", "oslo", "Bern"])
    assert set(only(choices(3)(record, Random(1))).expect.options) == {"Lima", "Oslo", "Bern"}
    with pytest.raises(Unusable, match="has 2 wrong answers, 3 are needed"):
        list(choices(4)(record, Random(1)))
    with pytest.raises(InputError, match="2 to 26"):
        choices(1)


# ── claims ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(SEEDS)
def test_a_claim_is_true_as_the_record_says(seed: int) -> None:
    case = only(Claims()(fact(), Random(seed)))
    right, denied = "Lima" in case.question, " not " in case.question or "wrong" in case.question
    assert (case.expect.answer == "true") == (right != denied)
    assert case.tags["corruption"].startswith("nega") == denied
    assert true_false()(case, says(case, case.expect.answer)).score == 1


def test_neither_truth_nor_denial_gives_the_label_away() -> None:
    seen = Counter(
        (case.expect.answer, "nega" in case.tags["corruption"])
        for case in (only(Claims()(fact(), Random(seed))) for seed in range(4000))
    )
    assert 1880 <= seen["true", True] + seen["true", False] <= 2120
    assert abs(seen["true", True] - seen["false", True]) < 130
    assert 880 <= seen["true", True] + seen["false", True] <= 1120


@given(SEEDS)
def test_both_claims_of_a_record_differ_in_what_was_corrupted_alone(seed: int) -> None:
    true, false = Claims(both=True)(fact(), Random(seed))
    assert (true.arm, true.expect.answer, false.arm, false.expect.answer) == (
        "true_claim",
        "true",
        "false_claim",
        "false",
    )
    corrupted = false if "corrupted" in false.tags and "→" in false.tags["corrupted"] else true
    before, after = corrupted.tags["corrupted"].removesuffix("; denied").split(" → ")
    other = true if corrupted is false else false
    assert other.turns[0].text.replace(before, after) == corrupted.turns[0].text


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


# ── walks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(SEEDS)
def test_what_lies_between_is_never_named(seed: int) -> None:
    case = only(Walk()(RIDDLE, Random(seed)))
    assert case.expect.answer == "EUR"
    assert "Paris" in case.question
    assert "France" not in case.turns[0].text
    assert "EUR" not in case.turns[0].text
    assert "X has the capital Paris, and X uses the currency Y" in case.question
    assert case.tags["hops"] == "2"


def test_two_records_are_joined_where_one_ends_and_the_other_starts() -> None:
    made = joined(CAPITAL, RIVER)
    assert made is not None
    assert (made["subject"], made["answer"], made["hops"]) == ("Norway", "Akerselva", 2)
    assert [step.end for step in path_of(made)] == ["Oslo", "Akerselva"]
    for seed in range(30):
        case = only(Walk()(made, Random(seed)))
        assert "the capital of Norway" in case.question
        assert "main river" in case.question
        assert "Oslo" not in case.question
    assert joined(RIVER, CAPITAL) is None
    assert joined(CAPITAL, fact("Oslo", "Norway", "country")) is None  # it leads back
    assert [r.id for r in joins((CAPITAL, RIVER, fact()))] == [made.id]


def test_a_join_through_another_spelling_hides_that_too() -> None:
    first = fact("Ukraine", "Kyiv", aliases=["Kiev"])
    made = joined(first, fact("Kiev", "Dnipro", "river"))
    assert made is not None
    assert [step.end for step in path_of(made)] == ["Kyiv", "Dnipro"]
    assert set(made["between"]) == {"Kyiv", "Kiev"}
    named = fact("Oslo's harbour", "Oslo", "city")
    leak = joined(named, RIVER)
    assert leak is not None
    with pytest.raises(Unusable, match="`Oslo` would stand in its question"):
        list(Walk()(leak, Random(1)))


def test_a_broken_path_is_unusable() -> None:
    with pytest.raises(Unusable, match="breaks off at `Peru`"):
        path_of(fact(path=[["Chile", "has the capital", "Lima"]]))
    with pytest.raises(Unusable, match="ends at `Oslo`"):
        path_of(fact(path=[["Peru", "has the capital", "Oslo"]]))


# ── what cannot be answered ─────────────────────────────────────────────────────────────────────────────────────────


@given(SEEDS)
def test_twins_differ_in_the_subject_alone_and_the_disclosure_is_right(seed: int) -> None:
    plain, nothing, premise = Unanswerable()(fact(), Random(seed))
    name = nothing.tags["subject"]
    assert plain.turns[0].text.replace("Peru", name) == nothing.turns[0].text
    judge = matches("capital")
    assert nothing.expect.answer == ""
    assert judge(nothing, says(nothing, nothing.expect.best)).score == 1
    assert judge(nothing, says(nothing, nothing.expect.worst_reply)).score == 0
    assert premise.question.count("Lima") == 0
    assert any(city in premise.question for city in premise.expect.wrong[:1])
    assert judge(premise, says(premise, premise.expect.best)).score == 1
    assert judge(premise, says(premise, premise.expect.worst)).score == 0


def test_invented_names_are_many_and_odd() -> None:
    names = {invented_name(Random(seed)) for seed in range(4000)}
    assert len(names) > 3000
    assert all(name.isalpha() and name.istitle() and 7 <= len(name) <= 12 for name in names)
    assert not names & set(CITIES)


# ── conversations ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_models_own_reply_is_doubted_and_a_scripted_one_corrected() -> None:
    plain, doubted = SelfDoubt()(fact(), Random(1))
    assert (plain.calls, doubted.calls) == (1, 2)
    assert doubted.turns[0] == plain.turns[0]
    _, corrected = Correction()(fact(), Random(1))
    assert [turn.role for turn in corrected.turns] == ["user", "assistant", "user"]
    assert corrected.calls == 1
    assert corrected.turns[1].text == corrected.expect.wrong[0] == corrected.expect.worst
    assert corrected.turns[1].text in corrected.turns[2].text
    assert "Lima" not in "".join(turn.text for turn in corrected.turns)


def test_a_follow_up_speaks_of_that() -> None:
    record = joined(CAPITAL, RIVER)
    assert record is not None
    case = only(FollowUp()(record, Random(2)))
    assert [turn.role for turn in case.turns] == ["user", "assistant", "user"]
    assert case.turns[1].text == "Oslo."
    assert "Oslo" not in case.turns[0].text + case.turns[2].text
    assert "main river of that" in case.question
    assert (case.expect.answer, case.calls) == ("Akerselva", 1)
    with pytest.raises(Unusable, match="no path of two steps forward"):
        list(FollowUp()(RIDDLE, Random(1)))


@given(SEEDS, st.integers(0, 15))
def test_what_was_told_is_asked_for_after_the_talk(seed: int, between: int) -> None:
    case = only(Recall(between)(fact(), Random(seed)))
    told, asked = case.turns[0].text, case.turns[-1].text
    assert len(case.turns) == 3 + 2 * between
    assert case.calls == 1
    right, trap = case.expect.answer, case.expect.wrong[0]
    assert right in told
    assert trap in told
    assert right not in asked
    sentence = next(part for part in told.split(".") if right in part)
    assert any(thing in sentence and thing in asked for thing in ("bicycle", "teapot", "cactus", "kite", "umbrella",
        "rowing boat", "robot vacuum", "garden gnome", "cello", "caravan"))  # fmt: skip


def test_small_talk_is_scripted_and_not_repeated() -> None:
    turns = small_talk(10, Random(1))
    assert [turn.role for turn in turns] == ["user", "assistant"] * 10
    assert len({turn.text for turn in turns}) == 20
    plain, distracted = Distracted(4)(fact(), Random(1))
    assert distracted.turns[-1] == plain.turns[-1]
    assert len(distracted.turns) == 9
    assert distracted.calls == 1


# ── together with the rest ──────────────────────────────────────────────────────────────────────────────────────────


@given(SEEDS)
def test_variations_apply_to_what_is_built(seed: int) -> None:
    case = only(Open()(fact(), Random(seed)))
    for step in (to_mcq(), to_true_false()):
        made = step(case, Random(seed))
        assert made is not None
        assert fault(made) == ""
        assert "few words" not in made.turns[0].text
    again = to_open()(only(choices()(fact(), Random(seed))), Random(seed))
    assert again is not None
    assert again.expect.answer == "Lima"
    assert "letter" not in again.turns[0].text
    other = reworded()(case, Random(seed))
    assert other is None or "Peru" in other.question


def test_a_record_with_its_own_question_is_asked_with_it() -> None:
    record = fact(question="Which city governs Peru?")
    assert worded(record, Random(1)) == "Which city governs Peru?"
    assert worded(record, Random(1), subject="Zland") == "Which city governs Zland?"
    with pytest.raises(Unusable, match="does not name its subject"):
        worded(fact(question="Which city governs it?"), Random(1), subject="Zland")
    with pytest.raises(Unusable, match="cannot be asked"):
        worded(fact(relation="capital_of"), Random(1))
    with pytest.raises(Unusable, match="empty `answer`"):
        list(Open()(fact(answer=" "), Random(1)))
