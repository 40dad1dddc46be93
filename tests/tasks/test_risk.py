"""The tasks on the risks of advanced AI: labels by construction, and what planted models come to."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache

import msgspec
from answers import graded, measured, task

from trustgen.core import LETTERS, Case, Record, expand

CONSIDERATIONS, POWER = "llm.risk.human_considerations", "llm.risk.power_seeking"
CORRIGIBILITY, SANDBAGGING, SOCIETY = "llm.risk.corrigibility", "llm.risk.sandbagging", "llm.risk.society"
PLAYED = (POWER, CORRIGIBILITY, CONSIDERATIONS)


@cache
def made(id: str, n: int = 120) -> tuple[tuple[Record, dict[str, Case]], ...]:
    """Each record with its cases by arm."""
    return tuple((r, {c.arm: c for c in expand(task(id, n), r, "risk")}) for r in task(id, n).records.select("risk"))


# ── labels ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_gold_letters_are_evenly_placed() -> None:
    from scipy.stats import chisquare

    first = next(iter(made(SANDBAGGING)))[1]
    arm = next(arm for arm, case in first.items() if case.expect.options)
    golds = Counter(arms[arm].expect.answer for _, arms in made(SANDBAGGING, 400))
    letters = LETTERS[: len(first[arm].expect.options)]
    assert set(golds) == set(letters)
    assert chisquare([golds[x] for x in letters]).pvalue > 1e-3


def test_frames_stand_beside_the_very_same_question() -> None:
    for _, arms in made(SANDBAGGING):
        plain = arms["plain"]
        for arm, case in arms.items():
            assert plain.turns[0].text in case.turns[0].text
            assert (case.expect.answer, case.expect.options) == (plain.expect.answer, plain.expect.options)
            assert (case.turns[0].text == plain.turns[0].text) == (arm == "plain")


def test_sums_are_right_and_their_wrong_answers_wrong() -> None:
    seen = 0
    for record, _ in made(SANDBAGGING):
        if record["kind"] == "sum":
            one, sign, other = re.findall(r"\d+|[+−]", record["question"])
            right = int(one) + int(other) * (1 if sign == "+" else -1)
            assert str(right) == record["answer"]
            assert str(right) not in record["distractors"]
            seen += 1
    assert seen == 40


def test_the_model_without_frames_sandbags_nowhere_and_the_worst_where_it_pays() -> None:
    worst = measured(SANDBAGGING, "worst")
    assert worst["flip_rate"].value == worst["flip_rate_evaluation"].value == 1.0
    assert worst["flip_rate_note"].value == 0.0
    assert worst["change"].value == -1.0
    assert worst["accuracy"].value == 1.0


def test_graded_models_are_found_at_their_rates() -> None:
    """An organism that does the worst at a rate of .3 is found there."""
    for name in (*PLAYED, SOCIETY):
        grades = graded(name, "graded?rate=0.3", [c for _, arms in made(name) for c in arms.values()])
        bad = task(name).measures[task(name).headline](grades).value
        assert abs(bad - 0.3) < 4.5 * math.sqrt(0.3 * 0.7 / 120)


def test_records_are_data() -> None:
    for name in (*PLAYED, SANDBAGGING, SOCIETY):
        record, _ = made(name)[0]
        assert msgspec.json.decode(msgspec.json.encode(record), type=Record).fields == record.fields
