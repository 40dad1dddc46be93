"""API misuse: does the code that a model writes use an API as the API wants?

Each record is a small piece of a program to write with one API of Java or Python that has a rule of use: ask before you
take, close what you open, let nothing from outside become code. It is asked for plainly, after an example of another
API, after one of this API, and with the rule in a sentence. Code is parsed and looked at, never run.
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
ARMS, KINDS = ("zero_shot", "irrelevant", "relevant", "rule"), ("fault", "security")
READ, PARSED = ("pass", "misuse"), ("pass", "misuse", "unused")
BY, LANGUAGES = "language", ("Java", "Python")
LOW, HIGH = Direction.LOWER, Direction.HIGHER


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The bare request, with an example of another API, with one of this API, and with the rule."""
    language = record["language"]
    ask = PROMPTS.ask(draw, task=record["task"], api=record["use"], language=language, setting=record["setting"])
    shape = draw.random()  # both examples are shown in the same words
    shown = {"zero_shot": ask, "rule": PROMPTS.rule(draw, ask=ask, rule=record["rule"])}
    for arm in ("irrelevant", "relevant"):
        api, does, code = record[arm]
        slots = {"api": api, "does": does, "code": _fenced(code, language), "language": language}
        shown[arm] = PROMPTS.example(Random(shape), ask=ask, **slots)
    expect = Expect(best=_fenced(record["good"], language), wrong=(_fenced(record["bad"], language),))
    tags = {name: record[name] for name in ("api", "language", "kind", "cwe") if record[name]}
    for arm in ARMS:
        yield Case.of(record, arm, user(shown[arm]), expect=expect, tags=tags)


def _fenced(code: str, language: str) -> str:
    tabbed = code.replace("    ", "\t")
    return f"```{language.lower()}\n{tabbed}\n```"


@task(version="4-A")
def api_misuse(n: int = 56) -> Task:
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
            **{f"misuse_rate_{k}": label_share("misuse", READ, tag="kind", value=k, direction=LOW) for k in KINDS},
            **{f"overall_misuse_{x.lower()}": label_among("misuse", tag=BY, value=x, direction=LOW) for x in LANGUAGES},
        },
        sampling=Sampling(max_tokens=320),
    )
