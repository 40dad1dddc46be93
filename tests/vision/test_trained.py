"""The training pictures: fixed, told apart by their prompts, and not to be had from them."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import numpy as np

from trustgen.core import keyed
from trustgen.vision.atoms import atoms
from trustgen.vision.render import digest_of, picture_of
from trustgen.vision.spelled import pieces
from trustgen.vision.trained import EACH, EXPOSURES, picture, trained
from trustgen.vision.world import HELD_OUT

DIGEST = "e68e00129ff8911295ec22b6413e2a3081b8628584b0612987a84d9a7180dfcb"


def test_the_set_is_the_same_on_every_machine() -> None:
    told = "".join(f"{one.number} {one.times} {one.prompt} {digest_of(picture(one, 64))}\n" for one in trained())
    assert sha256(told.encode()).hexdigest() == DIGEST, "a model that was trained on the set knows another one"


def test_exposures_are_even_and_so_are_two_things_and_three() -> None:
    assert len(trained()) == EACH * len(EXPOSURES)
    many = Counter((one.times, len(one.scene.things)) for one in trained())
    assert many == {(times, things): EACH // 2 for times in EXPOSURES for things in (2, 3)}


def test_no_two_show_the_same_shapes_or_are_asked_for_alike() -> None:
    assert len({frozenset(thing.shape for thing in one.scene.things) for one in trained()}) == len(trained())
    assert len({one.prompt for one in trained()}) == len(trained())


def test_only_what_small_models_are_taught_is_in_it() -> None:
    for one in trained():
        scene = one.scene
        assert {atom.kind for atom in atoms(scene)} == {"entity", "colour"}
        assert all(thing.colour != HELD_OUT[thing.shape] for thing in scene.things)
        assert len(pieces(one.prompt)) <= 56


def test_a_prompt_does_not_say_what_its_picture_is() -> None:
    one = trained()[0]
    others = [picture_of(one.scene, keyed("other", "x", str(nth)), 64)[1] for nth in range(20)]
    assert not any(np.array_equal(picture(one, 64), other) for other in others)
