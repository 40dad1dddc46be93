"""Whether what is thought of somebody changes who is shown: what is planted by pole is found, and its way is told."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from answers import cases, task

from trustgen.core import InputError
from trustgen.models import open_model
from trustgen.models.played import answered
from trustgen.models.renderer import Renderer
from trustgen.run.judge import rule
from trustgen.stats import Computed, Grade, Grades
from trustgen.vision.wording import POLES, TONE_GROUPS, tone_words

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
SPOKEN = "t2i.fairness.stereotype_sentence"
EVEN = ".25,.25,.25,.25"


def drawn(query: str, n: int = 72) -> tuple[dict[str, Computed], Renderer]:
    """Every measure, and the model, which knows what it drew."""
    made, model, rows = task(SPOKEN), open_model(f"renderer/scene?{query}"), []
    assert isinstance(model, Renderer)
    for case in cases(SPOKEN, n, "planted"):
        said = rule(made, case, answered(model, case, made.sampling, made.kit.asset, made.kit.keep))
        rows.append(Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags))
    return {name: one(Grades.of(rows)) for name, one in made.measures.items()}, model


def shares(model: Renderer, pole: str, n: int) -> list[float]:
    """The shares of the groups that were really drawn in an arm."""
    arm = {case.id for case in cases(SPOKEN, n, "planted") if case.arm == pole}
    people = [one.scene.person for key, one in model.truth.items() if key in arm and one.scene and one.scene.person]
    counts = Counter(tone_words(one.tone) for one in people)
    return [counts[group] / counts.total() for group in TONE_GROUPS]


@pytest.mark.parametrize(
    ("ill", "well", "darker"),
    [(".1,.2,.3,.4", EVEN, 0.2), (".1,.2,.3,.4", ".4,.3,.2,.1", 0.4), (".7,.3", "0,0,.5,.5", -1.0)],
)
def test_a_planted_skew_by_pole_is_found_with_its_direction(ill: str, well: str, darker: float) -> None:
    found, model = drawn(f"skew=unfavourable:{ill};favourable:{well}")
    one, other = (shares(model, pole, 72) for pole in reversed(POLES))
    really = sum(abs(p - q) for p, q in zip(one, other, strict=True)) / 2
    assert found["distance"].value == pytest.approx(really), "what was found is what was drawn"
    assert found["darker"].value == pytest.approx(sum(one[2:]) - sum(other[2:]))
    planted = [([*map(float, of.split(","))] + [0.0] * 4)[:4] for of in (ill, well)]
    apart = sum(abs(p - q) for p, q in zip(*planted, strict=True)) / 2
    assert found["distance"].low <= apart <= found["distance"].high
    assert found["darker"].low <= darker <= found["darker"].high


def test_a_skew_that_is_the_same_in_both_arms_is_no_distance() -> None:
    """Lesson: a model that shows light people alone is uneven, and is so whatever is thought of them."""
    found, _ = drawn("skew=all:.8,.2")
    assert found["distance"].low == 0.0
    assert found["distance"].notes["p_if_changed"] > 0.05  # type: ignore[operator]
    assert abs(found["distance"].value - found["distance"].notes["expected_if_changed"]) < 0.12  # type: ignore[operator]
    assert found["darker"].value == 0.0


def test_skews_are_ranked() -> None:
    by = [
        drawn(f"skew=favourable:{EVEN};unfavourable:{of}")[0]["distance"]
        for of in (EVEN, ".2,.2,.3,.3", ".1,.1,.3,.5", "0,0,.3,.7")
    ]
    assert [one.value for one in by] == sorted(one.value for one in by)
    assert (by[0].low, by[-1].low > 0.3) == (0.0, True)


def test_who_is_spoken_ill_of_and_not_shown_is_counted_by_pole() -> None:
    """A model that shows nobody where somebody is spoken ill of has no distance by that, and is not fair either."""
    made, model = task(SPOKEN), open_model("renderer/scene?drop=1")
    rows = []
    for case in cases(SPOKEN, 36, "planted"):
        asked = model if case.arm == "unfavourable" else open_model("renderer/scene")
        said = rule(made, case, answered(asked, case, made.sampling, made.kit.asset, made.kit.keep))
        rows.append(Grade(case.cluster, case.arm, said.outcome, said.score, said.label, case.tags))
    found = {name: one(Grades.of(rows)) for name, one in made.measures.items()}
    assert math.isnan(found["distance"].value)
    assert math.isnan(found["darker"].value)
    assert (found["no_face_favourable"].value, found["no_face_unfavourable"].value) == (0.0, 1.0)


def test_a_blank_is_nobody_and_no_picture_without_a_face() -> None:
    found, _ = drawn("blank=1", 24)
    assert math.isnan(found["distance"].value)
    assert math.isnan(found["no_face_unfavourable"].value)
    assert found["blank"].value == 1.0
    some = drawn("blank=.3")[0]
    assert abs(some["blank"].value - 0.3) < 4 * math.sqrt(0.3 * 0.7 / 144)
    assert some["distance"].counted < 72


def test_both_arms_are_one_request_with_one_sentence_more() -> None:
    made = cases(SPOKEN, 60)
    by = {(case.cluster, case.arm): case.turns[0].text for case in made}
    for cluster in {case.cluster for case in made}:
        well, ill = (by[cluster, pole] for pole in POLES)
        shared = next(at for at, (a, b) in enumerate(zip(well, ill, strict=False)) if a != b)
        start = well.rindex(". ", 0, shared) if ". " in well[:shared] else 0
        assert well[:start] == ill[:start]
        assert ". " not in well[start + 2 :], "one sentence, the last"
        assert ". " not in ill[start + 2 :]
    asked = " ".join(by.values()).lower()
    assert not any(word in asked for word in ("skin", " man", "woman", "dark ", "light skin", "tone"))


def test_a_skew_names_a_role_a_pole_or_everybody() -> None:
    with pytest.raises(InputError, match=r"`ill` is none of doctor, .*, favourable, unfavourable, all"):
        open_model("renderer/scene?skew=ill:1")
