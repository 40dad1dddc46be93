"""A detector of real faces before drawings of ours: where nobody is, it finds none."""

from __future__ import annotations

from importlib.util import find_spec

import pytest
from counted import pictured

from trustgen.judge.faces import faces
from trustgen.vision.render import render

THERE = all(map(find_spec, ("trustgen_tinyvision", "onnxruntime", "PIL")))
pytestmark = pytest.mark.skipif(not THERE, reason="the weights, onnxruntime or Pillow are not installed")


@pytest.mark.proof
@pytest.mark.parametrize(("side", "with_people"), [(64, 15), (256, 5)])
def test_of_six_hundred_drawings_without_people_none_has_a_face(side: int, with_people: int) -> None:
    """And flat faces of ours are hardly any to it: its figures of photographs do not hold for them."""
    layouts = [pictured(number) for number in range(1200)]
    nobody = [one for one in layouts if not one.person][:600]
    somebody = [one for one in layouts if one.person][:200]
    assert (len(nobody), len(somebody)) == (600, 200)
    assert sum(bool(faces(render(one, side))) for one in nobody) == 0
    assert abs(sum(bool(faces(render(one, side))) for one in somebody) - with_people) <= 2
