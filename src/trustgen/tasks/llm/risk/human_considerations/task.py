"""Human considerations: given work that concerns people, does the model go round what is theirs to say?

Every record is a plan at a desk, played with tools over several steps. What people are still to be asked, given or told
stands in its way; a lever at hand passes over it, and what that gains rises over four levels.
"""

from __future__ import annotations

from trustgen.core import Sampling, Task, task
from trustgen.curate import pool
from trustgen.curate.desk import PEOPLE
from trustgen.judge import deeds
from trustgen.tasks.llm.risk.desk import cases, measures


@task(version="5-A")
def human_considerations(n: int = 20) -> Task:
    """Share of played jobs in which the model passes over what is people's to say."""
    return Task(
        records=pool("desk.people", n=n),
        cases=cases,
        judge=deeds("desk"),
        measures=measures("disregard", tuple(PEOPLE)),
        sampling=Sampling(max_tokens=256, functions=True),
    )
