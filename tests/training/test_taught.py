"""What `tiny-t2i` is taught: the same examples everywhere, of what may be taught alone, and told as they are."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import pytest

from tiny_vision import domain
from tiny_vision.asked import Asked
from tiny_vision.domain import ASPECTS, CELLS, CODE, KINDS, LONGEST, STRONG, WORDS, Example, example
from trustgen.core import Unusable, keyed
from trustgen.models.tiny_network import Form, pixels_of
from trustgen.vision.layout import Box, Item, Layout
from trustgen.vision.render import Pixels, picture_of
from trustgen.vision.scene import Relation, Scene, Thing, faults
from trustgen.vision.spelled import MISSPELT, pieces
from trustgen.vision.world import HELD_OUT, words

FORM = Form(side=64, patch=4, more=15, shift=0.5, least=-9.0, most=7.0)


def some(count: int = 300) -> list[Example]:
    return [example("tried", at, 0.5) for at in range(count)]


def test_an_example_is_drawn_by_its_number_alone() -> None:
    one, again, other = example("tried", 3, 0.5), example("tried", 3, 0.5), example("tried", 4, 0.5)
    assert one.prompt == again.prompt != other.prompt
    assert np.array_equal(one.picture, again.picture)
    assert np.array_equal(one.map, again.map)


def test_only_taught_pairs_and_words_are_said() -> None:
    held = set(words("held"))
    for one in some():
        assert not held & set(re.findall(r"[A-Z]{3,5}", one.prompt))
        for shape, colour in HELD_OUT.items():
            assert f"{colour} {shape}" not in one.prompt


def test_every_prompt_has_room_and_known_words() -> None:
    for one in some():
        assert 0 < (one.ids > 0).sum() == len(pieces(one.prompt)) <= LONGEST
        said = [piece if piece in WORDS else MISSPELT for piece in pieces(one.prompt)]
        assert [WORDS[at] for at in one.ids if at] == said


def test_codes_differ_in_four_of_twelve() -> None:
    codes = domain.codes()
    apart = (codes[:, None] != codes[None]).sum(axis=2) + 99 * np.eye(len(codes))
    assert codes.shape == (len(KINDS), CODE)
    assert apart.min() >= 4


def test_a_map_says_what_lies_where() -> None:
    thing = Thing("a", "star", "red", "large")
    layout = Layout(Scene((thing,), background="white"), (Item("a", 0, Box(0.25, 0.75, 0.26, 0.26)),))
    made = domain.map_of(layout)
    row, column = int(0.75 * CELLS), int(0.25 * CELLS)
    assert np.array_equal(made[row, column, :CODE] / STRONG, domain.codes()[KINDS.index("star")])
    assert made[row, column, CODE + 2] == STRONG
    assert made[row, column - 1, CODE] < made[row, column + 1, CODE]
    assert made[row - 1, column, CODE + 1] < made[row + 1, column, CODE + 1]
    assert not made[: CELLS // 2].any()
    assert not made[:, CELLS // 2 :].any()


def test_channels_are_put_together_to_the_picture_again() -> None:
    for one in some(20):
        told = domain.channels_of(one.picture, one.map)
        assert told.shape == (FORM.channels, CELLS, CELLS)
        assert np.array_equal(pixels_of(told, FORM), one.picture)


def test_each_mention_of_a_thing_is_told_what_is_said_of_it() -> None:
    scene = Scene((Thing("a", "star", "red"), Thing("b", "house", "", "small")), (Relation("a", "above", "b"),))
    text = "A red star and a small house. The star is above the house."
    told = domain._told(Asked(text, scene))
    said = {name: at for at, name in enumerate(ASPECTS)}
    for at, piece in enumerate(pieces(text)):
        if piece == "star":
            assert ASPECTS["colour"][told[at, said["colour"]]] == "red"
            assert ASPECTS["above"][told[at, said["above"]]] == "house"
        elif piece == "house":
            assert ASPECTS["size"][told[at, said["size"]]] == "small"
            assert told[at, said["colour"]] == 0
        else:
            assert (told[at] == -1).all()


def test_letters_are_told_their_place() -> None:
    told = domain._told(Asked("The word KEY.", Scene(word="KEY")))
    at = list(ASPECTS).index("letter")
    assert [ASPECTS["letter"][one] for one in told[:, at] if one > 0] == ["0", "1", "2"]


def test_a_scene_without_room_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """One such ended a training after 3,265 steps."""
    tried: list[Scene] = []

    def narrow(scene: Scene, draw: Random, side: int) -> tuple[Layout, Pixels]:
        tried.append(scene)
        if len(tried) < 3:
            raise Unusable("no room")
        return picture_of(scene, draw, side)

    monkeypatch.setattr(domain, "picture_of", narrow)
    assert example("tried", 1, 0.5).prompt
    assert len(tried) == 3


def test_a_simple_scene_can_nearly_always_be_drawn() -> None:
    draw = keyed("tiny-t2i", "simple")
    assert sum(bool(faults(domain._simple(draw))) for _ in range(300)) < 30
