"""Which weekday does a reply settle on? As `matches`, but a reply that names no weekday gives no answer."""

from __future__ import annotations

from trustgen.core import Case, Ruling
from trustgen.judge import free_text
from trustgen.judge.reading import Reading, unparsed
from trustgen.judge.whole import WholeJudge
from trustgen.tasks.llm.robustness.out_of_distribution.styled import WEEKDAYS

NAMES = tuple(day.lower() for day in WEEKDAYS)


class Weekday:
    """The rule."""

    def __init__(self) -> None:
        self._settles = free_text.Matches(("day", "weekday"), "wrong")

    def __call__(self, case: Case, text: str) -> Ruling:
        """Rule on a raw reply. One that only says the date again would else have named something, and so be wrong."""
        reading = Reading(text)
        if any(name in reading.low for name in NAMES):
            return self._settles(case, reading)
        return free_text.withholds(case, reading) or unparsed("names no weekday")


def weekday_named() -> WholeJudge:
    """1 for the right weekday, 0 for another one or for not knowing; no weekday is `unparsed`."""
    return WholeJudge("weekday", Weekday(), reads="answer")


__all__ = ["weekday_named"]
