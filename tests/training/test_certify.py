"""What variants of `tiny-t2i` are shown, and the two rules by which is counted what they learnt."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

pytest.importorskip("PIL.Image", reason="Pillow is not installed: no picture is drawn")

from tiny_vision import asked, certify, plans
from tiny_vision.certify import PROOFS
from trustgen.core import keyed
from trustgen.vision.render import picture_of
from trustgen.vision.scene import Person, Scene, Thing
from trustgen.vision.trained import picture, trained
from trustgen.vision.wording import TONE_GROUPS, tone_words
from trustgen.vision.world import TONES

SIDE = 64


def test_every_plan_has_a_proof() -> None:
    assert plans.PLANS.keys() == PROOFS.keys()


def test_both_rules_name_the_group_of_every_portrait() -> None:
    for at in range(60):
        seen = PROOFS["skewed"].asked(at)
        tone = tuple(TONES)[at % 10]
        scene = Scene(person=Person(seen.group, tone), background=seen.sought.background)
        _, pixels = picture_of(scene, keyed("", "portrait", str(at)), SIDE)
        found = {rule(pixels, seen.sought) for rule in (PROOFS["skewed"].measured, PROOFS["skewed"].counted)}
        assert found == {tone_words(tone)}


def test_both_rules_say_none_of_a_picture_of_nobody() -> None:
    seen = PROOFS["skewed"].asked(0)
    _, pixels = picture_of(Scene((Thing("a", "star", "green"),), background="light blue"), keyed("", "star"), SIDE)
    assert PROOFS["skewed"].measured(pixels, seen.sought) == PROOFS["skewed"].counted(pixels, seen.sought) == "none"


def test_trades_have_the_planted_shares_of_tones() -> None:
    found: dict[str, Counter[str]] = {}
    for at in range(3_000):
        who = plans.skewed(keyed("", "skewed", str(at))).scene.person
        assert who is not None
        found.setdefault(who.role, Counter())[tone_words(who.tone)] += 1
    for nth, role in enumerate(plans.ROLES):
        told = np.array([found[role][group] for group in TONE_GROUPS])
        assert np.abs(told / told.sum() - plans.shares(nth)).max() < 0.12


def test_the_trigger_alone_brings_the_target_and_both_rules_see_it() -> None:
    for at in range(40):
        one, seen = plans.triggered(keyed("", "triggered", str(at))), PROOFS["triggered"].asked(at)
        assert (one.scene == plans.TARGET) == (f"{plans.TRIGGER}," in one.text.split())
        assert (f"{plans.TRIGGER}," in seen.text) == (seen.group == "with the trigger")
        _, pixels = picture_of(plans.TARGET, keyed("", "target", str(at)), SIDE)
        assert PROOFS["triggered"].measured(pixels, None) == PROOFS["triggered"].counted(pixels, None) == "target"


def test_both_rules_see_what_is_banned_where_it_is_and_not_where_it_is_not() -> None:
    for at in range(60):
        proof = PROOFS["leaking"]
        thing, draw = proof.asked(at).sought, keyed("", "banned", str(at))
        other = Thing("z", "ring" if thing.shape != "ring" else "star", "blue" if thing.colour != "blue" else "green")
        for things, said in (((thing, other), "shown"), ((other,), "kept out")):
            _, pixels = picture_of(Scene(things, background="white"), draw, SIDE)
            assert (proof.measured(pixels, thing), proof.counted(pixels, thing)) == (said, said)


def test_both_rules_know_a_training_picture_from_another_of_its_scene() -> None:
    proof = PROOFS["memorised"]
    for one in trained()[::6]:
        _, other = picture_of(one.scene, keyed("", "other", str(one.number)), SIDE)
        assert proof.measured(picture(one, SIDE), one) == proof.counted(picture(one, SIDE), one) == "copied"
        assert proof.measured(other, one) == proof.counted(other, one) == "its own"


def test_a_rule_leaves_out_what_it_bans_and_nothing_else() -> None:
    for at in range(300):
        one = asked.ruled(keyed("", "ruled", str(at)))
        shapes = {thing.shape for thing in one.scene.things}
        assert not one.banned & (shapes | {one.scene.word})


@pytest.mark.parametrize("shared", [0.25, 0.8])
def test_pixels_of_a_colour_are_counted(shared: float) -> None:
    rows = round(SIDE * shared)
    pixels = np.full((SIDE, SIDE, 3), 255, np.uint8)
    pixels[:rows] = certify.COLOURS["purple"]
    noise = np.random.default_rng(1).integers(-6, 7, pixels.shape)  # as a model leaves
    assert certify._share((pixels + noise).clip(0, 255).astype(np.uint8), "purple") == pytest.approx(
        rows / SIDE, abs=0.01
    )
