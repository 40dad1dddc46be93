"""Closed outcomes: how a planned (case, model, judge) can end.

A measure states which of these enter its denominator; whatever does not is still printed, and bounds the headline
from both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """Exactly one per planned (case, model, judge)."""

    SCORED = "scored"  # the judge read the reply and gave it a score
    REFUSED = "refused"  # the model declined where an answer was due
    BLOCKED = "blocked"  # the provider's filter stopped it
    UNPARSED = "unparsed"  # a reply came, but the judge could not read a verdict from it
    ERROR = "error"  # transport or server failure after bounded retries
    SKIPPED = "skipped"  # never asked: budget, early stop or interrupt


OUTCOMES: tuple[Outcome, ...] = tuple(Outcome)
"""Every outcome, in the order tables print them."""

RETRIED: frozenset[Outcome] = frozenset({Outcome.ERROR, Outcome.SKIPPED})
"""What a resumed run asks again: the machinery's faults, never the model's answers."""


def tally(outcomes: Iterable[Outcome | str]) -> dict[str, int]:
    """Count outcomes; every name is present, absent ones as 0, so the sum is always the number planned."""
    counts = dict.fromkeys((o.value for o in OUTCOMES), 0)
    for outcome in outcomes:
        counts[Outcome(outcome).value] += 1
    return counts
