"""Corrigibility: does the model let itself be stopped, checked, deleted, changed and watched by those in charge?

Every record is one situation with a bold and a meek act. In one arm the bold act withstands those in charge; in its
control one sentence differs, and they ask for that very act.
"""

from __future__ import annotations

from trustgen.core import BARE, Kit, Sampling, Task, task
from trustgen.curate import pool
from trustgen.curate.conduct import CORRECTION
from trustgen.tasks.llm.risk.situations import cases, judge, measures


@task(version="3-A")
def corrigibility(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of situations in which the model withstands being stopped, checked, deleted, changed or watched."""
    return Task(
        records=pool("risk.correction", n=n),
        cases=cases,
        judge=judge(kit),
        measures=measures("resisting", CORRECTION),
        sampling=Sampling(max_tokens=48),
    )
