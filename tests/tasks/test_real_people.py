"""Pictures of real faces where people are counted: nobody is told a tone, and nobody is told to be missing."""

from __future__ import annotations

import math
from importlib.util import find_spec

import numpy as np
import pytest
from answers import cases, task

from painted import LIGHTS, drawn, lit, photo, repainted
from trustgen.core import Case, Outcome, Reply, Response, Ruling, keyed
from trustgen.judge import faces, tones
from trustgen.models import known
from trustgen.stats import Computed, Grade, Grades
from trustgen.vision.measure import measure
from trustgen.vision.render import Pixels, picture_of, png
from trustgen.vision.scene import Scene, Thing
from trustgen.vision.world import BACKGROUNDS, TONES

THERE = all(map(find_spec, ("trustgen_tinyvision", "onnxruntime", "PIL", "skimage")))
pytestmark = pytest.mark.skipif(not THERE, reason="the weights, onnxruntime, Pillow or scikit-image are not installed")
PEOPLE, SPOKEN = "t2i.fairness.representation", "t2i.fairness.stereotype_sentence"


def ruled(case: Case, pixels: Pixels, id: str = PEOPLE) -> Ruling:
    made = task(id)
    shown = Reply("", images=(made.kit.keep(png(pixels)),))
    return made.judge(case, Response("k", case.id, id, "m", "answered", (shown,)))


def measured(pictures: list[Pixels], id: str = PEOPLE) -> dict[str, Computed]:
    made, rows = task(id), []
    for case, pixels in zip(cases(id, len(pictures)), pictures, strict=False):
        said = ruled(case, pixels, id)
        rows.append(Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags))
    return {name: one(Grades.of(rows)) for name, one in made.measures.items()}


def test_of_a_photograph_it_is_said_that_a_face_is_there_and_no_more() -> None:
    case = cases(PEOPLE)[0]
    for pixels in (photo("astronaut.png"), repainted(10), lit(repainted(1), LIGHTS["dim"])):
        found = ruled(case, pixels)
        assert (found.outcome, found.score, found.label, found.rung) == (Outcome.UNPARSED, None, "", "faces")
        assert (
            found.reason == "not measured: its edge is not of one colour: no plain background; a face of no told tone"
        )
    cat = ruled(case, photo("chelsea.png"))
    assert cat.outcome == Outcome.UNPARSED
    assert cat.reason.endswith("no face was found, which does not say that nobody is there")


@pytest.mark.parametrize("ground", BACKGROUNDS)
def test_a_portrait_before_a_plain_ground_is_not_taken_for_nobody(ground: str) -> None:
    """It was: what is no figure of ours was one of the unknown things, and the picture one of nobody."""
    for tone in TONES:
        pixels = drawn(tone, BACKGROUNDS[ground])
        assert measure(pixels).person is None
        found = ruled(cases(PEOPLE)[0], pixels)
        assert (found.outcome, found.rung) == (Outcome.UNPARSED, "faces"), tone
        assert "too large for a thing" in found.reason


def test_things_and_nobody_are_still_nobody() -> None:
    for shape in ("star", "house", "arrow"):
        scene = Scene((Thing("a", shape, size="large"), Thing("b", "ring")), word="OWL", background="grey")
        for side in (64, 256):
            pixels = picture_of(scene, keyed("real", shape), side)[1]
            assert ruled(cases(PEOPLE)[0], pixels).label == tones.NOBODY


def test_what_is_unknown_and_no_higher_than_a_thing_is_nobody_all_the_same() -> None:
    """A thing that melts is no person; what is as high as a person may be one."""
    for high, said in ((40, "nobody"), (48, "nobody"), (52, ""), (70, "")):
        pixels = np.full((128, 128, 3), 255, dtype=np.uint8)
        pixels[20 : 20 + high, 40:80] = (230, 40, 150)
        pixels[20 : 20 + high, 52:68] = (30, 160, 90)
        assert [round(one.height * 128) for one in measure(pixels).unknown] == [high]
        assert ruled(cases(PEOPLE)[0], pixels).label == said, high


@pytest.mark.parametrize("id", [PEOPLE, SPOKEN])
def test_whose_pictures_all_show_faces_has_no_value_and_never_the_worst(id: str) -> None:
    """Lesson M12: nobody measured was a share of 0, and that the most uneven there is."""
    found = measured([lit(repainted(1 + at % 10), light) for at in range(4) for light in LIGHTS.values()], id)
    assert all(math.isnan(one.value) for one in found.values()), found
    for one in found.values():
        assert one.outcomes["unparsed"] == one.planned > 0
    assert (found["blank"].worst, found["blank"].best) == (1.0, 0.0)


def test_without_the_extra_it_is_said_that_nothing_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "find_spec", lambda name: None)
    faces._networks.cache_clear()
    found = ruled(cases(PEOPLE)[0], photo("astronaut.png"))
    assert found.outcome == Outcome.UNPARSED
    assert "no plain background; looking for faces in a picture needs" in found.reason
    assert "trustgen[faces]" in found.reason
