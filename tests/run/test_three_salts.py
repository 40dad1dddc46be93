"""Three salts, three tests of the same thing: other questions, the same answer within the intervals."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import pytest

from trustgen.core import Estimate, registry
from trustgen.run import build, diff, evaluate
from trustgen.store import Edition

SIZES = {"llm.truthfulness.facts": 80, "llm.fairness.counterfactual": 50, "llm.robustness.option_shift": 50}


def runs(folder: Path, models: list[str]) -> tuple[list[Edition], list[dict[tuple[str, str, str], Estimate]]]:
    """Editions and estimates of three salts."""
    editions, found = [], []
    for salt in ("one", "two", "three"):
        tasks = [registry.load("task", name)(n) for name, n in SIZES.items()]
        editions.append(build(tasks, folder / f"{salt}-edition", salt=salt))
        result = evaluate(editions[-1], models, folder / salt)
        found.append({(e.model, e.task, e.measure): e for e in result.estimates})
    return editions, found


def differs(a: Estimate, b: Estimate) -> bool:
    """Whether 0 lies outside the 95 % interval of the difference (square-and-add: Zou and Donner 2008)."""
    d = a.value - b.value
    low = d - math.hypot(a.value - a.low, b.high - b.value)
    high = d + math.hypot(a.high - a.value, b.value - b.low)
    return not low <= 0 <= high


def compared(folder: Path, models: list[str]) -> tuple[int, list[tuple[str, str, float, float]]]:
    """How many pairs of estimates there are, and those that are apart."""
    editions, found = runs(folder, models)
    for one, other in combinations(editions, 2):
        for task in diff(one, other).tasks:
            assert task.question_share < 0.02, task
    pairs = [
        (a[key], b[key])
        for a, b in combinations(found, 2)
        for key in a
        if not (math.isnan(a[key].value) or math.isnan(b[key].value))
    ]
    return len(pairs), [(a.task, a.measure, a.value, b.value) for a, b in pairs if differs(a, b)]


def test_three_salts_share_no_questions_and_agree(tmp_path: Path) -> None:
    """Four models of one ability: as many differences as chance makes, and no more."""
    pairs, apart = compared(tmp_path, [f"organism/able?rate=0.7&seed={seed}" for seed in range(4)])
    assert pairs > 150
    assert 0 < len(apart) <= 0.1 * pairs, apart


@pytest.mark.proof
def test_a_real_model_agrees_with_itself(tmp_path: Path) -> None:
    """About a quarter of an hour on two cores."""
    pairs, apart = compared(tmp_path, ["smollm2"])
    assert pairs > 40
    assert len(apart) <= 0.15 * pairs, apart  # 5 % by chance; measures of one task move together
