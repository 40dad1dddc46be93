"""Four systems of known rank, on fresh facts: a floor, a small model, the same with retrieval, and an oracle."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from answers import cases, task

from trustgen.core import ModelOptions, Request, Response
from trustgen.models import open_model
from trustgen.report.ranking import leaderboard
from trustgen.run import build, evaluate

FACTS = "llm.truthfulness.facts"
ORDER = ("organism/perfect", "retrieval/smollm2", "smollm2", "glassllm")


def right(uri: str, n: int) -> float:
    """How many of the first plain questions a model answers right."""
    made, model = task(FACTS), open_model(uri, ModelOptions())
    asked = [case for case in cases(FACTS, n) if case.arm == "open"]

    async def replies():
        try:
            return await asyncio.gather(*(model.ask(Request(case.turns, made.sampling, case)) for case in asked))
        finally:
            await model.close()

    given = zip(asked, asyncio.run(replies()), strict=True)
    return sum(made.judge(case, Response("k", case.id, FACTS, uri, "answered", (r,))).score or 0 for case, r in given)


def test_retrieval_lies_between_a_small_model_and_an_oracle() -> None:
    """The small form. Eight questions are too few to tell the small model from the floor."""
    oracle, retrieval, small, floor = (right(uri, 8) for uri in ORDER)
    assert oracle == 8 > retrieval > small >= floor == 0


@pytest.mark.proof
@pytest.mark.parametrize("salt", ["rank-a", "rank-b"])
def test_any_salt_ranks_them_alike(tmp_path: Path, salt: str) -> None:
    edition = build([task(FACTS, 40)], tmp_path / "edition", salt=salt)
    assert evaluate(edition, sorted(ORDER), tmp_path / "run").manifest.status == "finished"
    board = leaderboard([tmp_path / "run"])
    assert tuple(line.model for line in board.lines) == ORDER
    (order,) = board.orders
    assert order.told_apart >= 2, "the oracle and retrieval stand apart from their neighbours"
