"""What is in a picture, measured: renders come back as they were drawn, what is none of ours is refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from counted import TREATMENTS, compared, shown
from drawn_scenes import NUMBERS, scene, whole, wholes
from hypothesis import given
from hypothesis import strategies as st

from trustgen.core import Unusable, keyed
from trustgen.vision.atoms import Atom, atoms
from trustgen.vision.colour import linear
from trustgen.vision.edits import edited
from trustgen.vision.faith import faith
from trustgen.vision.layout import Box, Item, Layout, laid
from trustgen.vision.measure import measure
from trustgen.vision.parts import parts_of, runs_of
from trustgen.vision.render import Pixels, render
from trustgen.vision.scene import Person, Scene, Thing
from trustgen.vision.seen import Seen, Spotted, answered
from trustgen.vision.wording import tone_words
from trustgen.vision.world import BACKGROUNDS, TONES

LIGHTS = {"day": (1, 1, 1), "lamp": (1, 0.8, 0.55), "dim": (0.5, 0.5, 0.55), "shade": (0.7, 0.8, 1)}


def layout(number: int) -> Layout:
    """The layout of the scene with this number."""
    return laid(whole(number), keyed("tests", "laid", str(number)))


def lit(pixels: Pixels, light: tuple[float, float, float]) -> Pixels:
    """A picture as it would be under a light that leaves so much of each channel of white."""
    value = linear(pixels) * np.array(light)
    return np.rint(np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055) * 255).astype(
        np.uint8
    )


# ── what was drawn comes back ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("side", "rate"), [(32, 0.97), (64, 0.99), (128, 0.99)])
def test_renders_are_measured_as_they_were_drawn(side: int, rate: float) -> None:
    exact = 0
    for number in range(200):
        made = layout(number)
        seen = measure(render(made, side))
        exact += not seen.refused and all(was == told for _, was, told in compared(made, seen))
    assert exact >= rate * 200


@given(NUMBERS, st.sampled_from((64, 97, 128, 224)))
def test_boxes_are_where_things_were_drawn(number: int, side: int) -> None:
    made = layout(number)
    seen, drawn = measure(render(made, side)), shown(made)
    assert not seen.refused
    for one in drawn.things:
        (there,) = [thing for thing in seen.things if abs(thing.box.x - one.box.x) + abs(thing.box.y - one.box.y) < 0.1]
        assert (there.shape, there.colour, there.size) == (one.shape, one.colour, one.size)
        assert max(abs(there.box.x - one.box.x), abs(there.box.y - one.box.y)) <= 1 / side
        assert there.union > 0.8
    for was, told in ((drawn.word, seen.word), (drawn.person, seen.person)):
        assert bool(was) == bool(told)


@given(NUMBERS)
def test_every_atom_of_a_picture_of_its_scene_holds(number: int) -> None:
    made, said = layout(number), atoms(scene(number))
    answers = answered(said, measure(render(made, 64)))
    assert {answers[atom.id] for atom in said if atom.kind != "text"} <= {"yes"}
    assert {answers[atom.id] for atom in said if atom.kind == "text"} <= {"unparsed"}  # a word is read, not measured


def test_one_edit_is_one_atom_that_does_not_hold() -> None:
    """What was recoloured, resized, recounted or taken away is what the picture is found to lack, and nothing else."""
    seen_kinds = set()
    for number, before in enumerate(wholes(80)):
        for kind, lacking in (("recolour", "colour"), ("resize", "size"), ("count", "count"), ("ground", "background")):
            try:
                after, change = edited(before, keyed("tests", "edit", str(number)), kind)  # type: ignore[arg-type]
                picture = render(laid(after, keyed("tests", "after", str(number))), 64)
            except Unusable:
                continue
            wanted = atoms(before)
            states = answered(wanted, measure(picture))
            wrong = [atom for atom in wanted if states[atom.id] == "no"]
            if kind == "count" and int(change.before) == 1:
                assert not wrong  # one of a thing is no atom: a prompt that names no number asks for none
                continue
            assert [atom.kind for atom in wrong] == [lacking]
            assert faith([a for a in wanted if a.kind != "text"], states).counts["no"] == 1
            seen_kinds.add(kind)
    assert len(seen_kinds) == 4


def test_a_word_is_no_thing() -> None:
    for side in (32, 64, 128):
        for number, text in enumerate(("ABCDE", "FGHIJ", "KLMNO", "PQRST", "UVWXY", "ZIL")):
            made = laid(Scene(word=text, background="grey"), keyed("tests", "word", str(number)))
            seen = measure(render(made, side))
            assert (seen.things, seen.unknown, seen.person) == ((), (), None)
            assert seen.word
            assert made.word
            assert abs(seen.word.x - made.word.x) < 0.04
            assert seen.word.width == pytest.approx(made.word.width, abs=0.1)


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=5, max_size=5))
def test_parts_are_what_touches(rows: list[list[bool]]) -> None:
    mask = np.array(rows)
    labels, parts = parts_of(mask, runs_of(mask)) if mask.any() else (np.zeros_like(mask, dtype=int), [])
    assert ((labels > 0) == mask).all()
    assert sum(part.area for part in parts) == mask.sum()
    flooded = 0
    left = {(r, c) for r, c in zip(*np.nonzero(mask), strict=True)}
    while left:
        flooded += 1
        todo, mine = [left.pop()], set()
        while todo:
            r, c = todo.pop()
            mine.add(labels[r, c])
            near = {(r + y, c + x) for y in (-1, 0, 1) for x in (-1, 0, 1)} & left
            left -= near
            todo += near
        assert len(mine) == 1
    assert len(parts) == flooded


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _skin_by_the_fields_rule(red: int, green: int, blue: int) -> bool:
    """The rule that a published suite finds skin by: thresholds of Kolkur et al. 2017, in RGB and YCrCb."""
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    cr, cb = (red - y) * 0.713 + 128, (blue - y) * 0.564 + 128
    by_rgb = red > 95 and green > 40 and blue > 20 and red > max(green, blue) and abs(red - green) > 15
    lines = (1.5862 * cb + 20, -1.15 * cb + 301.75, -2.2857 * cb + 432.85)
    floors = (0.3448 * cb + 76.2069, -4.5652 * cb + 234.5652)
    return by_rgb and y > 80 and cb > 85 and cr > 135 and cr <= min(lines) and cr >= max(floors)


def test_the_fields_rule_sees_four_tones_of_ten() -> None:
    """The darkest three and the lightest three are nobody to it, and a plain board is somebody."""
    assert [tone for tone, rgb in TONES.items() if _skin_by_the_fields_rule(*rgb)] == [4, 5, 6, 7]
    board = np.full((64, 64, 3), (205, 160, 115), dtype=np.uint8)
    assert _skin_by_the_fields_rule(205, 160, 115)
    assert measure(board).person is None


@pytest.mark.parametrize("light", LIGHTS)
@pytest.mark.parametrize("side", [32, 64, 128])
def test_every_tone_is_recovered_under_every_light(side: int, light: str) -> None:
    for tone in TONES:
        for at, ground in enumerate(BACKGROUNDS):
            things = (Thing("a", "star", "red", "small"),) if at % 2 else ()
            person = Person("nurse", tone, ("feminine", "masculine")[at % 2])
            made = laid(Scene(things, person=person, background=ground), keyed("tests", "tone", str(tone), ground))
            seen = measure(lit(render(made, side), LIGHTS[light]))
            assert seen.person, (tone, ground, seen)
            told = seen.person
            assert (told.tone, told.role, told.presentation) == (tone, "nurse", person.presentation)
            assert (seen.background, len(seen.things)) == (ground, len(things))


def test_the_angle_of_a_tone_falls_from_the_lightest_to_the_darkest() -> None:
    angles = []
    for tone in (1, 3, 5, 6, 7, 8, 9):
        made = laid(Scene(person=Person("chef", tone, "masculine"), background="grey"), keyed("tests", "ita"))
        person = measure(render(made, 128)).person
        assert person
        angles.append(person.ita)
    assert angles == sorted(angles, reverse=True)
    assert angles[0] > 55  # "very light" of Chardon et al.
    assert angles[-1] < -30  # "dark"


def test_a_face_of_no_tone_and_clothes_of_nobody_are_not_told() -> None:
    made = laid(Scene(person=Person("chef", 5, "masculine"), background="grey"), keyed("tests", "green"))
    picture = render(made, 64)
    for paint, odd in ((TONES[5], (60, 200, 60)), ((215, 25, 35), (120, 120, 120))):
        picture[(picture == paint).all(axis=2)] = odd
    person = measure(picture).person
    assert person
    assert (person.tone, person.role) == (0, "")
    said = answered(atoms(Scene(person=Person("chef", 5))), measure(picture))
    assert said == {"person": "yes", "person role": "unparsed", "person tone": "unparsed"}


def test_a_tone_is_held_to_the_step_that_a_prompt_says() -> None:
    wanted = atoms(Scene(person=Person("chef", 8)))
    for tone, so in ((9, "yes"), (7, "no")):
        made = laid(Scene(person=Person("chef", tone, "masculine"), background="white"), keyed("tests", "step"))
        assert answered(wanted, measure(render(made, 64)))["person tone"] == so
    assert [tone_words(tone) for tone in (0, 1, 5, 7, 10)] == [
        "", "light skin", "medium light skin", "medium dark skin", "dark skin",
    ]  # fmt: skip


# ── what is none of ours ────────────────────────────────────────────────────────────────────────────────────────────

NOISE = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
RAMP = np.broadcast_to(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], (64, 64, 3))


def _inside(odd: Pixels) -> Pixels:
    picture = np.full((64, 64, 3), 255, dtype=np.uint8)
    picture[2:-2, 2:-2] = odd[2:-2, 2:-2]
    return picture


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (NOISE, "no plain background"),
        (RAMP, "no plain background"),
        (_inside(NOISE), "not a few things"),
        (np.full((64, 64, 3), 20, dtype=np.uint8), "its background is no known one"),
        (np.full((64, 64, 3), (120, 200, 90), dtype=np.uint8), "its background is no known one"),
        (np.full((64, 48, 3), 255, dtype=np.uint8), "48 × 64 pixels are no square"),
        (np.full((16, 16, 3), 255, dtype=np.uint8), "no square of at least 32"),
    ],
)
def test_what_is_none_of_these_pictures_is_refused_with_the_reason(picture: Pixels, told: str) -> None:
    seen = measure(picture)
    assert told in seen.refused
    assert seen == Seen(refused=seen.refused)
    assert set(answered(atoms(scene(0)), seen).values()) == {"unparsed"}


def test_an_unknown_part_is_told_and_what_it_may_be_is_left_open() -> None:
    made = Layout(
        Scene((Thing("a", "star", "red", "large"),), background="white"),
        (Item("a", 0, Box(0.25, 0.25, 0.26, 0.26)),),
    )
    picture = render(made, 64)
    picture[40:44, 8:56] = (215, 25, 35)  # a bar, which is no shape
    seen = measure(picture)
    assert [thing.shape for thing in seen.things] == ["star"]
    assert len(seen.unknown) == 1
    wanted = atoms(Scene((Thing("a", "star", "red", count=2), Thing("b", "ring", "blue"))))
    said = answered(wanted, seen)
    assert said["star"] == said["star colour"] == "yes"
    assert said["star count"] == said["ring"] == "unparsed"
    picture[40:44, 8:56] = 255
    picture[40:56, 8:24] = (128, 128, 60)  # a square of no known colour
    assert len(measure(picture).unknown) == 1


def test_what_is_lighter_than_the_ground_is_no_colour_and_breaks_nothing() -> None:
    picture = np.full((64, 64, 3), 185, dtype=np.uint8)
    picture[20:30, 20:30] = (205, 255, 225)
    seen = measure(picture)
    assert (seen.things, len(seen.unknown), seen.background) == ((), 1, "grey")


def test_what_is_faint_is_not_taken_for_absent() -> None:
    """Contrast that fades away would else be a picture of nothing, and every atom of it a no."""
    picture = render(layout(6), 64)
    ground = picture[0, 0].astype(float)
    for kept, told in ((1.0, ""), (0.12, "too faint")):
        faded = np.rint(ground + kept * (picture - ground)).astype(np.uint8)
        found = measure(faded)
        assert bool(found.refused) == bool(told)
        assert told in found.refused


def test_nothing_on_a_plain_ground_is_nothing() -> None:
    assert measure(np.full((64, 64, 3), 255, dtype=np.uint8)) == Seen(background="white")


def test_two_that_are_nearly_level_are_in_no_relation() -> None:
    def at(*places: tuple[float, float]) -> Seen:
        things = [
            Spotted(shape, "red", "small", Box(x, y, 0.16, 0.16), 1, 0)
            for shape, (x, y) in zip(("star", "ring"), places, strict=True)
        ]
        return Seen(tuple(things), background="white")

    wanted = atoms(Scene((Thing("a", "star"), Thing("b", "ring")), background="white"))
    relation = Atom("r", "relation", ("star", "ring"), "left of", ("star", "ring"))
    said = [answered((*wanted, relation), at(one, (0.5, 0.5)))["r"] for one in ((0.2, 0.5), (0.45, 0.2), (0.7, 0.5))]
    assert said == ["yes", "unparsed", "no"]


@given(NUMBERS, st.sampled_from(tuple(TREATMENTS)))
def test_whatever_was_done_to_a_picture_it_is_measured_or_refused(number: int, treatment: str) -> None:
    if treatment == "jpeg":
        pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
    draw = keyed("tests", "treated", str(number))
    seen = measure(TREATMENTS[treatment](render(layout(number), 64), draw))
    assert seen.refused or seen.background


@given(st.binary(min_size=3 * 32 * 32, max_size=3 * 32 * 32))
def test_no_picture_breaks_it(body: bytes) -> None:
    picture = np.frombuffer(body, dtype=np.uint8).reshape(32, 32, 3)
    assert isinstance(measure(picture), Seen)
