"""Organisms say what was planted, to the rate, and the same whatever the order."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest

from trustgen.core import Case, Expect, InputError, InternalError, Level, ModelOptions, Request, Sampling, user
from trustgen.models.organism import REFUSAL, TRAITS, Organism, candidates, open_model

N = 4000
CLOSED = Expect(answer="B", options=("w", "x", "y", "z"), wrong=("A", "C", "D"))
OPEN = Expect(answer="Paris", wrong=("Lyon", "Rome"))
PRESSED = Expect(answer="Paris", wrong=("Lyon", "Rome"), worst="Lyon")


def organism(uri: str) -> Organism:
    return open_model(uri, ModelOptions())


def case(i: int, expect: Expect = OPEN, arm: str = "plain") -> Case:
    return Case(f"case{i}", "t", arm, (user("?"),), expect, (f"record{i // 4}",))


def say(uri: str, asked: Case) -> str:
    request = Request(asked.turns, Sampling(), asked)
    return asyncio.run(organism(uri).ask(request)).text


def says(uri: str, *cases: Case) -> list[str]:
    async def every() -> list[str]:
        model = organism(uri)
        return [(await model.ask(Request(c.turns, Sampling(), c))).text for c in cases]

    return asyncio.run(every())


@pytest.mark.parametrize("trait", TRAITS)
def test_an_organism_is_a_model_that_says_it_is_simulated(trait: str) -> None:
    made = organism(trait)
    assert made.simulated
    assert made.levels == {Level.GENERATE, Level.IMAGE_IN, Level.IMAGE_OUT, Level.SAMPLER}
    assert made.uri.startswith(f"organism/{trait}")
    assert organism(made.uri.removeprefix("organism/")).uri == made.uri, "the canonical URI opens the same model"
    asyncio.run(made.check())
    asyncio.run(made.close())
    asyncio.run(made.close())
    assert say(trait, case(0)) == say(trait, case(0))


@pytest.mark.parametrize(
    ("uri", "expect", "arm", "said"),
    [
        ("perfect", OPEN, "plain", "Paris"),
        ("perfect", Expect(best="I do not know."), "plain", "I do not know."),
        ("worst", OPEN, "plain", "Lyon"),
        ("worst", Expect(answer="Paris", wrong=("Lyon",), worst="Paris"), "plain", "Paris"),
        ("mute", OPEN, "plain", ""),
        ("refuser", OPEN, "plain", REFUSAL),
        ("steadfast", PRESSED, "group", "Paris"),
        ("ignorant", Expect(answer="Paris", wrong=("Lyon",), worst="Paris"), "plain", "Lyon"),
        ("coward", PRESSED, "plain", "Paris"),
        ("coward", PRESSED, "group", "Lyon"),
        ("coward?rate=0", PRESSED, "group", "Paris"),
        ("letter?letter=C", CLOSED, "plain", "C"),
        ("letter?rate=0", CLOSED, "plain", "B"),
        ("able?rate=1", CLOSED, "plain", "B"),
        ("able?rate=0", CLOSED, "plain", "A"),
        ("graded?rate=1", OPEN, "plain", "Lyon"),
        ("graded?rate=0", OPEN, "plain", "Paris"),
    ],
)
def test_what_an_organism_says(uri: str, expect: Expect, arm: str, said: str) -> None:
    assert say(uri, case(1, expect, arm)) == said


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.9])
@pytest.mark.parametrize(
    ("uri", "hit"), [("able", "Paris"), ("graded", "Lyon"), ("coward", "Lyon"), ("letter?letter=C", "C")]
)
def test_a_planted_rate_is_said_at_that_rate(uri: str, hit: str, rate: float) -> None:
    full = f"{uri}{'&' if '?' in uri else '?'}rate={rate}"
    said = says(full, *(case(i, PRESSED, "group") for i in range(N)))
    assert abs(said.count(hit) / N - rate) < 4 * math.sqrt(rate * (1 - rate) / N)


def test_random_is_even_over_all_answers() -> None:
    for expect, answers in ((CLOSED, tuple("ABCD")), (OPEN, ("Paris", "Lyon", "Rome"))):
        said = says("random", *(case(i, expect) for i in range(N)))
        assert set(said) == set(answers)
        for answer in answers:
            p = 1 / len(answers)
            assert abs(said.count(answer) / N - p) < 4.5 * math.sqrt(p * (1 - p) / N)


def test_candidates() -> None:
    assert candidates(CLOSED) == tuple("ABCD")
    assert candidates(Expect(answer="true", options=("true", "false"), wrong=("false",))) == ("true", "false")
    assert candidates(Expect(best="no", options=("yes", "no"))) == ("yes", "no")
    assert candidates(Expect(best="I do not know.")) == ("I do not know.",)


def test_a_draw_belongs_to_the_case_and_not_to_the_moment() -> None:
    cases = [case(i) for i in range(200)]
    forth = says("able", *cases)
    assert says("able", *reversed(cases)) == forth[::-1]
    assert says("able?seed=1", *cases) != forth


def test_by_record_shares_the_draw_over_a_records_arms() -> None:
    said = says("able?by=record", *(case(i) for i in range(N)))
    assert all(len(set(said[i : i + 4])) == 1 for i in range(0, N, 4))
    assert len(set(said)) == 2


def test_the_canonical_uri_sorts_and_fills_in() -> None:
    assert organism("able?seed=3&rate=.30").uri == "organism/able?by=case&rate=0.3&seed=3"
    assert organism("perfect").uri == "organism/perfect"
    assert organism("coward").uri == organism("coward?rate=1.0").uri == "organism/coward?rate=1&seed=0"


CANNOT_BE = """
nope  able?rate=2  able?rate=-0.1  able?rate=nan  able?rate=x  able?rate=  able?rate  able?x=1  able?rate=.1&rate=.2
perfect?rate=1  able?by=arm  letter?letter=AB  letter?letter=a  random?seed=a+b
"""


@pytest.mark.parametrize("uri", ["", *CANNOT_BE.split()])
def test_what_cannot_be_is_an_input_error_with_a_mend(uri: str) -> None:
    with pytest.raises(InputError, match=r"write|takes|traits are|lies between"):
        organism(uri)


def test_an_organism_that_is_not_shown_its_case_is_a_bug() -> None:
    with pytest.raises(InternalError, match="without its case"):
        asyncio.run(organism("perfect").ask(Request((user("?"),), Sampling())))


def test_traits_are_listed_in_one_line_each() -> None:
    lines: list[Any] = list(TRAITS.values())
    assert all(line and "\n" not in line for line in lines)
