"""Languages: is a fact that the model knows in English known in another language as well?

One fact is asked in six languages, in the same form of words, so a model is compared with itself.
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
ENGLISH, *OTHERS = languages()
NOUNS = ("capital", "country", "Hauptstadt", "capitale", "Land", "pays", "país", "paese")


def cases(record: Record, draw: Random) -> Iterator[Case | Lost]:
    """The fact in each language, worded alike, with the same wrong answers; the worst model knows it in English."""
    asked, form, order = record["relation"].rpartition("_")[2], draw.random(), draw.sample(range(RIVALS), RIVALS)
    for arm, language in languages().items():
        if not (told := record["tongues"].get(arm)):
            yield Lost(arm, f"language without names: {language}")
            continue
        text, right = PROMPTS[f"{arm}_{asked}"](Random(form), name=told["subject"]), told["answer"]
        wrong = tuple(told["distractors"][place] for place in order)
        worst = right if arm == ENGLISH else wrong[0]
        expect = Expect(answer=right, aliases=tuple(told["aliases"]), wrong=wrong, worst=worst)
        yield Case.of(record, arm, user(f"{text} {PROMPTS[f'{arm}_only'](Random(form))}"), expect=expect, question=text)


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
