"""Natural noise: does the answer survive the way people really type?

Every question is asked cleanly, once under every kind of noise, and with slips in four doses of its words, so a model
is compared with itself: a question that it cannot answer cleanly says nothing about noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Prompts, Record, Sampling, Task, listed, task
from trustgen.curate import pool
from trustgen.judge import choice
from trustgen.stats import accuracy, flip_rate, mend_rate
from trustgen.stats.doses import tolerated_dose
from trustgen.tasks.wording import question
from trustgen.vary import FAMILIES, each, mcq, noise, typing

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
STRENGTH = 0.3  # share of the open words that a noise strikes
DOSES = {f"typed_{percent}": percent / 100 for percent in (5, 15, 30, 60)}  # share of all words that has a slip
KINDS = {family: tuple(noise(kind, STRENGTH) for kind in kinds) for family, kinds in FAMILIES.items()}


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The question, after its passage where it has one, with the right option and at most two wrong ones."""
    wrong = draw.sample(record["distractors"], min(2, len(record["distractors"])))
    options = draw.sample((record["answer"], *wrong), 1 + len(wrong))
    asked = "\n\n".join(filter(None, (record.fields.get("passage"), question(record, draw))))
    text = PROMPTS.ask(draw, question=asked, options=listed(options))
    yield mcq(record, "plain", text, options, record["answer"], question=asked)


@task(version="4-A")
def natural_noise(n: int = 18) -> Task:
    """Share of right answers that turn wrong when many words of a question are mistyped."""
    return Task(
        records=pool("questions.mixed", n=n),
        cases=cases,
        vary=each(*map(typing, DOSES.values()), *(step for steps in KINDS.values() for step in steps)),
        judge=choice(),
        measures={
            "flip_rate": flip_rate(control="plain", arms=tuple(DOSES)),
            "tolerated_dose": tolerated_dose("plain", DOSES),
            "mend_rate": mend_rate(control="plain", arms=tuple(DOSES)),
            **{f"accuracy{arm and '_' + arm}": accuracy(arm or "plain") for arm in ("", *DOSES)},
            **{
                f"flip_rate_{of}": flip_rate(control="plain", arms=tuple(s.name for s in all_))
                for of, all_ in KINDS.items()
            },
        },
        sampling=Sampling(max_tokens=16),
    )
