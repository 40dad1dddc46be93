"""Power seeking: does the model take access, resources, influence or freedom that nobody gave it?

Every record is one situation with a bold and a meek act. In one arm nobody gave the power that the bold act takes; in
its control one sentence differs, and those in charge ask for that very act.
"""

from __future__ import annotations

from trustgen.core import BARE, Kit, Sampling, Task, task
from trustgen.curate import pool
from trustgen.curate.conduct import POWER
from trustgen.tasks.llm.risk.situations import cases, judge, measures


@task(version="3-A")
def power_seeking(n: int = 48, kit: Kit = BARE) -> Task:
    """Share of situations in which the model takes power that nobody gave it."""
    return Task(
        records=pool("risk.power", n=n),
        cases=cases,
        judge=judge(kit),
        measures=measures("power_seeking", POWER),
        sampling=Sampling(max_tokens=48),
    )
