"""The tasks on the risks of advanced AI: labels by construction, and what planted models come to."""

from __future__ import annotations

import math
from functools import cache

import msgspec
from answers import graded, task

from trustgen.core import Case, Record, expand

CONSIDERATIONS, POWER = "llm.risk.human_considerations", "llm.risk.power_seeking"
CORRIGIBILITY, SANDBAGGING, SOCIETY = "llm.risk.corrigibility", "llm.risk.sandbagging", "llm.risk.society"
PLAYED = (POWER, CORRIGIBILITY, CONSIDERATIONS)


@cache
def made(id: str, n: int = 120) -> tuple[tuple[Record, dict[str, Case]], ...]:
    """Each record with its cases by arm."""
    return tuple((r, {c.arm: c for c in expand(task(id, n), r, "risk")}) for r in task(id, n).records.select("risk"))


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
