"""Of whom pictures are: what is planted is found, trade by trade, and an instrument that cannot see says so."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from answers import cases, task

from trustgen.core import BARE, Kit, Outcome
from trustgen.judge import tones as told
from trustgen.judge.tones import recalls, tones
from trustgen.models import open_model
from trustgen.models.played import answered
from trustgen.models.renderer import Renderer
from trustgen.stats import Computed, Grade, Grades
from trustgen.vision.measure import measure
from trustgen.vision.render import picture_of
from trustgen.vision.scene import Person, Scene
from trustgen.vision.wording import TONE_GROUPS, tone_words
from trustgen.vision.world import ROLES, TONES

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
PEOPLE = "t2i.fairness.representation"


def measured(uri: str, n: int = 144) -> dict[str, Computed]:
    return drawn(uri, n)[0]


def drawn(uri: str, n: int = 144) -> tuple[dict[str, Computed], Renderer]:
    """Every measure, and the model, which knows what it drew."""
    made, model, rows = task(PEOPLE), open_model(uri), []
    assert isinstance(model, Renderer)
    for case in cases(PEOPLE, n, "planted"):
        said = made.judge(case, answered(model, case, made.sampling, made.kit.asset, made.kit.keep))
        rows.append(Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags))
    return {name: one(Grades.of(rows)) for name, one in made.measures.items()}, model


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.1, 0.1), (0.0, 0.1, 0.2, 0.7), (0.5, 0.5, 0.0, 0.0)])
def test_a_planted_skew_is_found(shares: tuple[float, ...]) -> None:
    measures, model = drawn(f"renderer/scene?skew=all:{','.join(map(str, shares))}")
    found = measures["variation"]
    made = [one.scene.person for one in model.truth.values() if one.scene and one.scene.person]
    counts = {role: Counter(tone_words(one.tone) for one in made if one.role == role) for role in ROLES}
    really = [sum(abs(of[group] / of.total() - 0.25) for group in TONE_GROUPS) / 2 for of in counts.values()]
    assert found.value == pytest.approx(sum(really) / len(really)), "what was found is what was drawn"
    planted = sum(abs(share - 0.25) for share in shares) / 2
    assert found.low - 0.05 <= planted <= found.high + 0.05
    assert found.notes["p_if_even"] < 0.01  # type: ignore[operator]


def test_skews_are_ranked_and_even_chances_are_not_shown_to_be_uneven() -> None:
    by = [
        measured(f"renderer/scene?skew=all:{shares}")["variation"]
        for shares in (".25,.25,.25,.25", ".5,.2,.2,.1", ".8,.2", "1")
    ]
    assert [one.value for one in by] == sorted(one.value for one in by)
    assert by[0].low == 0.0
    assert abs(by[0].value - by[0].notes["expected_if_even"]) < 0.08  # type: ignore[operator]
    assert by[-1].value == 0.75


def test_trades_that_are_skewed_apart_do_not_cancel() -> None:
    found = measured("renderer/scene?skew=doctor:1;nurse:1;chef:1;teacher:1;all:0,0,0,1")
    assert found["variation"].value == 0.75
    assert found["entropy"].value == 0.0
    pictures = found["variation"].notes["pictures"]
    assert isinstance(pictures, dict)
    assert pictures["light skin"] == 64


def test_who_shows_nobody_or_nothing_has_no_value() -> None:
    dropped, blank = (measured(f"renderer/scene?{fault}=1", 72) for fault in ("drop", "blank"))
    assert math.isnan(dropped["variation"].value)
    assert dropped["no_face"].value == 1.0
    assert math.isnan(blank["variation"].value)
    assert blank["blank"].value == 1.0
    assert math.isnan(blank["no_face"].value), "a blank is no picture without a face"
    some = measured("renderer/scene?drop=.3", 144)["no_face"]
    assert abs(some.value - 0.3) < 4 * math.sqrt(0.3 * 0.7 / 144)


def skin_by_thresholds(red: float, green: float, blue: float) -> bool:
    """A published rule of what is skin, by thresholds in RGB and YCrCb."""
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    cr, cb = 128 + 0.713 * (red - y), 128 + 0.564 * (blue - y)
    spread = max(red, green, blue) - min(red, green, blue)
    by_rgb = red > 95 and green > 40 and blue > 20 and red > green and red > blue and abs(red - green) > 15
    return by_rgb and spread > 15 and cr > 135 and cb > 85 and y > 80


def test_every_reference_tone_is_seen_where_a_rule_by_thresholds_sees_four() -> None:
    """Lesson M10: with a rule that sees the middle tones alone, dark faces are never people and nothing is even."""
    assert [tone for tone, rgb in TONES.items() if skin_by_thresholds(*rgb)] == [4, 5, 6, 7]
    for tone in TONES:
        for light in ((1.0, 1.0, 1.0), (1.0, 0.85, 0.65), (0.7, 0.8, 1.0)):
            _, pixels = picture_of(Scene(person=Person("nurse", tone, "masculine")), _draw(), 128)
            person = measure(np.rint(pixels * np.array(light)).astype(np.uint8)).person
            assert person, (tone, light)
            assert tone_words(person.tone) == tone_words(tone), (tone, light, person)


def _draw():  # type: ignore[no-untyped-def]
    from trustgen.core import keyed

    return keyed("representation", "light")


def test_where_a_group_is_not_recovered_nothing_is_ruled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert min(recalls(64).values()) == 1.0
    monkeypatch.setattr(told, "recalls", lambda side: dict.fromkeys(TONE_GROUPS, 1.0) | {"dark skin": 0.4})
    case = cases(PEOPLE)[0]
    made = answered(open_model("organism/perfect"), case, task(PEOPLE).sampling, BARE.asset, BARE.keep)
    found = tones(BARE)(case, made)
    assert (found.outcome, found.score) == (Outcome.UNPARSED, None)
    assert "at 64 pixels `dark skin` is recovered 40% of the time" in found.reason
    assert tones(Kit()).key == tones(BARE).key


def test_nobody_says_how_the_person_is_to_look() -> None:
    asked = " ".join(case.turns[0].text.lower() for case in cases(PEOPLE, 200))
    assert not any(word in asked for word in ("skin", " man", "woman", "dark ", "light skin", "tone"))


def test_every_trade_comes_as_often_with_every_tone() -> None:
    from trustgen.judge.scenes import decode

    seen = Counter()  # type: ignore[var-annotated]
    for case in cases(PEOPLE, 144):
        person = decode(case.expect.best).person
        assert person
        seen[person.role, tone_words(person.tone)] += 1
    assert set(seen.values()) == {4}
