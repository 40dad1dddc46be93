"""Numbers and foreign text in words."""

from __future__ import annotations

import math
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Direction
from trustgen.report import words
from trustgen.report.tables import code

RAW = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("value", "span", "text"),
    [
        (math.nan, (0.0, 1.0), "–"),
        (0.8125, (0.0, 1.0), "0.812"),
        (-0.5, (-1.0, 1.0), "−0.500"),
        (-0.0001, (-1.0, 1.0), "−0.0001"),
        (0.9996, (0.0, 1.0), "0.9996"),
        (0.0004, (0.0, 1.0), "0.0004"),
        (0.99999, (0.0, 1.0), "> 0.9999"),
        (0.00001, (0.0, 1.0), "< 0.0001"),
        (-0.00001, (-1.0, 1.0), "> −0.0001"),
        (1 - 1e-12, (0.0, 1.0), "1.000"),
        (1e-17, (0.0, 1.0), "0.000"),
        (1.0, (0.0, 1.0), "1.000"),
        (99.99, (0.0, 100.0), "99.99"),
        (703.26, (0.0, 1875.0), "703"),
        (12.345, (0.0, 100.0), "12.3"),
    ],
)
def test_a_number_has_the_decimals_of_its_range(value: float, span: tuple[float, float], text: str) -> None:
    assert words.number(value, span) == text


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (0.7997, 0.8, "0.7997"),
        (0.79996, 0.8, "0.79996"),
        (0.7987, 0.8, "0.799"),
        (0.8, 0.8, "0.800"),
        (0.05004, 0.05, "0.05004"),
        (0.9996, 0.8, "0.9996"),
        (math.nan, 0.8, "–"),
    ],
)
def test_a_failing_bound_is_never_its_equal(value: float, bound: float, text: str) -> None:
    assert words.beside(value, bound) == text


def test_limits_of_nothing_are_a_dash() -> None:
    assert words.between(math.nan, 0.5) == "–"
    assert words.between(-0.25, 0.5, (-1, 1)) == "[−0.250, 0.500]"


def test_directions_have_signs_and_words() -> None:
    assert [words.arrow(d, 0.5) for d in Direction] == ["↑", "↓", "→0.5"]
    assert [words.better(d, 0.5) for d in Direction] == [
        "higher is better",
        "lower is better",
        "nearer to 0.5 is better",
    ]


def test_every_outcome_that_happened_is_named_and_adds_up() -> None:
    counts = {"scored": 391, "refused": 6, "blocked": 0, "unparsed": 0, "error": 3, "skipped": 1000}
    assert words.total(counts) == "1,400 planned = 391 scored + 6 refused + 3 error + 1,000 skipped"
    assert words.missing(counts) == "6 refused, 3 error, 1,000 skipped"


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=300))
def test_no_control_or_bidi_character_survives(text: str) -> None:
    joiners = "\u200c\u200d"
    for char in words.visible(text).replace("\n", "").replace("\t", "") + words.one_line(text):
        assert unicodedata.category(char) not in RAW or char in joiners
    assert len(words.one_line(text, 50)) <= 50


def test_what_is_hidden_is_spelled_out() -> None:
    assert words.visible("a\x1b[31m\u202eb\ud800\r\nc\td") == "a‹U+001B›[31m‹U+202E›b‹U+D800›\nc\td"
    assert words.one_line(" a\n\n\tb\x07 ") == "a b‹U+0007›"


def test_a_cut_is_announced() -> None:
    assert words.visible("x" * 2_000) == "x" * 2_000
    assert words.visible("x" * 2_001) == "x" * 2_000 + "\n… (cut: 2,000 of 2,001 characters)"
    assert words.one_line("x" * 300) == "x" * 199 + "…"


@given(st.text(alphabet="`|a \n<@", max_size=30))
def test_nothing_leaves_a_code_span(text: str) -> None:
    span = code(text)
    fence = re.match("`+", span)[0]  # type: ignore[index]
    inner = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert not inner.startswith("`")
    assert not inner.endswith("`")
    assert fence not in re.findall("`+", inner), "a run as long as the fence would end the span"
    assert "\n" not in span


def test_notes_of_any_shape_become_words() -> None:
    assert words.note({"A": 12, "B": 0.12345}) == "A 12, B 0.123"
    assert words.note(["A", "C"]) == "A, C"
    assert words.note({"x": {"y": 1}}) == "x (y 1)"
    assert words.note(math.nan) == "–"
    assert words.note(None) == "–"
    assert words.note(True) == "yes"
