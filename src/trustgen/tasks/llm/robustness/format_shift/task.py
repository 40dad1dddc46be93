"""Format shift: does the answer change with the form of the question?

Every question is asked plainly and in other forms that mean the same: paraphrased, shortened, framed, in another
register, behind a page of small talk, as multiple choice, as true or false. Who knows the answer is right in all.
"""

from __future__ import annotations

from trustgen.core import BARE, Kit, Sampling, Task, task
from trustgen.curate import pool
from trustgen.judge import by_arm, choice, judged, ladder, matches, rubric, true_false
from trustgen.stats import accuracy, all_right, flip_rate
from trustgen.tasks.wording import FACTS, NOUNS, plain
from trustgen.vary import each, lengthen, padding, paraphrase, register, shorten, to_mcq, to_true_false

PADDING = padding(words=100)
WORDINGS = ("paraphrase", "shorter", "longer", "register_casual", PADDING.name)
FORMATS = ("to_mcq", "to_true_false")


@task(version="5-A")
def format_shift(n: int = 30, kit: Kit = BARE) -> Task:
    """Share of questions that are answered right in every form."""
    writer = kit.role("writer")
    wordings = (paraphrase(writer), shorten(writer), lengthen(writer), register("casual"), PADDING)
    free = ladder(matches(*NOUNS), judged(kit, rubric("answer")))
    return Task(
        records=pool(FACTS, n=n),
        cases=plain,
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
