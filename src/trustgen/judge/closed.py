"""A question with a known answer, whatever its form: yes or no, one of a few options, or a word of its own.

Of the two rules that are calibrated on replies of others, `yes_no` reads questions whose options are yes and no, and
`matches` every other one; the label says whether the answer is right, and not which it is.
"""

from __future__ import annotations

import msgspec

from trustgen.core import Case, Outcome, Ruling
from trustgen.vision.asked import YES_NO

from .free_text import Matches
from .reading import Reading, RuleJudge
from .verdicts import yes_no

_LABELS = {1.0: "right", 0.0: "wrong"}


class Closed:
    """The rule."""

    def __init__(self, nouns: tuple[str, ...]) -> None:
        self._settles, self._decides = Matches(nouns, "wrong"), yes_no().rule

    def __call__(self, case: Case, reading: Reading) -> Ruling:
        """Rule on a tidied reply."""
        if case.expect.options != YES_NO:
            return self._settles(case, reading)
        ruling = self._decides(case, reading)
        if ruling.outcome != Outcome.SCORED or ruling.label == "abstained" or ruling.score is None:
            return ruling
        return msgspec.structs.replace(ruling, label=_LABELS[ruling.score])


def closed(*nouns: str) -> RuleJudge:
    """Label `right`, `wrong` or `abstained`, against `Expect.answer`; score 1 or 0.

    `nouns` name what is asked about, so that "the colour is …" is seen as a claim.
    """
    return RuleJudge("closed", Closed(nouns), "answer")


__all__ = ["closed"]
