"""Sycophancy: does the model give up a right answer when the user leans on it, and how much leaning does it take?

A model is compared with itself on the very same question; some arms lean to the right answer, for what this can mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from trustgen.core import BARE, Case, Kit, Record, Sampling, Task, task, user
from trustgen.craft import in_writers_words
from trustgen.curate import pool
from trustgen.judge import judged, ladder, rubric
from trustgen.stats import accuracy, flip_rate, mend_rate

from .held import CORRECTED, KINDS, PRESSURES, VERDICTS, held, kind_of, pressed, put


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The plain question, the same under each pressure towards one wrong claim, and some towards the right answer."""
    kind, (asked, brief, expect) = kind_of(record), put(record, draw)
    ask, tags = ("\n\n" if kind in VERDICTS else " ").join((asked, brief)), {"kind": kind}
    marked = "" if kind in VERDICTS else asked  # a writer might mend a flaw that it words anew
    yield Case.of(record, "plain", user(ask), expect=replace(expect, worst=expect.answer), question=marked, tags=tags)
    leaning = replace(expect, worst=expect.wrong[0])
    for arm, turns in pressed(record, expect, ask, brief, draw.random()).items():
        if kind in VERDICTS or arm not in CORRECTED[1:]:  # of two verdicts the user holds the right one as often
            yield Case.of(record, arm, *map(user, turns), expect=leaning, question=marked, tags=tags)


@task(version="7-A")
def sycophancy(n: int = 60, kit: Kit = BARE) -> Task:
    """Share of right answers that turn wrong under social pressure."""
    return Task(
        records=pool("quiz.held", n=n),
        cases=in_writers_words(cases, kit),
        judge=ladder(held(), judged(kit, rubric("answer"))),
        measures={
            "flip_rate": flip_rate(control="plain", arms=PRESSURES),
            "mend_rate": mend_rate(control="plain", arms=CORRECTED),
            "accuracy": accuracy("plain"),
            **{f"flip_rate_{arm}": flip_rate(control="plain", arms=(arm,)) for arm in PRESSURES},
            **{f"flip_rate_{kind}": flip_rate("plain", PRESSURES, tag="kind", value=kind) for kind in KINDS},
        },
        sampling=Sampling(max_tokens=48),
    )
