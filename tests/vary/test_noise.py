"""Noise: it always shows, and never on what the question turns on."""

from __future__ import annotations

import re
import string
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vary_cases import QUESTIONS, RECORD, kept, mcq_case, open_case

from costs import spent, yardstick
from trustgen.core import (
    Case,
    Expect,
    Image,
    InputError,
    InternalError,
    Keep,
    Turn,
    UnknownName,
    assistant,
    listed,
    system,
    user,
)
from trustgen.vary.noise import NOISES, noise, noisy

KINDS = st.sampled_from(sorted(NOISES))
SEEDS = st.integers(0, 10**6)
STRENGTHS = st.floats(0.01, 1)
TURNING = "not", "all", "three", "many", "from", "before"


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("missing_letter", "What is the captal of France?"),
        ("swapped_letters", "What is the captial of France?"),
        ("inserted_space", "What is the capi tal of France?"),
        ("spaced_capitals", "What is the C A P I T A L of France?"),
        ("lower_case", "what is the capital of France?"),
        ("contractions", "What's the capital of France?"),
        ("sounds_alike", "Wot is the capital of France?"),
        ("run_together", "Whatis the capital of France?"),
    ],
)
def test_known_noise(kind: str, made: str) -> None:
    assert noisy(kind, QUESTIONS[0], Random(3)) == made


def test_there_are_the_thirteen_kinds_of_trustgen_and_more() -> None:
    thirteen = (
        "missing_letter wrong_letter repeated_letter capital_letters inserted_space swapped_letters emoji social_tags "
        "spaced_capitals language_blend distractor word_order rare_words"
    )
    assert set(thirteen.split()) < set(NOISES)
    assert len(NOISES) >= 20
    assert all(Keep.ANSWER in kind.keeps and Keep.OPTIONS in kind.keeps and kind.about for kind in NOISES.values())


@pytest.mark.parametrize("kind", sorted(NOISES))
def test_every_kind_shows_on_ordinary_questions(kind: str) -> None:
    changed = sum(noisy(kind, q, Random(seed)) != q for q in QUESTIONS for seed in range(4)) / (4 * len(QUESTIONS))
    assert changed >= (0.3 if kind == "contractions" else 0.85)  # not every question has a contraction in it


@given(KINDS, st.sampled_from(QUESTIONS), SEEDS, STRENGTHS)
def test_names_numbers_and_quotes_stay(kind: str, question: str, seed: int, strength: float) -> None:
    made = noisy(kind, question, Random(seed), strength)
    names = iter(kept(made) if kind != "upper_case" else made.split(" "))
    if kind in ("upper_case", "spaced_capitals", "capital_letters"):  # there, other words have capitals too
        assert all(name in made for name in kept(question))
    else:
        assert all(name in names for name in kept(question)), made  # in their order: `in` uses the iterator up


@given(KINDS, SEEDS, STRENGTHS)
def test_words_on_which_the_meaning_turns_stay(kind: str, seed: int, strength: float) -> None:
    text = "Are all three of the many sweets not from before the party?"
    made = noisy(kind, text, Random(seed), strength)
    if kind != "contractions":
        assert all(f" {word} " in " ".join(made.split()).replace(",", " ") + " " for word in TURNING), made


@given(KINDS, st.sampled_from(QUESTIONS), SEEDS)
def test_the_same_draw_makes_the_same_noise(kind: str, question: str, seed: int) -> None:
    case = open_case(question)
    assert noise(kind)(case, Random(seed)) == noise(kind)(case, Random(seed))


@given(KINDS, st.text(max_size=80), SEEDS, STRENGTHS)
def test_any_text_can_be_given_and_none_becomes_empty(kind: str, text: str, seed: int, strength: float) -> None:
    made = noisy(kind, text, Random(seed), strength)
    assert made.strip() or not text.strip()


@given(KINDS, st.sampled_from(QUESTIONS), SEEDS)
def test_strength_nought_is_no_variation(kind: str, question: str, seed: int) -> None:
    assert noise(kind, 0)(open_case(question), Random(seed)) is None
    assert noisy(kind, question, Random(seed), 0) == question


@given(KINDS, SEEDS, STRENGTHS, st.booleans())
def test_only_the_question_changes(kind: str, seed: int, strength: float, marked: bool) -> None:
    picture = Image("0" * 64)
    question = "Which of these cities do the people in the picture visit?"
    options = ("a lake", "the sea", "an old town")
    text = f"Look.\n\n{question}\n\n{listed(options)}\n\nOne letter only."
    before = (system("Be brief."), user("What is this?"), assistant("It is a picture."))
    expect = Expect(answer="B", options=options, wrong=("A", "C"))
    case = Case.of(RECORD, "plain", *before, user(text, picture), expect=expect, question=question if marked else "")
    made = noise(kind, strength)(case, Random(seed))
    if made is None:
        return
    assert made.turns[:3] == before
    assert made.turns[3].parts[1] == picture
    after = made.turns[3].text
    assert after.count(listed(options)) == 1
    assert after.endswith("\n\nOne letter only.")
    assert made.expect == expect
    if marked:
        assert after.startswith("Look.\n\n")
        assert after.count(made.question) == 1
        assert made.question != question


@given(
    st.sampled_from(sorted(k for k, v in NOISES.items() if Keep.WORDS in v.keeps)), st.sampled_from(QUESTIONS), SEEDS
)
def test_who_promises_the_words_keeps_each_of_them(kind: str, question: str, seed: int) -> None:
    made = noisy(kind, question, Random(seed)).lower().split()
    letters = [Counter(word) for word in made]
    for word in question.lower().split():
        near = min((sum(((Counter(word) - o) + (o - Counter(word))).values()) for o in letters), default=99)
        assert near <= 4, (word, made)


@given(SEEDS, st.sampled_from(QUESTIONS), STRENGTHS)
def test_disorder_leaves_the_order_of_the_content_words(seed: int, question: str, strength: float) -> None:
    def content(text: str) -> list[str]:
        words = "".join(c for c in text.lower() if c.isalnum() or c in " -:'").split()
        return [
            w for w in words if w not in ("the", "a", "is", "which", "what", "who", "does", "it", "when", "do", "me")
        ]

    made = noisy("word_order", question, Random(seed), strength)
    assert content(made) == content(question)
    assert sorted(made.lower()) == sorted(question.lower())


@given(KINDS, SEEDS, STRENGTHS, st.sampled_from(["the Czech Republic", "Isle of Man", "St. Kitts", "the Gambia"]))
def test_a_name_stays_whole_with_its_article_and_its_small_words(
    kind: str, seed: int, strength: float, name: str
) -> None:
    assert name in noisy(kind, f"What is the capital city of {name}, and who lives in it?", Random(seed), strength)


def test_strength_is_the_share_of_words_struck() -> None:
    text = " ".join(["Somebody wonders whether ordinary pigeons usually return towards familiar rooftops."] * 5)
    struck = [
        sum(a != b for a, b in zip(text.split(), noisy("swapped_letters", text, Random(1), s).split(), strict=True))
        for s in (0.1, 0.5, 1.0)
    ]
    assert struck[0] < struck[1] < struck[2]
    assert struck[2] >= 0.95 * len(text.split())


def test_short_answers_and_the_subject_are_held() -> None:
    expect = Expect(answer="copper", wrong=("silver", "nickel"))
    text = "Which metal is used, silver or copper or something containing phlogiston?"
    case = Case.of(RECORD, "plain", user(text), expect=expect, tags={"subject": "phlogiston"})
    for seed in range(60):
        made = noise("missing_letter", 1)(case, Random(seed))
        assert made is not None
        assert all(word in made.turns[0].text for word in ("silver", "copper", "phlogiston"))
        assert "something" not in made.turns[0].text


def test_contractions_go_both_ways_and_only_where_they_can() -> None:
    assert noisy("contractions", "isn't it cold, and what's up?", Random(1), 1) == "isn't it cold, and what is up?"
    assert noisy("contractions", "What's been said?", Random(1), 1) == "What's been said?"
    assert noisy("contractions", "They do not know.", Random(1), 1) == "They don't know."


def test_what_cannot_be_noisy_is_none() -> None:
    nothing = Case.of(RECORD, "plain", assistant("Hello"), expect=Expect(answer="x"))
    assert noise("emoji")(nothing, Random(1)) is None
    assert noise("missing_letter")(open_case("Is it so?"), Random(1)) is None


def test_a_marked_question_that_is_not_there_is_an_internal_error() -> None:
    case = Case.of(RECORD, "plain", user("Where is it?"), expect=Expect(answer="x"), question="Who is it?")
    with pytest.raises(InternalError, match="which stands in none"):
        noise("emoji")(case, Random(1))


def test_a_question_that_stands_in_an_earlier_turn_is_changed_there() -> None:
    turns = (user("Where does the river end?"), user("Are you sure?"))
    case = Case.of(RECORD, "plain", *turns, expect=Expect(answer="x"), question="Where does the river end?")
    made = noise("swapped_letters")(case, Random(1))
    assert made is not None
    assert made.turns[0] != turns[0]
    assert made.turns[1] == turns[1]
    assert isinstance(made.turns[0], Turn)


def test_wrong_arguments_name_the_mend() -> None:
    with pytest.raises(UnknownName, match="swapped_letters"):
        noise("swaped_letters")
    with pytest.raises(InputError, match="share from 0 to 1"):
        noise("emoji", 1.5)
    assert noise("emoji", 0.4).name == "emoji_40"
    assert len({noise(kind).name for kind in NOISES}) == len(NOISES)


def test_neutral_things_only() -> None:
    for seed in range(200):
        added = noisy("distractor", "x", Random(seed), 1).replace("x", "", 1)
        assert not set(added) & set(string.digits)
        assert not re.search(r"(?<=[a-z,] )[A-HJ-Z]", added)  # no name within a sentence
        assert not {"not", "never", "no", "only", "all"} & set(added.lower().split())


def test_a_case_costs_less_than_finding_a_thousand_words() -> None:
    cases = [open_case(q) for q in QUESTIONS] + [mcq_case(q) for q in QUESTIONS[:3]]
    slowest = {}
    for step in map(noise, NOISES):
        once = [(case, seed) for seed in range(10) for case in cases]
        slowest[step.name] = spent(lambda: [step(case, Random(seed)) for case, seed in once], 5) / len(once)  # noqa: B023
    assert max(slowest.values()) < yardstick(), slowest
