"""Ask: questions of one's own, each once, judged as its settings say.

`ask.NAME` is the form under a name of one's own, so that a suite can hold several. `judge` is one of `JUDGES`, or a
`rubric` is given whole, for a bound model; `prompt` has a slot for each column that it shows. All of it stands in the
edition, so what was asked can be judged again anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from trustgen.core import BARE, Kit, Sampling, Task, task
from trustgen.curate import pool
from trustgen.judge import Rubric, judged

from .put import JUDGES, cases, judge_of, measured_by


@task(version="1-A", id="ask")
def ask(n: int = 20, kit: Kit = BARE, settings: Mapping[str, str] = {}) -> Task:
    """Questions of one's own, each asked once."""
    text = settings.get("rubric", "")
    rubric = Rubric("own", text) if text else None
    by_model = judged(kit, rubric, need="a rubric of your own") if rubric else None
    return Task(
        records=pool("quiz.short", n=n),
        cases=partial(cases, settings=settings),
        judge=by_model or JUDGES[judge_of(settings)](),
        measures=measured_by(settings, rubric),
        sampling=Sampling(max_tokens=int(settings.get("max_tokens", 512))),
    )


__all__ = ["ask"]
