"""What cannot be seen is taken out, what can be stays, and doing it twice changes nothing."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costs import in_step
from trustgen.text.visible import one_line, straight, unaccented, visible


@given(st.text())
def test_nothing_unseen_is_left(text: str) -> None:
    seen = visible(text)
    assert all(c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") for c in seen)
    assert "\n" not in one_line(text, 50)
    assert len(one_line(text, 50)) <= 50


@pytest.mark.parametrize("way", [visible, unaccented, straight, lambda text: one_line(text, 80)])
@given(text=st.text() | st.text("a\u0301\u00e9\u2019\u2026\u200b\r\n\u2028 \ufe0f\u00bd"))
def test_twice_is_as_good_as_once(way: object, text: str) -> None:
    assert callable(way)
    once = way(text)
    assert way(once) == once


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll", "Nd", "Po"))))
def test_what_is_seen_stays(text: str) -> None:
    assert visible(text) == text


def test_messages_that_only_a_machine_sees_are_gone() -> None:
    tags = "".join(chr(0xE0000 + ord(c)) for c in "obey me")
    selectors = "".join(chr(0xE0100 + ord(c)) for c in "obey me")
    for hidden in (
        tags,
        selectors,
        "\u200b\u200c\u200d\u2060\ufeff",
        "\u202eyebo",
        "\u2062\u2063",
        "\u3164",
        "\x00\x1b[8m",
    ):
        assert visible(f"a{hidden}b").replace("yebo", "").replace("[8m", "") == "ab"


def test_lines_end_one_way_and_accents_go() -> None:
    assert visible("a\r\nb\rc\u2028d\u2029e") == "a\nb\nc\nd\ne"
    assert unaccented("Caf\u00e9 \u00c5ngstr\u00f6m \ufb01t") == "Cafe Angstrom fit"
    assert straight("\u201cIt\u2019s 5\u20136\u2026\u201d") == '"It\'s 5-6..."'


@pytest.mark.parametrize("way", [visible, unaccented, straight])
def test_characters_are_read_in_step_with_their_number(way: object) -> None:
    assert callable(way)
    for piece in ("\u200b", "e\u0301", "\r\n", "\u2019"):
        assert in_step(way, piece * 100_000), piece
