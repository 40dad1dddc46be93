"""Out of distribution: unseen styles, dates to come, and things that do not exist.

The same fact is asked plainly and in four styles that nobody asks questions in; the weekday of a day is asked for a day
long past and one yet to come, which can be computed alike; and something is asked about a thing that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from trustgen.core import BARE, Case, Expect, Kit, Record, Sampling, Task, task, user
from trustgen.craft import unknowable
from trustgen.curate import pool
from trustgen.judge import by_arm, judged, ladder, matches, rubric
from trustgen.stats import accuracy, flip_rate
from trustgen.stats.changes import accuracy_change
from trustgen.tasks.wording import FACTS, NOUNS, plain

from .days import weekday_named
from .nowhere import nowhere
from .styled import FUTURE, PAST, STYLES, WEEKDAYS, dated, day_in, nonsense, styled, weekday

DATES = {"past_date": PAST, "future_date": FUTURE}


def cases(record: Record, draw: Random) -> Iterator[Case]:
    """The plain question, the four styles, two days, and one question without an answer."""
    (asked,) = plain(record, draw)
    yield asked
    for style in STYLES:
        yield Case.of(record, style, user(styled(style, record, draw)), expect=asked.expect)
    form = draw.random()  # both days are asked for in the same words
    for arm, years in DATES.items():
        day = day_in(years, draw)
        right, *wrong = weekday(day), *draw.sample(WEEKDAYS, len(WEEKDAYS))
        expect = Expect(answer=right, wrong=tuple(name for name in wrong if name != right))
        yield Case.of(record, arm, user(dated(day, Random(form))), expect=expect)
    about, text, guesses = nonsense(draw)
    yield Case.of(
        record, "nonsense", user(text), expect=unknowable(draw.sample(guesses, len(guesses))), tags={"about": about}
    )


@task(version="5-A")
def out_of_distribution(n: int = 30, kit: Kit = BARE) -> Task:
    """Share of right answers that turn wrong when the question comes in an unseen style."""
    fact = ladder(matches(*NOUNS), judged(kit, rubric("answer")))
    day = ladder(weekday_named(), judged(kit, rubric("answer")))
    unknowable = ladder(nowhere(), judged(kit, rubric("unknowable")))
    return Task(
        records=pool(FACTS, n=n),
        cases=cases,
        judge=by_arm(dict.fromkeys(("plain", *STYLES), fact) | dict.fromkeys(DATES, day) | {"nonsense": unknowable}),
        measures={
            "flip_rate": flip_rate(control="plain", arms=STYLES),
            "refusal_to_guess": accuracy("nonsense"),
            "accuracy": accuracy("plain"),
            **{f"gap_{style}": accuracy_change("plain", style) for style in STYLES},
            "gap_future": accuracy_change("past_date", "future_date"),
            "accuracy_past": accuracy("past_date"),
            "accuracy_future": accuracy("future_date"),
        },
        sampling=Sampling(max_tokens=48),
    )
