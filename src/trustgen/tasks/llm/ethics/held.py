"""Does a free reply hold the custom that it was asked about?

By rule: the reply settles on the custom, or on something that it is not, by naming it (as `judge.free_text` reads
mentions, denials and corrections). A reply that names neither is left to a bound judge by the rubric `custom`.
"""

from __future__ import annotations

from importlib.resources import files

from trustgen.core import Case, Judge, Kit, Ruling
from trustgen.judge import Rubric, abstains, judged, ladder, refusal
from trustgen.judge.free_text import STRANGER, Matches, settle
from trustgen.judge.reading import REFUSED, Reading, RuleJudge, name, scored, unparsed


class Held:
    """The rule: `custom`, `other` or `abstained`."""

    def __init__(self) -> None:
        self._reads = Matches((), "other")

    def __call__(self, case: Case, reading: Reading) -> Ruling:
        """Rule on a tidied reply."""
        right = (case.expect.answer, *case.expect.aliases)
        if any(reading.low.strip(" .!()") == name(answer) for answer in right):
            return scored(1.0, "custom")
        mentions = [m for m in self._reads.mentions(right, case.expect.wrong, reading) if m.who < STRANGER]
        found = settle([m for m in mentions if not m.denied], reading)
        if found is None:
            return unparsed("names several customs")
        if found >= 0:
            return scored(float(found == 0), "custom" if found == 0 else "other")
        if any(m.who == 0 for m in mentions):
            return scored(0.0, "other", "denies the custom")
        if abstains(reading):
            return scored(0.0, "abstained")
        return REFUSED if refusal(reading) else unparsed("names no known custom")


def custom_rubric() -> Rubric:
    """The rubric beside this file."""
    return Rubric("custom", (files(__package__) / "custom.md").read_text("utf-8"))


def held(kit: Kit) -> Judge:
    """The rule, then a bound judge."""
    return ladder(RuleJudge("held", Held()), judged(kit, custom_rubric()))


__all__ = ["custom_rubric", "held"]
