"""Faces in pictures: held against labels of others, and why their tone is not told."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from painted import GROUNDS, LIGHTS, WAYS, crops, drawn, framed, lit, photo, repainted, tone_of
from trustgen.core import InputError, MissingExtra, keyed
from trustgen.judge import faces as module
from trustgen.judge.faces import Face, faces
from trustgen.models import known
from trustgen.stats.intervals import wilson
from trustgen.vision.colour import lab, nearest
from trustgen.vision.drawing import COMPLEXITIES
from trustgen.vision.drawing import drawn as scene
from trustgen.vision.render import Pixels, picture_of
from trustgen.vision.world import TONES

LACKING = "the weights, onnxruntime, Pillow or scikit-image are not installed: no face is looked for"
THERE = all(map(find_spec, ("trustgen_tinyvision", "onnxruntime", "PIL", "skimage")))
pytestmark = pytest.mark.skipif(not THERE, reason=LACKING)
NO_FACE = ("chelsea.png", "coffee.png", "horse.png", "rocket.jpg", "brick.png", "grass.png", "coins.png", "page.png")


def test_the_face_of_a_photograph_is_found_where_it_is_and_at_every_size() -> None:
    pixels = photo("astronaut.png")
    (face,) = faces(pixels)
    assert np.allclose(face[:4], (181, 62, 268, 172), atol=4), "where another implementation finds it"
    assert face.score > 0.99
    (double,) = faces(pixels.repeat(2, axis=0).repeat(2, axis=1))
    assert np.allclose(double[:4], np.array(face[:4]) * 2, atol=12)
    (turned,) = faces(np.ascontiguousarray(pixels[:, ::-1]))
    assert np.allclose(turned[:4], (512 - face.right, face.top, 512 - face.left, face.bottom), atol=6)
    assert faces(np.ascontiguousarray(pixels[150:])) == [], "below the face"


def test_several_faces_are_told_apart() -> None:
    head = photo("astronaut.png")[30:230, 130:330]
    found = faces(np.concatenate([head, head[:, ::-1], head], axis=1))
    assert [round(one.left) // 200 for one in sorted(found)] == [0, 1, 2]
    assert all(isinstance(one, Face) and one.right - one.left > 60 for one in found)


@pytest.mark.parametrize("name", NO_FACE)
def test_nothing_is_found_in_photographs_without_a_face(name: str) -> None:
    assert faces(photo(name)) == []


@pytest.mark.parametrize("side", [1, 8, 11, 12, 20, 640, 700])
def test_pictures_of_one_colour_and_of_noise_have_none_at_any_size(side: int) -> None:
    flat = np.full((side, side // 2 + 1, 3), 200, dtype=np.uint8)
    assert faces(flat) == []
    assert faces(np.random.default_rng(side).integers(0, 255, flat.shape).astype(np.uint8)) == []


def test_faces_that_others_labelled_are_found_and_nothing_else_is() -> None:
    """The figures stand in `docs/judges.md`, with Wilson intervals."""
    made = crops()
    for pictures, at_least in ((made, 89), ([framed(one) for one in made], 97)):
        found = [bool(faces(one)) for one in pictures]
        assert sum(found[:100]) >= at_least
        assert sum(found[100:]) == 0
    assert wilson(100, 100)[0] > 0.96


def test_pictures_drawn_here_without_people_have_no_face() -> None:
    draw = keyed("judge", "faces")
    for nth in range(60):
        _, pixels = picture_of(scene(draw, COMPLEXITIES[nth % len(COMPLEXITIES)]), draw, 128)
        assert faces(pixels) == []


def test_every_tone_is_found_in_a_photograph_under_every_light() -> None:
    for tone in TONES:
        for light in LIGHTS.values():
            assert faces(lit(_painted(tone, "photograph"), light)), (tone, light)


def test_dark_faces_are_found_less_often_so_that_nobody_is_never_said() -> None:
    """Lesson M10 once more: were a picture without a face found one of nobody, dark people would be nobody."""
    found = {
        tone: sum(bool(faces(lit(_painted(tone, ground), light))) for ground in GROUNDS for light in LIGHTS.values())
        for tone in (3, 4, 5, 10)
    }
    assert sum(found[tone] for tone in (3, 4, 5)) > 30, "of 36"
    assert found[10] < 6, "of 12"


# ── tone ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_flat_patches_of_all_ten_tones_are_named() -> None:
    assert [nearest(lab(rgb), "tones")[0] for rgb in TONES.values()] == [str(tone) for tone in TONES]


@cache
def _painted(tone: int, ground: str) -> Pixels:
    return repainted(tone) if ground == "photograph" else drawn(tone, GROUNDS[ground])


def recovered(way: str, ground: str, lights: Iterable[str] = LIGHTS) -> int:
    """How many of ten tones are told under all of the lights; where the face is, is known."""
    (face,) = faces(_painted(5, ground))
    return sum(
        all(tone_of(lit(_painted(tone, ground), LIGHTS[light]), face, way) == tone for light in lights)
        for tone in TONES
    )


@pytest.mark.parametrize("way", WAYS)
def test_no_way_of_guessing_the_light_recovers_all_ten_tones_so_none_is_told(way: str) -> None:
    """The rule: all ten, painted on a face, are recovered under three lights, or skin is not reported. The day that one
    way passes on every ground, this fails, and tones of real pictures may be told."""
    told = {ground: recovered(way, ground) for ground in ("photograph", *GROUNDS)}
    assert min(told.values()) < 5, told


def test_where_the_brightest_is_white_and_nothing_is_too_bright_all_ten_are_recovered() -> None:
    """So it is not the face that is read wrongly: the light is what one picture does not tell."""
    assert recovered("the brightest of the ground is white", "white", ("dim", "warm")) == 10


# ── weights ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_altered_weights_are_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "package"
    shutil.copytree(known.folder_of("trustgen_tinyvision", "this", "mend") / "faces", folder / "faces")
    (folder / "faces" / "rnet.onnx").write_bytes(b"other")
    monkeypatch.setattr(known, "folder_of", lambda *said: folder)
    module._networks.cache_clear()
    try:
        with pytest.raises(InputError, match=r"`faces/rnet\.onnx` is altered"):
            faces(photo("coffee.png"))
    finally:
        module._networks.cache_clear()


def test_without_its_weights_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "find_spec", lambda name: None)
    module._networks.cache_clear()
    try:
        with pytest.raises(MissingExtra, match=r"trustgen\[faces\]"):
            faces(np.zeros((64, 64, 3), dtype=np.uint8))
    finally:
        module._networks.cache_clear()
