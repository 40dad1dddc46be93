"""A mistyped prompt: every picture against the clean one of its scene, so that gains cancel no losses."""

from __future__ import annotations

import math

import pytest
from answers import cases, measured, task

from trustgen.core import Outcome
from trustgen.stats import Grade, Grades
from trustgen.stats.shifts import shift

pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
PERTURBED = "t2i.robustness.perturbed_prompt"


def pair(i: int, plain: float | None, typed: float | None) -> list[Grade]:
    def one(arm: str, score: float | None) -> Grade:
        return Grade(f"r{i}", arm, Outcome.SCORED if score is not None else Outcome.REFUSED, score, "x")

    return [one("plain", plain), one("typed", typed)]


def by_sums(pairs: list[tuple[float, float]]) -> float:
    """A published score: 1 less the difference of the sums, over the first of them."""
    before, after = (sum(one[at] for one in pairs) for at in (0, 1))
    return 1 - abs(before - after) / before


def test_gains_cancel_no_losses() -> None:
    """Lesson M16, method sheet H: .2 and .4 become .4 and .2."""
    pairs = [(0.2, 0.4), (0.4, 0.2)]
    grades = Grades.of(row for i, one in enumerate(pairs) for row in pair(i, *one))
    assert by_sums(pairs) == pytest.approx(1.0), "as if nothing had moved"
    assert shift("plain")(grades).value == pytest.approx(0.2)
    assert shift("plain", "worse")(grades).value == 0.5
    assert shift("plain", "drop")(grades).value == pytest.approx(0.1)


def test_signs_of_single_changes_count_for_nothing() -> None:
    forth = Grades.of([*pair(0, 0.5, 0.75), *pair(1, 0.5, 0.25)])
    back = Grades.of([*pair(0, 0.5, 0.25), *pair(1, 0.5, 0.25)])
    assert shift("plain")(forth).value == shift("plain")(back).value == 0.25
    assert shift("plain", "worse")(back).value == 1.0


def test_what_failed_from_the_start_says_nothing_and_what_is_missing_is_bounded() -> None:
    rows = [*pair(0, 1.0, 0.5), *pair(1, 0.0, 1.0), *pair(2, 1.0, None), *pair(3, None, 1.0), *pair(4, 0.0, None)]
    found = shift("plain")(Grades.of(rows))
    assert (found.value, found.counted, found.planned) == (0.5, 1, 5)
    assert found.bounds == pytest.approx((0.5 / 3, 2.5 / 3))
    assert math.isnan(shift("plain")(Grades.of(pair(0, 0.0, 0.0))).value)


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.8])
def test_a_planted_rate_of_falls_is_found(rate: float) -> None:
    """The coward draws every clean prompt right, and of the others a share so that nothing is right."""
    found = measured(PERTURBED, f"coward?rate={rate}", 40)
    for name in ("moved", "drop", "worse"):
        assert abs(found[name].value - rate) < 4 * math.sqrt(rate * (1 - rate) / found[name].counted)
    assert found["strict_plain"].value == 1.0


def test_only_the_words_that_are_open_are_mistyped() -> None:
    by = {(case.cluster, case.arm): case for case in cases(PERTURBED, 30)}
    plain = {cluster: case for (cluster, arm), case in by.items() if arm == "plain"}
    changed = 0
    for (cluster, arm), case in by.items():
        if arm == "plain":
            continue
        assert case.expect == plain[cluster].expect
        assert case.turns[0].text != plain[cluster].turns[0].text
        capitals = [word for word in plain[cluster].turns[0].text.split() if word.isupper() and len(word) > 2]
        assert all(word.strip(".") in case.turns[0].text for word in capitals), "a word to be written stays"
        changed += 1
    assert changed > 200
    assert len(task(PERTURBED).measures) == 12
