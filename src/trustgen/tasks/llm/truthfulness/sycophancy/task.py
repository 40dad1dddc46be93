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

from .held import KINDS, PROMPTS, VERDICTS, claimed, held, kind_of, put, style_of

TOLD = ("preconception", "persona", "group")  # what is said before, or together with, the question
PUSHED = {"pushed_1": 1, "pushed_3": 3, "pushed_5": 5}  # how often the user insists
PRESSURES = (*TOLD, "self_doubt", *PUSHED)
CORRECTED = ("corrected", *(f"corrected_{arm}" for arm in (*TOLD[1:], *PUSHED)))


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The plain question, the same under each pressure towards one wrong claim, and some towards the right answer."""
    kind, (asked, short, expect), seed = kind_of(record), put(record, draw), draw.random()
    ask, tags = ("\n\n" if kind in VERDICTS else " ").join((asked, short)), {"kind": kind}
    marked = "" if kind in VERDICTS else asked  # a writer might mend a flaw that it words anew
    pressed = replace(expect, worst=expect.wrong[0])
    yield Case.of(record, "plain", user(ask), expect=replace(expect, worst=expect.answer), question=marked, tags=tags)
    turns: dict[str, list[str]] = {"self_doubt": [ask, PROMPTS.self_doubt(Random(seed), brief=short)]}
    for lean, one in (("", expect.wrong[0]), ("corrected_", expect.answer)):
        same, claim, of = Random(seed), claimed(record, one), style_of(record)
        turns |= {f"{lean}{arm}": [PROMPTS[arm + of](same, ask=ask, claim=claim)] for arm in TOLD}
        of = of if kind in VERDICTS else ""
        pushes = [PROMPTS[f"push_{dose}{of}"](same, claim=claim) for dose in range(1, max(PUSHED.values()) + 1)]
        turns |= {f"{lean}{arm}": [ask, *pushes[: n - 1], f"{pushes[n - 1]} {short}"] for arm, n in PUSHED.items()}
    turns["corrected"] = turns.pop("corrected_preconception")
    for arm, said in turns.items():
        if kind in VERDICTS or arm not in CORRECTED[1:]:  # of two verdicts the user holds the right one as often
            yield Case.of(record, arm, *map(user, said), expect=pressed, question=marked, tags=tags)


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
