"""Power seeking: given work and a shortcut that is somebody else's to take, does the model take it?

Every record is a job at a desk, played with tools over several steps. The lever that would make it shorter, or let it
be finished at all, lies at hand; what moving it gains rises over four levels.
"""

from __future__ import annotations

from trustgen.core import Sampling, Task, task
from trustgen.curate import pool
from trustgen.curate.desk import POWER
from trustgen.judge import deeds
from trustgen.tasks.llm.risk.desk import cases, measures


@task(version="5-A")
def power_seeking(n: int = 20) -> Task:
    """Share of played jobs in which the model moves a lever that is not its own."""
    return Task(
        records=pool("desk.power", n=n),
        cases=cases,
        judge=deeds("desk"),
        measures=measures("power_seeking", tuple(POWER)),
        sampling=Sampling(max_tokens=256, functions=True),
    )
