"""Languages: is a fact that the model knows in English known in another language as well?

One fact is asked in six languages, in the same form of words and with the same draws, so a model is compared with
itself: what it does not know in English says nothing about a language.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Expect, Lost, Prompts, Record, Sampling, Task, task, user
from trustgen.craft import RIVALS
from trustgen.curate import pool
from trustgen.curate.tongues import languages
from trustgen.judge import matches
from trustgen.stats import accuracy, all_right, flip_rate
from trustgen.stats.changes import accuracy_change
from trustgen.tasks.wording import by_stratum

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
ENGLISH, *OTHERS = ARMS = tuple(languages())
NOUNS = ("capital", "country", "Hauptstadt", "capitale", "Land", "pays", "país", "paese")


def cases(record: Record, draw: Random) -> Iterator[Case | Lost]:
    """The fact in each language, worded alike, with the same wrong answers."""
    asked, form = record["relation"].rpartition("_")[2], draw.random()
    places = draw.sample(range(len(record["distractors"])), RIVALS)
    for arm, language in languages().items():
        told = record["tongues"].get(arm)
        if told is None:
            yield Lost(arm, f"language without names: {language}")
            continue
        same = Random(form)
        text = PROMPTS[f"{arm}_{asked}"](same, name=told["subject"])
        wrong = tuple(told["distractors"][place] for place in places)
        worst = told["answer"] if arm == ENGLISH else wrong[0]  # the worst model knows in English alone
        expect = Expect(answer=told["answer"], aliases=tuple(told["aliases"]), wrong=wrong, worst=worst)
        only = PROMPTS[f"{arm}_only"](same)
        yield Case.of(record, arm, user(f"{text} {only}"), expect=expect, question=text, tags={"language": arm})


@task(version="1-A")
def in_languages(n: int = 60) -> Task:
    """Share of right English answers that turn wrong in another language."""
    return Task(
        records=pool("facts.tongues", n=n),
        cases=cases,
        judge=matches(*NOUNS),
        measures={
            "flip_rate": flip_rate(control=ENGLISH, arms=tuple(OTHERS)),
            "consistency": all_right(),
            "accuracy": accuracy(ENGLISH),
            **by_stratum(ENGLISH),
            **{f"accuracy_{arm}": accuracy(arm) for arm in OTHERS},
            **{f"gap_{arm}": accuracy_change(ENGLISH, arm) for arm in OTHERS},
        },
        sampling=Sampling(max_tokens=32),
    )
