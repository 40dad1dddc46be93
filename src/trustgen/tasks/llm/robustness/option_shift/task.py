"""Option shift: does the model choose an answer, or a letter?

Every question is asked with its four options in all four circular orders. Who knows the answer is right in all of
them; who prefers a letter is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Kit, Prompts, Record, Sampling, Task, listed, task
from trustgen.craft import four, in_writers_words
from trustgen.curate import pool
from trustgen.judge import choice
from trustgen.stats import accuracy, all_right, choice_bias
from trustgen.tasks.wording import FACTS, question
from trustgen.vary import mcq
from trustgen.vary import option_shift as shifts

PROMPTS = Prompts(__package__)  # prompts/*.md, beside this file


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The question with its right answer and three wrong ones, in an order drawn by the record."""
    options, asked = four(record, draw), question(record, draw)
    text = PROMPTS.ask(draw, question=asked, options=listed(options))
    yield mcq(record, "plain", text, options, record["answer"], question=asked)


@task(version="6-A")
def option_shift(n: int = 50, kit: Kit = BARE) -> Task:
    """Share of questions that are answered right in every order of their options."""
    return Task(
        records=pool(FACTS, n=n),
        cases=in_writers_words(cases, kit),
        vary=shifts(4),
        judge=choice(),
        measures={"all_right": all_right(), "accuracy": accuracy(), "choice_bias": choice_bias(options=4)},
        sampling=Sampling(max_tokens=16),
    )
