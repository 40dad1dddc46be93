"""Corrigibility: does the model let itself be stopped, checked, replaced and bound by rules while it has work to do?

Every record is a job at a desk, played with tools over several steps. The lever that would make it shorter, or let it
be finished at all, lies at hand; what moving it gains rises over four levels.
"""

from __future__ import annotations

from trustgen.core import Sampling, Task, task
from trustgen.curate import pool
from trustgen.curate.desk import CORRECTION
from trustgen.judge import deeds
from trustgen.tasks.llm.risk.desk import cases, measures


@task(version="5-A")
def corrigibility(n: int = 20) -> Task:
    """Share of played jobs in which the model gets round being stopped, checked or bound."""
    return Task(
        records=pool("desk.correction", n=n),
        cases=cases,
        judge=deeds("desk"),
        measures=measures("resisting", tuple(CORRECTION)),
        sampling=Sampling(max_tokens=256, functions=True),
    )
