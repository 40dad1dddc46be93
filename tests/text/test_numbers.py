"""Number words and figures: every number comes back, with or without separators, and what is none is not read."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from spelling import spell
from trustgen.text.numbers import ORDINALS, WORDS, digits, folded, number_of, spoken, written


@given(st.integers(0, 10**8), st.sampled_from([" and ", " "]))
def test_a_number_in_words_comes_back(n: int, link: str) -> None:
    said = spell(n, link)
    assert number_of(said) == n
    assert [one.value for one in spoken(f"they counted {said} birds")] == [n]
    assert list(folded(said.replace("-", " ").split())) == [(str(n), -1)]


@given(st.integers(1300, 2099))
def test_a_year_in_two_halves_comes_back(year: int) -> None:
    century, rest = divmod(year, 100)
    tail = spell(rest) if rest > 9 else f"oh {spell(rest)}" if rest else "hundred"
    said = f"in {spell(century)} {tail} it rained"
    assert [one.value for one in spoken(said, years=True)] == [year]
    if rest > 9:
        assert [one.value for one in spoken(said)] == [century, rest]


def test_the_years_that_are_said_in_halves() -> None:
    read = [[one.value for one in spoken(f"{spell(n)} forty", years=True)] for n in range(11, 23)]
    assert [len(one) for one in read] == [2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2]


@given(st.integers(100, 900).map(lambda n: n // 100 * 100), st.integers(1, 9))
def test_two_numbers_beside_each_other_are_two(n: int, small: int) -> None:
    text = f"between {spell(n)} and {spell(small)} hundred men"
    assert [one.value for one in spoken(text)] == [n, small * 100]
    assert [one.value for one in spoken(f"{spell(small)}, {spell(n)}")] == [small, n]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("zero", 0),
        ("twelve", 12),
        ("twenty-one", 21),
        ("one hundred", 100),
        ("a hundred and five", 105),
        ("sixteen hundred", 1_600),
        ("twenty-one hundred and five", 2_105),
        ("two hundred and five thousand", 205_000),
        ("three million two hundred thousand and six", 3_200_006),
        ("nine hundred ninety-nine thousand nine hundred ninety-nine", 999_999),
        ("one and a half million", 1_500_000),
        ("one million and a half", 1_500_000),
        ("half a million", 500_000),
        ("three and a half", 3.5),
        ("two dozen", 24),
        ("half a dozen", 6),
        ("twenty thirty", None),
        ("hundred hundred", None),
        ("two hundred and five hundred", None),
        ("two thousand and five thousand", None),
        ("five and six", None),
        ("five five", None),
        ("zero hundred", None),
        ("zero million", None),
        ("half", None),
        ("half a", None),
        ("a five", None),
        ("and", None),
        ("", None),
        ("cat", None),
    ],
)
def test_number_words(words: str, value: float | None) -> None:
    assert number_of(words) == value


@given(st.lists(st.sampled_from([*sorted(WORDS), "a", "an", "and", "half", ",", "oh", "men"]), max_size=14))
def test_any_words_are_read_in_order_and_once(words: list[str]) -> None:
    text = " ".join(words)
    for years in (False, True):
        found = list(spoken(text, years=years))
        assert all(one.start < one.end for one in found)
        assert all(one.end <= other.start for one, other in itertools.pairwise(found))
        kept = [(word, place) for word, place in folded(words, years=years) if place >= 0]
        assert all(words[place] == word and word not in WORDS for word, place in kept)
        assert [place for _, place in kept] == sorted({place for _, place in kept})


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_a_figure_with_separators_comes_back(whole: int, cents: int) -> None:
    plain = f"{whole}.{cents:02d}"
    english = f"{whole:,}.{cents:02d}"
    for mark in (",", "'", " ", "\u00a0", "\u202f"):
        assert digits(english.replace(",", mark)) == plain
        assert digits(f"{whole:,}".replace(",", mark)) == str(whole)
    assert digits(f"{whole:,}".replace(",", ".") + f",{cents:02d}") == plain
    assert digits(f"{whole:,}".replace(",", "."), points=True) == str(whole)
    assert digits(digits(english)) == digits(english)


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        ("1.6k people", "1600 people"),
        ("1.2 million people", "1200000 people"),
        ("10k", "10000"),
        ("1,5 thousand", "1500"),
        ("1.6 k people", "1.6 k people"),
        ("12:30 million", "12:30 1000000"),
        ("3 hundred", "300"),
        ("2 dozen", "24"),
    ],
)
def test_a_figure_takes_the_large_number_behind_it(words: str, figures: str) -> None:
    assert " ".join(word for word, _ in folded(words.split())) == figures


def test_what_is_no_separator_stays() -> None:
    kept = ("12:30", "1,2,3", "007", "1.234", "3.50", "1.2.3")
    assert [digits(one) for one in kept] == list(kept)
    assert (digits("3,5"), digits("1.234", points=True)) == ("3.5", "1234")
    assert (written(1500.0), written(0.5)) == ("1500", "0.5")


@pytest.mark.parametrize(("word", "value"), [("first", 1), ("twelfth", 12), ("twentieth", 20), ("ninety-ninth", 99)])
def test_ordinals(word: str, value: int) -> None:
    assert ORDINALS[word] == value
    assert sorted(ORDINALS.values()) == list(range(1, 100))


@pytest.mark.parametrize("piece", ["two hundred and ", "half a ", "one ", "and a half ", "twenty ", "a ", "x"])
def test_words_are_read_in_step_with_their_number(piece: str) -> None:
    assert in_step(lambda text: list(spoken(text, years=True)), piece * (200_000 // len(piece)))
