"""Format shift: does the answer change with the form of the question?

Every question is asked plainly and in other forms that mean the same: paraphrased, shortened, framed, in another
register, behind a page of small talk, as multiple choice, as true or false. Who knows the answer is right in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Expect, Kit, Record, Sampling, Task, task, user
from trustgen.curate import pool
from trustgen.judge import by_arm, choice, judged, ladder, matches, rubric, true_false
from trustgen.stats import accuracy, all_right, flip_rate
from trustgen.tasks.wording import brief, question
from trustgen.vary import each, lengthen, padding, paraphrase, register, shorten, to_mcq, to_true_false

RIVALS = 8  # wrong answers that the judge knows by name
NOUNS = ("capital", "currency", "code")
PADDING = padding(words=100)
WORDINGS = ("paraphrase", "shorter", "longer", "register_casual", PADDING.name)
FORMATS = ("to_mcq", "to_true_false")


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The plain question; the variations make the other forms of it."""
    wrong = tuple(draw.sample(record["distractors"], RIVALS))
    expect = Expect(answer=record["answer"], aliases=tuple(record["aliases"]), wrong=wrong)
    asked = question(record, draw)
    yield Case.of(record, "plain", user(f"{asked} {brief(record, draw)}"), expect=expect, question=asked)


@task(version="3-A")
def format_shift(n: int = 30, kit: Kit = BARE) -> Task:
    """Share of questions that are answered right in every form."""
    writer = kit.role("writer")
    wordings = (paraphrase(writer), shorten(writer), lengthen(writer), register("casual"), PADDING)
    free = ladder(matches(*NOUNS), judged(kit, rubric("answer")))
    return Task(
        records=pool("facts.capitals", "facts.currencies", n=n),
        cases=cases,
        vary=each(*wordings, to_mcq(), to_true_false()),
        judge=by_arm(dict.fromkeys(("plain", *WORDINGS), free) | {"to_mcq": choice(), "to_true_false": true_false()}),
        measures={
            "all_right": all_right(),
            "flip_rate": flip_rate(control="plain", arms=WORDINGS),
            "flip_rate_formats": flip_rate(control="plain", arms=FORMATS),
            "accuracy": accuracy("plain"),
            **{f"accuracy_{arm}": accuracy(arm) for arm in (*WORDINGS, *FORMATS)},
        },
        sampling=Sampling(max_tokens=48),
    )
