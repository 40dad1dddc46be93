"""What a variation promised of the wording is checked: words, options, surroundings, figures."""

from __future__ import annotations

import pytest
from crafted_cases import record
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from trustgen.audit.promises import figures_kept, options_kept, surroundings_kept, words_kept
from trustgen.core import Case, Expect, system, user

ASKED = "Which river does not reach the sea after 300 miles?"


@pytest.mark.parametrize(
    "after",
    [
        "Whcih rievr does not raech the sea aftr 300 miles?",
        "WHICH RIVER DOES NOT REACH THE SEA AFTER 300 MILES?",
        "Hm, which river, I ask, does not reach the sea after 300 long miles?",
        "Which ri ver does not re ach the sea after 300 mi les?",
        "Which river does not reach thesea after 300 miles?",
        "Does which river not reach after 300 miles the sea?",
    ],
)
def test_misspelt_words_are_found_again(after: str) -> None:
    assert words_kept(ASKED, after) == ""


@pytest.mark.parametrize(
    ("after", "named"),
    [
        ("Which river does now reach the sea after 300 miles?", "not"),
        ("Which river does reach the sea after 300 miles?", "not"),
        ("Which river does not reach the sea after 301 miles?", "300"),
        ("Which mountain is tall and covered with snow for 300 days, not in summer?", "was lost"),
    ],
)
def test_a_lost_word_is_named(after: str, named: str) -> None:
    assert named in words_kept(ASKED, after)


def test_an_added_negation_is_named() -> None:
    assert "added" in words_kept("Which river reaches the sea?", "Which river never reaches the sea?")


@given(
    st.lists(
        st.sampled_from(["river", "lake", "town", "seven", "12", "not", "before", "never"]), min_size=1, max_size=12
    ),
    st.data(),
)
def test_any_order_and_any_addition_keeps_words(words: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(words))
    assert words_kept(" ".join(words), " ".join([*shuffled, "or", "so", "they", "say"])) == ""


def test_figures_names_and_quotations() -> None:
    asked = 'In 1990, did Anna say "three cats" to Bo?'
    assert figures_kept(asked, 'did an na say "threecats" to BO in 1990') == ""
    assert "1990" in figures_kept(asked, 'did Anna say "three cats" to Bo?')
    assert "three cats" in figures_kept(asked, "In 1990, did Anna say three dogs to Bo?")
    assert "Anna" in figures_kept(asked, 'In 1990, did Ann say "three cats" to Bo?')


def choice(options: tuple[str, ...], letter: str, text: str) -> Case:
    return Case.of(record(), "mcq", user(text), expect=Expect(answer=letter, options=options))


def test_options_stand_as_they_stood() -> None:
    base = choice(("x", "y"), "A", "Which?\nA) x\nB) y")
    assert options_kept(choice(("x", "y"), "A", "Which one?\nA) x\nB) y"), base) == ""
    assert "options" in options_kept(choice(("y", "x"), "A", "Which?\nA) y\nB) x"), base)
    assert "letter" in options_kept(choice(("x", "y"), "B", "Which?\nA) x\nB) y"), base)
    assert "options" in options_kept(choice(("x", "y"), "A", "Which?\nA) x\nB) z"), base)


def test_other_turns_stand_as_they_stood() -> None:
    base = Case.of(
        record(), "plain", system("Be kind."), user("Say: which?"), expect=Expect(answer="x"), question="which?"
    )
    good = replace(base, turns=(base.turns[0], user("Say: what then?")), question="what then?")
    assert surroundings_kept(good, base) == ""
    assert "turn" in surroundings_kept(replace(good, turns=(system("Be rude."), good.turns[1])), base)
    assert "turns" in surroundings_kept(replace(good, turns=(user("Be kind."), good.turns[1])), base)
