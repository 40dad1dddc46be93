"""Forms: known English for known shapes, None for the rest; frames hold the question word for word."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vary_cases import QUESTIONS, RECORD, kept, mcq_case, open_case

from costs import spent, yardstick
from trustgen.core import Case, Expect, InputError, Keep, UnknownName, Variation, assistant, listed, user
from trustgen.vary.forms import PROMPTS, REGISTERS, longer, paraphrased, register, reworded, shorter
from trustgen.vary.padding import filler, padding
from trustgen.vary.reframe import bare, clause, echoed, request_of, thing

SEEDS = st.integers(0, 10**6)
FRAMES: list[Variation] = [longer(), padding(60, "before"), padding(60, "after"), padding(60, "both")]
REWORDINGS: list[Variation] = [reworded(), shorter(), *(register(name) for name in REGISTERS)]


@pytest.mark.parametrize(
    ("question", "indirect"),
    [
        ("What is the capital of France?", "what the capital of France is"),
        ("What's the capital of St. Lucia?", "what the capital of St. Lucia is"),
        ("What is the capital of France called?", "what the capital of France is called"),
        ("What are the colours of the flag of Italy?", "what the colours of the flag of Italy are"),
        ("What is the money used in France?", "what the money used in France is"),
        ("What does NATO stand for?", "what NATO stands for"),
        ("What causes tides in the sea?", "what causes tides in the sea"),
        ("What colour is the sky?", "what colour the sky is"),
        ("Which city is the capital of Peru?", "which city is the capital of Peru"),
        ("Which city does Peru have as its capital?", "which city Peru has as its capital"),
        ("Which planets orbit the Sun?", "which planets orbit the Sun"),
        ("Who wrote Dune?", "who wrote Dune"),
        ("Who was Plato?", "who Plato was"),
        ("Who is the author of Dune?", "who is the author of Dune"),
        ("Who did Victoria marry?", "who Victoria married"),
        ("Where is Timbuktu?", "where Timbuktu is"),
        ("Where is the Eiffel Tower located?", "where the Eiffel Tower is located"),
        ("Where does the President of the United States live?", "where the President of the United States lives"),
        ("When was the treaty signed in Paris?", "when the treaty was signed in Paris"),
        ("When did France join the European Union?", "when France joined the European Union"),
        ("In which year was Mozart born?", "in which year Mozart was born"),
        ("How many moons does Mars have?", "how many moons Mars has"),
        ("How many states are there in Germany?", "how many states there are in Germany"),
        ("How many people live in Rome?", "how many people live in Rome"),
        ("Is Paris the capital of France?", "whether Paris is the capital of France"),
        ("Does Peru border Chile?", "whether Peru borders Chile"),
        ("A quiz question: what is the capital of Peru?", "what the capital of Peru is"),
    ],
)
def test_known_clauses(question: str, indirect: str) -> None:
    assert clause(question) == indirect


@pytest.mark.parametrize(
    "question",
    [
        "Why is the sky blue?",
        "Which country is Paris in?",
        "Which planet is closest to the Sun?",
        "Who was the emperor killed by?",
        "Where was the book written by Borges that was published in 1944?",
        "What is the city that hosts the court?",
        "Where does the train station open?",
        "What is it, and who made it?",
        "I need the capital of Peru. Which city is it?",
        "What is not a mammal?",
        "Can penguins fly?",
        "It is raining.",
        "",
    ],
)
def test_what_could_go_wrong_is_left_alone(question: str) -> None:
    assert clause(question) is None


def test_other_ways_round() -> None:
    assert thing("What is the capital of Peru?") == thing("Name the capital of Peru.") == "the capital of Peru"
    assert thing("What is the capital of Peru called?") is None
    assert thing("What is a monad?") is None
    assert request_of("Please tell me the capital of Peru.") == "tell me the capital of Peru"
    assert request_of("Could you tell me the capital of Peru?") == "tell me the capital of Peru"
    assert request_of("Namely the capital of Peru.") is None
    assert echoed("Which city is the capital of Peru?") == "The capital of Peru is which city?"
    assert echoed("Which city is Paris?") is None
    assert bare("Hello! Please tell me the time, thank you.") == "Tell me the time."


def test_paraphrases_of_a_question_are_of_several_kinds() -> None:
    made = {paraphrased("What is the capital of France?", Random(seed)) for seed in range(200)}
    assert {"Tell me what the capital of France is.", "Name the capital of France."} < made
    assert len(made) >= 10
    assert all(text and "the capital of France" in text for text in made)
    turned = {paraphrased("Which city is the capital of Peru?", Random(seed)) for seed in range(99)}
    assert "The capital of Peru is which city?" in turned


def test_registers_and_lengths_of_one_question() -> None:
    ask = "What is the capital of France?"
    made = {name: wording(ask, Random(2)) for name, wording in REGISTERS.items()}
    assert made["terse"] == "capital of France?"
    assert made["casual"] is not None
    assert made["casual"].endswith("what's the capital of France?")
    assert made["formal"] is not None
    assert "what the capital of France is" in made["formal"]
    assert made["hurried"] is not None
    assert made["hurried"].endswith(" what is the capital of France?")
    assert len(set(made.values())) == len(REGISTERS)
    short = shorter()(open_case(), Random(1))
    assert short is not None
    assert short.question == "Capital of France?"
    assert short.turns[0].text == "Capital of France? Reply with the name of the city only."
    assert shorter()(open_case("Who wrote Dune?"), Random(1)) is None


def test_a_possessive_is_no_contraction() -> None:
    made = REGISTERS["formal"]("Why is Mary's lamb so white, and what's its name?", Random(1))
    assert made is not None
    assert made.endswith("Mary's lamb so white, and what is its name?")


@given(st.sampled_from(REWORDINGS), st.sampled_from(QUESTIONS), SEEDS, st.booleans())
def test_a_rewording_keeps_names_and_all_else(step: Variation, question: str, seed: int, marked: bool) -> None:
    case = open_case(question, marked=marked)
    made = step(case, Random(seed))
    if made is None:
        return
    assert made == step(case, Random(seed))
    names = iter(kept(made.turns[0].text))
    assert all(name in names for name in kept(case.turns[0].text))
    assert made.expect == case.expect
    assert made.turns != case.turns
    if marked:
        assert made.turns[0].text == f"{made.question} Reply with the name of the city only."


@given(st.sampled_from(FRAMES), st.sampled_from(QUESTIONS), SEEDS, st.booleans())
def test_a_frame_holds_the_prompt_and_adds_nothing_to_it(
    step: Variation, question: str, seed: int, marked: bool
) -> None:
    case = open_case(question, marked=marked)
    made = step(case, Random(seed))
    assert made is not None
    assert made.turns[0].text.count(question) == 1
    assert made.question == case.question
    assert made.expect == case.expect
    assert Keep.WORDS in step.keeps
    added = made.turns[0].text.replace(question, "§").replace("only.", "")
    assert not re.search(r"\d|\b(?:not|never|no|nobody|none|all|only|most|least|before|after)\b", added)
    assert not re.search(r"(?<=[a-z,] )(?!I\b)[A-Z]", added)


@given(st.sampled_from([*FRAMES, *REWORDINGS]), st.sampled_from(QUESTIONS), SEEDS)
def test_the_block_of_options_and_the_other_turns_stay(step: Variation, question: str, seed: int) -> None:
    plain = mcq_case(question)
    case = Case.of(RECORD, "plain", user("Hi"), assistant("Hello."), *plain.turns, expect=plain.expect)
    made = step(case, Random(seed))
    if made is not None:
        assert made.turns[2].text.count(listed(case.expect.options)) == 1
        assert made.turns[:2] == case.turns[:2]
        assert made.expect == case.expect


@given(st.integers(1, 3000), SEEDS)
def test_filler_is_about_as_long_as_asked(words: int, seed: int) -> None:
    made = filler(words, Random(seed))
    assert words <= len(made.split()) <= words + 24
    assert not re.search(r"\d|\{", made)


def test_no_wording_of_a_frame_denies_counts_or_names() -> None:
    frames = {
        name: found for name, found in PROMPTS.wordings.items() if not name.startswith("write_") and name != "mend"
    }
    said = {text for name, found in frames.items() if name not in ("mcq", "true_false", "open") for text in found}
    assert len(said) > 100
    for text in said:
        assert not re.search(
            r"\d|\b(?:not|never|no|nobody|none|all|only|most|least|before|after|first|last|two|three)\b", text
        )
        assert not re.search(r"(?<=[a-z,] )(?!I\b)[A-Z]", text)


def test_padding_stands_where_it_is_told_to() -> None:
    case = open_case()
    text = case.turns[0].text
    before, after, both = (padding(50, where)(case, Random(4)) for where in ("before", "after", "both"))  # type: ignore[arg-type]
    assert before is not None
    assert after is not None
    assert both is not None
    assert before.turns[0].text.endswith(f"\n\n{text}")
    assert after.turns[0].text.startswith(f"{text}\n\n")
    lead, _, tail = both.turns[0].text.partition(f"\n\n{text}\n\n")
    assert 25 <= len(lead.split()) <= 47
    assert 25 <= len(tail.split()) <= 47
    assert padding(0)(case, Random(1)) is None


def test_wrong_arguments_name_the_mend() -> None:
    with pytest.raises(UnknownName, match="formal"):
        register("fromal")
    with pytest.raises(InputError, match="before, after or both"):
        padding(10, "inside")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="100000"):
        padding(-1)


def test_nothing_to_word_is_none() -> None:
    empty = Case.of(RECORD, "plain", assistant("Hello"), expect=Expect(answer="x"))
    assert all(step(empty, Random(1)) is None for step in (*FRAMES, *REWORDINGS))


def test_a_case_costs_less_than_finding_a_thousand_words() -> None:
    cases = [open_case(q) for q in QUESTIONS]
    slowest = {}
    for step in (*REWORDINGS, longer()):
        once = [(case, seed) for seed in range(10) for case in cases]
        slowest[step.name] = spent(lambda: [step(case, Random(seed)) for case, seed in once], 5) / len(once)  # noqa: B023
    assert max(slowest.values()) < yardstick(), slowest
