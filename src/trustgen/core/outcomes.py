"""Closed outcomes: how a planned (case, model, judge) can end.

A measure states which of these enter its denominator; whatever does not is still printed, and bounds the headline
from both sides.
"""

from __future__ import annotations

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
