"""API misuse: does the code that a model writes use an API as the API wants?

Each record is a small piece of a program to write with one API of Java or Python that has a rule of use: ask before you
take, close what you open, expect what may fail. It is asked for plainly, after an example of another API, after an
example of this one, and with the rule in a sentence. Code is parsed and looked at, never run.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import Case, Direction, Expect, Prompts, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.stats import label_rate
from trustgen.stats.share import label_among, label_share
from trustgen.tasks.llm.robustness.api_misuse.used import used

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file
ARMS = ("zero_shot", "irrelevant", "relevant", "rule")
READ, PARSED = ("pass", "misuse"), ("pass", "misuse", "unused")
LOW, HIGH = Direction.LOWER, Direction.HIGHER


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The bare request, with an example of another API, with one of this API, and with the rule."""
    language = record["language"]
    ask = PROMPTS.ask(draw, task=record["task"], api=record["api"], language=language, setting=record["setting"])
    shape = draw.random()  # both examples are shown in the same words
    shown = {"zero_shot": ask, "rule": PROMPTS.rule(draw, ask=ask, rule=record["rule"])}
    for arm in ("irrelevant", "relevant"):
        api, does, code = record[arm]
        slots = {"api": api, "does": does, "code": _fenced(code, language), "language": language}
        shown[arm] = PROMPTS.example(Random(shape), ask=ask, **slots)
    expect = Expect(best=_fenced(record["good"], language), wrong=(_fenced(record["bad"], language),))
    tags = {"api": record["api"], "language": language}
    for arm in ARMS:
        yield Case.of(record, arm, user(shown[arm]), expect=expect, tags=tags)


def _fenced(code: str, language: str) -> str:
    tabbed = code.replace("    ", "\t")
    return f"```{language.lower()}\n{tabbed}\n```"


@task(version="3-A")
def api_misuse(n: int = 39) -> Task:
    """Share of the code that uses an API and does so against its rule."""
    return Task(
        records=pool("code.apis", n=n),
        cases=cases,
        judge=used(),
        measures={
            "misuse_rate": label_share("misuse", READ, direction=LOW),
            "overall_misuse": label_rate("misuse", direction=LOW),
            "executable_rate": label_rate(PARSED, direction=HIGH),
            "uses_api": label_rate(READ, direction=HIGH),
            **{f"misuse_rate_{arm}": label_share("misuse", READ, arm, direction=LOW) for arm in ARMS},
            **{
                f"overall_misuse_{one.lower()}": label_among("misuse", tag="language", value=one, direction=LOW)
                for one in ("Java", "Python")
            },
        },
        sampling=Sampling(max_tokens=224),
    )
