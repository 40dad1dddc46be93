"""Scenes: what is drawn is valid and as complex as asked, edits change one thing, prompts say all and no more."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from drawn_scenes import NUMBERS, scene, whole
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import InputError, Unusable, keyed
from trustgen.vision.colour import lab
from trustgen.vision.drawing import drawn, portrait
from trustgen.vision.edits import EditKind, differences, edited
from trustgen.vision.scene import Person, Relation, Scene, Thing, faults, filled, validate
from trustgen.vision.wording import NUMBERS as SAID
from trustgen.vision.wording import named, prompt, tokens, vocabulary
from trustgen.vision.world import (
    BACKGROUNDS,
    COLOURS,
    HELD_OUT,
    PAINT,
    ROLES,
    SHAPES,
    colours,
    share_of,
    words,
)

EDITS: tuple[EditKind, ...] = get_args(EditKind)
STAR, RING = Thing("a", "star", "red", "large"), Thing("b", "ring", "blue", "small")


# ── the world ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_colours_are_apart_in_lab_as_the_file_says() -> None:
    objects, grounds = lab(np.array([*COLOURS.values()])), lab(np.array([*BACKGROUNDS.values()]))
    inks = lab(np.array([PAINT["ink"]]))

    def least(one: np.ndarray, other: np.ndarray | None = None) -> float:
        pairs = combinations(one, 2) if other is None else ((a, b) for a in one for b in other)
        return min(float(np.linalg.norm(a - b)) for a, b in pairs)

    assert least(objects) >= 32
    assert least(objects, grounds) >= 32
    assert least(objects, inks) >= 32
    assert least(grounds, inks) >= 32
    assert least(grounds) >= 18


def test_there_is_enough_to_draw_from() -> None:
    assert len(SHAPES) >= 10
    assert len(COLOURS) >= 8
    assert len(BACKGROUNDS) >= 5
    assert set(HELD_OUT.values()) <= set(COLOURS)
    assert len(set(ROLES.values())) == len(ROLES)
    assert set(ROLES.values()) <= set(COLOURS)


def test_words_are_in_two_shares_with_none_in_common() -> None:
    taught, held = words("taught"), words("held")
    assert not set(taught) & set(held)
    assert min(len(taught), len(held)) >= 40
    for word in (*taught, *held):
        assert not faults(Scene(word=word)), word
    assert share_of("ACORN") == share_of("ACORN")
    assert not set(colours("star", "taught")) & set(colours("star", "held"))


def is_held_out(scene: Scene) -> bool:
    """Whether a thing of the scene has the colour that its shape is never taught in."""
    return any(thing.colour == HELD_OUT[thing.shape] for thing in scene.things)


# ── what is drawn ───────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS)
def test_a_drawn_scene_is_valid_and_as_complex_as_asked(number: int) -> None:
    made = scene(number)
    assert not faults(made)
    assert made.complexity == 3 + number % 6
    assert bool(made.person) == (number % 5 == 4)
    assert made == scene(number)


@given(NUMBERS)
def test_held_out_pairs_are_where_they_are_asked_for_and_nowhere_else(number: int) -> None:
    draw = keyed("tests", "held", str(number))
    taught, held = drawn(draw, 3 + number % 6), drawn(draw, 3 + number % 6, share="held")
    assert not is_held_out(taught)
    assert not is_held_out(filled(taught, draw))
    assert is_held_out(held)
    assert all(share_of(one.word) == share for one, share in ((taught, "taught"), (held, "held")) if one.word)


@given(NUMBERS)
def test_filling_keeps_what_was_said_and_leaves_nothing_open(number: int) -> None:
    said, full = scene(number), whole(number)
    assert not faults(full)
    assert all(thing.colour and thing.size for thing in full.things)
    assert full.background
    for change in differences(said, full):
        assert change.before in ("", "0")  # tone 0 is one that is not said
    assert filled(full, keyed("any", "thing")) == full


def test_every_kind_of_atom_is_drawn_at_every_complexity() -> None:
    for complexity in range(3, 9):
        seen: Counter[str] = Counter()
        for number in range(300):
            made = drawn(keyed("tests", "kinds", str(complexity), str(number)), complexity)
            seen.update(relation=bool(made.relations), word=bool(made.word), ground=bool(made.background))
            seen.update(count=any(t.count > 1 for t in made.things), place=any(t.place for t in made.things))
        assert min(seen.values()) >= 15, (complexity, seen)
        assert len(seen) == 5


def test_a_complexity_outside_three_to_eight_is_refused() -> None:
    for complexity in (2, 9):
        with pytest.raises(InputError, match=f"complexity {complexity} is not between 3 and 8"):
            drawn(keyed("tests", "any"), complexity)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Scene(), "nothing is shown"),
        (Scene((Thing("a", "blob"),)), "shape `blob`"),
        (Scene((Thing("a", "star", "mauve"),)), "colour `mauve`"),
        (Scene((Thing("a", "star", count=6),)), "count 6"),
        (Scene((STAR, Thing("b", "star"))), "share a shape"),
        (Scene((STAR, Thing("a", "ring"))), "share a id"),
        (Scene((Thing("a", "star", count=4), Thing("b", "ring", count=4))), "8 things in all"),
        (Scene((Thing("a", "star", count=2, place="middle"),)), "has a place"),
        (Scene((STAR, RING), (Relation("a", "beside", "b"),)), "relation `beside`"),
        (Scene((STAR, RING), (Relation("a", "above", "c"),)), "name two things"),
        (Scene((STAR, RING), (Relation("a", "above", "b"), Relation("b", "above", "a"))), "two relations between"),
        (Scene((STAR,), word="stop"), "word `stop`"),
        (Scene((STAR,), word="ÄÄÄ"), "word `ÄÄÄ`"),
        (Scene(person=Person("wizard")), "role `wizard`"),
        (Scene(person=Person("chef", 11)), "tone 11"),
        (Scene(person=Person("chef", 1, "tall")), "presentation `tall`"),
        (Scene((STAR,), background="plaid"), "background `plaid`"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(wrong: Scene, told: str) -> None:
    with pytest.raises(InputError, match=told):
        validate(wrong)


# ── edits ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS, st.sampled_from(EDITS))
def test_an_edit_is_exactly_the_change_that_it_records(number: int, kind: EditKind) -> None:
    before = whole(number)
    try:
        after, change = edited(before, keyed("tests", "edit", str(number)), kind)
    except Unusable:
        return
    assert change.kind == kind
    assert differences(before, after) == (change,)
    assert not faults(after)
    (back,) = differences(after, before)
    assert (back.about, back.before, back.after) == (change.about, change.after, change.before)


def test_every_kind_of_edit_is_made_and_is_one_change() -> None:
    made = Counter()
    for number in range(200):
        before = whole(number)
        for kind in EDITS:
            try:
                after, change = edited(before, keyed("tests", "edits", str(number)), kind)
            except Unusable:
                continue
            assert differences(before, after) == (change,)
            made[change.kind] += 1
    assert set(made) == set(EDITS)


def test_what_is_removed_takes_only_its_own_relations() -> None:
    third = Thing("c", "moon", "pink", "small")
    before = Scene((STAR, RING, third), (Relation("a", "above", "b"), Relation("b", "above", "c")))
    for number in range(10):
        after, change = edited(before, keyed("tests", "removed", str(number)), "remove")
        assert len(after.relations) == {"a": 1, "b": 0, "c": 1}[change.about]


def test_two_changes_are_told_as_two() -> None:
    before = Scene((STAR, RING), (Relation("a", "above", "b"),), word="STOP", background="white")
    after = Scene(
        (Thing("a", "star", "green", "large", 2), Thing("c", "moon", "pink")), word="OPEN", background="white"
    )
    told = {(change.kind, change.about): (change.before, change.after) for change in differences(before, after)}
    assert told == {
        ("recolour", "a"): ("red", "green"),
        ("count", "a"): ("1", "2"),
        ("remove", "b"): ("ring", ""),
        ("add", "c"): ("", "moon"),
        ("word", "word"): ("STOP", "OPEN"),
    }
    assert not differences(before, before)


def test_what_is_not_said_is_not_edited() -> None:
    with pytest.raises(Unusable, match="nothing in the scene for an edit `recolour`"):
        edited(Scene((Thing("a", "star"),)), keyed("tests", "none"), "recolour")


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS)
def test_a_prompt_says_all_that_the_scene_says_in_known_words(number: int) -> None:
    made = scene(number)
    said = prompt(made, keyed("tests", "prompt", str(number)))
    known = set(vocabulary())
    assert set(tokens(said)) <= known
    for thing in made.things:
        assert named(thing) in said or named(thing).capitalize() in said
    for needed in (made.word, made.background, made.person.role if made.person else ""):
        assert needed in said
    assert said.count("left") == sum("left" in r.name for r in made.relations) + sum(
        "left" in t.place for t in made.things
    )
    assert "{{" not in said
    assert "  " not in said


def test_what_is_named_reads_well() -> None:
    assert named(STAR) == "a large red star"
    assert named(Thing("a", "hourglass")) == "an hourglass"
    assert named(Thing("a", "cross", "orange", count=3)) == "three orange crosses"
    assert SAID[5] == "five"
    scene = Scene((STAR,), person=Person("nurse", 9, "masculine"))
    assert "a man who is a nurse and has dark skin" in prompt(scene, keyed("tests", "a")).replace("A man", "a man")


def test_a_portrait_is_one_person() -> None:
    made = portrait(keyed("tests", "p"), "chef", tone=4)
    assert made == Scene(person=Person("chef", 4))
    assert made.complexity == 3
