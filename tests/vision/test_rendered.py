"""Layouts and pictures: everything has room, relations hold with their gap, equal scenes are equal pixels."""

from __future__ import annotations

import io
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from drawn_scenes import NUMBERS, whole
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import InputError, Unusable, keyed
from trustgen.core import picture as named_by
from trustgen.vision.edits import EditKind, edited
from trustgen.vision.layout import CLEAR, MARGIN, Layout, laid, stands
from trustgen.vision.render import alt, digest_of, picture_of, png, render
from trustgen.vision.scene import Person, Relation, Scene, Thing
from trustgen.vision.shapes import letter, mask
from trustgen.vision.world import BACKGROUNDS, COLOURS, GAP, PLACES, REACH, SHAPES

EDITS: tuple[EditKind, ...] = get_args(EditKind)
PLAIN = Scene((Thing("a", "star", "red", "large"),), background="white")


def layout(number: int) -> Layout:
    """The layout of the scene with this number."""
    return laid(whole(number), keyed("tests", "laid", str(number)))


def boxes(made: Layout) -> list:
    return [*(item.box for item in made.items), *(box for box in (made.word, made.person) if box)]


# ── layouts ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS)
def test_everything_lies_within_the_picture_and_apart(number: int) -> None:
    made = layout(number)
    assert len(made.items) == sum(thing.count for thing in made.scene.things)
    assert bool(made.word) == bool(made.scene.word)
    assert bool(made.person) == bool(made.scene.person)
    for box in boxes(made):
        for at, size in ((box.x, box.width), (box.y, box.height)):
            assert at - size / 2 >= MARGIN - 1e-6
            assert at + size / 2 <= 1 - MARGIN + 1e-6
    assert all(one.clears(other, GAP - 1e-6) for one, other in combinations(boxes(made), 2))
    assert made == layout(number)


def test_relations_and_places_hold_in_the_layout() -> None:
    seen = 0
    for number in range(400):
        made = layout(number)
        at = {thing.id: made.of(thing)[0] for thing in made.scene.things}
        for relation in made.scene.relations:
            assert stands(at[relation.subject], relation.name, at[relation.object], CLEAR)
        for thing in made.scene.things:
            if thing.place:
                x, y = PLACES[thing.place]
                assert max(abs(at[thing.id].x - x), abs(at[thing.id].y - y)) <= REACH
        seen += len(made.scene.relations) + sum(bool(thing.place) for thing in made.scene.things)
    assert seen > 100


@given(NUMBERS, st.sampled_from(EDITS))
def test_what_was_not_edited_stays_where_it_was(number: int, kind: EditKind) -> None:
    before = layout(number)
    draw = keyed("tests", "beside", str(number))
    try:
        after_scene, change = edited(before.scene, draw, kind)
        after = laid(after_scene, draw, before)
    except Unusable:
        return
    touched = set(change.about.split()) if kind in ("move", "add", "remove", "swap", "count", "resize") else set()
    old = {(item.id, item.nth): item.box for item in before.items}
    for item in after.items:
        if item.id not in touched:
            assert item.box == old[item.id, item.nth]
    if kind not in ("add", "remove"):
        assert (after.word, after.person) == (before.word, before.person)


def test_a_relation_turned_round_changes_two_places() -> None:
    scene = Scene(
        (Thing("a", "star", "red", "small"), Thing("b", "ring", "blue", "small")),
        (Relation("a", "left of", "b"),),
        background="white",
    )
    before = laid(scene, keyed("tests", "swap"))
    turned, change = edited(scene, keyed("tests", "swap"), "swap")
    after = laid(turned, keyed("tests", "other"), before)
    assert change.after == "right of"
    assert [after.of(t)[0] for t in turned.things] == [before.of(t)[0] for t in reversed(scene.things)]


def test_what_finds_no_room_is_said() -> None:
    kept = laid(PLAIN, keyed("tests", "room"))
    near = Scene(
        (*PLAIN.things, Thing("b", "ring", "blue", "large")), (Relation("b", "left of", "a"),), background="white"
    )
    at_the_edge = Layout(PLAIN, (type(kept.items[0])("a", 0, type(kept.items[0].box)(0.2, 0.5, 0.26, 0.26)),))
    with pytest.raises(Unusable, match="2 parts finds no room"):
        laid(near, keyed("tests", "room"), at_the_edge)


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(NUMBERS, st.sampled_from((32, 64, 128)))
def test_equal_scenes_are_equal_pixels(number: int, side: int) -> None:
    made = render(layout(number), side)
    assert made.shape == (side, side, 3)
    assert made.dtype == np.uint8
    assert (made == render(layout(number), side)).all()
    edge = np.concatenate([made[0], made[-1], made[:, 0], made[:, -1]])
    assert (edge == BACKGROUNDS[layout(number).scene.background]).all()


PINNED = {
    (0, 64): "177a70d4756e4141",
    (1, 64): "9cdcb8c2a32526d7",
    (4, 64): "34d200c865e4204f",
    (11, 32): "44fd59a67b2520b5",
    (17, 128): "8cfd88e8b18a3f07",
    (19, 224): "0ee65eb7de4d5f74",
}


@pytest.mark.parametrize(("number", "side"), PINNED)
def test_pixels_are_those_that_they_were(number: int, side: int) -> None:
    """A shape, a word, people at several sides: another digest is another picture, and every recorded error is void."""
    assert digest_of(render(layout(number), side))[:16] == PINNED[number, side]


def test_a_png_is_a_picture_of_the_house_and_keeps_every_pixel() -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
    pixels = render(layout(1), 64)
    body = png(pixels)
    assert body == png(render(layout(1), 64))
    assert named_by(body, "x").width == 64
    assert (np.asarray(image.open(io.BytesIO(body))) == pixels).all()


def test_what_is_open_or_too_small_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="a side of 16 pixels"):
        render(laid(PLAIN, keyed("tests", "a")), 16)
    for open_scene in (Scene((Thing("a", "star", "red", "small"),)), Scene((Thing("a", "star"),), background="white")):
        with pytest.raises(InputError, match="fill it first"):
            render(laid(open_scene, keyed("tests", "a")), 64)
    with pytest.raises(InputError, match="a person with tone or presentation left open"):
        render(laid(Scene(person=Person("chef"), background="white"), keyed("tests", "a")), 64)
    made, pixels = picture_of(Scene((Thing("a", "star"),)), keyed("tests", "a"), 64)
    assert made.scene.background
    assert pixels.shape == (64, 64, 3)


def test_a_picture_is_told_in_words() -> None:
    assert alt(PLAIN) == "a large red star on white"
    assert alt(Scene(word="STOP")) == "the word STOP on a plain background"


# ── masks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("side", [10, 21, 40])
def test_no_two_shapes_look_alike(side: int) -> None:
    """By the share of cells that two have in common, their middles on one another: at ten cells too."""

    def common(one: str, other: str) -> float:
        boards = []
        for shape in (one, other):
            made, board = mask(shape, side), np.zeros((side + 2, side + 2), dtype=bool)
            top, left = (side + 2 - made.shape[0]) // 2, (side + 2 - made.shape[1]) // 2
            board[top : top + made.shape[0], left : left + made.shape[1]] = made
            boards.append(board)
        return float((boards[0] & boards[1]).sum() / (boards[0] | boards[1]).sum())

    alike = {pair: common(*pair) for pair in combinations(SHAPES, 2)}
    assert max(alike.values()) < (0.9 if side == 10 else 0.85), max(alike, key=lambda pair: alike[pair])


def test_letters_are_all_there_and_all_different() -> None:
    made = {letter(name, 20).tobytes() for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    assert len(made) == 26
    assert len(COLOURS) == 9
